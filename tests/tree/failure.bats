#!/usr/bin/env bats
# shellcheck disable=SC2016 # the code is for other shells

load run

@test "an exit is named with its line, in each phase, traced or not" {
    local file
    for file in override-defaults settings plugin.sh; do
        again
        rm -rf "$RUN/dest/p1"
        plugin p1 "$file" $'true\nset +o xtrace\n\nif true; then\n    false || exit 7\nfi'
        run -7 tree stack.sh
        is "$(events phase-end status exit line function command | grep failed)" "failed 7 5 - false || exit 7"
        [[ $(events phase-end file) == *"/p1/devstack/$file" ]]
    done
    for file in unstack clean; do
        again
        rm -rf "$RUN/dest/p1"
        plugin p1 plugin.sh $'set +o xtrace\n[[ $1 != '"$file"$' ]] || exit 7'
        run -7 tree $file.sh
        is "$(events phase-end phase status exit line | grep failed)" "$file failed 7 2"
    done
}

@test "an exit in a function, and in a file that a plugin sources, is named where it is" {
    run -0 failing $'set +o xtrace\nfunction g {\n    echo a\n    exit 3\n}\n\ng'
    is "${lines[1]}" "phase-end pre-install 3 4 g exit 3 ['p1', 'devstack', 'plugin.sh']"
    again
    mkdir -p "$RUN/dest/p1/devstack"
    write "$RUN/dest/p1/devstack/more" 'function h {\n    false\n    exit\n}\nset +o errexit\nh\n'
    run -0 failing "set +o xtrace"$'\n'"source $RUN/dest/p1/devstack/more"
    is "${lines[1]}" "phase-end pre-install 1 3 h exit ['p1', 'devstack', 'more']"
}

@test "an exit with status 0 that is not traced is no signal" {
    run -0 failing $'set +o xtrace\ntrue\nexit 0'
    is "${lines[1]}" "phase-end pre-install 0 3 None exit 0 ['p1', 'devstack', 'plugin.sh']"
}

@test "a plugin's exit is the shell's own: its status, in subshells, and with nounset" {
    plugin p1 plugin.sh $'set -o nounset\n[[ $2 == pre-install ]] || return 0\nX=$( (exit 5) || echo "five $?"; exit)\necho "got $X"\n(exit a 2>/dev/null) || echo "a $?"'
    run -0 tree stack.sh
    [[ $output == *$'\ngot five 5\n'* && $output == *$'\na 2\n'* ]]
}

@test "an exit in a plugin is no passed run" {
    run -0 failing $'true\nexit 0'
    is "${lines[0]}" "status 1"
    is "${lines[1]}" "phase-end pre-install 0 2 None exit 0 ['p1', 'devstack', 'plugin.sh']"
    is "$(events run-end status exit)" "failed 0"
}

@test "unstack and clean end with a status when a plugin's exit has none" {
    local program
    plugin p1 plugin.sh $'set +o xtrace\n[[ $1 == stack ]] || exit 0'
    run -0 tree stack.sh
    for program in unstack clean; do
        run -1 tree $program.sh
        is "$(events phase-end phase status exit line | tail -1)" "$program failed 0 2"
        is "$(events run-end mode status exit | tail -1)" "$program failed 0"
    done
}
