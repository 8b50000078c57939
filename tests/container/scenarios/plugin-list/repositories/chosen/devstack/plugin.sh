if [[ $1 == stack && $2 == install ]]; then
    echo "$DEVSTACK_PLUGINS $CHOSEN_FAMILY $CHOSEN_DISTRO $GIT_BASE" >"$HOME/chosen.txt"
fi
