#!/usr/bin/env bats
# shellcheck disable=SC2016 # the code is for other shells

load helper

prepare() {
    local name
    for name in df free ps ip ss; do
        stub "$name" "echo \"output of $name\""
    done
    stub systemctl 'echo "unit $*"'
    stub journalctl 'echo "journal $*"'
    mkdir units logs
    export SYSTEMD_DIR=$PWD/units
}

@test "the dump is named for the time in UTC, in the directory" {
    run -0 env TZ=Asia/Tokyo "$TREE/tools/worlddump.py" -d logs
    [[ $output =~ ^World\ dump\ in\ logs/worlddump-([0-9]{4}-[0-9]{2}-[0-9]{2})-([0-9]{2})[0-9]{4}\.txt$ ]]
    [[ $(date -u +%F) == "${BASH_REMATCH[1]}" ]] || [[ $(date -u +%H%M) == 00* ]]
    [[ -s ${output#World dump in } ]]
}

@test "without -d it is in the current folder" {
    run -0 "$TREE/tools/worlddump.py"
    compgen -G 'worlddump-*.txt'
}

@test "it holds the state of the host, each part under a title" {
    # the dump's commands do not inherit the strict pass's descriptor
    run -0 env -u BASH_XTRACEFD "$TREE/tools/worlddump.py" -d logs
    is "$(cat logs/*)" $'\nFile system\n===========\n\noutput of df\n\nMemory\n======\n\noutput of free
\nProcesses\n=========\n\noutput of ps\n\nAddresses\n=========\n\noutput of ip\n\nRoutes\n======\n\noutput of ip
\nListening sockets\n=================\n\noutput of ss\n\nFailed units\n============\n\nunit --no-legend --failed'
}

@test "the units that run_process wrote are in it" {
    touch units/devstack@a.service units/other.service
    run -0 "$TREE/tools/worlddump.py" -d logs
    grep -q '^unit --no-pager --full --lines=0 status devstack@a.service$' logs/*
    grep -q '^journal --no-pager --lines=100 --unit=devstack@a.service$' logs/*
    run -1 grep -q other.service logs/worlddump*
}

@test "programs that fail or are not there do not keep it from the rest" {
    stub df 'echo half; exit 3'
    rm "$STUBS/ss" "$STUBS/free"
    ln -s "$(type -P env)" "$(type -P bash)" "$STUBS"
    ln -s "$(python3 -c 'import sys; print(sys.executable)')" "$STUBS/python3"
    PATH=$STUBS run -0 "$TREE/tools/worlddump.py" -d logs
    grep -q '^half$' logs/*
    grep -q '^Failed units$' logs/*
    run -1 grep -q -e Memory -e sockets logs/worlddump*
}

@test "a folder that is not there is told in a line" {
    run -1 "$TREE/tools/worlddump.py" -d nope
    is "${#lines[@]}" 1
    [[ $output == "worlddump.py: nope/worlddump-"*": No such file or directory" ]]
}
