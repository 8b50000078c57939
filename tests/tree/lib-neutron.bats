#!/usr/bin/env bats
# shellcheck disable=SC2016,SC2034 # the code is for other shells

load helper

# neutron <line>...
#
# Runs the lines in a shell that has lib/neutron, and of other libraries only the names, below this folder.
neutron() {
    shell "DEST=$PWD DATA_DIR=$PWD/data TOP_DIR=$TREE NEUTRON_CONF_DIR=$PWD/etc NEUTRON_BIN_DIR=$PWD/venv/bin" \
        "Q_PLUGIN_CONF_FILE=${PWD#/}/etc/plugins/ml2_conf.ini NOVA_CONF=$PWD/nova.conf" \
        'STACK_USER=$(id -un) SERVICE_TIMEOUT=3 REGION_NAME=R SERVICE_HOST=192.0.2.1 TUNNEL_ENDPOINT_IP=192.0.2.1' \
        'ENABLED_SERVICES=${ENABLED_SERVICES:-q-svc,rabbit,mysql}; FIXED_RANGE=10.0.0.0/22 FLOATING_RANGE=172.24.4.0/24' \
        'PRIVATE_NETWORK_NAME=private PUBLIC_NETWORK_NAME=public' \
        'ENABLE_DEBUG_LOG_LEVEL=True SYSLOG=False LOG_COLOR=False SYSTEMCTL=systemctl' \
        'source "$TOP_DIR/lib/neutron"' \
        'function run_process { ! is_service_enabled "$1" || echo "start $1 ${2##*/} ${5:-}"; }' \
        'function database_connection_url { echo "db://$1"; }' \
        'function iniset_rpc_backend { ! is_service_enabled rabbit || iniset "$2" DEFAULT transport_url rabbit://h/; }' \
        'function configure_keystone_authtoken_middleware { iniset "$1" keystone_authtoken username "$2"; }' \
        'function configure_keystoneauth { iniset "$1" "$3" username "$2"; }' \
        'function write_uwsgi_config { echo "uwsgi ${1##*/}" "${@:2}"; }; function _projects_note { echo "note $1"; }' \
        'function cloud_as_admin { echo "cloud" "$@"; }; function wait_for_service { echo "wait $*"; }' "$@"
}

# configured <line>...
#
# The same, after the configuration was written; what root would install is not.
configured() {
    mkdir -p venv/etc/neutron
    touch venv/etc/neutron/api-paste.ini
    neutron 'function _neutron_rootwrap { echo "rootwrap $1"; }' 'configure_neutron >configured' "$@"
}

@test "where Neutron is" {
    run -0 neutron 'echo $NEUTRON_CONF $NEUTRON_UWSGI_CONF $NEUTRON_STATE_PATH $NEUTRON_URL'
    is "$output" "$PWD/etc/neutron.conf $PWD/etc/neutron-api-uwsgi.ini $PWD/data/neutron http://192.0.2.1/networking"
}

@test "agents and OVN are not provided" {
    local name
    run -0 neutron 'source "$TOP_DIR/lib/neutron"' 'printf "%s\n" $_RUNNER_NOT_PROVIDED'
    is "$(sort <<<"$output" | uniq -d)" ""
    for name in q-agt q-dhcp q-l3 q-meta q-metering q-ovn-agent ovn-controller ovn-northd ovs-vswitchd ovsdb-server; do
        grep -qx -e "$name" <<<"$output"
    done
    run -1 grep -x -e q-svc -e neutron-api <<<"$output"
}

