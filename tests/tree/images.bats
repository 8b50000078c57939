#!/usr/bin/env bats

# shellcheck disable=SC1091,SC2016,SC2034,SC2154,SC2329 # files, text, variables and functions of other shells

load helper

prepare() {
    source "$TREE/functions-common"
    FILES=$PWD/files REGION_NAME=RegionOne
    mkdir files
    stub openstack 'case "$*" in *"-c id"*) echo "id-$5" ;; *"--file"*) ;; *) cat >stdin ;; esac'
    stub uname 'echo x86_64'
    stub qemu-img 'printf "{\n  \"format\": \"qcow2\",\n}\n"'
}

CREATE='openstack --os-cloud=devstack-admin --os-region-name=RegionOne image create'

# upload <file> <wanted call, after "image create">
upload() {
    : >"$CALLS"
    upload_image "file://$PWD/$1"
    is "$(calls openstack)" "$CREATE $2"
}

@test "UI-1: upload_image of a file that is not there" {
    run -0 upload_image file:///nope.qcow2
    is "$output" "Not found: file:///nope.qcow2"
}

@test "upload_image of what cannot be downloaded" {
    stub wget 'exit 4'
    run -1 upload_image http://h/x.qcow2
    is "$output" "Not found: http://h/x.qcow2"
    is "$(calls wget | wc -l)" 5
}

@test "UI-2: upload_image by name" {
    local name format
    for name in a.qcow2 b.raw c.iso d.vhd e.vhdx; do
        echo x >$name
        upload $name "${name%.*} --public --container-format bare --disk-format ${name#*.} --file $PWD/$name"
    done
    echo x >f.img
    upload f.img "f --public --container-format bare --disk-format qcow2 --file $PWD/f.img"
}

@test "upload_image of compressed images" {
    local case
    for case in g.img.gz:raw h.vhd.gz:vhd i.vhdx.gz:vhdx; do
        echo content | gzip >"${case%:*}"
        upload "${case%:*}" "${case%%.*} --public --container-format bare --disk-format ${case#*:}"
        is "$(<stdin)" content
    done
}

@test "UI-3: upload_image of an archive" {
    mkdir uec
    touch uec/foo-vmlinuz uec/foo-initrd uec/foo.img
    tar -czf uec.tar.gz -C uec .
    upload_image "file://$PWD/uec.tar.gz"
    is "$(calls openstack)" "$CREATE uec-kernel --public --container-format aki --disk-format aki --file $FILES/images/uec/foo-vmlinuz -f value -c id
$CREATE uec-ramdisk --public --container-format ari --disk-format ari --file $FILES/images/uec/foo-initrd -f value -c id
$CREATE uec --public --container-format ami --disk-format ami --property kernel_id=id-uec-kernel --property ramdisk_id=id-uec-ramdisk --file $FILES/images/uec/foo.img"
}

@test "upload_image with properties and the import workflow" {
    VIRT_DRIVER=libvirt LIBVIRT_TYPE=kvm GLANCE_USE_IMPORT_WORKFLOW=True
    echo x >a.raw
    upload a.raw "a --public --container-format bare --disk-format raw --import --property hw_rng_model=virtio --file $PWD/a.raw"
}

@test "upload_image of a VMware disk" {
    printf 'createType="streamOptimized"\nddb.adapterType = "ide"\n' >a.vmdk
    upload a.vmdk "a --public --container-format bare --disk-format vmdk --property vmware_disktype=streamOptimized --property vmware_adaptertype=ide --property hw_vif_model=e1000 --file $PWD/a.vmdk"
}

@test "upload_image of an unknown kind" {
    echo x >a.txt
    run -1 upload_image "file://$PWD/a.txt"
    is "$output" "Do not know what to do with a.txt"
}

@test "upload_image: keeps what it downloaded" {
    stub wget 'echo data >"$3"'
    upload_image http://h/x.raw
    upload_image http://h/x.raw
    is "$(calls wget | wc -l) $(<files/x.raw)" "1 data"
}
