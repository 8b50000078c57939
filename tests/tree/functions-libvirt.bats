#!/usr/bin/env bats
# shellcheck disable=SC2016 # the code is for other shells

load helper

# libvirt <distro> <line>
libvirt() {
    as_distro "$1"
    shell 'install_package() { echo "+ $*"; }; uninstall_package() { echo "- $*"; }' \
        'source "$_RUNNER_TREE/lib/nova_plugins/functions-libvirt"' "$2"
}

@test "sourcing it runs nothing" {
    run -0 libvirt debian-12 ''
    is "$output" ""
}

@test "install_libvirt installs the family's packages in one call" {
    run -0 libvirt debian-12 install_libvirt
    is "$output" "+ qemu-system qemu-utils libvirt-daemon-system libvirt-clients libvirt-dev python3-libvirt"
    run -0 libvirt fedora-44 install_libvirt
    is "$output" "+ qemu-kvm qemu-img libvirt libvirt-client libvirt-devel python3-libvirt"
    run -0 libvirt opensuse-leap-15.6 install_libvirt
    is "$output" "+ qemu-kvm qemu-tools libvirt libvirt-client libvirt-devel python3-libvirt-python"
}

@test "uninstall_libvirt removes what was installed" {
    run -0 libvirt debian-12 uninstall_libvirt
    [[ $output == "- qemu-system "* ]]
}

@test "install_libvirt dies on a distribution of no family, and fails when the packages do" {
    run -1 libvirt arch 'DISTRO=arch os_VENDOR=Arch os_PACKAGE=pacman; install_libvirt'
    [[ $output == *"no support for libvirt installation"* ]]
    run -4 libvirt debian-12 'set -eu; install_package() { return 4; }; install_libvirt; echo on'
    is "$output" ""
}
