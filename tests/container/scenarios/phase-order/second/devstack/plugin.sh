echo "$* second $#" >>"$HOME/order"
