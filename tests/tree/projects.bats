#!/usr/bin/env bats
# shellcheck disable=SC2016 # the code is for other shells

load helper

# projects <line>...
projects() {
    shell '_later core/dispatch; source "$_RUNNER_TREE/inc/core/projects"' "$@"
}

@test "a service is missing until a library defines what installs or starts it" {
    local pair
    for pair in key:install_keystone n-sch:install_nova placement-api:install_placement g-api:install_glance \
        c-sch:install_cinder s-proxy:install_swift q-svc:install_neutron \
        rabbit:install_rpc_backend mysql:install_database_mysql postgresql:install_database_postgresql \
        tls-proxy:start_tls_proxy horizon:install_horizon tempest:install_tempest etcd3:install_etcd3 \
        dstat:install_dstat ldap:install_ldap atop:start_atop tcpdump:start_tcpdump; do
        run -0 projects "ENABLED_SERVICES=${pair%:*}" report_missing_services "${pair#*:}() { :; }" \
            'echo --' report_missing_services
        is "$output" "WARNING: enabled services that this tree does not provide yet: ${pair%:*}"$'\n--'
    done
}

@test "a library with settings alone provides nothing" {
    run -0 projects 'ENABLED_SERVICES=horizon,s-proxy' \
        'for l in horizon swift; do GLOBAL_VENV=False; source "$_RUNNER_TREE/lib/$l"; done' report_missing_services
    is "$output" "WARNING: enabled services that this tree does not provide yet: horizon s-proxy"
}

@test "of services that need more than a container gives, it is said what" {
    run -0 projects 'ENABLED_SERVICES=n-cpu,q-agt,ovn-controller,c-vol' report_missing_services
    is "$(sort <<<"$output")" "WARNING: enabled services that are not provided, as they need a hypervisor: n-cpu
WARNING: enabled services that are not provided, as they need block devices: c-vol
WARNING: enabled services that are not provided, as they need the kernel module openvswitch: q-agt ovn-controller"
}

@test "a library can say which services of its project it does not provide" {
    run -0 projects 'ENABLED_SERVICES=n-api,n-cpu; install_nova() { :; }; _RUNNER_NOT_PROVIDED=" n-cpu"' report_missing_services
    is "$output" "WARNING: enabled services that are not provided, as they need a hypervisor: n-cpu"
}

@test "services that the tree does not know are the plugins'" {
    run -0 projects 'ENABLED_SERVICES=foo-api,foo-engine' report_missing_services
    is "$output" "enabled services that are left to the plugins: foo-api foo-engine"
}

@test "projects are provided when all are enabled and can be installed" {
    run -0 projects 'ENABLED_SERVICES=n-api,key; GLOBAL_VENV=False; source "$_RUNNER_TREE/lib/keystone"' \
        'unset -f install_keystone; install_nova() { :; }; install_swift() { :; }' \
        'projects_provided nova || echo no; projects_provided nova keystone && echo yes' \
        'install_keystone() { :; }; projects_provided nova keystone || echo no; projects_provided swift && echo yes; true'
    is "$output" ""
}

@test "accrc is written when nova and keystone are enabled and provided" {
    local line='source "$_RUNNER_TREE/inc/core/credentials"; write_accrc() { echo accrc; }; GLOBAL_VENV=False; source "$_RUNNER_TREE/lib/keystone"'
    run -0 projects 'ENABLED_SERVICES=n-api,key' "$line" start_projects
    is "$output" ""
    run -0 projects 'ENABLED_SERVICES=n-api,key; install_nova() { :; }; install_keystone() { :; }' "$line" start_projects
    is "$output" accrc
    run -0 projects 'ENABLED_SERVICES=n-api; install_nova() { :; }; install_keystone() { :; }' "$line" start_projects
    is "$output" ""
}
