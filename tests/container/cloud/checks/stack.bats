#!/usr/bin/env bats
# What is true after stack.sh with Glance, Cinder, Placement, Nova and Neutron. Run as the stack user, in the tree's folder.

bats_require_minimum_version 1.5.0

load client

setup_file() {
    start_client
}

teardown_file() {
    end_client
}

setup() {
    PATH=/opt/stack/data/venv/bin:$PATH
    export OS_CLOUD=devstack-admin
}

# value <command of openstack>...
#
# Prints values only.
value() {
    openstack "$@" --format value
}

# option <file> <section> <option>
option() {
    (
        source /opt/stack/devstack/functions
        iniget "$@"
    )
}

@test "16: nova.conf can be changed in post-config, and those of other projects" {
    local file
    for file in /etc/nova/nova.conf /etc/cinder/cinder.conf /etc/glance/glance-api.conf; do
        [[ $(option "$file" key_manager backend) == barbican ]]
    done
    grep -q '^available_filters = nova.scheduler.filters.all_filters' /etc/nova/nova.conf
    [[ $(<~/tenant-filters) == *ComputeFilter* ]]
}

@test "every API is in the catalog and answers" {
    local kind url
    for kind in image block-storage compute placement network identity; do
        url=$(value catalog show "$kind" --column endpoints | grep --only-matching 'http://[^ "'\'']*' | head -1)
        [[ $url == http://* ]] || { echo "$kind is not in the catalog"; return 1; }
        [[ $(curl --silent --output /dev/null --write-out '%{http_code}' "${url%/v[0-9]*}/") == @(200|300) ]] || {
            echo "$kind does not answer at $url"
            return 1
        }
    done
}

@test "Glance gives back what it was given" {
    head -c 3000000 /dev/urandom >"$BATS_TEST_TMPDIR/in"
    openstack image create --disk-format raw --file "$BATS_TEST_TMPDIR/in" random >/dev/null
    openstack image save --file "$BATS_TEST_TMPDIR/out" random
    cmp "$BATS_TEST_TMPDIR/in" "$BATS_TEST_TMPDIR/out"
    openstack image delete random
}

@test "Nova has flavors, an aggregate of the plugin, and a conductor and a scheduler that report" {
    run -0 value flavor list --column Name
    [[ $output == *m1.tiny* && $output == *cirros256* ]]
    [[ $(value aggregate list --column Name) == reserved ]]
    run -0 value compute service list --column Binary --column State
    [[ $output == *"nova-scheduler up"* && $output == *"nova-conductor up"* ]]
}

@test "Neutron makes a network with a subnet" {
    openstack network create checked >/dev/null
    openstack subnet create --network checked --subnet-range 192.0.2.0/24 checked >/dev/null
    [[ $(value subnet show checked --column gateway_ip) == 192.0.2.1 ]]
    openstack network delete checked
}

@test "Cinder has a scheduler that reports" {
    local tries=0
    # it says so when it has begun to work, which nobody waits for
    until [[ $(value volume service list --column Binary --column State) == *"cinder-scheduler up"* ]]; do
        ((++tries < 20))
        sleep 1
    done
}

@test "tempest.conf is there, with what is enabled and what the plugin says" {
    local file=/opt/stack/tempest/etc/tempest.conf
    [[ $(option "$file" service_available tenant) == True ]]
    [[ $(option "$file" service_available neutron) == True ]]
    [[ $(option "$file" identity uri_v3) == */identity/v3 ]]
}
