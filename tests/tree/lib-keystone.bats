#!/usr/bin/env bats
# shellcheck disable=SC1091,SC2016,SC2030,SC2031,SC2034,SC2329 # code, variables and functions of other shells

load helper

prepare() {
    source "$TREE/functions"
    as_distro debian-12
    TOP_DIR=$TREE STACK_USER=$(id -un) DEST=$PWD SERVICE_HOST=192.0.2.1 SERVICE_PROTOCOL=http REGION_NAME=RegionOne
    ENABLED_SERVICES=key DISABLED_SERVICES='' SYSLOG=False ENABLE_DEBUG_LOG_LEVEL=True LOG_COLOR=False
    KEYSTONE_CONF_DIR=$PWD/etc KEYSTONE_BIN_DIR=$PWD/bin SSL_BUNDLE_FILE=$PWD/bundle.pem
    CACHE_BACKEND=dogpile.cache.memcached MEMCACHE_SERVERS=localhost:11211 SERVICE_PASSWORD='p w&|\1' ADMIN_PASSWORD='a "b"'
    source "$TREE/lib/keystone"
    mkdir bin
    recreate_database() { echo "recreate $*"; }
    database_connection_url() { echo "mysql+pymysql://root:pw@127.0.0.1/$1?charset=utf8"; }
    iniset_rpc_backend() { iniset "$2" "$3" transport_url rabbit://; }
    write_uwsgi_config() { printf '%s,' "$@"; }
}

# manage
#
# A keystone-manage for which the interpreter is a stand-in.
manage() {
    printf '#!%s\n' "$STUBS/python3" >bin/keystone-manage
    stub python3 'echo "password $OS_BOOTSTRAP_PASSWORD" >>"$CALLS"'
}

@test "configure_keystone: the file, its mode, and the site" {
    umask 022
    run -0 configure_keystone
    is "$output" "$PWD/etc/keystone-uwsgi-public.ini,keystone.wsgi.api:application,/identity,,keystone-api,"
    is "$(stat -c %a etc/keystone.conf)" 600
    is "$(grep -v logging_ etc/keystone.conf)" "[DEFAULT]
log_color = False
public_endpoint = http://192.0.2.1/identity
debug = True
max_token_size = 16384

[database]
connection = mysql+pymysql://root:pw@127.0.0.1/keystone?charset=utf8

[identity]
driver = sql
password_hash_rounds = 4

[assignment]
driver = sql

[role]
driver = sql

[resource]
driver = sql

[cache]
enabled = True
backend = dogpile.cache.memcached
memcache_servers = localhost:11211

[api]
response_validation = error

[token]
provider = fernet

[fernet_tokens]
key_repository = $PWD/etc/fernet-keys/

[credential]
key_repository = $PWD/etc/credential-keys/

[oslo_policy]
policy_file = policy.yaml
enforce_new_defaults = true

[security_compliance]
lockout_failure_attempts = 2
lockout_duration = 10
unique_last_password_count = 2

[oslo_messaging_notifications]
transport_url = rabbit://"
}

@test "configure_keystone: what an earlier run wrote goes; the settings count" {
    configure_keystone
    iniset etc/keystone.conf token expiration 1
    SYSLOG=True KEYSTONE_ENFORCE_NEW_DEFAULTS=False KEYSTONE_SECURITY_COMPLIANCE_ENABLED=False configure_keystone
    is "$(iniget etc/keystone.conf token expiration)" ""
    is "$(iniget etc/keystone.conf DEFAULT use_syslog) $(iniget etc/keystone.conf oslo_policy enforce_new_defaults)" "True false"
    run -1 grep security_compliance etc/keystone.conf
}

@test "configure_keystoneauth: sets all in place, and leaves the rest" {
    printf '[service]\nusername = old\nother = 1\n' >c.conf
    configure_keystoneauth c.conf heat service
    configure_keystoneauth c.conf heat service
    is "$(grep -c = c.conf)" 9
    is "$(sort c.conf)" "$(sort <<CONF
[service]
username = heat
other = 1
auth_type = password
interface = public
auth_url = http://192.0.2.1/identity
password = p w&|\1
user_domain_name = Default
project_name = service
project_domain_name = Default
CONF
)"
}

