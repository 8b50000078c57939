#!/usr/bin/env bats

# shellcheck disable=SC1091,SC2016,SC2034,SC2154,SC2329 # files, text, variables and functions of other shells

load helper

prepare() {
    source "$TREE/functions"
    ENABLED_SERVICES=foo-api,foo-u,g
    SYSTEMD_DIR=$PWD/units
    SYSTEMCTL=systemctl
    STACK_USER=stack
    stub systemctl
    stub_sudo
}

# unit <service> <section> <option>
unit() {
    iniget "units/devstack@$1.service" "$2" "$3"
}

@test "RP-1: run_process writes a plain unit, enables and starts it" {
    run_process foo-api "/usr/bin/foo --x 'a b'"
    grep -qxF "ExecStart = /usr/bin/foo --x 'a b'" units/devstack@foo-api.service
    grep -qxF "User = stack" units/devstack@foo-api.service
    grep -qxF "Environment = \"PATH=$PATH\"" units/devstack@foo-api.service
    is "$(unit foo-api Unit Description)" "Devstack devstack@foo-api.service"
    is "$(unit foo-api Service ExecReload)" "$(type -P kill) -HUP \$MAINPID"
    is "$(unit foo-api Service KillMode)" process
    is "$(unit foo-api Service TimeoutStopSec)" 300
    is "$(unit foo-api Install WantedBy)" multi-user.target
    run -1 ini_has_option units/devstack@foo-api.service Service Group
    is "$(calls systemctl)" "systemctl daemon-reload
systemctl enable devstack@foo-api.service --no-reload
systemctl start devstack@foo-api.service"
}

@test "RP-2: run_process writes a uWSGI unit" {
    GLOBAL_VENV=True DEVSTACK_VENV=/venv
    run_process foo-u "/venv/bin/uwsgi --ini u.ini" ""
    is "$(unit foo-u Service ExecStart)" "/venv/bin/uwsgi --ini u.ini --venv /venv"
    is "$(unit foo-u Unit Description)" "Devstack devstack@foo-u.service"
    is "$(unit foo-u Service Environment)" "\"PATH=$PATH\""
    is "$(unit foo-u Service ExecReload)" "$(type -P kill) -HUP \$MAINPID"
    is "$(unit foo-u Service KillMode) $(unit foo-u Install WantedBy)" "process multi-user.target"
    is "$(unit foo-u Service User)" stack
    is "$(unit foo-u Service SyslogIdentifier)" devstack@foo-u.service
    is "$(unit foo-u Service Type) $(unit foo-u Service NotifyAccess)" "notify all"
    is "$(unit foo-u Service Restart) $(unit foo-u Service RestartForceExitStatus)" "always 100"
    run -1 ini_has_option units/devstack@foo-u.service Service TimeoutStopSec
}

@test "RP-3: run_process with group, user and environment" {
    SYSTEMD_ENV_VARS[g]="Z=9"
    run_process g /bin/g kvm bob "A=1 B=2"
    is "$(unit g Service Group) $(unit g Service User)" "kvm bob"
    is "$(unit g Service Environment)" "Z=9 A=1 B=2"
    run_process g /bin/g
    is "$(unit g Service Environment)" "Z=9"
}

@test "RP-4: run_process of a service that is not enabled" {
    run -0 run_process nope bin/x
    [[ ! -e units ]]
    is "$output$(calls systemctl)" ""
}

@test "RP-5: run_process of a command that cannot be a unit's" {
    run -1 run_process g "sudo /bin/x"
    run -1 run_process g "/bin/x sudo"
    [[ $output == *"You are trying to use run_process with sudo, "* ]]
    run -1 run_process g bin/x
    [[ $output == *'The cmd="bin/x" does not start with an absolute path. '* ]]
    [[ ! -e units ]]
}

@test "RP-6: run_process again changes the unit" {
    run_process foo-api /usr/bin/foo
    echo "Mine = 1" >>units/devstack@foo-api.service
    run_process foo-api /usr/bin/foo2
    is "$(grep ExecStart units/*)" "ExecStart = /usr/bin/foo2"
    is "$(unit foo-api Install Mine)" 1
}

@test "RP-7: stop_process" {
    stop_process foo-api
    stop_process nope
    is "$(calls systemctl)" "systemctl is-enabled devstack@foo-api.service
systemctl stop devstack@foo-api.service
systemctl disable devstack@foo-api.service --no-reload"
    stub systemctl 'exit 1'
    : >"$CALLS"
    stop_process foo-api
    is "$(calls systemctl)" "systemctl is-enabled devstack@foo-api.service"
}

@test "run_process: a unit that does not start is a failure" {
    stub systemctl '[[ $1 != start ]] || exit 5'
    run -5 run_process g /bin/g
    run -5 --separate-stderr shell 'set -e' ENABLED_SERVICES=g "SYSTEMD_DIR=$PWD/units" SYSTEMCTL=systemctl \
        'run_process g /bin/g' 'echo here'
    is "$output" ""
}

@test "run_process: shows what a service said that does not start" {
    stub systemctl '[[ $1 != start ]] || exit 5
[[ $1 != show ]] || printf "Id=devstack@g.service\nLoadState=loaded\nResult=exit-code\nExecMainCode=1\nExecMainStatus=3\n\n"'
    stub journalctl '[[ $* == *--sync* ]] || echo "g: no such file"'
    run -5 run_process g /bin/g
    [[ $output == *"devstack@g.service does not start: exit code 3. Its last messages:"$'\n'"g: no such file" ]]
}

@test "stop_process: in unstack.sh services end side by side" {
    _RUNNER_RUN_MODE=unstack
    stop_process foo-api
    is "$(calls 'systemctl stop')" "systemctl stop devstack@foo-api.service --no-block"
}

@test "run_process: a command of several lines becomes one" {
    run_process g $'/bin/g \\\n  --a\n  --b'
    is "$(unit g Service ExecStart)" "/bin/g --a --b"
}

@test "run_process: writes as root where the user may not" {
    ((EUID)) || skip "root may write everything"
    mkdir units
    chmod 555 units
    stub sudo 'chmod 755 units; exec env "$@"'
    run_process g /bin/g
    is "$(unit g Service ExecStart)" /bin/g
}

@test "write_user_unit_file and write_uwsgi_user_unit_file neither enable nor start" {
    write_user_unit_file x.service /bin/x "" me
    write_uwsgi_user_unit_file y.service /bin/y "" me "A=1"
    is "$(calls systemctl)" $'systemctl daemon-reload\nsystemctl daemon-reload'
    is "$(iniget units/x.service Unit Description)" "Devstack x.service"
    is "$(iniget units/y.service Service Environment)" A=1
}

@test "service_check shows units; a dead one fails" {
    stub systemctl '[[ $1 != status ]] || exit 3'
    run -3 shell 'set -e' ENABLED_SERVICES=g SYSTEMCTL=systemctl service_check
    is "$(calls 'systemctl status')" "systemctl status devstack@g.service --no-pager"
}

@test "is_running" {
    exec -a unlikely-name-of-a-test sleep 0 &
    is_running bats
    run -1 is_running no-process-has-this-in-its-line-x
}
