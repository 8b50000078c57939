#!/usr/bin/env bats
# shellcheck disable=SC2016 # the code is for other shells

load helper

# projects <line>...
projects() {
    shell '_later core/dispatch; source "$_RUNNER_TREE/inc/core/projects"' "$@"
}

@test "a service is missing until a library defines what installs or starts it" {
    local pair
    for pair in key:install_keystone n-cpu:install_nova placement-api:install_placement g-api:install_glance \
        c-vol:install_cinder s-proxy:install_swift q-svc:install_neutron ovn-northd:install_neutron \
        rabbit:install_rpc_backend mysql:install_database_mysql postgresql:install_database_postgresql \
        tls-proxy:start_tls_proxy horizon:install_horizon tempest:install_tempest etcd3:install_etcd3 \
        dstat:install_dstat ldap:install_ldap atop:start_atop tcpdump:start_tcpdump; do
        run -0 projects "ENABLED_SERVICES=foo-api,${pair%:*}" report_missing_services "${pair#*:}() { :; }" \
            'echo --' report_missing_services
        is "$output" "WARNING: this tree does not provide the enabled services: ${pair%:*}"$'\n--'
    done
}

@test "a library with settings alone provides nothing" {
    run -0 projects 'ENABLED_SERVICES=key,n-api,mysql,rabbit' \
        'for l in keystone nova database rpc_backend; do GLOBAL_VENV=False; source "$_RUNNER_TREE/lib/$l"; done' report_missing_services
    is "$output" "WARNING: this tree does not provide the enabled services: key n-api mysql rabbit"
}

@test "projects are provided when all are enabled and can be installed" {
    run -0 projects 'ENABLED_SERVICES=n-api,key; GLOBAL_VENV=False; source "$_RUNNER_TREE/lib/keystone"' \
        'install_nova() { :; }; install_swift() { :; }' \
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
