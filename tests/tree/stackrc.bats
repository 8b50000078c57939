#!/usr/bin/env bats
# shellcheck disable=SC2016 # the code is for other shells

load helper

# settings <line>...
#
# Sources stackrc of a copy of the tree, whose localrc is the file here, then runs the lines.
settings() {
    cp -r "$TREE" tree
    [[ ! -f localrc ]] || cp localrc tree/
    as_distro "${OS:-debian-12}"
    {
        printf 'HOST_IP=${HOST_IP-192.0.2.7} HOST_IPV6=${HOST_IPV6-2001:db8::7}\n'
        printf 'source tree/stackrc\n'
        printf '%s\n' "$@"
    } >script.sh
    bash script.sh
}

@test "stackrc prints nothing, and is read once" {
    run -0 settings 'DEST=/x; source tree/stackrc; echo $DEST'
    is "$output" "/x"
}

@test "the defaults of the contract" {
    run -0 settings 'for v in DEST DATA_DIR LOGDIR SERVICE_HOST SERVICE_LISTEN_ADDRESS REGION_NAME GIT_BASE OFFLINE RECLONE \
        TARGET_BRANCH REQUIREMENTS_DIR SYSLOG SERVICE_TIMEOUT GLOBAL_VENV DEVSTACK_VENV USE_VENV SYSTEMCTL LIBVIRT_GROUP \
        NOVA_REPO TEMPEST_BRANCH DEVSTACK_SERIES; do echo "$v=${!v-unset}"; done'
    is "$output" "DEST=/opt/stack
DATA_DIR=/opt/stack/data
LOGDIR=/opt/stack/logs
SERVICE_HOST=192.0.2.7
SERVICE_LISTEN_ADDRESS=0.0.0.0
REGION_NAME=RegionOne
GIT_BASE=https://opendev.org
OFFLINE=False
RECLONE=unset
TARGET_BRANCH=master
REQUIREMENTS_DIR=/opt/stack/requirements
SYSLOG=False
SERVICE_TIMEOUT=60
GLOBAL_VENV=True
DEVSTACK_VENV=/opt/stack/data/venv
USE_VENV=False
SYSTEMCTL=sudo systemctl
LIBVIRT_GROUP=libvirt
NOVA_REPO=https://opendev.org/openstack/nova.git
TEMPEST_BRANCH=master
DEVSTACK_SERIES=2026.2"
}

@test "a localrc that changes only DEST" {
    echo 'DEST=/srv/s; enable_plugin p u' >localrc
    run -0 settings 'echo $DEST $DATA_DIR $SERVICE_DIR $REQUIREMENTS_DIR $LOGDIR ${GITDIR[p]}'
    is "$output" "/srv/s /opt/stack/data /opt/stack/status /srv/s/requirements /srv/s/logs /srv/s/p"
}

@test "the environment: ignored before localrc, respected after" {
    export DEST=/env DATA_DIR=/env REGION_NAME=Two GIT_BASE=https://git.example SYSTEMD_DIR=/env
    run -0 settings 'echo $DEST $DATA_DIR $REGION_NAME $GIT_BASE $SYSTEMD_DIR'
    is "$output" "/opt/stack /opt/stack/data Two https://git.example /etc/systemd/system"
}

@test "ENABLED_SERVICES that is set but empty counts as set" {
    export ENABLED_SERVICES=
    run -0 settings 'echo "[$ENABLED_SERVICES]"'
    is "$output" "[]"
}

@test "the default services" {
    run -0 settings 'echo $ENABLED_SERVICES'
    is "$output" "key,n-api,n-cpu,n-cond,n-sch,n-novnc,n-api-meta,placement-api,placement-client,g-api,c-sch,c-api,c-vol,ovn-controller,ovn-northd,ovs-vswitchd,ovsdb-server,q-svc,q-ovn-agent,horizon,rabbit,tempest,mysql,etcd3,dstat"
}

@test "words are normalised, and passwords are read after localrc" {
    printf 'OFFLINE=yes\nSYSLOG=1\nERROR_ON_CLONE=no\nPW=mine\n' >localrc
    run -0 settings 'echo $OFFLINE $SYSLOG $ERROR_ON_CLONE'
    is "$output" "True True False"
    # shellcheck disable=SC2016 # stackrc expands it
    printf 'PW=${PW:-generated}\nPW2=${PW2:-generated}\n' >tree/.localrc.password
    run -0 bash -c 'HOST_IP=1 HOST_IPV6=2; source tree/stackrc; echo $PW $PW2'
    is "$output" "mine generated"
}

