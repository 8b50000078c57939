#!/usr/bin/env bats
# shellcheck disable=SC2016,SC2034 # the code is for other shells

load helper

# cinder <line>...
#
# Runs the lines in a shell that has lib/cinder and says which processes it would start, below this folder.
cinder() {
    shell "DEST=$PWD DATA_DIR=$PWD/data TOP_DIR=$TREE CINDER_CONF_DIR=$PWD/etc CINDER_BIN_DIR=/v/bin" \
        'SERVICE_TIMEOUT=3 ENABLED_SERVICES=c-api,c-sch' \
        'source "$TOP_DIR/lib/cinder"' \
        'function run_process { ! is_service_enabled "$1" || echo "start $1"; }' \
        'function wait_for_service { echo "wait $*"; }; function cloud_as_admin { echo "cloud $*"; }' \
        'function _projects_note { echo "note $1"; }' "$@"
}

@test "where Cinder is" {
    run -0 cinder 'echo $CINDER_CONF $CINDER_UWSGI_CONF $CINDER_STATE_PATH $CINDER_URL $CINDER_VOLUME_TYPE'
    is "$output" "$PWD/etc/cinder.conf $PWD/etc/cinder-api-uwsgi.ini $PWD/data/cinder http://127.0.0.1/volume lvmdriver-1"
}

@test "the API and the scheduler are started, and the volume type made" {
    run -0 cinder start_cinder
    is "$output" $'start c-api\nstart c-sch\nwait 3 http://127.0.0.1/volume/\ncloud volume-type lvmdriver-1'
}

@test "without the API nobody waits for it" {
    run -0 cinder 'ENABLED_SERVICES=c-sch' start_cinder
    is "$output" "start c-sch"
}

@test "c-vol and c-bak are not started without a backend, and a note says why" {
    mkdir etc
    touch etc/cinder.conf
    run -0 cinder 'ENABLED_SERVICES=c-bak,c-vol' start_cinder
    is "$output" "note enabled services that are not started: c-vol c-bak; they need block devices, or enabled_backends in $PWD/etc/cinder.conf"
}

@test "c-vol and c-bak are started for a backend that somebody configured" {
    mkdir etc
    printf '[DEFAULT]\nenabled_backends = nfs\n' >etc/cinder.conf
    run -0 cinder 'ENABLED_SERVICES=c-vol,c-bak' start_cinder
    is "$output" $'start c-vol\nstart c-bak'
    run -0 cinder 'ENABLED_SERVICES=c-vol' start_cinder
    is "$output" "start c-vol"
}

@test "the key for volumes stays from run to run" {
    local key
    run -0 cinder '_cinder_key; echo $REPLY'
    key=$output
    [[ $key =~ ^[0-9a-f]{64}$ ]]
    mkdir etc
    printf '[key_manager]\nfixed_key = %s\n' "$key" >etc/cinder.conf
    run -0 cinder '_cinder_key; echo $REPLY'
    is "$output" "$key"
}
