#!/usr/bin/env bats
# shellcheck disable=SC2016 # the code is for other shells

# The variables of the contract (3.5, 6.2), as plugins find them.

load run

# values <localrc> <name>...
#
# Prints NAME=value for each, after stackrc and the libraries as stack.sh sources them.
values() {
    cp -r "$TREE" tree
    write tree/localrc "HOST_IP=192.0.2.7\nHOST_IPV6=2001:db8::7\nCIRROS_ARCH=x86_64\n$1"
    as_distro debian-12
    cat >script.sh <<'SCRIPT'
TOP_DIR=$PWD/tree
source "$TOP_DIR/functions"
GetDistro
source "$TOP_DIR/stackrc"
source "$TOP_DIR/inc/core/projects"
for library in $_RUNNER_LIBS_FIRST $_RUNNER_LIBS; do
    [[ ! -r $TOP_DIR/lib/$library ]] || source "$TOP_DIR/lib/$library"
done
run_phase source
for name; do
    if [[ -v $name ]]; then echo "$name=${!name}"; else echo "$name unset"; fi
done
SCRIPT
    env -i PATH="$PATH" HOME="$HOME" CALLS="$CALLS" _RUNNER_OS_RELEASE="$_RUNNER_OS_RELEASE" bash script.sh "${@:2}"
}

