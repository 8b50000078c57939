echo "$* third $#" >>"$HOME/order"
