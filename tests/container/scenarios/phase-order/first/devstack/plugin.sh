echo "$* first $#" >>"$HOME/order"
