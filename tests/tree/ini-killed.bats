#!/usr/bin/env bats
# shellcheck disable=SC2016 # the code is for other shells
# A file that iniset changes is whole at each moment, also when the shell and its children are killed.

load helper

# killed <milliseconds> <script>
#
# Starts the script in a session of its own and kills all of that.
killed() {
    local group
    setsid bash -c "$2" killed 2>/dev/null 3>&- &
    group=$!
    /bin/sleep "$(printf '0.%03d' "$1")"
    kill -KILL -- "-$group"
    wait "$group" || true
}

# whole <file>
#
# Prints all of the file, and a dot that keeps its last newlines.
whole() {
    cat "$1"
    printf .
}

@test "a killed iniset leaves the old text or the new one, and the mode" {
    local try old new text place
    write f '[s]\no = old\n'
    for ((place = 0; place < 500; place++)); do
        echo "option_$place = some text that makes the file longer than one write"
    done >>f
    chmod 640 f
    old=$(whole f)
    new=${old/o = old/o = new}
    local script="source '$TREE/inc/ini-config'; while true; do iniset f s o new; iniset f s o old; done"
    local -A seen=()
    for ((try = 0; try < 100; try++)); do
        killed $((30 + RANDOM % 60)) "$script"
        text=$(whole f)
        case $text in
            "$old") seen[old]=1 ;;
            "$new") seen[new]=1 ;;
            *)
                echo "after $try kills the file has ${#text} characters" >&2
                return 1
                ;;
        esac
        is "$(stat -c %a f)" 640
        rm -f .f.*
    done
    # else nothing was killed at work
    is "${seen[*]}" "1 1"
}
