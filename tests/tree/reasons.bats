#!/usr/bin/env bats
# shellcheck disable=SC2016 # the code is for other shells

load run

# reasons <program>
#
# Runs a program of the tree that fails, and prints the reasons that the events tell, without the folder of the run.
reasons() {
    ! tree "$1" >"$RUN/out" 2>&1 || echo passed
    events reason text | sed "s#$RUN/dest/##g"
    grep -qa 'phase-end.*"failed"' "$RUN/events" || echo "no phase failed"
}

# faulty <file> <text>
#
# Makes the plugin p1 anew with a file of that text, its escapes resolved.
faulty() {
    again
    rm -rf "$RUN/dest/p1"
    plugin p1 plugin.sh 'true'
    write "$RUN/dest/p1/devstack/$1" "$2"
}

@test "a file with CR LF is named, whichever it is and however it fails" {
    local file
    for file in override-defaults settings plugin.sh; do
        faulty "$file" '# a comment\r\n\r\nA=1\r\n'
        run -0 reasons stack.sh
        is "$output" "p1/devstack/$file:1: the line ends with CR LF, as on Windows, and bash takes the CR for a part of the line; to mend it: sed -i 's/\r\$//' devstack/$file"
        is "$(events phase-end line command exit | tail -1)" "2 \$'\\r' 127"
        grep -q "^likely reason: .*/p1/devstack/$file:1: the line ends with CR LF" "$RUN/out"
    done
    faulty plugin.sh 'if [[ $1 == stack ]]; then\r\n    A=1\r\nfi\r\n'
    run -0 reasons stack.sh
    [[ $output == "p1/devstack/plugin.sh:1: the line ends with CR LF"* ]]
    faulty settings 'A=1\r\n'
    write "$RUN/dest/p1/devstack/plugin.sh" 'cd /no/such/$A\n'
    run -0 reasons stack.sh
    [[ $output == "p1/devstack/settings:1: the line ends with CR LF"* ]]
}

@test "a file that plugin.sh sources is named as well" {
    faulty more 'function f {\r\n    true\r\n}\r\n'
    write "$RUN/dest/p1/devstack/plugin.sh" 'source $DEST/p1/devstack/more\n'
    run -0 reasons stack.sh
    [[ $output == "p1/devstack/more:1: the line ends with CR LF"*" devstack/more" ]]
}

@test "other bytes that bash cannot make sense of are named" {
    faulty settings '\xef\xbb\xbf# a comment\n'
    run -0 reasons stack.sh
    [[ $output == "p1/devstack/settings:1: the file begins with a byte order mark"* ]]
    faulty plugin.sh 'true\n<<<<<<< HEAD\ntrue\n=======\nfalse\n>>>>>>> theirs\n'
    run -0 reasons stack.sh
    [[ $output == "p1/devstack/plugin.sh:2: the marks of a merge conflict are left in the file"* ]]
    faulty plugin.sh 'true\nfal\x00se\n'
    run -0 reasons stack.sh
    [[ $output == "p1/devstack/plugin.sh:2: there is a NUL byte in the line"* ]]
    faulty settings '\xff\xfe#\x00\n\x00'
    run -0 reasons stack.sh
    [[ $output == "p1/devstack/settings:1: the file is UTF-16"* ]]
}

@test "unstack and clean name them as well" {
    local program
    for program in unstack clean; do
        faulty settings 'A=1\r\n'
        run -0 tree stack.sh
        write "$RUN/dest/p1/devstack/plugin.sh" "[[ \$1 != $program ]] || die \$LINENO no\n"
        run -0 reasons $program.sh
        [[ $output == "p1/devstack/settings:1: the line ends with CR LF"* ]]
    done
}

@test "nothing is said of other plugins, of a file that is well, or of a run that passes" {
    faulty plugin.sh 'false\n'
    run -0 reasons stack.sh
    is "$output" ""
    plugin p2 settings $'A=1\r'
    run -0 reasons stack.sh
    is "$output" ""
    faulty settings 'A=1\r\n'
    run -0 tree stack.sh
    is "$(events reason text)" ""
}

@test "a failure of the tree's own may be due to any plugin's settings, once they are read" {
    faulty settings 'SERVICE_IP_VERSION=1\r\n'
    echo 'SERVICE_IP_VERSION=5' >>"$RUN/devstack/local.conf"
    run -0 reasons stack.sh
    is "$output" "no phase failed"
    faulty settings 'A=1\r\n'
    stub dpkg-query 'exit 1'
    stub sudo '[[ $* != *" install "* ]] || exit 100'
    run -0 reasons stack.sh
    [[ $output == "p1/devstack/settings:1: the line ends with CR LF"*$'\nno phase failed' ]]
}

@test "exit 0 ends the run, and it is said why" {
    faulty plugin.sh 'exit 0\n'
    run -0 reasons stack.sh
    is "$output" $'exit ends the whole run, with status 0 as well, as the file is sourced: return ends the file only'
    faulty plugin.sh 'exit 3\n'
    run -0 reasons stack.sh
    is "$output" ""
}
