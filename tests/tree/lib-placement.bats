#!/usr/bin/env bats
# shellcheck disable=SC2016,SC2034 # the code is for other shells

load helper

# placement <line>...
#
# Runs the lines in a shell that has lib/placement, below this folder.
placement() {
    shell "DEST=$PWD DATA_DIR=$PWD/data TOP_DIR=$TREE PLACEMENT_CONF_DIR=$PWD/etc PLACEMENT_BIN_DIR=/v/bin" \
        'STACK_USER=$(id -un) SERVICE_TIMEOUT=3 ENABLED_SERVICES=placement-api REGION_NAME=R' \
        'ENABLE_DEBUG_LOG_LEVEL=True SYSLOG=False LOG_COLOR=False SYSTEMCTL=systemctl' \
        'source "$TOP_DIR/lib/placement"' \
        'function run_process { ! is_service_enabled "$1" || printf "start"; printf " [%s]" "${@:2}"; echo; }' \
        'function database_connection_url { echo "db://$1"; }' \
        'function configure_keystone_authtoken_middleware { echo "authtoken ${1##*/} $2"; }' \
        'function configure_keystoneauth { echo "login ${1##*/} $2 $3"; }' \
        'function write_uwsgi_config { echo "uwsgi ${1##*/}" "${@:2}"; }' \
        'function wait_for_service { echo "wait $*"; }' "$@"
}

@test "where Placement is" {
    run -0 placement 'echo $PLACEMENT_CONF $PLACEMENT_UWSGI_CONF $PLACEMENT_URL'
    is "$output" "$PWD/etc/placement.conf $PWD/etc/placement-uwsgi.ini http://127.0.0.1/placement"
}

@test "the configuration" {
    run -0 placement configure_placement
    is "$output" $'authtoken placement.conf placement\nuwsgi placement-uwsgi.ini placement.wsgi.api:application /placement  placement-api'
    run -0 placement 'iniget $PLACEMENT_CONF placement_database connection' 'iniget $PLACEMENT_CONF api auth_strategy' \
        'iniget $PLACEMENT_CONF oslo_policy enforce_new_defaults'
    is "$output" $'db://placement\nkeystone\nTrue'
}

@test "older defaults of rights are configured on demand" {
    run -0 placement 'ENFORCE_NEW_DEFAULTS=False' 'configure_placement >/dev/null' \
        'iniget $PLACEMENT_CONF oslo_policy enforce_scope' 'iniget $PLACEMENT_CONF oslo_policy enforce_new_defaults'
    is "$output" $'False\nFalse'
}

@test "how Nova logs in to Placement goes to Nova's file, or to another" {
    run -0 placement "NOVA_CONF=$PWD/nova.conf" configure_placement_nova_compute "configure_placement_nova_compute $PWD/other" \
        'iniget $NOVA_CONF placement region_name' "iniget $PWD/other placement region_name"
    is "$output" $'login nova.conf nova placement\nlogin other nova placement\nR\nR'
}

@test "the server is told where its configuration is, unless it looks there anyway" {
    stub uwsgi
    run -0 placement start_placement
    is "$output" "start [$STUBS/uwsgi --procname-prefix placement --ini $PWD/etc/placement-uwsgi.ini] [] [] [OS_PLACEMENT_CONFIG_DIR=$PWD/etc]"
    run -0 placement 'PLACEMENT_CONF_DIR=/etc/placement' start_placement
    is "$output" "start [$STUBS/uwsgi --procname-prefix placement --ini $PWD/etc/placement-uwsgi.ini] [] [] []"
}

@test "services of projects have a multiple of the time that one has alone" {
    run -0 placement wait_for_placement
    is "$output" "wait 9 http://127.0.0.1/placement/"
    run -124 placement 'function wait_for_service { return 124; }' wait_for_placement
    [[ $output == *"placement-api did not start"* ]]
}

@test "only services that run are stopped before their database is made anew" {
    stub systemctl 'exit 0'
    run -0 placement 'project_halt a b'
    is "$(calls systemctl)" $'systemctl is-active --quiet devstack@a devstack@b\nsystemctl stop devstack@a devstack@b'
    : >"$CALLS"
    stub systemctl 'exit 3'
    run -0 placement 'project_halt a b'
    is "$(calls systemctl)" 'systemctl is-active --quiet devstack@a devstack@b'
}