@test "configure_keystone_authtoken_middleware: section and service type" {
    configure_keystone_authtoken_middleware c.conf barbican
    is "$(iniget_sections c.conf)" keystone_authtoken
    is "$(iniget c.conf keystone_authtoken www_authenticate_uri)" http://192.0.2.1/identity
    is "$(iniget c.conf keystone_authtoken cafile)" "$PWD/bundle.pem"
    is "$(iniget c.conf keystone_authtoken memcached_servers)" localhost:11211
    run -1 ini_has_option c.conf keystone_authtoken service_type
    configure_keystone_authtoken_middleware c.conf barbican other key-manager
    is "$(iniget c.conf other service_type) $(iniget c.conf other username)" "key-manager barbican"
}

@test "configure_auth_token_middleware: the older name" {
    run -0 configure_auth_token_middleware c.conf freezer /ignored some
    [[ $output == *deprecated* ]]
    is "$(iniget c.conf some username)" freezer
    configure_auth_token_middleware c.conf freezer /ignored
    is "$(iniget c.conf keystone_authtoken username)" freezer
}

@test "init_keystone: new database, new keys, an empty cache, and the tables" {
    local old file
    manage
    _keystone_flush_cache() { echo flushed; }
    run -0 init_keystone
    is "$output" $'recreate keystone\nflushed'
    is "$(calls python3)" "python3 $TREE/tools/commands_in_row.py keystone.cmd.manage keystone-manage -- --config-file $PWD/etc/keystone.conf --nodebug db_sync"
    is "$(stat -c '%a %n' etc/*-keys etc/*-keys/*)" "700 etc/credential-keys
700 etc/fernet-keys
600 etc/credential-keys/0
600 etc/credential-keys/1
600 etc/fernet-keys/0
600 etc/fernet-keys/1"
    for file in etc/*-keys/*; do
        is "$(tr -- '-_' '+/' <"$file" | base64 -d | wc -c)" 32
    done
    is "$(cat etc/*-keys/* | wc -c)" 176
    old=$(cat etc/*-keys/*)
    RECREATE_KEYSTONE_DB=False run -0 init_keystone
    is "$output" flushed
    [[ $old != "$(cat etc/*-keys/*)" ]]
}

@test "init_keystone: a database that cannot be made is a failure" {
    manage
    recreate_database() { return 5; }
    run -5 init_keystone
    is "$(calls python3)" ""
}

@test "bootstrap_keystone: the password is not an argument" {
    manage
    bootstrap_keystone
    KEYSTONE_ADMIN_ENDPOINT=True bootstrap_keystone
    is "$(grep -c '^password a "b"$' "$CALLS")" 2
    [[ $(calls python3) != *'"b"'* ]]
    is "$(calls python3 | head -n 1)" "python3 $TREE/tools/commands_in_row.py keystone.cmd.manage keystone-manage -- --config-file $PWD/etc/keystone.conf --nodebug bootstrap --bootstrap-username admin --bootstrap-project-name admin --bootstrap-role-name admin --bootstrap-service-name keystone --bootstrap-region-id RegionOne --bootstrap-public-url http://192.0.2.1/identity "
    [[ $(calls python3 | tail -n 1) == *" --bootstrap-admin-url http://192.0.2.1/identity " ]]
}

# starting <line>...
#
# Runs the lines where Keystone can be started.
starting() {
    run_process() { echo "run $*"; }
    wait_for_service() { echo "wait $*"; }
    _keystone_flush_cache() { echo flushed; }
    _identity_start() { :; }
    stub uwsgi
    SERVICE_TIMEOUT=60
    "$@"
}

@test "start_keystone: the unit, the question without TLS, the cache" {
    KEYSTONE_CONF_DIR=/etc/keystone KEYSTONE_PUBLIC_UWSGI_CONF=/etc/keystone/x.ini run -0 starting start_keystone
    is "$output" "run keystone $STUBS/uwsgi --procname-prefix keystone --ini /etc/keystone/x.ini   
wait 60 http://192.0.2.1/identity/v3/
flushed"
    run -0 starting start_keystone
    [[ ${lines[0]} == *" OS_KEYSTONE_CONFIG_DIR=$PWD/etc" ]]
}

@test "start_keystone: only a release ends without what its interpreter would still do" {
    python_from_git() { return 1; }
    run -0 starting start_keystone
    [[ ${lines[0]} == *" OS_KEYSTONE_CONFIG_DIR=$PWD/etc UWSGI_SKIP_ATEXIT_TEARDOWN=true" ]]
}

@test "start_keystone: dies when it does not answer" {
    silent() {
        wait_for_service() { return 124; }
        start_keystone
    }
    run -1 starting silent
    [[ $output == *"keystone did not start: devstack@keystone is "*", \"journalctl -u devstack@keystone\" says why"* ]]
}

@test "start_keystone: the TLS proxy" {
    start_tls_proxy() { echo "proxy $*"; }
    ENABLED_SERVICES+=,tls-proxy
    run -0 starting start_keystone
    is "${lines[2]}" "proxy keystone-service * 5000 192.0.2.1 5001"
}

@test "bring_up_keystone: all of it, and what fails in the background is a failure" {
    manage
    run -0 starting bring_up_keystone
    is "${lines[0]} ${lines[1]}" "recreate keystone flushed"
    [[ $(calls python3) == *"--nodebug db_sync --config-file "*"--nodebug bootstrap "* ]]
    stub python3 'exit 3'
    run -3 starting bring_up_keystone
    [[ $output == *"keystone-manage failed, see above" ]]
}

@test "another machine's Keystone: only the accounts are made here" {
    KEYSTONE_SERVICE_HOST=192.0.2.9
    get_or_create_user() { echo "user $1"; }
    local name
    for name in install configure init start bootstrap bring_up; do
        run -0 "${name}_keystone"
        is "$name $output" "$name "
    done
    ENABLED_SERVICES=''
    keystone_is_used
    KEYSTONE_SERVICE_HOST=$SERVICE_HOST
    run -1 keystone_is_used
}

@test "the cache is emptied, by memcached's own command, or by a restart" {
    cat >memcached.py <<'PY'
import socket
server = socket.create_server(("127.0.0.1", 0))
open("port", "w").write(str(server.getsockname()[1]))
connection, _ = server.accept()
open("said", "wb").write(connection.recv(100))
connection.sendall(b"OK\r\n")
PY
    python3 memcached.py </dev/null 3>&- &
    while [[ ! -s port ]]; do /bin/sleep 0.05; done
    restart_service() { echo "restart $*"; }
    MEMCACHE_SERVERS=127.0.0.1:$(<port) run -0 _keystone_flush_cache
    is "$output $(<said)" $' flush_all\r'
    MEMCACHE_SERVERS=127.0.0.1:1 run -0 _keystone_flush_cache
    is "$output" "restart memcached"
}

# calls_of <function> [<argument>...]
#
# Prints how it calls the helpers.
calls_of() {
    local name
    for name in get_or_create_{user,project,role,group,domain} get_or_add_{user_{project,domain,system},group_project}_role; do
        eval "$name() { echo \"$name \$*\"; }"
    done
    "$@"
}

@test "create_service_user" {
    run -0 calls_of create_service_user heat
    is "$output" "get_or_create_user heat $SERVICE_PASSWORD Default
get_or_add_user_project_role service heat service Default Default"
    run -0 calls_of create_service_user heat admin
    is "${lines[2]}" "get_or_add_user_project_role admin heat service Default Default"
}

@test "create_keystone_accounts: who, where, and in which role" {
    run -0 calls_of create_keystone_accounts
    is "$(grep -c ^get_or_create_user <<<"$output")" 8
    is "$(grep 'get_or_create_user demo ' <<<"$output")" "get_or_create_user demo $ADMIN_PASSWORD default demo@example.com"
    is "$(grep -e _role <<<"$output" | sed 's/get_or_add_//; s/ default default//; s/ default$//')" "$(cat <<'ROLES'
get_or_create_role service
get_or_create_role ResellerAdmin
get_or_create_role anotherrole
user_domain_role admin admin
user_project_role admin admin admin
user_project_role admin admin demo
user_project_role member demo demo
user_project_role anotherrole demo demo
user_project_role member demo invisible_to_admin
user_project_role reader demo_reader demo
user_project_role admin alt_demo alt_demo
user_project_role anotherrole alt_demo alt_demo
user_project_role member alt_demo_member alt_demo
user_project_role reader alt_demo_reader alt_demo
user_system_role admin admin all
user_system_role member system_member all
user_system_role reader system_reader all
group_project_role admin admins admin
group_project_role member nonadmins demo
group_project_role anotherrole nonadmins demo
group_project_role member nonadmins alt_demo
group_project_role anotherrole nonadmins alt_demo
ROLES
)"
}

@test "cleanup_keystone removes the site" {
    stop_process() { :; }
    remove_uwsgi_config() { echo "remove $*"; }
    apache_site_config_for() { echo "$PWD/$1.conf"; }
    touch keystone-api.conf
    run -0 cleanup_keystone
    is "$output" "remove $PWD/etc/keystone-uwsgi-public.ini keystone-api"
    [[ ! -e keystone-api.conf ]]
}