@test "the files of the configuration come with the release" {
    run -0 configured 'cat configured; cd etc; find . -type f | sort; cat policy.json'
    is "$output" "rootwrap $PWD/venv/etc/neutron
uwsgi neutron-api-uwsgi.ini neutron.wsgi.api:application /networking  neutron-api
./api-paste.ini
./dhcp_agent.ini
./l3_agent.ini
./metadata_agent.ini
./neutron.conf
./plugins/ml2_conf.ini
./policy.json
{\"context_is_admin\": \"role:admin or user_name:neutron\"}"
}

@test "neutron.conf" {
    run -0 configured 'iniget $NEUTRON_CONF database connection; iniget $NEUTRON_CONF DEFAULT transport_url' \
        'iniget $NEUTRON_CONF DEFAULT core_plugin; iniget $NEUTRON_CONF DEFAULT service_plugins' \
        'iniget $NEUTRON_CONF keystone_authtoken username; iniget $NEUTRON_CONF nova username'
    is "$output" $'db://neutron\nrabbit://h/\nml2\nrouter\nneutron\nnova'
}

@test "ML2 has what plugins read, and what they add" {
    run -0 configured 'f=/$Q_PLUGIN_CONF_FILE; iniget $f ml2 mechanism_drivers; iniget $f ml2 type_drivers' \
        'iniget $f ml2_type_flat flat_networks; iniget $f ovs bridge_mappings; ini_has_option $f agent extensions || echo no'
    is "$output" $'openvswitch\nlocal,flat,vlan,vxlan,geneve\npublic\npublic:br-ex\nno'
    run -0 configured 'plugin_agent_add_l2_agent_extension a; plugin_agent_add_l2_agent_extension b; plugin_agent_add_l2_agent_extension a' \
        'neutron_service_plugin_class_add trunk; neutron_service_plugin_class_add router; neutron_ml2_extension_driver_add qos' \
        'configure_neutron >again; f=/$Q_PLUGIN_CONF_FILE; iniget $f agent extensions; iniget $f ml2 extension_drivers' \
        'iniget $NEUTRON_CONF DEFAULT service_plugins'
    is "$output" $'a,b\nport_security,qos\nrouter,trunk'
}

@test "the driver of OVN is left out, with a note" {
    run -0 neutron 'Q_ML2_PLUGIN_MECHANISM_DRIVERS=ovn,baremetal,logger' '_ml2_mechanisms; echo $REPLY'
    is "$output" $'note the mechanism driver ovn is left out: this tree has no OVN\nbaremetal,logger'
}

@test "populate_ml2_config sets options" {
    run -0 neutron "populate_ml2_config $PWD/f ml2 a=1 b=x=y,z c=" 'iniget f ml2 a; iniget f ml2 b; iniget f ml2 c'
    is "$output" $'1\nx=y,z'
}

@test "Nova's files say how it reaches Neutron, and agree with the agents'" {
    touch nova.conf cell.conf
    ENABLED_SERVICES=q-svc,n-api run -0 configured "NOVA_CELL_CONF=$PWD/cell.conf" configure_neutron_nova \
        's=$(iniget etc/metadata_agent.ini DEFAULT metadata_proxy_shared_secret); [[ $s =~ ^[0-9a-f]{32}$ ]] || echo bad' \
        'for f in nova.conf cell.conf; do iniget $f neutron username; [[ $(iniget $f neutron metadata_proxy_shared_secret) == $s ]] && echo same; done'
    is "$output" $'neutron\nsame\nneutron\nsame'
}

@test "without Nova its file is left alone" {
    run -0 configured configure_neutron_nova '[[ -e nova.conf ]] || echo none'
    is "$output" none
}

@test "the servers of the API are enabled and started" {
    stub uwsgi
    run -0 configured start_neutron 'echo $ENABLED_SERVICES'
    is "$output" "start neutron-api neutron-api-uwsgi.ini \"OS_NEUTRON_CONFIG_FILES=$PWD/etc/neutron.conf;$PWD/etc/plugins/ml2_conf.ini\"
start neutron-rpc-server ml2_conf.ini 
start neutron-periodic-workers ml2_conf.ini 
q-svc,rabbit,mysql,neutron-api,neutron-rpc-server,neutron-periodic-workers"
}

@test "where the server looks anyway it is not told so" {
    stub uwsgi
    run -0 neutron 'NEUTRON_CONF=/etc/neutron/neutron.conf Q_PLUGIN_CONF_FILE=etc/neutron/plugins/ml2/ml2_conf.ini' \
        'function _neutron_servers { reply=neutron-api; }' start_neutron
    is "$output" "start neutron-api neutron-api-uwsgi.ini "
}

@test "without a queue there is the API alone" {
    stub uwsgi
    ENABLED_SERVICES=q-svc,mysql run -0 configured 'iniget $NEUTRON_CONF DEFAULT transport_url' start_neutron 'echo $ENABLED_SERVICES'
    is "${lines[0]}" fake:///
    is "${lines[2]}" q-svc,mysql,neutron-api
}

@test "without the API nothing is started or made" {
    ENABLED_SERVICES=q-agt,mysql run -0 neutron start_neutron init_neutron create_neutron_accounts create_neutron_initial_network \
        start_neutron_service_and_check start_neutron_agents
    is "$output" ""
}

@test "the first networks, or a plugin's own, or none" {
    run -0 neutron create_neutron_initial_network
    is "${lines[0]}" "wait 9 http://192.0.2.1/networking/"
    [[ ${lines[1]} == "cloud networks private=private public=public router=router1 ip_version=4+6 physical=public private_subnet=private-subnet private_range=10.0.0.0/22 private_gateway= "*" public_range=172.24.4.0/24 "* ]]
    run -0 neutron 'function neutron_plugin_create_initial_networks { echo own; }' create_neutron_initial_network
    is "${lines[1]}" own
    run -0 neutron NEUTRON_CREATE_INITIAL_NETWORKS=False create_neutron_initial_network
    is "${#lines[@]}" 1
}

@test "root gets the filters of a release or of sources" {
    local from
    stub_sudo
    for from in release sources; do
        mkdir -p "$from" etc
        printf '[DEFAULT]\nfilters_path=/x,/y\nexec_dirs=/bin\n' >"$from/rootwrap.conf"
    done
    mkdir -p release/rootwrap.d sources/neutron/rootwrap.d
    echo r >release/rootwrap.d/a.filters
    echo s >sources/neutron/rootwrap.d/a.filters
    for from in release sources; do
        # the folder of sudo's rules is the machine's own
        run neutron 'function _as_root { env "${@:1:2}" "${3//\/etc\/sudoers.d/$PWD}" "${@:4}"; }' "_neutron_rootwrap $PWD/$from"
        is "$status:$(<etc/rootwrap.d/a.filters)" "0:${from:0:1}"
        is "$(<etc/rootwrap.conf)" $'[DEFAULT]\nfilters_path='"$PWD/etc/rootwrap.d"$'\n#exec_dirs=/bin'
        is "$(stat -c %a neutron-rootwrap)" 440
        is "$(<neutron-rootwrap)" "$(id -un) ALL=(root) NOPASSWD: $PWD/venv/bin/neutron-rootwrap $PWD/etc/rootwrap.conf *
$(id -un) ALL=(root) NOPASSWD: $PWD/venv/bin/neutron-rootwrap-daemon $PWD/etc/rootwrap.conf"
    done
}

@test "extensions of the L3 agent are added once" {
    run -0 neutron 'for name in fip_qos vpnaas vpnaas; do plugin_agent_add_l3_agent_extension $name; done' 'echo $L3_AGENT_EXTENSIONS'
    is "$output" fip_qos,vpnaas
}

@test "files that plugins add are the server's, as often as they are added" {
    local lines="neutron_server_config_add $PWD/F; neutron_server_config_add $PWD/F"
    run -0 neutron "$lines" 'determine_config_files neutron-server'
    is "$output" "--config-file $PWD/etc/neutron.conf --config-file $PWD/etc/plugins/ml2_conf.ini --config-file $PWD/F --config-file $PWD/F"
    stub uwsgi
    run -0 configured "neutron_server_config_add $PWD/F" start_neutron
    is "$output" "start neutron-api neutron-api-uwsgi.ini \"OS_NEUTRON_CONFIG_FILES=$PWD/etc/neutron.conf;$PWD/etc/plugins/ml2_conf.ini;$PWD/F\"
start neutron-rpc-server F 
start neutron-periodic-workers F "
}

@test "the L3 agent has its own file, other programs none" {
    run -0 neutron 'determine_config_files neutron-l3-agent'
    is "$output" "--config-file $PWD/etc/neutron.conf --config-file $PWD/etc/l3_agent.ini"
    run -1 neutron 'determine_config_files foo'
    [[ $output == *"Could not determine config files for foo."* ]]
}

@test "without rootwrap no filters are deployed" {
    stub sudo
    run -0 neutron 'Q_USE_ROOTWRAP=False' "neutron_deploy_rootwrap_filters $PWD/d"
    is "$output$(calls)" ""
    [[ ! -e etc ]]
}

@test "a plugin's filters are root's, and readable" {
    mkdir -p d/etc/neutron/rootwrap.d
    echo v >d/etc/neutron/rootwrap.d/v.filters
    # owners are out of a test's reach
    run -0 neutron 'function _as_root { echo "$*" >>as-root; local words=" $* "; ${words/ -o root -g root / }; }' \
        "neutron_deploy_rootwrap_filters $PWD/d"
    is "$(<as-root)" "install -d -o root -g root -m 0755 $PWD/etc/rootwrap.d
install -o root -g root -m 0644 $PWD/d/etc/neutron/rootwrap.d/v.filters $PWD/etc/rootwrap.d"
    is "$(stat -c %a etc/rootwrap.d/v.filters)" 644
}

@test "how Neutron reaches Placement" {
    run -0 neutron 'mkdir etc; SERVICE_PASSWORD=secret' 'function configure_keystoneauth { iniset "$1" "$3" username "$2"; iniset "$1" "$3" password "$SERVICE_PASSWORD"; }' \
        'NEUTRON_PLACEMENT_USERNAME=u' configure_placement_neutron 'for name in username password auth_type region_name; do iniget $NEUTRON_CONF placement $name; done'
    is "$output" $'u\nsecret\npassword\nR'
}

@test "stop_new_ovs stops a build of one's own, and is content without one" {
    run -0 neutron "_RUNNER_OVS_CTL=$PWD/none" stop_new_ovs
    is "$output" ""
    stub ovs-ctl
    stub_sudo
    run -0 neutron "_RUNNER_OVS_CTL=$STUBS/ovs-ctl" stop_new_ovs
    is "$(calls ovs-ctl)" "ovs-ctl stop"
}
