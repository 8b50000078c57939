#!/usr/bin/env bats

# shellcheck disable=SC1091,SC2016,SC2034,SC2154,SC2329 # files, text, variables and functions of other shells

load helper

prepare() {
    source "$TREE/functions-common"
}

@test "NT-1: cidr2netmask" {
    is "$(for bits in 0 8 20 24 25 32; do cidr2netmask $bits; done | xargs)" \
        "0.0.0.0 255.0.0.0 255.255.240.0 255.255.255.0 255.255.255.128 255.255.255.255"
}

@test "NT-2: maskip" {
    is "$(maskip 10.1.2.3 255.255.254.0)" 10.1.2.0
}

@test "NT-3: address_in_net" {
    address_in_net 10.0.3.9 10.0.0.0/22
    run -1 address_in_net 10.0.4.9 10.0.0.0/22
    address_in_net 1.2.3.4 0.0.0.0/0
}

@test "NT-4: is_ipv4_address" {
    is_ipv4_address 1.2.3.4
    run -1 is_ipv4_address 1.2.3
    run -1 is_ipv4_address ::1
}

@test "NT-5: export_proxy_variables" {
    http_proxy=http://p:1 no_proxy=""
    export_proxy_variables
    is "$(bash -c 'echo "$http_proxy|${https_proxy-unset}|${no_proxy-unset}"')" "http://p:1|unset|"
}

@test "get_default_host_ip" {
    stub ip 'case "$*" in
        *route*) echo "default via 192.0.2.1 dev eth7 proto dhcp" ;;
        *"-f inet -o addr show dev eth7"*)
            echo "2: eth7    inet 10.0.1.1/24 brd x"
            echo "2: eth7    inet 172.24.4.9/24 brd x"
            echo "2: eth7    inet 192.0.2.5/24 brd x"
            echo "2: eth7    inet 192.0.2.6/24 brd x" ;;
        *inet6*) echo "2: eth7    inet6 2001:db8::5/64 scope global" ;;
        esac'
    is "$(get_default_host_ip 10.0.0.0/22 172.24.4.0/24 '' '' inet)" 192.0.2.5
    is "$(get_default_host_ip 10.0.0.0/22 172.24.4.0/24 eth7 dhcp inet)" 192.0.2.5
    is "$(get_default_host_ip 10.0.0.0/22 172.24.4.0/24 '' 198.51.100.1 inet)" 198.51.100.1
    is "$(get_default_host_ip '' '' '' '' inet6)" 2001:db8::5
    stub ip
    is "$(get_default_host_ip 10.0.0.0/22 172.24.4.0/24 '' '' inet)" ""
}

@test "get_random_port" {
    local port
    port=$(get_random_port)
    ((port >= 49152 && port < 65536))
}

@test "set_mtu and enable_kernel_bridge_firewall" {
    stub sudo
    set_mtu eth7 1400
    enable_kernel_bridge_firewall
    is "$(calls sudo | head -n 2)" $'sudo ip link set mtu 1400 dev eth7\nsudo modprobe bridge'
    is "$(calls sudo | tail -n 1)" "sudo sysctl -w net.bridge.bridge-nf-call-arptables=1"
}
