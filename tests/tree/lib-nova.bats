#!/usr/bin/env bats
# shellcheck disable=SC2016,SC2034 # the code is for other shells

load helper

# nova <line>...
#
# Runs the lines in a shell that has lib/nova, and of other libraries only the names, below this folder.
nova() {
    shell "DEST=$PWD DATA_DIR=$PWD/data TOP_DIR=$TREE NOVA_CONF_DIR=$PWD/etc NOVA_BIN_DIR=$PWD/venv/bin" \
        'STACK_USER=$(id -un) SERVICE_TIMEOUT=3 REGION_NAME=R HOST_IP=192.0.2.1 SERVICE_LISTEN_ADDRESS=0.0.0.0 API_WORKERS=2' \
        'ENABLED_SERVICES=${ENABLED_SERVICES:-n-api,n-sch,n-cond,n-api-meta,rabbit,mysql}' \
        'ENABLE_DEBUG_LOG_LEVEL=True SYSLOG=False LOG_COLOR=False SYSTEMCTL=systemctl SERVICE_GRACEFUL_SHUTDOWN_TIMEOUT=5' \
        'CACHE_BACKEND=c MEMCACHE_SERVERS=m GLOBAL_VENV=True DEVSTACK_VENV=$PWD/venv DATABASE_HOST=127.0.0.1 RABBIT_HOST=192.0.2.1' \
        'VIRT_DRIVER=${VIRT_DRIVER:-libvirt}' \
        'source "$TOP_DIR/lib/nova"' \
        'function run_process { ! is_service_enabled "$1" || echo "start $1 ${2##*/}"; }' \
        'function database_connection_url { echo "db://$1"; }' \
        'function iniset_rpc_backend { ! is_service_enabled rabbit || iniset "$2" "${3:-DEFAULT}" transport_url "rabbit://h/${4:-}"; }' \
        'function configure_keystone_authtoken_middleware { iniset "$1" keystone_authtoken username "$2"; }' \
        'function configure_keystoneauth { iniset "$1" "$3" username "$2"; }' \
        'function configure_placement_nova_compute { iniset "$1" placement username nova; }' \
        'function configure_rootwrap { echo "rootwrap $1 $NOVA_DIR"; }' \
        'function write_uwsgi_config { echo "uwsgi ${1##*/}" "${@:2}"; }' \
        'function cloud_as_admin { echo "cloud $*"; }; function wait_for_service { echo "wait $*"; }' "$@"
}

# configured <line>...
#
# The same, after the configuration was written.
configured() {
    mkdir -p venv/etc/nova
    touch venv/etc/nova/api-paste.ini
    nova 'configure_nova >configured' "$@"
}

@test "conductor_conf prints the file of a cell" {
    NOVA_CONF_DIR=/etc/nova
    source "$TREE/lib/nova"
    run -0 conductor_conf 2
    is "$output" /etc/nova/nova_cell2.conf
}

@test "where Nova is" {
    run -0 nova 'echo $NOVA_CONF $NOVA_CPU_CONF $NOVA_CELL_CONF $NOVA_INSTANCES_PATH $NOVA_URL'
    is "$output" "$PWD/etc/nova.conf $PWD/etc/nova-cpu.conf $PWD/etc/nova_cell1.conf $PWD/data/nova/instances http://127.0.0.1/compute"
}

@test "hypervisors and consoles are not provided" {
    run -0 nova 'echo $_RUNNER_NOT_PROVIDED' 'source "$TOP_DIR/lib/nova"; echo $_RUNNER_NOT_PROVIDED'
    is "$output" $'n-cpu n-novnc n-spice n-sproxy\nn-cpu n-novnc n-spice n-sproxy'
    VIRT_DRIVER=fake run -0 nova 'echo $_RUNNER_NOT_PROVIDED'
    is "$output" "n-novnc n-spice n-sproxy"
}

