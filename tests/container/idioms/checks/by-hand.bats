#!/usr/bin/env bats
# What needs a run of its own: stack.sh as a person starts it, with a localrc beside local.conf.

load ../noted

setup() {
    TOP_DIR=/opt/stack/devstack
    mkdir -p /opt/stack/trial/devstack
    printf '%s\n' "disable_all_services" "TRIAL_WORD=localrc" "enable_plugin trial ./trial" >"$TOP_DIR/localrc"
}

teardown() {
    rm -rf /opt/stack/trial "$TOP_DIR/localrc" "$TOP_DIR/local.sh"
}

# stacked <line of plugin.sh>...
stacked() {
    printf '%s\n' "$@" >/opt/stack/trial/devstack/plugin.sh
    env --unset=DEVSTACK_BEFORE_RUN --chdir="$TOP_DIR" PLUGINS_IN_PLACE=trial ./stack.sh 2>&1 3>&-
}

@test "23: a localrc disables the localrc section of local.conf, and local.sh runs as a child" {
    # tacker's local.sh is of this kind
    cat >"$TOP_DIR/local.sh" <<'END'
#!/bin/bash
source "${BASH_SOURCE[0]%/*}/functions"
source "${BASH_SOURCE[0]%/*}/stackrc"
echo "local.sh: ${TRIAL_PHASE-no phase}, $TRIAL_WORD, $(trueorfalse False OFFLINE), $CIRROS_VERSION"
END
    chmod +x "$TOP_DIR/local.sh"
    # shellcheck disable=SC2016 # for the plugin
    run -0 stacked 'TRIAL_PHASE=$2' 'echo "trial: $2 $TRIAL_WORD ${DAEMONS_WORD-no word} $DEVSTACK_PLUGINS"'
    [[ $output == *"localrc and local.conf:[[local]] both exist, using localrc"* ]]
    [[ $output == *$'\ntrial: extra localrc no word ,trial\n'*$'\nlocal.sh: no phase, localrc, False, 0.6.3\n'*$'\ntrial: test-config '* ]]
}

@test "10: a failure in a function that is called directly ends the run" {
    # shellcheck disable=SC2016 # for the plugin
    run -4 stacked 'function half { (exit 4); echo "the second half"; }' 'X=$(half)' 'echo "first: $X"' half 'echo went on'
    [[ $output == *$'\nfirst: the second half\n'* ]]
    [[ $output != *$'\nthe second half'* && $output != *$'\nwent on'* ]]
}

@test "21: die in a command substitution ends the run by way of the assignment" {
    # shellcheck disable=SC2016 # for the plugin
    run -1 stacked 'X=$(die $LINENO "the trial is over")' 'echo went on'
    [[ $output == *"[ERROR] /opt/stack/trial/devstack/plugin.sh:1 the trial is over"* ]]
    [[ $output != *$'\nwent on'* ]]
}
