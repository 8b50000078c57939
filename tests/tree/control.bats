#!/usr/bin/env bats

# shellcheck disable=SC1091,SC2016,SC2034,SC2154,SC2329 # files, text, variables and functions of other shells

load helper

@test "ER-1: die joins its arguments and keeps their spacing" {
    without errexit "the row has a failing command before die"
    run -1 --separate-stderr shell 'f(){ false; die 12 "a  b" c; }; f'
    [[ $stderr == "[ERROR] script.sh:12 a  b c" ]]
}

@test "ER-2: die keeps the status of the command before" {
    run -7 --separate-stderr shell 'd(){ return 7; }; d || die 39 code'
}

@test "ER-3: die ends with 1 otherwise" {
    run -1 --separate-stderr shell 'true; die 1 x'
}

@test "ER-4: err names the file of the caller's caller" {
    run -0 --separate-stderr shell 'inner(){ err 33 "the msg" extra; }; outer(){ inner; }; outer'
    is "$stderr" "[ERROR] script.sh:33 the msg"
    is "$output" ""
}

@test "ER-5: err returns the status it was entered with" {
    without errexit "the row has a failing command before err, which then fails as well"
    run -0 --separate-stderr shell 'false; err 36 keep; echo $?'
    is "$output" 1
    is "$stderr" "[ERROR] :36 keep"
}

@test "ER-6: warn prints to stdout" {
    without errexit "the row has a failing command before warn, which then fails as well"
    run -0 --separate-stderr shell 'false; warn 37 keep; echo $?'
    is "$output" $'[WARNING] :37 keep\n1'
    is "$stderr" ""
}

@test "ER-7: warn with a single argument" {
    run -0 shell 'warn "text"'
    is "$output" "[WARNING] :text "
}

@test "ER-8: err and die write to error.log" {
    run -1 shell 'LOGDIR=.; err 38 logged; die 39 more'
    is "$(cat error.log)" $'[ERROR] :38 logged\n[ERROR] script.sh:39 more'
}

@test "ER-9: die_if_not_set returns when the variable is set" {
    run -0 shell 'X=v; die_if_not_set 1 X m; echo here'
    is "$output" here
}

@test "ER-10: die_if_not_set dies when it is empty" {
    run -1 --separate-stderr shell 'X=; die_if_not_set 40 X "X missing" extra; echo here'
    [[ $stderr == *":40 X missing extra" && $output != *here* ]]
}

@test "ER-11: die_if_not_set dies after a failed command" {
    without errexit "the row has a failing command before die_if_not_set"
    run -1 --separate-stderr shell 'X=v; false; die_if_not_set 1 X m; echo here'
    [[ $stderr == *":1 m" && $output != *here* ]]
}

@test "ER-12: deprecated collects texts" {
    run -0 --separate-stderr shell 'deprecated a; deprecated b; printf %s "$DEPRECATED_TEXT"'
    is "$output" '\na\nb'
    is "$stderr" $'WARNING: a\nWARNING: b'
}

@test "ER-13: isset and is_set" {
    without errexit "the script asks for the status of what is false"
    run -0 shell 'Z=; isset Z; echo $?; is_set Z; echo $?; isset NOSUCH; echo $?; Z=1; is_set Z; echo $?'
    is "$output" $'0\n1\n1\n0'
}

@test "ER-14: exit_distro_not_supported" {
    run -1 --separate-stderr shell 'DISTRO=sle12; exit_distro_not_supported a b c'
    [[ $stderr == *" Support for sle12 is incomplete: no support for a b c" ]]
    run -1 --separate-stderr shell 'DISTRO=sle12; exit_distro_not_supported'
    [[ $stderr == *" Support for sle12 is incomplete." ]]
}

@test "die: prints the calls, outermost first" {
    run -1 --separate-stderr shell 'inner(){ die $LINENO x; }' 'outer(){ inner; }' outer
    is "$output" $'[Call Trace]\nscript.sh:4:outer\nscript.sh:3:inner\nscript.sh:2:die'
}

@test "die: works with one argument, with none, and with nounset" {
    run -1 --separate-stderr shell 'set -u; die "only text"'
    is "$stderr" "[ERROR] script.sh:only text"
    run -1 --separate-stderr shell 'set -u; die'
}

@test "die: in a command substitution ends only that" {
    run -0 --separate-stderr shell 'x=$(die 1 inner); echo "$? here"'
    is "$output" "1 here"
}

@test "die: tells event_die_location where it happened" {
    local define='event_die_location() { echo "$1|$2|$3" >&2; }'
    run -1 --separate-stderr shell "$define" 'die $LINENO the message'
    [[ $stderr == *"script.sh|3|the message" ]]
    run -1 --separate-stderr shell "$define" 'die "the message"'
    [[ $stderr == *"script.sh|3|the message" ]]
}

@test "err_if_not_set" {
    run -0 --separate-stderr shell 'X=; err_if_not_set 5 X "X missing"; echo $?'
    is "$output" 0
    [[ $stderr == *":5 X missing" ]]
    run -0 --separate-stderr shell 'X=1; err_if_not_set 5 X m; echo $?'
    is "$stderr" ""
}

@test "function_exists" {
    run -0 shell 'is_a-b_enabled() { :; }; function_exists is_a-b_enabled; echo $?; function_exists ls; echo $?'
    is "$output" $'0\n1'
}

@test "ES-1: echo_summary and echo_nolog reduce blanks" {
    run -0 shell 'echo_summary "a  b" c' 'echo_nolog " * " "d  e"'
    is "$output" $'a b c\n* d e'
}

@test "echo_summary: one that exists stays" {
    write script.sh "echo_summary() { echo mine; }\nsource $TREE/functions\necho_summary x\n"
    run -0 bash script.sh
    is "$output" mine
}
