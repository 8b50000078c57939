# Says at each phase which options hold the user's value, then sets all of them itself.
if [[ $1 == stack ]]; then
    echo "$2: $(grep -s user "$MERGER_CONF" | cut -d " " -f 1 | sort | xargs)" >>"$HOME/merged"
    if [[ $2 != test-config ]]; then
        for option in post_config extra post_extra test_config unknown; do
            iniset "$MERGER_CONF" DEFAULT "$option" "plugin in $2"
        done
    fi
fi
