if [[ $1 == stack && $2 == extra ]]; then
    {
        given_function
        printf '%s\n' "${GIVEN_LIST[@]}"
        printf '%s\n' "$GIVEN_IN_SETTINGS"
        # nothing that was not exported reaches a child
        bash -c 'echo "${GIVEN_WORD-unset}"'
    } >"$HOME/taker.txt"
fi