@test "LOGDIR follows LOGFILE" {
    echo 'LOGFILE=/var/log/s/x.log' >localrc
    run -0 settings 'echo $LOGDIR'
    is "$output" "/var/log/s"
}

@test "IP version 6" {
    echo 'SERVICE_IP_VERSION=6' >localrc
    run -0 settings 'echo $SERVICE_HOST $SERVICE_LOCAL_HOST $SERVICE_LISTEN_ADDRESS $HOST_IP'
    is "$output" "[2001:db8::7] ::1 [::] 192.0.2.7"
}

@test "stackrc dies of a wrong WSGI_MODE, IP version and a doubled image" {
    echo 'WSGI_MODE=mod_wsgi' >localrc
    run -1 settings
    rm -r tree
    echo 'TUNNEL_IP_VERSION=5' >localrc
    run -1 settings
    rm -r tree
    echo 'IMAGE_URLS=http://a/b.img,http://a/b.img' >localrc
    run -1 settings
    [[ $output == *"http://a/b.img is duplicate"* ]]
}

@test "the git arrays" {
    echo 'GITBRANCH[tooz]=stable/1' >localrc
    run -0 settings 'for n in oslo.db python-openstackclient os-ken tooz; do echo ${GITREPO[$n]} ${GITBRANCH[$n]} ${GITDIR[$n]}; done; echo ${#GITREPO[@]}'
    is "${lines[0]}" "https://opendev.org/openstack/oslo.db.git master /opt/stack/oslo.db"
    is "${lines[1]}" "https://opendev.org/openstack/python-openstackclient.git master /opt/stack/python-openstackclient"
    is "${lines[2]}" "https://opendev.org/openstack/os-ken.git master /opt/stack/os-ken"
    is "${lines[3]}" "https://opendev.org/openstack/tooz.git stable/1 /opt/stack/tooz"
    is "${lines[4]}" 59
}

@test "CentOS has no global virtual environment" {
    OS=centos-stream-9 run -0 settings 'echo $GLOBAL_VENV $LIBVIRT_GROUP'
    is "$output" "False libvirtd"
}

@test "stackrc works under errexit and nounset, and leaves tracing as it was" {
    run -0 settings
    run -0 bash -c 'set -eu; HOST_IP=1 HOST_IPV6=2; source tree/stackrc; [[ $- != *x* ]]; echo done'
    is "$output" "done"
    run -0 --separate-stderr bash -c 'set -x; HOST_IP=1 HOST_IPV6=2; source tree/stackrc; echo $PS4 $-'
    [[ $output == '+ $(short_source): '*x* && $stderr == *"short_source"* ]]
}

# bypassed [<variable>=<value>...]
#
# no_proxy and NO_PROXY as child processes see them.
bypassed() {
    (
        export "$@"
        settings 'bash -c "echo \"\${no_proxy-unset} \${NO_PROXY-unset}\""'
    )
}

@test "with a proxy, no_proxy has the addresses of the services" {
    local ours=192.0.2.7,${HOSTNAME%%.*}
    [[ $HOSTNAME == "${HOSTNAME%%.*}" ]] || ours+=,$HOSTNAME
    ours+=,localhost,127.0.0.1,::1
    run -0 bypassed X=
    is "$output" "unset unset"
    run -0 bypassed http_proxy=http://p:1
    is "$output" "$ours unset"
    run -0 bypassed HTTPS_PROXY=http://p:1 NO_PROXY=corp.example
    is "$output" "corp.example,$ours corp.example,$ours"
    run -0 bypassed http_proxy=http://p:1 no_proxy="a, localhost"
    is "$output" "a, localhost,${ours/,localhost/} unset"
    run -0 bypassed http_proxy=http://p:1 no_proxy='*'
    is "$output" "* unset"
    echo 'SERVICE_IP_VERSION=6; http_proxy=http://p:1' >localrc
    run -0 bypassed X=
    is "$output" "2001:db8::7,$ours unset"
}
