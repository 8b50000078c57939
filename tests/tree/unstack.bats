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

@test "the async folder and compiled files go, plugins stay" {
    plugin p1 plugin.sh ':'
    tree stack.sh >/dev/null 2>&1
    touch "$RUN/dest/p1/x.pyc"
    run -0 tree unstack.sh
    [[ ! -e $RUN/dest/async && ! -e $RUN/dest/p1/x.pyc && -e $RUN/dest/p1/devstack/plugin.sh ]]
}
