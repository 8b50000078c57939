#!/usr/bin/env bats
# shellcheck disable=SC2016 # the code is for other shells

load helper

prepare() {
    as_distro debian-12
    export _RUNNER_ROOT=$PWD/root
    mkdir units
    stub_sudo
    stub systemctl
    stub etcd
    stub etcdctl
    stub mount 'exit 32'
    stub mountpoint 'exit 1'
}

# etcd <line>...
#
# Runs the lines after what stack.sh has read by then.
etcd() {
    shell 'ENABLED_SERVICES=etcd3 SERVICE_HOST=192.0.2.1 LOCAL_HOSTNAME=here DEST=$PWD/dest DATA_DIR=$PWD/dest/data' \
        'SYSTEMD_DIR=$PWD/units SYSTEMCTL="sudo systemctl"; GetDistro' 'source "$_RUNNER_TREE/lib/etcd3"' "$@"
}

@test "etcd is in DEST/bin, and its data in memory where that can be had" {
    run -0 etcd install_etcd3
    [[ -x dest/bin/etcd && -x dest/bin/etcdctl ]]
    [[ $output == *"has its data on the disk"* ]]
    stub mount
    run -0 etcd install_etcd3
    is "$output" ""
    : >"$CALLS"
    run -0 etcd 'ETCD_USE_RAMDISK=False; install_etcd3'
    is "$(calls mount)" ""
}

@test "without etcd the run ends" {
    rm "$STUBS/etcd"
    type -P etcd && skip "this machine has etcd"
    run -1 etcd 'install_package() { :; }; install_etcd3'
    [[ $output == *"there is no etcd: the distribution has no package of it"* ]]
}

@test "the unit serves clients at SERVICE_HOST and waits to be ready" {
    run -0 etcd start_etcd3
    [[ $(grep ExecStart units/devstack@etcd.service) == *"--listen-client-urls http://192.0.2.1:2379 "* ]]
    [[ $(grep ExecStart units/devstack@etcd.service) == *"--advertise-client-urls http://192.0.2.1:2379"* ]]
    [[ $(grep ExecStart units/devstack@etcd.service) == *"--data-dir $PWD/dest/data/etcd "* ]]
    grep -qx 'Type = notify' units/devstack@etcd.service
    grep -qx 'Restart = on-failure' units/devstack@etcd.service
    grep -qx 'User = root' units/devstack@etcd.service
}

@test "a start that fails ends the run with its words" {
    stub systemctl '[[ $1 != start ]]'
    stub journalctl 'echo "bind: address already in use"'
    run -1 etcd start_etcd3
    [[ $output == *"address already in use"*"etcd does not start"* ]]
    [[ $output != *"not found"* ]]
}

@test "stopping removes the data" {
    mkdir -p dest/data/etcd/member
    run -0 etcd stop_etcd3
    [[ ! -e dest/data/etcd ]]
}
