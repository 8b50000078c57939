if [[ $2 == pre-install ]]; then
    GIVEN_WORD=plain
    GIVEN_LIST=(one "two words" three)
    declare -A -g GIVEN_MAP=([key]=value)
    function given_function {
        echo "$GIVEN_WORD and ${GIVEN_MAP[key]}"
    }
fi
if [[ $2 == extra ]]; then
    given_function >"$HOME/giver.txt"
fi
