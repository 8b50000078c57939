#!/usr/bin/env bats
# shellcheck disable=SC2016 # the code is for other shells

load run

@test "clean unstacks first, then runs the plugins' phase" {
    plugin p1 plugin.sh 'echo "p1 $*"'
    tree stack.sh >/dev/null 2>&1
    rm "$RUN/events"
    run -0 tree clean.sh
    is "$(grep '^p1 ' <<<"$output")" $'p1 unstack\np1 clean'
    is "$(events phase-end mode phase status exit)" $'clean settings passed 0\nclean clean passed 0' ||
        is "$(events phase-end mode phase status exit)" 'clean clean passed 0'
    is "$(events run-end mode status exit)" "clean passed 0"
    is "$(events stage-end stage status | grep unstack)" "unstack passed"
}

@test "override-defaults are not sourced for clean itself" {
    plugin p1 override-defaults 'D=1' plugin.sh 'echo "$1 ${D:-none}"'
    tree stack.sh >/dev/null 2>&1
    run -0 tree clean.sh
    [[ $output == *$'\nunstack 1\n'* && $output == *$'\nclean none' ]]
}

@test "what stack.sh made goes, what the user made stays" {
    local_conf 'LOGFILE=$DEST/logs/stack.log\n'
    plugin p1 plugin.sh 'true'
    echo 'PW=x' >"$RUN/devstack/.localrc.password"
    tree stack.sh >/dev/null 2>&1
    touch "$RUN/devstack/test.conf.x"
    run -0 tree clean.sh
    is "$(cd "$RUN/dest" && ls)" p1
    is "$(cd "$RUN/devstack" && ls -A .localrc* .stackenv .prereqs test* 2>/dev/null)" ""
    [[ -e $RUN/devstack/local.conf ]]
}

@test "a die in the plugin's unstack does not keep clean from running" {
    plugin p1 plugin.sh '[[ $1 != unstack ]] || die $LINENO "stuck"; echo "p1 $1"'
    tree stack.sh >/dev/null 2>&1
    run -0 tree clean.sh
    [[ $output == *"p1 clean"* ]]
    is "$(events stage-end stage status exit | grep unstack)" "unstack failed 1"
}
