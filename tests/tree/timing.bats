#!/usr/bin/env bats

# shellcheck disable=SC1091,SC2016,SC2034,SC2154,SC2329 # files, text, variables and functions of other shells

load helper

prepare() {
    source "$TREE/functions-common"
}

@test "TM-1: a clock can be used again, and times are added" {
    EPOCHREALTIME=1
    # The shell's own clock, until it is unset.
    unset EPOCHREALTIME
    EPOCHREALTIME=10.000000 && time_start a
    EPOCHREALTIME=10,250000 && time_stop a
    EPOCHREALTIME=20.000000 && time_start a
    EPOCHREALTIME=21.000000 && time_stop a
    run -0 time_totals
    [[ $output =~ a\ +1\.250 ]]
}

@test "TM-2: starting twice and stopping an idle clock dies" {
    time_start a
    run -1 time_start a
    [[ $output == *"Trying to start the clock on a, but it's already been started" ]]
    run -1 time_stop b
    [[ $output == *"Trying to stop the clock on b, but it was never started" ]]
}

@test "time_start, time_stop: with errexit and nounset" {
    run -0 shell 'set -eu; time_start apt-get; time_stop apt-get; echo ok'
    is "$output" ok
}

@test "oscwrap: runs the client, keeps its output and status, notes the time" {
    stub openstack 'printf "id\n\n\n"; exit 3'
    OSCWRAP_TIMER_FILE=$PWD/times
    run -3 oscwrap token issue
    is "$output" id
    is "$(calls openstack)" "openstack token issue"
    is "$(wc -l <"$OSCWRAP_TIMER_FILE")" 1
    run -0 time_totals
    [[ $output == *osc* ]]
}

@test "install_oscwrap: openstack becomes an alias in scripts" {
    stub openstack 'echo client'
    cat >script.sh <<EOF
source "$TREE/functions"
install_oscwrap
alias
openstack x
EOF
    run -0 bash script.sh
    is "$output" $'alias openstack=\'oscwrap\'\nclient'
}
