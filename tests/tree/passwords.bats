#!/usr/bin/env bats
# shellcheck disable=SC2016 # the code is for other shells

load helper

# asked <line>...
#
# Runs the lines in an errexit shell that has read_password.
asked() {
    shell 'TOP_DIR=$PWD RC_DIR=$PWD; source $_RUNNER_TREE/inc/core/passwords; set -e' "$@"
}

@test "RD-1: a password that is given is not asked for" {
    run -0 asked 'PW=given; read_password PW m; echo "PW is $PW"' </dev/null
    is "$output" "PW is given"
    is "$(compgen -G '*localrc*')$(compgen -G '.localrc*')" ""
}

@test "RD-2: other characters are asked for again" {
    run -0 asked 'read_password P2 "The message"; echo "got $P2"' <<<$'bad pw!\ngood1'
    is "$(grep -c 'Enter a password now:' <<<"$output")" 2
    [[ $output == *"The message"*"Invalid chars in password.  Try again:"*"got good1" ]]
    is "$(cat .localrc.password)" "P2=good1"
}

@test "RD-3: an empty line gives 20 random digits" {
    run -0 asked 'read_password P3 m; echo "P3=$P3"' <<<''
    [[ ${lines[-1]} =~ ^P3=[0-9a-f]{20}$ ]]
    is "$(cat .localrc.password)" "${lines[-1]}"
}

@test "RD-4: a localrc file gets the line" {
    echo A=1 >localrc
    run -0 asked 'read_password P4 m' <<<zz
    is "$(cat localrc)" $'A=1\nP4=zz'
    [[ ! -e .localrc.password ]]
}

@test "RD-5: the end of the input ends the run" {
    run -1 asked 'read_password P5 m; echo on' </dev/null
    [[ $output != *on ]]
}

@test "a caller's local variable is set" {
    run -0 asked 'f() { local mine; read_password mine m; echo "in $mine"; }; f; echo "out ${mine:-}"' <<<abc
    [[ $output == *$'\nin abc\nout ' ]] || is "${lines[-2]}${lines[-1]}" "in abcout "
}

@test "only what is enabled is asked for" {
    run -0 asked 'ENABLED_SERVICES=mysql,key; MYSQL_PASSWORD=my; read_missing_passwords; echo "$DATABASE_PASSWORD $SERVICE_PASSWORD $ADMIN_PASSWORD [${RABBIT_PASSWORD:-}]"' <<<$'one\ntwo'
    is "${lines[-1]}" "my one two []"
}
