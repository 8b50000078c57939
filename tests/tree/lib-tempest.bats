#!/usr/bin/env bats
# shellcheck disable=SC2016,SC2034 # the code is for other shells

load helper

# tempest <line>...
#
# Runs the lines in a shell that has lib/tempest, with the settings that it reads.
tempest() {
    shell "DEST=$PWD/dest DATA_DIR=$PWD/data FILES=$PWD/files TOP_DIR=$TREE ENABLED_SERVICES=tempest,key" \
        "GLOBAL_VENV=True DEVSTACK_VENV=$PWD/venv" \
        'ADMIN_PASSWORD=pw KEYSTONE_SERVICE_URI=http://h/identity KEYSTONE_SERVICE_URI_V3=http://h/identity/v3' \
        'REGION_NAME=R KEYSTONE_SECURITY_COMPLIANCE_ENABLED=True KEYSTONE_ENFORCE_NEW_DEFAULTS=True' \
        'ENFORCE_NEW_DEFAULTS=False SERVICE_PROTOCOL=http SERVICE_HOST=h DEFAULT_IMAGE_FILE_NAME=d.img FIXED_RANGE=10.0.0.0/22' \
        'PUBLIC_NETWORK_NAME=public' \
        'source "$TOP_DIR/lib/tempest"' "$@"
}

# option <section> <option>
option() {
    shell "iniget dest/tempest/etc/tempest.conf $1 $2"
}

@test "tempest.conf is written anew" {
    run -0 tempest configure_tempest 'iniset "$TEMPEST_CONFIG" service_available heat True' \
        'iniget "$TEMPEST_CONFIG" service_available heat' configure_tempest 'iniget "$TEMPEST_CONFIG" service_available heat'
    is "$output" True
    is "$(option auth admin_password) $(option identity uri_v3) $(option identity region)" "pw http://h/identity/v3 R"
    is "$(option enforce_scope keystone) $(option enforce_scope glance)" "True False"
    [[ -d data/tempest ]]
}

@test "tempest.conf says which services are there" {
    run -0 tempest 'ENABLED_SERVICES+=,g-api,q-svc,horizon' 'function install_glance { :; }' 'function install_swift { :; }' \
        configure_tempest
    is "$output" "WARNING: there is no image that tests could use"
    local project answers=
    for project in glance neutron horizon swift nova cinder; do
        answers+="$project=$(option service_available $project) "
    done
    is "$answers" "glance=True neutron=False horizon=False swift=False nova=False cinder=False "
}

@test "tempest.conf has what the services say of themselves" {
    run -0 tempest 'ENABLED_SERVICES+=,g-api,q-svc' 'function start_keystone { :; }' \
        'function cloud_as_admin { printf "%s\n" "image i1" "image_alt i2" "flavor 1" "flavor_alt 42" "public_network p" "network_extensions a,b"; }' \
        configure_tempest
    is "$output" ""
    is "$(option compute image_ref) $(option compute image_ref_alt)" "i1 i2"
    is "$(option compute flavor_ref) $(option compute flavor_ref_alt)" "1 42"
    is "$(option network public_network_id) $(option network floating_network_name)" "p public"
    is "$(option network-feature-enabled api_extensions)" "a,b"
}

@test "facts that nobody knows leave no option behind" {
    run -0 tempest configure_tempest
    run -1 grep -E '^(image_ref|flavor_ref|public_network_id|api_extensions|ca_certificates_file)' dest/tempest/etc/tempest.conf
}

@test "tests are found from TEMPEST_DIR" {
    mkdir -p venv/lib/python3.11/site-packages/tempest/test_discover
    run -0 tempest configure_tempest
    holds dest/tempest/.stestr.conf "[DEFAULT]
test_path=$PWD/venv/lib/python3.11/site-packages/tempest/test_discover
top_dir=$PWD/venv/lib/python3.11/site-packages
group_regex=([^\\\\.]*\\\\.)*
"
    echo own >dest/tempest/.stestr.conf
    run -0 tempest configure_tempest
    is "$(<dest/tempest/.stestr.conf)" own
}

@test "cleaning removes the configuration, and leaves the folder of the sources" {
    run -0 tempest configure_tempest 'touch "$TEMPEST_DIR/setup.cfg"' cleanup_tempest
    [[ ! -e dest/tempest/etc/tempest.conf && -e dest/tempest/setup.cfg && ! -e data/tempest ]]
}
