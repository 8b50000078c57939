#!/usr/bin/env bats
# shellcheck disable=SC2016 # the code is for other shells

load helper

# announced <line>...
#
# Prints what the lines announce.
announced() {
    DEVSTACK_EVENTS_FD=8 shell _later_all "$@" 8>&1 >/dev/null
}

@test "texts are escaped, numbers are not" {
    run -0 announced '_event note text=$'"'"'a"b\\c\n\t\x01\x1b[0m é'"'"' n:=3 empty='
    run -0 python3 -c 'import json, sys; print(ascii(sorted((k, v) for k, v in json.loads(sys.argv[1]).items() if k != "time")))' "$output"
    is "$output" "[('empty', ''), ('event', 'note'), ('n', 3), ('text', 'a\"b\\\\c\\n\\t\\x01\\x1b[0m \\xe9')]"
}

@test "a value may hold := and =" {
    run -0 announced '_event note text="a:=b=c"'
    [[ $output == *',"text":"a:=b=c"}' ]]
}

@test "an event leaves options and status alone" {
    run -0 --separate-stderr announced 'set -eux; _event note text=x; [[ $- == *e*u*x* ]]; _event note text=y'
    is "${#lines[@]}" 2
}

@test "a channel that is closed is given up" {
    run -0 shell '_later_all; DEVSTACK_EVENTS_FD=77; set -e; _event note text=x; echo "[$DEVSTACK_EVENTS_FD]"'
    is "$output" "[]"
}
