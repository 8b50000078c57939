#!/usr/bin/env bats

# shellcheck disable=SC1091,SC2016,SC2034,SC2154,SC2329 # files, text, variables and functions of other shells

load helper

prepare() {
    source "$TREE/functions"
    DEST=$PWD
    async_init
    rm "$STUBS/sleep"
}

@test "AS-1: async_wait gives the status of the task" {
    w() {
        echo out
        return 3
    }
    async_run n w
    run -0 ls async
    [[ $output == *n.ini* ]]
    local status=0
    async_wait n >log || status=$?
    is "$status" 3
    grep -qx out log
    is "$(ls async)" ""
}

@test "AS-2: async_wait for a task that nobody started" {
    run -0 async_wait never
    is "$output" "Not waiting for async task never that we never started or has already been waited for"
}

@test "AS-3: async_run in the foreground" {
    w() {
        X=changed
        return 3
    }
    DEVSTACK_PARALLEL=False
    local status=0
    async_run n w || status=$?
    is "$status $X" "3 changed"
    run -0 async_wait n
}

@test "async_run: splits arguments, and errexit does not matter to the task" {
    w() {
        false
        printf '<%s>' "$@"
    }
    async_run n w 'a b' c
    run -0 async_wait n
    [[ $output == *'<a><b><c>'* ]]
}

@test "async_runfunc: a task of the function's name; a die in it is its status" {
    w() { die 1 oh; }
    async_runfunc w
    async_pidof w
    run -1 async_wait w
    [[ $output == *"[ERROR]"*oh* ]]
    run -1 async_pidof w
    is "$output" UNKNOWN
}

@test "async_wait: works in a subshell, and stops at the first failure" {
    good() { :; }
    bad() { return 4; }
    async_runfunc good
    async_runfunc bad
    async_run other good
    run -4 async_wait good bad other
    [[ -f async/other.ini ]]
}

@test "async_cleanup: ends what is left" {
    long() { exec sleep 60; }
    async_runfunc long
    local pid=$!
    async_cleanup
    local status=0
    wait "$pid" || status=$?
    is "$status" 143
    is "$(ls async)" ""
}

@test "async: works with errexit and nounset" {
    run -0 shell 'set -eu' "DEST=$PWD" 'w() { echo hi; }' 'async_runfunc w' 'async_wait w' async_print_timing
    [[ $output == *hi* ]]
}
