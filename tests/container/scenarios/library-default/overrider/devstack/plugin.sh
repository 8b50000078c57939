if [[ $1 == stack && $2 == pre-install ]]; then
    echo "$OVERRIDER_LIBRARY $OVERRIDER_SETTINGS" >"$HOME/overridden"
fi
