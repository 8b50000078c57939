#!/usr/bin/env bats
# shellcheck disable=SC2016 # the code is for other shells

load helper
load yaml

# clouds <line>...
#
# Runs the lines where write_clouds_yaml has all it needs.
clouds() {
    shell "TOP_DIR=$TREE PYTHON=python3 OPENSTACKCLIENT_CONF_DIR=\$PWD/etc CLOUDS_YAML=\$PWD/etc/clouds.yaml" \
        'KEYSTONE_SERVICE_URI=http://10.0.0.1/identity ADMIN_PASSWORD=secret REGION_NAME=RegionOne' \
        'DEFAULT_IMAGE_NAME=cirros-0.6.3-x86_64-disk SSL_BUNDLE_FILE=$PWD/ca-bundle.pem' \
        "source '$TREE/inc/core/credentials'" "$@"
}

# scopes
#
# Prints name, user and scope of each cloud in the file, in the file's order.
scopes() {
    python3 -c '
import sys, yaml
for name, cloud in yaml.safe_load(open("etc/clouds.yaml"))["clouds"].items():
    auth = cloud["auth"]
    scope = auth.get("project_name") or "system " + auth["system_scope"]
    print(name, auth["username"], scope, cloud.get("cacert", "-"))'
}

@test "write_clouds_yaml writes the clouds of the contract" {
    need_yaml
    run -0 clouds write_clouds_yaml
    is "$output" "The user clouds.yaml file didn't exist."
    is "$(scopes)" "devstack demo demo -
devstack-admin admin admin -
devstack-admin-demo admin demo -
devstack-alt alt_demo alt_demo -
devstack-alt-member alt_demo_member alt_demo -
devstack-alt-reader alt_demo_reader alt_demo -
devstack-reader demo_reader demo -
devstack-system-admin admin system all -
devstack-system-member system_member system all -
devstack-system-reader system_reader system all -"
    is "$(head -n 10 etc/clouds.yaml && tail -n 2 etc/clouds.yaml)" "clouds:
  devstack:
    auth:
      auth_url: http://10.0.0.1/identity
      password: secret
      project_domain_id: default
      project_name: demo
      user_domain_id: default
      username: demo
    region_name: RegionOne
functional:
  image_name: cirros-0.6.3-x86_64-disk"
}

@test "a certificate bundle that exists is named in each cloud" {
    need_yaml
    touch ca-bundle.pem
    run -0 clouds write_clouds_yaml
    is "$(scopes | cut -d ' ' -f 1,4 | head -n 1)" "devstack $PWD/ca-bundle.pem"
    is "$(grep -c "^    cacert: $PWD/ca-bundle.pem$" etc/clouds.yaml)" 10
}

@test "other clouds and keys stay, and a second time changes nothing" {
    need_yaml
    mkdir etc
    write etc/clouds.yaml 'clouds:\n  trove:\n    auth: {username: t, project_name: p}\n  devstack:\n    old: 1\nfunctional:\n  x: 1\nother: 2\n'
    run -0 clouds write_clouds_yaml
    is "$output" ""
    is "$(scopes | grep -e trove -e 'devstack ')" $'devstack demo demo -\ntrove t p -'
    is "$(tail -n 4 etc/clouds.yaml)" $'functional:\n  image_name: cirros-0.6.3-x86_64-disk\n  x: 1\nother: 2'
    cp etc/clouds.yaml before
    run -0 clouds write_clouds_yaml
    cmp before etc/clouds.yaml
}

@test "the user's own clouds.yaml goes, other files beside it stay" {
    need_yaml
    mkdir -p "$HOME/.config/openstack"
    touch "$HOME/.config/openstack/clouds.yaml" "$HOME/.config/openstack/secure.yaml"
    run -0 clouds write_clouds_yaml
    is "$(ls "$HOME/.config/openstack")" secure.yaml
}

@test "a folder that only root can make becomes the user's" {
    need_yaml
    stub mkdir 'exit 1'
    stub_sudo
    run -0 clouds write_clouds_yaml
    is "$(calls sudo)" "sudo install -d -m 0755 -o $STACK_USER $PWD/etc"
    [[ -s etc/clouds.yaml ]]
}

@test "write_clouds_yaml starts Python once" {
    need_yaml
    local python
    python=$(type -P python3)
    stub python3 "exec $python \"\$@\""
    run -0 clouds write_clouds_yaml
    is "$(calls python3 | grep -c .)" "$(calls python3 | grep -c update_clouds_yaml.write_all)"
    is "$(grep -c '^python3 ' "$CALLS")" 1
}

@test "write_clouds_yaml works with every option on, and fails when the file cannot be written" {
    need_yaml
    run -0 clouds 'set -eux; write_clouds_yaml; [[ $- == *x* && $- == *u* ]]'
    is "$(grep -c devstack-alt <<<"$output")" 0
    rm -r etc
    run ! clouds 'set -e; CLOUDS_YAML=$PWD/nope/clouds.yaml; write_clouds_yaml; echo on'
    [[ $output == *"update_clouds_yaml.py: "*"nope"*"No such file or directory"* && $output != *on ]]
}

@test "clients get OS_CLOUD, and OS_CACERT when there is a bundle" {
    run -0 clouds export_client_environment 'env | grep ^OS_'
    is "$output" OS_CLOUD=devstack-admin
    touch ca-bundle.pem
    run -0 clouds 'OS_CLOUD=mine; export_client_environment' 'env | grep ^OS_ | sort'
    is "$output" "OS_CACERT=$PWD/ca-bundle.pem"$'\nOS_CLOUD=mine'
}

@test "write_accrc hands on what the files need" {
    mkdir -p tools
    write tools/create_userrc.sh '#!/bin/sh\necho "$@"\n'
    chmod +x tools/create_userrc.sh
    run -0 clouds 'TOP_DIR=$PWD; write_accrc'
    is "$output" "--target-dir $PWD/accrc --os-auth-url http://10.0.0.1/identity --os-password secret --os-cacert "
}