@test "the files of the configuration come with the release" {
    run -0 configured 'cat configured; ls etc'
    is "$output" "rootwrap nova $PWD/venv
uwsgi nova-api-uwsgi.ini nova.wsgi.osapi_compute:application /compute  nova-api
uwsgi nova-metadata-uwsgi.ini nova.wsgi.metadata:application  0.0.0.0:8775 nova-metadata
api-paste.ini
nova-metadata-uwsgi.ini
nova.conf
nova_cell1.conf"
}

@test "without the servers of the API there are no sites" {
    ENABLED_SERVICES=n-sch,mysql run -0 configured 'cat configured'
    is "$output" "rootwrap nova $PWD/venv"
}

@test "nova.conf has what plugins read" {
    run -0 configured 'iniget $NOVA_CONF filter_scheduler enabled_filters' \
        'iniget $NOVA_CONF database connection; iniget $NOVA_CONF api_database connection' \
        'iniget $NOVA_CONF DEFAULT transport_url; iniget $NOVA_CONF notifications notification_format' \
        'iniget $NOVA_CONF keystone_authtoken username; iniget $NOVA_CONF DEFAULT compute_driver'
    is "$output" "ComputeFilter,ComputeCapabilitiesFilter,ImagePropertiesFilter,ServerGroupAntiAffinityFilter,ServerGroupAffinityFilter,SameHostFilter,DifferentHostFilter
db://nova_cell0
db://nova_api
rabbit://h/
unversioned
nova
libvirt.LibvirtDriver"
}

@test "the cell has a database and a queue of its own, and not the API's" {
    run -0 configured 'iniget $NOVA_CELL_CONF database connection; iniget $NOVA_CELL_CONF DEFAULT transport_url' \
        'iniget $NOVA_CELL_CONF api_database connection; iniget $NOVA_CELL_CONF keystone_authtoken username'
    is "$output" $'db://nova_cell1\nrabbit://h/nova_cell1\n\nnova'
}

@test "with one conductor there is one file" {
    run -0 configured 'rm etc/nova_cell1.conf; CELLSV2_SETUP=singleconductor; configure_nova >/dev/null' \
        'iniget $NOVA_CONF database connection; [[ -e $NOVA_CELL_CONF ]] || echo none'
    is "$output" $'db://nova_cell1\nnone'
}

@test "without a queue the services talk to themselves" {
    ENABLED_SERVICES=n-api,mysql run -0 configured 'iniget $NOVA_CONF DEFAULT transport_url; iniget $NOVA_CELL_CONF DEFAULT transport_url'
    is "$output" $'fake:///\nfake:///'
}

@test "how Nova logs in to Cinder is configured when it is there, and to Placement always" {
    run -0 configured 'ini_has_option $NOVA_CONF cinder username || echo no'
    is "$output" no
    ENABLED_SERVICES=n-api,cinder run -0 configured \
        'iniget $NOVA_CONF placement username; iniget $NOVA_CONF cinder username'
    is "$output" $'nova\nnova'
}

@test "the key for volumes is Cinder's, or stays from run to run" {
    run -0 configured 'iniget $NOVA_CONF key_manager fixed_key'
    [[ $output =~ ^[0-9a-f]{64}$ ]]
    local key=$output
    run -0 configured 'iniget $NOVA_CONF key_manager fixed_key'
    is "$output" "$key"
    printf '[key_manager]\nfixed_key = abc\n' >cinder.conf
    run -0 nova 'CINDER_CONF=$PWD/cinder.conf' '_nova_key; echo $REPLY'
    is "$output" abc
}

# made <line>...
#
# Says which commands of nova-manage make the API's tables, after the lines.
made() {
    configured 'function _nova_manage { printf "%s\n" "${@//"$NOVA_CONF"/F}"; }' "$@" _nova_make_api
}

@test "the cells' addresses are filled in by who reads them" {
    run -0 made
    is "$output" '--config-file F --nodebug api_db sync
--config-file F --nodebug cell_v2 map_cell0 --database_connection {scheme}://{username}:{password}@{hostname}/nova_cell0?{query}
--config-file F --nodebug cell_v2 create_cell --name cell1 --transport-url {scheme}://{username}:{password}@{hostname}:{port}/nova_cell1 --database_connection {scheme}://{username}:{password}@{hostname}/nova_cell1?{query}'
}

