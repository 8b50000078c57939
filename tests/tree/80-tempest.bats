#!/usr/bin/env bats
# shellcheck disable=SC2016 # the code is for other shells

load helper

# tempest <ENABLED_SERVICES> <line>
tempest() {
    shell "set -eu; TOP_DIR=$TREE DEST=$PWD/dest ENABLED_SERVICES=$1" 'extra=$TOP_DIR/extras.d/80-tempest.sh' "$2"
}

@test "the mode source reads lib/tempest when tempest is enabled" {
    run -0 tempest tempest 'source "$extra" source ""; echo $TEMPEST_DIR $TEMPEST_CONFIG'
    is "$output" "$PWD/dest/tempest $PWD/dest/tempest/etc/tempest.conf"
    run -0 tempest tempest 'source "$extra" source; echo $TEMPEST_CONFIG'
    is "$output" "$PWD/dest/tempest/etc/tempest.conf"
    run -0 tempest a,b 'source "$extra" source ""; echo ${TEMPEST_CONFIG-unset} ${TEMPEST_DIR-unset}'
    is "$output" "unset unset"
}

@test "Tempest is installed, configured and cleaned up in its phases, and in no others" {
    run -0 tempest tempest 'for name in install configure cleanup; do
            source /dev/stdin <<<"function ${name}_tempest { echo $name; }"
        done
        source() { :; }; TEMPEST_CONFIG=/t
        for phase in pre-install install post-config extra test-config; do echo "$phase:"; builtin source "$extra" stack $phase; done
        for mode in override_defaults source unstack clean; do echo "$mode:"; builtin source "$extra" $mode ""; done'
    is "$output" $'pre-install:\ninstall:\ninstall\npost-config:\nextra:\ntest-config:\nconfigure
override_defaults:\nsource:\nunstack:\nclean:\ncleanup'
}

@test "tempest that was enabled after the settings does not end the run" {
    run -0 tempest tempest 'source "$extra" stack install; source "$extra" stack test-config; source "$extra" clean; echo on'
    is "$output" on
}
