if [[ $1 == stack && $2 == pre-install ]]; then
    PATH=$PATH:/usr/games cowsay "there before the first phase"
fi
