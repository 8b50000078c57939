#!/usr/bin/env bats

# shellcheck disable=SC1091,SC2016,SC2034,SC2154,SC2329 # files, text, variables and functions of other shells

load helper

prepare() {
    source "$TREE/functions"
    _later core/process
    source "$TREE/inc/core/events"
    source "$TREE/inc/core/sweep"
    TOP_DIR=$PWD SYSTEMD_DIR=$PWD/units SYSTEMCTL="sudo systemctl"
    mkdir -p units/multi-user.target.wants
    stub_sudo
    stub systemctl '[[ $1 != show ]] || cat shown'
    : >shown
    # no process of this machine
    export _RUNNER_PROC=$PWD/proc
    process 1 systemd /init.scope
}

# process <number> <name> <group>
process() {
    mkdir -p "proc/$1"
    echo "$2" >"proc/$1/comm"
    printf '%s\n' "9:name=systemd:/" "0::$3" >"proc/$1/cgroup"
}

# unit <name> <state> [enabled]
unit() {
    printf '%s\n' "Id=devstack@$1.service" "ActiveState=$2" "" >>shown
    touch "units/devstack@$1.service"
    [[ -z ${3:-} ]] || ln -s "../devstack@$1.service" "units/multi-user.target.wants/devstack@$1.service"
}

@test "what runs or is enabled is stopped and disabled in one call each, with its owner's name" {
    unit a active enabled
    unit b inactive enabled
    unit c activating
    unit d inactive
    printf '%s\n' "devstack@a.service p1 1 run" "devstack@b.service - 1 run" >.units
    DEVSTACK_EVENTS_FD=9
    sweep_units >said 9>events
    is "$(cat said)" "plugin p1 left devstack@a.service running; it is stopped and disabled now
somebody left devstack@c.service running; it is stopped and disabled now
the tree left devstack@b.service enabled; it is stopped and disabled now"
    is "$(grep -c '"event":"note"' events)" 3
    is "$(calls 'systemctl (stop|disable)')" "systemctl stop devstack@a.service devstack@c.service
systemctl disable --no-reload devstack@a.service devstack@b.service"
    [[ ! -e .units ]]
}

@test "what is ending is waited for, and nobody is blamed" {
    unit a deactivating
    run -0 sweep_units
    is "$output" ""
    is "$(calls 'systemctl (stop|disable)')" "systemctl stop devstack@a.service"
}

@test "what does not end is killed" {
    unit a deactivating
    stub timeout 'exit 124'
    run -0 sweep_units
    is "$output" "killing what did not end within 1.0 s: devstack@a.service"
    is "$(calls 'systemctl kill')" "systemctl kill --signal=KILL devstack@a.service"
}

@test "when all is stopped, systemd is only told what is not enabled any more" {
    unit a inactive
    run -0 sweep_units
    is "$output" ""
    is "$(calls systemctl)" "systemctl show devstack@* --property=Id --property=ActiveState
systemctl reset-failed devstack@*
systemctl daemon-reload"
    rm units/*.service
    : >shown
    : >"$CALLS"
    run -0 sweep_units
    is "$(calls systemctl)" "systemctl show devstack@* --property=Id --property=ActiveState"
}

@test "processes that outlived their unit are asked to end, then killed" {
    _sweep_processes() {
        pids=()
        [[ -n ${GONE:-} ]] || pids=(4711 4712)
        REPLY=" uwsgi (4711, of devstack@a.service)"
        GONE=${SOON:-}
    }
    stub kill
    enable -n kill
    sudo() { command sudo env "$@"; }
    run -0 sweep_units
    is "$output" "ending processes that outlived their units: uwsgi (4711, of devstack@a.service)"
    is "$(calls kill)" "kill -TERM 4711 4712
kill -KILL 4711 4712"
    : >"$CALLS"
    SOON=1
    run -0 sweep_units
    is "$(calls kill)" "kill -TERM 4711 4712"
}

@test "the unstack of clean.sh hands its notes on" {
    unit a active
    DEVSTACK_EVENTS_FD='' _RUNNER_NOTES_FD=9
    sweep_units 9>events >/dev/null
    is "$(grep -c '"event":"note"' events)" 1
}

@test "processes of units are found, those of containers are not, wherever this systemd is" {
    local top pids REPLY
    for top in "" /docker/4711; do
        process 1 systemd "$top/init.scope"
        process 20 uwsgi "$top/system.slice/system-devstack.slice/devstack@a.service"
        process 21 worker "$top/system.slice/devstack@b.service/below"
        process 30 bash "$top/user.slice/user-1000.slice/session-1.scope"
        process 31 apache2 "$top/system.slice/apache2.service"
        process 32 uwsgi "$top/docker/0815/system.slice/system-devstack.slice/devstack@a.service"
        process 33 uwsgi "$top/system.slice/docker-0815.scope/system.slice/system-devstack.slice/devstack@a.service"
        process 34 uwsgi "/docker/0815/system.slice/system-devstack.slice/devstack@a.service"
        _sweep_processes
        is "$REPLY" " uwsgi (20, of devstack@a.service) worker (21, of devstack@b.service)"
        is "${pids[*]}" "20 21"
    done
}

@test "what the stack before left running is stopped, stays enabled, and is told in one note" {
    unit a active enabled
    unit b inactive enabled
    unit c deactivating
    echo "devstack@a.service p1 1 run" >.units
    DEVSTACK_EVENTS_FD=9
    sweep_stack_before >said 9>events
    is "$(cat said)" "stopped what the stack before left running: a.service"
    is "$(grep -c '"event":"note"' events)" 1
    is "$(calls 'systemctl (stop|disable)')" "systemctl stop devstack@a.service devstack@c.service"
    [[ -e .units ]]
}

@test "what ends just before it is killed does not end stack.sh" {
    unit a active
    stub timeout 'exit 124'
    stub systemctl '[[ $1 != show ]] || exec cat shown; exit 1'
    set -e
    sweep_stack_before
}

@test "a first stack has nothing to stop" {
    run -0 sweep_stack_before
    is "$output" ""
    is "$(calls systemctl)" "systemctl show devstack@* --property=Id --property=ActiveState"
}
