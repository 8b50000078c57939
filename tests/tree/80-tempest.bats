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

@test "no other phase does anything, but there is a folder for tempest.conf in test-config" {
    run -0 tempest tempest 'source "$extra" source ""
        for phase in pre-install install post-config extra; do source "$extra" stack $phase; done
        source "$extra" override_defaults ""; source "$extra" unstack ""; source "$extra" clean
        [[ ! -e dest ]]; source "$extra" stack test-config; find dest'
    is "$output" $'dest\ndest/tempest\ndest/tempest/etc'
}

@test "tempest that was enabled after the settings does not end the run" {
    run -0 tempest tempest 'source "$extra" stack test-config; echo on'
    is "$output" on
}
