#!/usr/bin/env bats
# shellcheck disable=SC2016 # the code is for other shells

load helper

# All libraries of this tree that hold settings.
LIBRARIES="database rpc_backend apache tls horizon keystone glance nova placement cinder swift neutron tempest"

# enabled <library> <ENABLED_SERVICES> <DISABLED_SERVICES> <status> <service>
enabled() {
    local status=0
    shell "ENABLED_SERVICES=$2 DISABLED_SERVICES=$3" "source '$TREE/lib/$1'" "is_service_enabled $5" || status=$?
    is "$*: $status" "$*: $4"
}

# predicate <library> <ENABLED_SERVICES> <DISABLED_SERVICES> <status>
predicate() {
    local status=0
    ENABLED_SERVICES=$2 DISABLED_SERVICES=$3 bash -c "source '$TREE/lib/$1'; is_$1_enabled" || status=$?
    is "$*: $status" "$*: $4"
}

@test "each library can be sourced alone, twice, silently, with errexit and nounset" {
    local library
    for library in $LIBRARIES nova_plugins/functions-libvirt; do
        run -0 env -i PATH="$PATH" bash -euc 'source "$1"; source "$1"; [[ $- != *x* ]]' - "$TREE/lib/$library"
        is "$library: $output" "$library: "
    done
}

@test "each library leaves tracing as it was, and adds nothing to the trace" {
    local library
    for library in $LIBRARIES nova_plugins/functions-libvirt; do
        run -0 env -i PATH="$PATH" PS4='+ ' bash -xc 'source "$1"; [[ $- == *x* ]]' - "$TREE/lib/$library"
        is "$(grep -v -e ' source ' -e '\[\[ ' -e 'set -x' <<<"$output")" ""
    done
}

@test "each library works after stackrc, under errexit and nounset" {
    cp -r "$TREE" tree
    # shellcheck disable=SC2086 # one word a library
    run -0 bash -euc 'HOST_IP=192.0.2.1 HOST_IPV6=2001:db8::1; source tree/stackrc; set -eu
        for library; do source "tree/lib/$library"; source "tree/lib/$library"; done; echo "$DATABASE_BACKENDS"' - $LIBRARIES
    is "$output" " mysql postgresql"
}

@test "IS-5 IS-9 IS-10: the libraries make their projects enabled by their services" {
    enabled neutron neutron-api '' 0 neutron
    enabled keystone key '' 0 keystone
    enabled cinder c-vol '' 0 cinder
    enabled placement placement-api '' 0 placement
}

@test "the questions of the libraries" {
    predicate keystone a,key,b '' 0
    predicate keystone keyx,keystone '' 1
    predicate nova a,n-cpu '' 0
    predicate nova an-cpu,nova '' 1
    predicate glance g-api '' 0
    predicate cinder a,c-api '' 0
    predicate cinder cinder '' 1
    predicate neutron a,q-svc '' 0
    predicate neutron neutron-api '' 0
    predicate neutron neutron '' 1
    predicate swift s-proxy '' 0
    predicate placement placement-api '' 0
    predicate placement placement-client '' 1
}

@test "a project that was disabled by its name is not enabled by its services, but for placement" {
    predicate keystone key a,keystone 1
    predicate nova n-cpu nova 1
    predicate glance g-api glance-x 1
    predicate cinder c-api cinder 1
    predicate neutron q-svc neutron-agent 1
    predicate swift s-proxy swift 1
    predicate placement placement-api placement 0
    predicate nova n-cpu n-api,xnova 0
}

@test "the questions are asked quietly, with every option on" {
    run -0 bash -c 'for name in keystone nova glance cinder neutron swift placement; do
        source "$1/lib/$name"
        set -eux
        if "is_${name}_enabled"; then exit 9; fi
        { set +eux; } 2>/dev/null
    done' - "$TREE"
    is "$(grep -c DISABLED_SERVICES <<<"$output")" 0
}

@test "what the user or a plugin set before stays" {
    run -0 shell 'NOVA_CONF=/n.conf KEYSTONE_SERVICE_URI=http://k SERVICE_PROJECT_NAME=svc HORIZON_DIR=/h GLANCE_CONF_DIR=/g' \
        'RABBIT_USERID=me TEMPEST_DIR=/t KEYSTONE_CONF=/k.conf GLOBAL_VENV=True DEVSTACK_VENV=/v' \
        'for l in rpc_backend keystone nova glance horizon tempest; do source "$_RUNNER_TREE/lib/$l"; done' \
        'echo $NOVA_CONF $KEYSTONE_AUTH_URI_V3 $SERVICE_TENANT_NAME $HORIZON_DIR $GLANCE_API_CONF $RABBIT_USERID $TEMPEST_CONFIG' \
        'echo $KEYSTONE_CONF $KEYSTONE_BIN_DIR'
    is "$output" "/n.conf http://k/v3 svc /h /g/glance-api.conf me /t/etc/tempest.conf"$'\n/k.conf /v/bin'
}

@test "with tls-proxy Keystone speaks https, and TLS_IP is set" {
    run -0 shell 'ENABLED_SERVICES=key,tls-proxy SERVICE_HOST="[2001:db8::1]" SERVICE_PROTOCOL=http GLOBAL_VENV=False' \
        'source "$_RUNNER_TREE/lib/tls"; source "$_RUNNER_TREE/lib/keystone"; echo $KEYSTONE_SERVICE_URI $TLS_IP'
    is "$output" "https://[2001:db8::1]/identity 2001:db8::1"
}

@test "the queue has a host when it is enabled" {
    run -0 shell 'SERVICE_HOST=h; source "$_RUNNER_TREE/lib/rpc_backend"; echo ${RABBIT_HOST-unset}' \
        'ENABLED_SERVICES=rabbit; source "$_RUNNER_TREE/lib/rpc_backend"; echo $RABBIT_HOST $RABBIT_USERID'
    is "$output" $'unset\nh stackrabbit'
}

@test "Neutron's plugin file is named on demand, without a leading slash" {
    run -0 shell 'source "$_RUNNER_TREE/lib/neutron"; echo ${Q_PLUGIN_CONF_FILE-unset}' \
        'neutron_name_plugin_conf; echo $Q_PLUGIN_CONF_FILE $NEUTRON_CORE_PLUGIN_CONF'
    is "$output" $'unset\netc/neutron/plugins/ml2/ml2_conf.ini etc/neutron/plugins/ml2/ml2_conf.ini'
}

@test "the folder for Neutron's agents is there" {
    [[ -d $TREE/lib/neutron_plugins ]]
}

@test "Keystone's libraries are installed from their sources only when that is asked for" {
    local calls=('git_clone_by_name() { echo "clone $1"; }; setup_dev_lib() { echo "install $1"; }'
        "source '$TREE/lib/libraries'; install_keystoneauth; install_keystoneclient")
    run -0 shell 'LIBS_FROM_GIT=""' _later_all "${calls[@]}"
    is "$output" ""
    run -0 shell 'LIBS_FROM_GIT=keystoneauth,python-keystoneclient' _later_all "${calls[@]}"
    is "$output" $'clone keystoneauth\ninstall keystoneauth\nclone python-keystoneclient\ninstall python-keystoneclient'
}
