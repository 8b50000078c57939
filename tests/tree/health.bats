#!/usr/bin/env bats

# shellcheck disable=SC1091,SC2016,SC2034,SC2154,SC2329 # files, text, variables and functions of other shells

load helper

prepare() {
    source "$TREE/functions"
    _later core/process
    source "$TREE/inc/core/events"
    source "$TREE/inc/core/health"
    TOP_DIR=$PWD SYSTEMD_DIR=$PWD/units SYSTEMCTL="sudo systemctl"
    mkdir -p units/multi-user.target.wants
    stub_sudo
    stub journalctl '[[ $* == *--sync* ]] || echo "$(date +%H) python3[1]: its last words"'
    stub systemctl '[[ $1 != show ]] || cat shown'
    export TZ=UTC0
    NOW=$(date +%s)
    _RUNNER_RUN_MODE=stack _RUNNER_RUN_START=$(((NOW - 60) * 1000000))
    : >shown
}

finish() {
    [[ -z ${BUSY:-} ]] || kill "$BUSY"
}

# unit <name> [<property>=<value>]...
#
# Makes systemd know a unit that has been started by run_process a second ago and runs, but for these properties.
unit() {
    local name=devstack@$1.service clock
    clock="$(date -d "@$((NOW - 1))" '+%a %F %T.000000 UTC')"
    touch "units/$name" "units/multi-user.target.wants/$name"
    owner_note "$name" run
    {
        printf '%s\n' "Id=$name" LoadState=loaded ActiveState=active SubState=running Result=success Type=simple NRestarts=0 \
            Job= ControlGroup=/none MainPID=0 ExecMainCode=0 ExecMainStatus=0 "FragmentPath=$SYSTEMD_DIR/$name" \
            ExecMainStartTimestampMonotonic=100000000 ExecMainExitTimestampMonotonic=0 ActiveEnterTimestampMonotonic=100000001 \
            ActiveExitTimestampMonotonic=0 StateChangeTimestampMonotonic=100000001 "StateChangeTimestamp=$clock" ExecStart=
        (($# == 1)) || printf '%s\n' "${@:2}"
        echo
    } >>shown
}

# judged <wanted>
#
# Compares what health_check says of bad units, one a line without the journal, with the text.
judged() {
    run health_check now
    is "$(grep -o '^devstack@.*\. Its last' <<<"$output" | sed 's/\. Its last$//')" "$1"
}

@test "a unit that runs is fine" {
    unit a
    run -0 health_check now
    [[ $output != *"Its last messages"* ]]
}

@test "a unit that fails for good while the next run begins is of the stack before" {
    unit a ActiveState=failed SubState=failed Result=exit-code
    sed -i 's/ run$/ file/' .units
    judged "devstack@a.service (the tree): failed: exit-code"
    source "$TREE/inc/core/sweep"
    sweep_stack_before
    judged ""
}

@test "without units systemd is not asked" {
    rm -r units
    run -0 health_check
    is "$output$(calls)" ""
}

@test "a unit that failed ends the run with status 1, its state and its last messages" {
    unit a
    unit b ActiveState=failed SubState=failed Result=exit-code ExecMainCode=1 ExecMainStatus=3 \
        ExecMainExitTimestampMonotonic=100000050 ActiveExitTimestampMonotonic=100000060
    run -1 health_check now
    [[ $output == *"devstack@b.service (the tree): failed: exit code 3. Its last messages:"$'\n'*" python3[1]: its last words"* ]]
    [[ $output == *"[ERROR] not all services run: devstack@b.service (ALLOW_DEAD_SERVICES=True would let the run go on)" ]]
}

@test "a unit that was told to stop is fine, whatever it made of it" {
    unit a ActiveState=inactive SubState=dead ExecMainCode=2 ExecMainStatus=15 \
        ExecMainExitTimestampMonotonic=100000070 ActiveExitTimestampMonotonic=100000060
    unit b ActiveState=failed SubState=failed Result=exit-code ExecMainCode=1 ExecMainStatus=4 \
        ExecMainExitTimestampMonotonic=100000070 ActiveExitTimestampMonotonic=100000060
    unit c ActiveState=inactive SubState=dead ExecMainCode=1
    rm units/multi-user.target.wants/devstack@c.service # stop_process disables
    judged ""
}

@test "a unit that ended by itself is not, with or without an error, unless it is a oneshot" {
    local ended=(ActiveState=inactive SubState=dead ExecMainCode=1 ExecMainExitTimestampMonotonic=100000050
        ActiveExitTimestampMonotonic=100000060)
    unit a "${ended[@]}"
    unit b "${ended[@]}" Type=oneshot
    unit c ActiveState=active SubState=exited Type=oneshot
    unit d ActiveState=failed SubState=failed Type=oneshot Result=exit-code ExecMainCode=1 ExecMainStatus=1
    unit e "${ended[@]}" ExecMainCode=2 ExecMainStatus=9 Result=signal ActiveState=failed SubState=failed
    judged "devstack@a.service (the tree): not running any more: exit code 0
devstack@d.service (the tree): failed: exit code 1
devstack@e.service (the tree): failed: killed by SIGKILL"
}

@test "a unit that systemd has forgotten: the journal knows whether it was stopped" {
    unit a ActiveState=inactive SubState=dead ExecMainStartTimestampMonotonic=0 StateChangeTimestampMonotonic=0
    judged "devstack@a.service (the tree): not running any more: it ended"
    _RUNNER_HEALTH_TOLD=()
    stub journalctl 'echo "Nov 25 06:40:50 systemd[1]: Stopped devstack@a.service - a."'
    judged ""
}

@test "restarts are no health" {
    unit a ActiveState=activating SubState=auto-restart Result=exit-code ExecMainCode=1 ExecMainStatus=1 NRestarts=2
    unit b NRestarts=1
    judged "devstack@a.service (the tree): restarting again and again: exit code 1, restarts: 2
devstack@b.service (the tree): it runs again after it died or was killed, restarts: 1"
}

@test "a unit that never becomes ready is waited for, but not for ever" {
    _RUNNER_HEALTH_PATIENCE=200000
    unit a ActiveState=activating SubState=start
    run -1 health_check
    [[ $output == *"devstack@a.service (the tree): not ready yet: activating (start). Its last messages:"* ]]
    ((SECONDS < 10))
}

@test "units that another run started and that did not change are nobody's business" {
    unit a ActiveState=failed SubState=failed Result=exit-code ExecMainCode=1 ExecMainStatus=3
    sed -i 's/ run$/ file/; s/ [0-9]* file/ 1 file/' .units
    sed -i "s/^StateChangeTimestamp=.*/StateChangeTimestamp=$(date -d "@$((NOW - 90))" '+%a %F %T.000000 UTC')/" shown
    judged ""
}

@test "what a plugin's units lack is the plugin's: by run_process, by the unit's file, by the time of its start" {
    local dead=(ActiveState=failed SubState=failed Result=exit-code ExecMainCode=1 ExecMainStatus=3)
    _RUNNER_PHASE_FIELDS=(mode=stack phase=extra plugin=p1)
    unit a "${dead[@]}"
    _RUNNER_PHASE_FIELDS=()
    unit b "${dead[@]}"
    unit c "${dead[@]}"
    unit d "${dead[@]}"
    sed -i '/devstack@[cd]/d' .units
    _RUNNER_PHASE_TIMES=("$(((NOW - 50) * 1000000)) $(((NOW - 40) * 1000000)) p2" "$(((NOW - 2) * 1000000)) $(((NOW) * 1000000)) p3")
    touch -d "@$((NOW - 45))" units/devstack@c.service
    touch -d "@$((NOW - 9999))" units/devstack@d.service
    judged "devstack@a.service (plugin p1): failed: exit code 3
devstack@b.service (the tree): failed: exit code 3
devstack@c.service (plugin p2): failed: exit code 3
devstack@d.service (plugin p3): failed: exit code 3"
}

@test "events: one for each dead unit; a stage fails for the tree's units only" {
    unit a ActiveState=failed SubState=failed Result=exit-code ExecMainCode=1 ExecMainStatus=3
    sed -i 's/ - / p1 /' .units
    (
        DEVSTACK_EVENTS_FD=9
        _stage health health_check now
    ) 9>events || true
    run -0 cut -d, -f1,3- events
    is "${lines[1]%,\"log\"*}" '{"event":"dead-unit","mode":"stack","plugin":"p1","unit":"devstack@a.service","state":"failed: exit code 3"'
    [[ ${lines[2]} == *'"stage":"health","status":"passed"'* ]]
    sed -i 's/ p1 / - /' .units
    (
        DEVSTACK_EVENTS_FD=9
        _stage health health_check now
    ) 9>events || true
    run -0 cut -d, -f1,3- events
    [[ ${lines[1]} == *'"plugin":"","unit":"devstack@a.service"'* ]]
    [[ ${lines[2]} == *'"stage":"health","status":"failed"'*'"command":"devstack@a.service (the tree): failed: exit code 3"'* ]]
}

@test "ALLOW_DEAD_SERVICES makes it a note, once" {
    unit a ActiveState=failed SubState=failed Result=exit-code ExecMainCode=1 ExecMainStatus=3
    (
        DEVSTACK_EVENTS_FD=9 ALLOW_DEAD_SERVICES=yes
        health_check now
        health_check now
    ) 9>events
    is "$(cut -d, -f1,3- events)" '{"event":"note","text":"devstack@a.service (the tree): failed: exit code 3"}'
}

@test "quiet are processes that do nothing between two looks; working ones and new ones are not" {
    local -A unit_of=(["a ControlGroup"]=/none ["a MainPID"]=$$) seen=()
    _health_processes() { REPLY=$PROCESSES; }
    PROCESSES=" 1:10"
    run -1 _health_is_quiet a
    _health_is_quiet a || true
    _health_is_quiet a
    PROCESSES=" 1:11"
    _health_is_quiet a
    PROCESSES=" 1:15"
    run -1 _health_is_quiet a
    _health_is_quiet a || true
    PROCESSES=" 1:15 2:0"
    run -1 _health_is_quiet a
    PROCESSES=""
    run -1 _health_is_quiet a # its main process ended after systemd was asked
    unit_of["a MainPID"]=0
    _health_is_quiet a
}

@test "a process that computes is seen" {
    local -A unit_of=(["a ControlGroup"]=/none)
    (while ((SECONDS < 20)); do :; done) 3>&- &
    BUSY=$!
    unit_of["a MainPID"]=$BUSY
    run -1 _health_processes a
    unit_of["a MainPID"]=999999999
    _health_processes a
    is "$REPLY" ""
}