@test "addresses of IPv6 keep their brackets" {
    run -0 made 'DATABASE_HOST="[::1]" RABBIT_HOST="[2001:db8::1]"'
    [[ ${lines[1]} == *' {scheme}://{username}:{password}@[{hostname}]/nova_cell0?{query}' ]]
    [[ ${lines[2]} == *' {scheme}://{username}:{password}@[{hostname}]:{port}/nova_cell1 '* ]]
}

@test "with one conductor the cell's queue is that of all" {
    run -0 made 'CELLSV2_SETUP=singleconductor'
    [[ ${lines[2]} == *'@{hostname}:{port}/ '* ]]
}

@test "without a queue the cell's is none" {
    ENABLED_SERVICES=n-api,mysql run -0 made
    [[ ${lines[2]} == *' --transport-url fake:/// '* ]]
}

@test "the databases are made side by side, those of cells once" {
    stub systemctl 'exit 3'
    run -0 configured 'DATABASE_TYPE=mysql' \
        'function schema_sync { echo "$1 $2 ${*:3} ${_RUNNER_SCHEMAS:-}"; }; function rpc_backend_add_vhost { echo "vhost $1"; }' init_nova
    is "$(sort <<<"$output")" "nova_api nova _nova_make_api 
nova_cell0 nova _nova_make_cell nova_cell0 
nova_cell1 nova _nova_copy_cell 
vhost nova_cell1"
    run -0 configured 'CELLSV2_SETUP=singleconductor' 'function schema_sync { echo "$1 ${_RUNNER_SCHEMAS:-}"; }' init_nova
    is "$(sort <<<"$output")" "nova_api $PWD/data/schemas/singleconductor
nova_cell0 
nova_cell1 "
}

@test "databases that cannot be made end the run" {
    local failing
    stub systemctl 'exit 3'
    for failing in nova_api nova_cell0 nova_cell1; do
        run -1 configured "function schema_sync { [[ \$1 != $failing ]]; }; function rpc_backend_add_vhost { :; }" init_nova 'echo on'
        [[ $output == *"databases and queue could not be made"* && $output != *on ]]
    done
    run -1 configured 'function schema_sync { :; }; function rpc_backend_add_vhost { return 1; }' init_nova 'echo on'
    [[ $output == *"databases and queue could not be made"* && $output != *on ]]
}

@test "the services are started, and the API waited for" {
    stub uwsgi
    run -0 configured start_nova_api start_nova
    is "$output" "start n-api nova-api-uwsgi.ini
start n-sch nova.conf
start n-api-meta nova-metadata-uwsgi.ini
start n-super-cond nova.conf
start n-cond-cell1 nova_cell1.conf
wait 9 http://127.0.0.1/compute/
cloud flavors"
}

@test "with one conductor its name is that of the service" {
    stub uwsgi
    run -0 configured 'CELLSV2_SETUP=singleconductor' start_nova_conductor
    is "$output" "start n-cond nova.conf"
}

@test "nova-compute is started where servers only seem to run" {
    VIRT_DRIVER=fake ENABLED_SERVICES=n-cpu,rabbit,mysql run -0 configured start_nova_compute \
        'iniget $NOVA_CPU_CONF DEFAULT compute_driver; iniget $NOVA_CPU_CONF DEFAULT transport_url' \
        'iniget $NOVA_CPU_CONF database connection; iniget $NOVA_CPU_CONF api_database connection'
    is "$output" $'start n-cpu nova-cpu.conf\nfake.MediumFakeDriver\nrabbit://h/nova_cell1'
    ENABLED_SERVICES=n-cpu,rabbit,mysql run -0 configured start_nova_compute
    is "$output" "n-cpu is not started: it needs a hypervisor (VIRT_DRIVER=fake does not)"
}