# table <localrc> <DEST> <DATA_DIR>
#
# Compares all with the table on stdin, in which @DEST@ and the like stand for what differs.
table() {
    local line names=() wanted=
    while read -r line; do
        line=${line//@DEST@/$2}
        line=${line//@DATA@/$3}
        line=${line//@USER@/$(id -un | sed 's/^root$/stack/')}
        line=${line//@PWD@/$PWD}
        line=${line//@PYTHON@/$(python3 -c 'import sys; print("%d.%d" % sys.version_info[:2])')}
        names+=("${line%%[= ]*}")
        wanted+=$line$'\n'
    done
    run -0 values "$1" "${names[@]}"
    is "$output" "${wanted%$'\n'}"
}

CORE='TOP_DIR=@PWD@/tree
RC_DIR=@PWD@/tree
DEST=@DEST@
DATA_DIR=@DATA@
LOGDIR=@DEST@/logs
LOGFILE=
LOGDAYS=7
VERBOSE=True
LOG_COLOR=False
STACK_USER=@USER@
HOST_IP=192.0.2.7
HOST_IPV6=2001:db8::7
SERVICE_IP_VERSION=4
SERVICE_HOST=192.0.2.7
SERVICE_LOCAL_HOST=127.0.0.1
SERVICE_LISTEN_ADDRESS=0.0.0.0
SERVICE_PROTOCOL=http
TUNNEL_IP_VERSION=4
TUNNEL_ENDPOINT_IP=192.0.2.7
REGION_NAME=RegionOne
GIT_BASE=https://opendev.org
GIT_DEPTH=0
GIT_TIMEOUT=0
OFFLINE=False
ERROR_ON_CLONE=False
RECLONE unset
TARGET_BRANCH=master
BRANCHLESS_TARGET_BRANCH=master
REQUIREMENTS_DIR=@DEST@/requirements
ENABLE_DEBUG_LOG_LEVEL=True
SYSLOG=False
SYSLOG_HOST=192.0.2.7
SYSLOG_PORT=516
SERVICE_TIMEOUT=60
SERVICE_GRACEFUL_SHUTDOWN_TIMEOUT=5
WORKER_TIMEOUT=80
ENFORCE_NEW_DEFAULTS=True
PYTHON3_VERSION=@PYTHON@
VIRTUALENV_CMD=python@PYTHON@ -m venv
GLOBAL_VENV=True
DEVSTACK_VENV=@DATA@/venv
USE_VENV=False
ADDITIONAL_VENV_PACKAGES=
WSGI_MODE=uwsgi
SYSTEMD_DIR=/etc/systemd/system
SYSTEMCTL=sudo systemctl
VIRT_DRIVER=libvirt
LIBVIRT_TYPE=kvm
LIBVIRT_GROUP=libvirt
CIRROS_VERSION=0.6.3
CIRROS_ARCH=x86_64
DEFAULT_IMAGE_NAME=cirros-0.6.3-x86_64-disk
DOWNLOAD_DEFAULT_IMAGES=False
FIXED_RANGE=10.0.0.0/22
FLOATING_RANGE=172.24.4.0/24
IPV4_ADDRS_SAFE_TO_USE=10.0.0.0/22
PRIVATE_NETWORK_NAME=private
PUBLIC_NETWORK_NAME=public
PUBLIC_INTERFACE=
ETCD_PORT=2379
CACHE_BACKEND=dogpile.cache.memcached
MEMCACHE_SERVERS=localhost:11211
ULIMIT_NOFILE=2048
CELLSV2_SETUP=superconductor
DISABLED_SERVICES unset
NOVNC_REPO=https://github.com/novnc/novnc.git
IRONIC_PYTHON_AGENT_REPO=https://opendev.org/openstack/ironic-python-agent.git
VOLUME_BACKING_FILE_SIZE=30G
CLOUDS_YAML=/etc/openstack/clouds.yaml
OPENSTACKCLIENT_CONF_DIR=/etc/openstack
HORIZON_APACHE_ROOT=/dashboard
os_VENDOR=Debian
os_RELEASE=12
os_CODENAME=bookworm
os_PACKAGE=deb
DISTRO=bookworm'

LIBRARIES='SERVICE_PROJECT_NAME=service
SERVICE_TENANT_NAME=service
SERVICE_DOMAIN_NAME=Default
KEYSTONE_SERVICE_URI=http://192.0.2.7/identity
KEYSTONE_SERVICE_URI_V3=http://192.0.2.7/identity/v3
KEYSTONE_AUTH_URI=http://192.0.2.7/identity
KEYSTONE_AUTH_URI_V3=http://192.0.2.7/identity/v3
KEYSTONE_SERVICE_HOST=192.0.2.7
KEYSTONE_SERVICE_PROTOCOL=http
KEYSTONE_CONF_DIR=/etc/keystone
KEYSTONE_CONF=/etc/keystone/keystone.conf
KEYSTONE_DIR=@DEST@/keystone
KEYSTONE_BIN_DIR=@DATA@/venv/bin
HORIZON_DIR=@DEST@/horizon
NOVA_CONF_DIR=/etc/nova
NOVA_CONF=/etc/nova/nova.conf
NOVA_CPU_CONF=/etc/nova/nova-cpu.conf
CINDER_CONF=/etc/cinder/cinder.conf
NEUTRON_CONF=/etc/neutron/neutron.conf
NEUTRON_DIR=@DEST@/neutron
GLANCE_API_CONF=/etc/glance/glance-api.conf
PLACEMENT_CONF=/etc/placement/placement.conf
SWIFT_DEFAULT_BIND_PORT=8080
INT_CA_DIR=@DATA@/CA/int-ca
TLS_IP unset
Q_PLUGIN_CONF_FILE unset
DATABASE_BACKENDS= mysql postgresql
RABBIT_USERID=stackrabbit'

DEFAULT_SERVICES='DATABASE_TYPE=mysql
DATABASE_HOST=127.0.0.1
DATABASE_USER=root
RABBIT_HOST=192.0.2.7
TEMPEST_CONFIG=@DEST@/tempest/etc/tempest.conf'

@test "the variables with an empty local.conf" {
    table '' /opt/stack /opt/stack/data <<<"$CORE
SERVICE_DIR=/opt/stack/status
SUBUNIT_OUTPUT=/opt/stack/devstack.subunit
IMAGE_URLS=https://github.com/cirros-dev/cirros/releases/download/0.6.3/cirros-0.6.3-x86_64-disk.img
$LIBRARIES
$DEFAULT_SERVICES"
}

@test "the variables with another DEST" {
    table 'DEST=/srv/s\n' /srv/s /opt/stack/data <<<"$CORE
SERVICE_DIR=/opt/stack/status
$LIBRARIES
$DEFAULT_SERVICES"
}

@test "the variables with another DEST and the DATA_DIR in it" {
    table 'DEST=/srv/s\nDATA_DIR=$DEST/data\n' /srv/s /srv/s/data <<<"$CORE
$LIBRARIES
$DEFAULT_SERVICES"
}

@test "the variables without services" {
    table 'disable_all_services\n' /opt/stack /opt/stack/data <<<"$CORE
$LIBRARIES
ENABLED_SERVICES=
DATABASE_TYPE unset
RABBIT_HOST unset
TEMPEST_CONFIG unset"
}

@test "API_WORKERS is a quarter of the processors, and two at least" {
    stub nproc 'echo 16'
    run -0 values '' API_WORKERS
    is "$output" API_WORKERS=4
    rm -r tree
    stub nproc 'echo 4'
    run -0 values '' API_WORKERS
    is "$output" API_WORKERS=2
}

@test "the repositories of the projects, and none of them is exported" {
    run -0 values '' {CINDER,GLANCE,HORIZON,KEYSTONE,NEUTRON,NOVA,SWIFT,PLACEMENT,REQUIREMENTS,TEMPEST}_{REPO,BRANCH}
    local line project wanted=
    for project in cinder glance horizon keystone neutron nova swift placement requirements tempest; do
        wanted+="${project^^}_REPO=https://opendev.org/openstack/$project.git"$'\n'"${project^^}_BRANCH=master"$'\n'
    done
    is "$output"$'\n' "$wanted"
    echo 'env | grep -E "^(DEST|SERVICE_HOST|KEYSTONE_.*|[A-Z]+_CONF|CLOUDS_YAML)=" || true' >>script.sh
    run -0 bash script.sh
    is "$output" ""
}

@test "what only a run knows is there in the first phase" {
    local_conf 'enable_service key rabbit mysql s-proxy\nADMIN_PASSWORD=a1\nSERVICE_PASSWORD=s1\nRABBIT_PASSWORD=r1\nMYSQL_PASSWORD=d1\nSWIFT_HASH=h1\nPYTHON=x\n'
    plugin p1 plugin.sh 'for v in TOP_DIR FILES DEST LOCAL_HOSTNAME PYTHON SSL_BUNDLE_FILE ADMIN_PASSWORD SERVICE_PASSWORD \
        RABBIT_PASSWORD DATABASE_PASSWORD SWIFT_HASH DATABASE_TYPE HOME; do echo "$2 $v=${!v-unset}"; done
        [[ $2 != install ]] || exit 0'
    run tree stack.sh
    is "$(grep '^pre-install ' <<<"$output")" "pre-install TOP_DIR=$RUN/devstack
pre-install FILES=$RUN/devstack/files
pre-install DEST=$RUN/dest
pre-install LOCAL_HOSTNAME=$(uname -n | cut -d . -f 1)
pre-install PYTHON=$RUN/dest/data/venv/bin/python3
pre-install SSL_BUNDLE_FILE=$RUN/dest/data/ca-bundle.pem
pre-install ADMIN_PASSWORD=a1
pre-install SERVICE_PASSWORD=s1
pre-install RABBIT_PASSWORD=r1
pre-install DATABASE_PASSWORD=d1
pre-install SWIFT_HASH=h1
pre-install DATABASE_TYPE=mysql
pre-install HOME=$RUN/home"
}

@test "plugins see the libraries' values in override-defaults and settings as DevStack orders them" {
    local_conf 'enable_service mysql c-vol\nDATABASE_PASSWORD=d\n'
    plugin p1 override-defaults 'NOVA_CONF=/mine/nova.conf; echo "override [$DATABASE_TYPE] [${CINDER_CONF-unset}] $(is_service_enabled cinder && echo on)"' \
        settings 'echo "settings $NOVA_CONF $CINDER_CONF $(is_service_enabled cinder && echo on)"' plugin.sh 'exit 0'
    run tree stack.sh
    [[ $output == *$'\noverride [mysql] [unset] \n'*$'\nsettings /mine/nova.conf /etc/cinder/cinder.conf on\n'* ]]
}

@test "the arrays are there, associative and global" {
    plugin p1 plugin.sh 'declare -p GITREPO GITBRANCH GITDIR SYSTEMD_ENV_VARS PROJECT_VENV 2>&1 | cut -d " " -f 1-3 | cut -d = -f 1; exit 0'
    run tree stack.sh
    is "$(grep '^declare' <<<"$output" | sort)" "$(printf 'declare -A %s\n' GITBRANCH GITDIR GITREPO PROJECT_VENV SYSTEMD_ENV_VARS)"
}
