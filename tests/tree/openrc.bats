#!/usr/bin/env bats
# shellcheck disable=SC2016 # the code is for other shells

load helper

prepare() {
    cp -r "$TREE" tree
    printf 'HOST_IP=192.0.2.1\nHOST_IPV6=2001:db8::1\nADMIN_PASSWORD=pw\n' >tree/localrc
}

@test "openrc gives the demo user's credentials" {
    run -0 bash -c 'source tree/openrc; env | grep ^OS_ | sort'
    is "$output" "OS_AUTH_TYPE=password
OS_AUTH_URL=http://192.0.2.1:5000
OS_PASSWORD=pw
OS_PROJECT_DOMAIN_ID=default
OS_PROJECT_NAME=demo
OS_REGION_NAME=RegionOne
OS_USERNAME=demo
OS_USER_DOMAIN_ID=default"
}

@test "openrc takes a user and a project" {
    run -0 bash -c 'source tree/openrc admin service; echo $OS_USERNAME $OS_PROJECT_NAME'
    is "$output" "admin service"
}

@test "openrc inside a run changes no option, and applies .stackenv" {
    printf 'ENABLED_SERVICES=a,b\nOS_CACERT=/ca\nKEYSTONE_SERVICE_URI=http://h/identity\n' >tree/.stackenv
    run -0 bash -c 'set -e; source tree/stackrc; ENABLED_SERVICES=x; o=$-; source tree/openrc; [[ $o == $- ]]; echo $ENABLED_SERVICES $OS_CACERT $OS_AUTH_URL'
    is "$output" "a,b /ca http://h/identity"
}

@test "user and project come from the environment when they are not given" {
    OS_USERNAME=u OS_PROJECT_NAME=p run -0 bash -c 'source tree/openrc; echo $OS_USERNAME $OS_PROJECT_NAME'
    is "$output" "u p"
    OS_USERNAME=u OS_PROJECT_NAME=p run -0 bash -c 'source tree/openrc admin; echo $OS_USERNAME $OS_PROJECT_NAME'
    is "$output" "admin p"
}

@test "without ADMIN_PASSWORD it is the word secret" {
    sed -i /ADMIN_PASSWORD/d tree/localrc
    run -0 bash -c 'source tree/openrc; echo $OS_PASSWORD'
    is "$output" secret
}

@test "OS_CACERT is the chain of lib/tls when there is one and nothing else is said" {
    echo "DATA_DIR=$PWD/data" >>tree/localrc
    run -0 bash -c 'source tree/openrc; echo ${OS_CACERT-unset}'
    is "$output" unset
    mkdir -p data/CA/int-ca
    touch data/CA/int-ca/ca-chain.pem
    run -0 bash -c 'source tree/openrc; printenv OS_CACERT'
    is "$output" "$PWD/data/CA/int-ca/ca-chain.pem"
    OS_CACERT=/mine run -0 bash -c 'source tree/openrc; printenv OS_CACERT'
    is "$output" /mine
}

@test "openrc prints nothing, and works with errexit and nounset, and again" {
    run -0 bash -c 'set -eu; source tree/openrc; source tree/openrc; [[ $- == *e*u* && $- != *x* ]]'
    is "$output" ""
}
