#!/usr/bin/env bats
# shellcheck disable=SC2016 # the code is for other shells

load run

# reasons <services> <text of plugin.sh>
#
# Runs stack.sh, which fails, with these services enabled; prints the reasons that the events tell, with their words.
reasons() {
    local_conf "enable_service $1\n"
    plugin p1 plugin.sh "$2"
    ! tree stack.sh >"$RUN/out" 2>&1 || echo passed
    events reason text about
}

@test "what was noted of services is told again with a failure, with the words that go with them" {
    run -0 reasons horizon,s-proxy,g-api '[[ $2 != install ]]'
    is "$output" "enabled services that this tree does not provide yet: horizon s-proxy horizon openstack_dashboard swift s-proxy"
    is "$(events note text | head -1)" "enabled services that this tree does not provide yet: horizon s-proxy"
}

@test "what a service needs is told again as well" {
    run -0 reasons n-cpu,q-agt 'false'
    is "$(sort <<<"$output")" "enabled services that are not provided, as they need a hypervisor: n-cpu n-cpu nova-compute libvirt libvirtd virsh
enabled services that are not provided, as they need the kernel module openvswitch: q-agt q-agt ovs openvswitch br-int br-ex br-tun"
}

@test "of services left to the plugins those are told again that no plugin has a word about" {
    run -0 reasons tea-api,pot-api 'run_process tea-api /bin/true; false'
    is "$output" "the service pot-api is enabled, and neither this tree nor an enabled plugin provides it pot-api pot"
}

@test "nothing is told again by a run that passes, or where all is provided" {
    run -0 reasons horizon,pot-api true
    is "$output" passed
    again
    rm -rf "$RUN/dest/p1"
    run -0 reasons "" false
    is "$output" ""
}
