#!/usr/bin/env bats
# shellcheck disable=SC2016 # the code is for other shells

load run

@test "the plugins' phase runs, in the order of registration, with one argument" {
    plugin p1 plugin.sh 'echo "p1 $# $1 [${2:-}]"'
    plugin p2 plugin.sh 'echo "p2 $# $1 [${2:-}]"'
    tree stack.sh >/dev/null 2>&1
    rm "$RUN/events"
    run -0 tree unstack.sh
    is "$(grep '^p[12] ' <<<"$output")" $'p2 1 unstack []\np1 1 unstack []'
    is "$(events phase-end mode phase plugin status exit)" $'unstack unstack p2 passed 0\nunstack unstack p1 passed 0'
    is "$(events run-end mode status exit)" "unstack passed 0"
}

@test "settings and saved state come back, and local.conf is not read" {
    local_conf 'FOO=mine\n'
    plugin p1 settings 'FOO=${FOO:-x}; enable_service p1-api' plugin.sh \
        'if [[ $1 == stack ]]; then COMPUTED=1; ENABLED_SERVICES+=,late; fi; echo "$1 $FOO ${COMPUTED:-} $ENABLED_SERVICES"'
    tree stack.sh >/dev/null 2>&1
    local_conf 'FOO=changed\n'
    run -0 tree unstack.sh
    # post-config is the last phase before .stackenv is written; each of the phases up to it added the name once
    [[ $output == *$'\nunstack mine  p1-api,late,late,late' ]]
}

@test "a failing command does not stop it, and is told" {
    plugin p1 plugin.sh $'[[ $1 == stack ]] && return 0\nfalse\n(exit 3)'
    plugin p2 plugin.sh 'echo "p2 $1"'
    tree stack.sh >/dev/null 2>&1
    rm "$RUN/events"
    run -0 tree unstack.sh
    [[ $output == *"p2 unstack"* ]]
    is "$(events phase-end plugin status exit)" $'p2 passed 0\np1 passed 3'
}

@test "die and exit stop it" {
    plugin p1 plugin.sh $'[[ $1 == stack ]] && return 0\ndie $LINENO "no more"'
    tree stack.sh >/dev/null 2>&1
    rm "$RUN/events"
    run -1 tree unstack.sh
    is "$(events phase-end status exit line command)" "failed 1 2 no more"
    is "$(events run-end mode status exit)" "unstack failed 1"
    echo 'exit 7' >"$RUN/dest/p1/devstack/plugin.sh"
    run -7 tree unstack.sh
    is "$(events run-end status exit | tail -1)" "failed 7"
}

@test "it works after a stack.sh that failed" {
    plugin p1 plugin.sh '[[ $1 == unstack ]] && echo gone'
    run -1 tree stack.sh
    run -0 tree unstack.sh
    [[ $output == *gone* ]]
}

@test "the async folder goes; byte code, which the next stack.sh would have to make again, and plugins stay" {
    plugin p1 plugin.sh ':'
    tree stack.sh >/dev/null 2>&1
    touch "$RUN/dest/p1/x.pyc"
    run -0 tree unstack.sh
    [[ ! -e $RUN/dest/async && -e $RUN/dest/p1/x.pyc && -e $RUN/dest/p1/devstack/plugin.sh ]]
}

@test "-a, --all and UNSTACK_ALL stop the database and the queue as well, and name no user" {
    # shellcheck disable=SC2016 # the plugin's own variables
    plugin p1 settings 'if [[ $0 == *unstack.sh ]]; then
            enable_service rabbit mysql
            DATABASE_TYPE=mysql
            stop_rpc_backend() { echo "stop queue"; }
            stop_database() { echo "stop $DATABASE_TYPE"; }
        fi' plugin.sh 'if [[ $1 == unstack ]]; then echo "$1 $OS_USERNAME $OS_PROJECT_NAME"; fi'
    tree stack.sh >/dev/null 2>&1
    run -0 tree unstack.sh
    [[ $output == *"unstack demo demo"* && $output != *"stop "* ]]
    local option
    for option in -a --all; do
        write "$RUN/devstack/all.sh" "exec ./unstack.sh $option\n"
        chmod +x "$RUN/devstack/all.sh"
        sed -i '1i #!/bin/sh' "$RUN/devstack/all.sh"
        run -0 tree all.sh
        [[ $output == *"unstack demo demo"*$'\nstop mysql\nstop queue'* ]]
    done
    run -0 tree unstack.sh UNSTACK_ALL=1
    [[ $output == *$'\nstop mysql\nstop queue'* ]]
}

@test "the libraries are there for the plugins, in override-defaults the first one only" {
    plugin p1 override-defaults 'echo "override [$DATABASE_BACKENDS] [${NOVA_CONF-unset}]"' \
        plugin.sh 'if [[ $1 == unstack ]]; then echo "unstack $NOVA_CONF ${RABBIT_USERID-unset} ${TEMPEST_CONFIG-unset}"; fi'
    tree stack.sh >/dev/null 2>&1
    run -0 tree unstack.sh
    [[ $output == *$'\noverride [ mysql postgresql] [unset]\n'*"unstack /etc/nova/nova.conf unset unset"* ]]
}

@test "every script of extras.d is told of the source mode, before the plugins' settings" {
    plugin p1 settings 'echo "settings ${TEMPEST_CONFIG-unset}"' plugin.sh ':'
    write "$RUN/devstack/extras.d/90-mine.sh" 'echo "mine $# $1"\n'
    tree stack.sh >/dev/null 2>&1
    sed -i 's/^ENABLED_SERVICES=.*/ENABLED_SERVICES=tempest/' "$RUN/devstack/.stackenv"
    run -0 tree unstack.sh
    [[ $output == *$'mine 1 source\n'*"settings $RUN/dest/tempest/etc/tempest.conf"* ]]
}

@test "root is refused" {
    ((EUID == 0)) || skip "needs root"
    run -1 "$TREE/unstack.sh"
    [[ $output == *"cannot be run as root"* ]]
}
