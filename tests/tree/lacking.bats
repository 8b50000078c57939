#!/usr/bin/env bats
# shellcheck disable=SC2016 # the code is for other shells

load run

# defined
#
# Prints the names of all functions that the files of the tree define.
defined() {
    grep -rhoE --exclude='*.py' --exclude='*.erl' --exclude-dir=files '^ *(function [^ ]+ \{|[A-Za-z_][A-Za-z0-9_]*\(\) \{)' "$TREE" |
        sed -E 's/^ *(function )?([^ (]+).*/\2/' | LC_ALL=C sort -u
}

# named
#
# Prints the names of all functions that the contract's pages name.
named() {
    local folder=$BATS_TEST_DIRNAME
    {
        grep -v '^#' "$folder/contract-names" | cut -d ' ' -f 3-
        grep -v '^#' "$folder/contract-libraries" | cut -d ' ' -f 2-
    } | tr ' ' '\n'
}

# lacking
#
# Prints the names in the list of what the tree lacks.
lacking() {
    cut -d ' ' -f 1 "$TREE/files/lacking"
}

@test "each function that the contract names is the tree's, or in the list of those it lacks" {
    run -0 comm -23 <(named | LC_ALL=C sort -u) <({ defined && lacking; } | LC_ALL=C sort -u)
    is "$output" ""
}

@test "no function in the list is the tree's, none is there twice, and each has its file" {
    run -0 comm -12 <(defined) <(lacking)
    is "$output" ""
    is "$(lacking)" "$(lacking | LC_ALL=C sort -u)"
    run -1 grep -vxE '[A-Za-z_][A-Za-z0-9_]* [a-z][A-Za-z0-9_./-]*' "$TREE/files/lacking"
}

@test "a function that the tree lacks is named with the file where DevStack has it" {
    run -0 failing $'true\nstart_swift proxy'
    is "${lines[0]}" "status 127"
    is "${lines[1]}" "phase-end pre-install 127 2 None start_swift proxy ['p1', 'devstack', 'plugin.sh']"
    is "$(events reason text about)" "start_swift is a function of DevStack's lib/swift that this tree does not have start_swift"
    is "$(grep -c "/p1/devstack/plugin.sh: line 2: start_swift is a function of DevStack's lib/swift that this tree does not have" "$RUN/out")" 1
    run -1 grep "command not found" "$RUN/out"
}

@test "a function that calls it untraced fails with the reason all the same" {
    plugin p1 plugin.sh $'set +o xtrace\nf() {\n    start_swift\n}\n\nf'
    run -127 tree stack.sh
    is "$(events phase-end command exit | tail -1) $(events reason about exit)" "f 127 start_swift 127"
}

@test "it is named in settings, in a substitution, in a function, and by unstack and clean" {
    local program
    plugin p1 settings 'A=$(glance_remote_conf x)'
    run -127 tree stack.sh
    is "$(events reason about)" glance_remote_conf
    for program in unstack clean; do
        again
        rm -rf "$RUN/dest/p1"
        plugin p1 plugin.sh "f() { stop_swift; }; [[ \$1 != $program ]] || f"
        run -0 tree stack.sh
        run -0 tree $program.sh
        is "$(events reason about)" stop_swift
        [[ $output == *"stop_swift is a function of DevStack's lib/swift"* ]]
    done
}

@test "other commands that are not there are told as bash tells them" {
    plugin p1 plugin.sh $'[[ $2 == pre-install ]] || return 0; set +o xtrace\nno_such a b || echo "status $?"\nno_such 2>/dev/null || true\nX=$(no_such 2>&1) || echo "got ${X##*: line }"\n$\'a b\' || true'
    run -0 tree stack.sh
    [[ $output == *"/p1/devstack/plugin.sh: line 2: no_such: command not found"$'\n'"status 127"$'\n'* ]]
    [[ $output == *$'\n'"got 4: no_such: command not found"$'\n'* ]]
    is "$(grep -c 'no_such: command not found' <<<"$output")" 2
    is "$(events reason text)" ""
}

@test "whoever asks for a function that the tree lacks is told that it is not there" {
    plugin p1 plugin.sh 'set +o xtrace
for ask in "type start_swift" "declare -F start_swift" "command -v start_swift" "type -t start_swift" "function_exists start_swift"; do
    ! $ask >/dev/null 2>&1 || echo "$ask says it is there"
done
if start_swift; then echo there; else echo "tolerated $?"; fi
(start_swift) || echo "subshell $?"; { start_swift || true; } >/dev/null 2>&1'
    run -0 tree stack.sh
    [[ $output != *"says it is there"* && $output == *$'\ntolerated 127\n'* && $output == *$'\nsubshell 127\n'* ]]
}

@test "programs and plugins' own functions of such a name are theirs" {
    stub is_ml2_ovs 'echo "program $*"'
    plugin p1 plugin.sh 'start_swift() { echo "own $1"; }; start_swift $2; is_ml2_ovs $2'
    run -0 tree stack.sh
    [[ $output == *$'\nown extra\n'* && $output == *$'\nprogram extra\n'* ]]
    is "$(events reason text)" ""
}
