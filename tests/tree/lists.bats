#!/usr/bin/env bats

# shellcheck disable=SC1091,SC2016,SC2034,SC2154,SC2329 # files, text, variables and functions of other shells

load helper

prepare() {
    source "$TREE/functions-common"
    as_distro debian-12
    FILES=$PWD/files
    mkdir -p files/debs
}

# line <id> <line> <packages>
line() {
    write files/debs/x "$2\n"
    is "$1 $(get_packages x | xargs)" "$1 $3"
}

@test "PF-1 PF-2 PF-3 PF-10 PF-11 PF-14 PF-16 PF-17: lines and comments" {
    line PF-1 apt1 apt1
    line PF-2 'apt2  # trailing comment' apt2
    line PF-3 'apt3 # NOPRIME' ''
    line PF-10 'apt11 apt12' 'apt11 apt12'
    line PF-11 '  apt13' apt13
    line PF-14 'apt18 # testonly' apt18
    line PF-16 NOPRIME-pkg ''
    line PF-17 '# comment\n' ''
}

@test "PF-4 PF-5 PF-6 PF-9 PF-12 PF-15: dist" {
    line PF-4 'apt4 # dist:bookworm' apt4
    line PF-5 'apt5 # dist:trixie,bookworm' apt5
    line PF-6 'apt6 # dist:jammy' ''
    line PF-9 'apt10 # dist: bookworm' ''
    line PF-12 'apt14# dist:BOOKWORM' apt14
    line PF-15 'apt19 # dist:jammy,bookworm for foo' apt19
}

@test "PF-7 PF-8 PF-13: not" {
    line PF-7 'apt7 # not:bookworm' ''
    line PF-8 'apt8 # not:jammy,noble' apt8
    line PF-13 'apt16 # dist:jammy not:bookworm' ''
    line PF-13 'apt17 # dist:bookworm not:bookworm' ''
}

@test "the last line may lack a newline; dkms brings the kernel's headers" {
    write files/debs/x 'a\ndkms'
    is "$(get_packages x)" "a"$'\n'"dkms"$'\n'"linux-headers-$(uname -r)"
}

# services <id> <services> <packages>
services() {
    is "$1 $(get_packages "$2" | xargs)" "$1 $3"
}

@test "PS-1 PS-2 PS-3 PS-4 PS-5 PS-6 PS-7 PS-8 PS-9: which lists a service has" {
    local name
    for name in nova glance os-brick n-cpu c-api cinder swift keystone ironic neutron-common q-agt; do
        echo "$name" >"files/debs/$name"
    done
    services PS-1 n-api 'nova glance os-brick'
    services PS-2 n-cpu 'n-cpu nova os-brick'
    services PS-3 c-api 'c-api cinder os-brick'
    services PS-3 c-vol 'cinder os-brick'
    services PS-4 s-proxy swift
    services PS-4 g-api glance
    services PS-4 key keystone
    services PS-4 ir-api ironic
    services PS-5 q-svc neutron-common
    services PS-5 neutron-api neutron-common
    services PS-6 q-agt 'q-agt neutron-common'
    services PS-7 neutron,rabbit ''
    services PS-8 n-cpu,n-api 'n-cpu nova os-brick glance'
    services PS-9 c-api,n-cpu 'c-api cinder os-brick n-cpu nova'
}

@test "PS-10: get_packages wants one argument" {
    run -1 get_packages a b
    [[ $output == *"get_packages takes a single, comma-separated argument" ]]
    run -1 get_packages
}

@test "PS-11: get_plugin_packages" {
    local plugin
    DEST=$PWD
    for plugin in p q r; do
        enable_plugin $plugin url
        mkdir -p $plugin/devstack/files/debs
    done
    echo from-p >p/devstack/files/debs/p
    echo other >p/devstack/files/debs/other
    echo from-q >q/devstack/files/debs/q
    is "$(get_plugin_packages)" $'from-p\nfrom-q'
}

@test "the folder of lists depends on the family" {
    mkdir -p files/rpms files/rpms-suse
    echo r >files/rpms/x
    echo s >files/rpms-suse/x
    is "$(as_distro fedora-44 && get_packages x)" r
    is "$(as_distro opensuse-leap-15.6 && get_packages x)" s
}
