#!/usr/bin/env bats

# shellcheck disable=SC1091,SC2016,SC2034,SC2154,SC2329 # files, text, variables and functions of other shells

load helper

prepare() {
    source "$TREE/functions-common"
    # Nothing of this may reach the machine.
    _as_root() { printf '%s\n' "$*"; }
    stub mountpoint 'exit 0'
}

@test "create_disk makes, notes and mounts a file system" {
    run -0 create_disk /img /mnt/x 1G
    [[ $output == *"umount /mnt/x"*"rm -f /img"*"truncate -s 1G /img"*"mkfs.xfs -f -i size=1024 /img"*"mount -v /mnt/x" ]]
}

@test "destroy_disk removes the line of fstab that create_disk wrote" {
    run -0 destroy_disk /img /mnt/x
    [[ $output == *'sed -i \|comment=devstack-_mnt_x |d /etc/fstab'* ]]
    printf '/a /mnt/x xfs loop,comment=devstack-_mnt_x 0 0\n/b /c ext4 defaults 0 0\n' >fstab
    sed -i '\|comment=devstack-_mnt_x |d' fstab
    is "$(<fstab)" "/b /c ext4 defaults 0 0"
}
