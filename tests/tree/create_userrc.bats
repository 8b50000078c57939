#!/usr/bin/env bats
# shellcheck disable=SC2016 # the code is for other shells

load helper

prepare() {
    unset "${!OS_@}"
    stub openstack 'case "$1 $2" in
        "project list") printf "%s\n" "p1 demo True" "p2 service True" "p3 old False" "p4 two words True" ;;
        "user list") printf "%s\n" "u1 demo True" "u2 admin True" "u3 gone False" "u4 nova True" ;;
        "role assignment") printf "%s\n" "u1 p1" "u1 p1" "u2 p1" "u3 p1" "u4 p2" "u1 p3" "u2 p4" "u2 " "" ;;
    esac'
}

# userrc <argument>...
userrc() {
    "$TREE/tools/create_userrc.sh" --target-dir rc --os-auth-url http://h/identity --os-password pw "$@"
}

@test "each enabled user has a file in each enabled project, but for that of the services" {
    run -0 userrc
    is "$output" ""
    is "$(find rc -type f | sort)" $'rc/demo/admin\nrc/demo/demo\nrc/two words/admin'
}

@test "a file holds what the contract says" {
    run -0 userrc --os-cacert /ca.pem
    holds rc/demo/admin '# OpenStack USER ID = u2
export OS_USERNAME="admin"
# OpenStack project ID = p1
export OS_PROJECT_NAME="demo"
export OS_AUTH_URL="http://h/identity"
export OS_CACERT="/ca.pem"
export NOVA_CERT="rc/cacert.pem"
export OS_PASSWORD="pw"
export OS_USER_DOMAIN_ID=default
unset OS_USER_DOMAIN_NAME
export OS_PROJECT_DOMAIN_ID=default
unset OS_PROJECT_DOMAIN_NAME
'
}

@test "the client is called three times" {
    run -0 userrc
    is "$(calls openstack)" "openstack project list --long -f value -c ID -c Name -c Enabled
openstack user list --long -f value -c ID -c Name -c Enabled
openstack role assignment list --effective -f value -c User -c Project"
}

@test "what is not given is taken from the environment" {
    OS_AUTH_URL=http://e OS_PASSWORD=epw OS_CACERT=/e.pem run -0 "$TREE/tools/create_userrc.sh" --target-dir rc
    is "$(grep -c -e '"http://e"' -e '"epw"' -e '"/e.pem"' rc/demo/demo)" 3
}

@test "what is missing or unknown is told" {
    run -1 "$TREE/tools/create_userrc.sh" --target-dir rc
    [[ $output == *OS_AUTH_URL* ]]
    run -1 "$TREE/tools/create_userrc.sh" --os-auth-url u
    [[ $output == *OS_PASSWORD* ]]
    run -1 userrc --colour red
    is "$output" "create_userrc.sh: the option --colour is unknown"
    run -1 userrc --os-cacert
    [[ $output == *"--os-cacert"* ]]
}

@test "a client that fails ends it" {
    stub openstack 'echo "no answer" >&2; exit 4'
    run -4 userrc
    is "$output" "no answer"
    [[ ! -e rc ]]
}
