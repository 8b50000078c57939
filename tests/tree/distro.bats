#!/usr/bin/env bats

# shellcheck disable=SC1091,SC2016,SC2034,SC2154,SC2329 # files, text, variables and functions of other shells

load helper

# tell
#
# Prints what the functions find out about a system, with the predicates that are true.
tell() {
    local predicate
    GetDistro
    printf '%s|' "$os_VENDOR" "$os_RELEASE" "$os_CODENAME" "$os_PACKAGE" "$DISTRO"
    for predicate in is_ubuntu is_fedora is_suse is_opensuse is_suse_linux_enterprise is_oraclelinux is_openeuler; do
        if $predicate; then printf ' %s' $predicate; fi
    done
}

# check <os-release> <wanted>
check() {
    as_distro "$1"
    source "$TREE/functions-common"
    is "$(tell)" "$2"
}

@test "5.1 Debian 12" { check debian-12 'Debian|12|bookworm|deb|bookworm| is_ubuntu'; }
@test "5.1 Debian 13" { check debian-13 'Debian|13|trixie|deb|trixie| is_ubuntu'; }
@test "5.1 Ubuntu 22.04" { check ubuntu-22.04 'Ubuntu|22.04|jammy|deb|jammy| is_ubuntu'; }
@test "5.1 Ubuntu 24.04" { check ubuntu-24.04 'Ubuntu|24.04|noble|deb|noble| is_ubuntu'; }
@test "5.1 Ubuntu 26.04" { check ubuntu-26.04 'Ubuntu|26.04|resolute|deb|resolute| is_ubuntu'; }
@test "5.1 Fedora 40" { check fedora-40 'Fedora|40|n/a|rpm|f40| is_fedora'; }
@test "5.1 Fedora 41, 42, 43" {
    local release
    for release in 41 42 43; do
        sed "s/44/$release/g" "$BATS_TEST_DIRNAME/os-release/fedora-44" >os-release
        export _RUNNER_OS_RELEASE=$PWD/os-release
        source "$TREE/functions-common"
        is "$(tell)" "Fedora|$release|n/a|rpm|f$release| is_fedora"
    done
}
@test "5.1 Fedora 44" { check fedora-44 'Fedora|44|n/a|rpm|f44| is_fedora'; }
@test "5.1 CentOS Stream 9" { check centos-stream-9 'CentOSStream|9|n/a|rpm|rhel9| is_fedora'; }
@test "5.1 CentOS Stream 10" { check centos-stream-10 'CentOSStream|10|Coughlan|rpm|rhel10| is_fedora'; }
@test "5.1 Rocky 9.4" { check rocky-9.4 'RockyLinux|9.4|Blue Onyx|rpm|rhel9| is_fedora'; }
@test "5.1 AlmaLinux 9.4" { check almalinux-9.4 'AlmaLinux|9.4|Seafoam Ocelot|rpm|rhel9| is_fedora'; }
@test "5.1 RHEL 9.4" { check rhel-9.4 'RedHatEnterpriseLinux|9.4|Plow|rpm|rhel9| is_fedora'; }
@test "5.1 openSUSE Leap 15.6" { check opensuse-leap-15.6 'openSUSE|15.6|n/a|rpm|opensuse-15.6| is_suse is_opensuse'; }
@test "5.1 openSUSE Leap 16.0" { check opensuse-leap-16.0 'openSUSE|16.0|n/a|rpm|opensuse-16.0| is_suse is_opensuse'; }
@test "5.1 openSUSE Tumbleweed" { check opensuse-tumbleweed 'openSUSE|20250101|n/a|rpm|opensuse-tumbleweed| is_suse is_opensuse'; }
@test "5.1 SLES 12 SP5" { check sles-12.5 'SUSE|12.5|n/a|rpm|sle12| is_suse is_suse_linux_enterprise'; }
@test "5.1 SLES 15 SP5" { check sles-15.5 'SUSE|15.5|n/a|rpm|sle15| is_suse is_suse_linux_enterprise'; }
@test "openEuler" { check openeuler-22.03 'openEuler|22.03|n/a|rpm|openEuler-22.03| is_fedora is_openeuler'; }
@test "openEuler 24.03" { check openeuler-24.03 'openEuler|24.03|n/a|rpm|openEuler-24.03| is_fedora is_openeuler'; }
@test "Rocky 10.0" { check rocky-10.0 'RockyLinux|10.0|Red Quartz|rpm|rhel10| is_fedora'; }
@test "AlmaLinux 9.6" { check almalinux-9.6 'AlmaLinux|9.6|Sage Margay|rpm|rhel9| is_fedora'; }
@test "AlmaLinux 10.0" { check almalinux-10.0 'AlmaLinux|10.0|Purple Lion|rpm|rhel10| is_fedora'; }
@test "SLES 15 SP7" { check sles-15.7 'SUSE|15.7|n/a|rpm|sle15| is_suse is_suse_linux_enterprise'; }
@test "SLES 16.0" { check sles-16.0 'SUSE|16.0|n/a|rpm|sle16| is_suse is_suse_linux_enterprise'; }
@test "Linux Mint is the Ubuntu that it is made from" {
    check linuxmint-22 'Ubuntu|24.04|noble|deb|noble| is_ubuntu'
    sed 's/noble/zesty/; s/"22"/"99"/' "$BATS_TEST_DIRNAME/os-release/linuxmint-22" >os-release
    export _RUNNER_OS_RELEASE=$PWD/os-release
    is "$(tell)" 'Ubuntu|99|zesty|deb|zesty| is_ubuntu'
}
@test "Oracle Linux" { check oracle-9.4 'OracleServer|9.4|n/a|rpm|rhel9| is_fedora is_oraclelinux'; }

@test "GetDistro: dies on an unknown system" {
    as_distro arch
    run -1 --separate-stderr shell GetDistro
    [[ $stderr == *"Unable to determine DISTRO, can not continue." ]]
}

@test "GetOSVersion: leaves no other variables, and predicates call it" {
    as_distro debian-12
    run -0 shell 'is_ubuntu && ! is_suse && ! is_fedora' 'echo "$os_VENDOR|$VERSION_CODENAME|$PRETTY_NAME|$DISTRO"'
    is "$output" "Debian|||"
}

@test "is_arch, is_provider_network, running_in_container" {
    source "$TREE/functions-common"
    is_arch "$(uname -m)"
    run -1 is_arch pdp11
    run -1 is_provider_network
    Q_USE_PROVIDER_NETWORKING=True
    is_provider_network
    stub systemd-detect-virt 'echo none; exit 1'
    run -1 running_in_container
    stub systemd-detect-virt 'echo docker'
    running_in_container
}

@test "python3_version, python_version, is_sudo_rs" {
    source "$TREE/functions-common"
    [[ $(python3_version) =~ ^python3\.[0-9]+$ ]]
    stub python2 'exit 127'
    is "$(python_version)" python
    stub sudo 'echo "sudo-rs 0.2.8"'
    is_sudo_rs
    stub sudo 'echo "Sudo version 1.9.13p3"'
    run -1 is_sudo_rs
}
