#!/usr/bin/env bats

# shellcheck disable=SC1091,SC2016,SC2034,SC2154,SC2329 # files, text, variables and functions of other shells

load helper

prepare() {
    source "$TREE/functions-common"
}

# third_time <command>
#
# A stand-in that fails twice.
third_time() {
    stub "$1" 'echo >>tries; (($(wc -l <tries) == 3)) || exit 1; echo 7'
}

@test "wait_for_compute: waits until nova-compute is registered" {
    third_time openstack
    REGION_NAME=Two
    wait_for_compute 60
    is "$(calls openstack | tail -n 1)" "openstack --os-cloud devstack-admin --os-region-name Two compute service list --host $(uname -n) --service nova-compute -c ID -f value"
    is "$(calls | grep -c '^openstack')" 3
}

@test "wait_for_compute: dies when it is not" {
    stub openstack
    run -1 wait_for_compute 0
    [[ $output == *"nova-compute on $(uname -n) has not registered within 0 seconds" ]]
}

@test "ping_check: waits for an answer, or for none" {
    third_time ping
    ping_check 192.0.2.7 60
    is "$(calls ping | wc -l)" 3
    stub ping 'exit 1'
    ping_check 192.0.2.7 60 "" False
    run -1 ping_check 192.0.2.7 0
    [[ $output == *"192.0.2.7 has not answered a ping for "*" seconds" ]]
    stub ping
    run -1 ping_check 192.0.2.7 0 "" False
    [[ $output == *"192.0.2.7 still answers a ping after "*" seconds" ]]
}

@test "ping_check: from a network's namespace" {
    stub sudo
    ping_check 192.0.2.7 0 qdhcp-1
    is "$(calls sudo)" "sudo ip netns exec qdhcp-1 ping -c 1 -w 1 192.0.2.7"
}

@test "get_instance_ip: reads both forms of the client's answer" {
    local answer
    for answer in "{'private': ['fd00::7', '10.0.0.7'], 'public': ['172.24.4.9']}" \
        "private=fd00::7, 10.0.0.7; public=172.24.4.9" "my-private=10.9.9.9; private=10.0.0.7; public=172.24.4.9"; do
        stub openstack "echo \"$answer\""
        is "$(get_instance_ip vm private)" 10.0.0.7
        is "$(get_instance_ip vm public)" 172.24.4.9
    done
    run -1 --separate-stderr get_instance_ip vm other
    [[ $stderr == *"The server vm has no IPv4 address in the network other" ]]
}

@test "ssh_check: waits until one can log in" {
    third_time ssh
    ssh_check net key.pem 192.0.2.7 cirros 60
    [[ $(calls ssh | tail -n 1) == "ssh "*" -i key.pem cirros@192.0.2.7 true" ]]
    stub ssh 'exit 255'
    run -1 ssh_check net key.pem 192.0.2.7 cirros 0
    [[ $output == *"Nobody lets cirros in at 192.0.2.7 by ssh" ]]
}
