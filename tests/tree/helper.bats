#!/usr/bin/env bats
# shellcheck disable=SC2016,SC2329 # the code is for other shells; "run" calls the functions

load helper

# What makes the second pass of the vectors worth something: that it fails when it should.
prepare() {
    export TREE_OPTIONS=strict
    [[ -n ${STRICT:-} ]] || be_strict
}

@test "strict: a function that changes an option fails, in the shell that runs it" {
    careless() { set +o xtrace; }
    run -97 careless
    is "$output" "the options of careless were ehuxB and now are ehuB"
    run -97 as_found eux eu "the test's shell"
}

@test "strict: a script that changes an option fails" {
    run -97 shell 'f() { set -o noglob; }' f
    [[ $output == "the options of the script were "*" and now are "*f* ]]
    run -7 shell 'exit 7'
}

@test "strict: errexit reaches into functions and substitutions, nounset and xtrace are on" {
    careless() {
        false
        echo here
    }
    run -1 careless
    is "$output" ""
    run -1 shell 'x=$(false; echo x)' 'echo here'
    is "$output" ""
    run -1 shell 'echo "$NOSUCH"'
    run -0 shell 'echo $-'
    [[ $output == *e*u*x* ]]
}

@test "strict: a test can leave an option off" {
    without errexit "this is a test of it"
    without inherit_errexit "this is a test of it"
    without nounset "this is a test of it"
    run -0 shell 'false' 'echo "here$NOSUCH"' 'echo $-'
    [[ ${lines[0]} == here && ${lines[1]} != *[eu]* ]]
}
