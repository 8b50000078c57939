#!/usr/bin/env bats
# What is true after stack.sh, the first time and any later time. Run as the stack user, in the tree's folder.

load tree
load client

setup_file() {
    start_client
}

teardown_file() {
    end_client
}

@test "database: the connection URL is one line, exactly" {
    use_tree
    run database_connection_url x
    [[ $output == "mysql+pymysql://root:databasepw@127.0.0.1/x?charset=utf8" ]]
    ((${#lines[@]} == 1))
}

@test "database: recreate_database makes an empty one, twice" {
    use_tree
    recreate_database checkdb utf8
    mysql -uroot -pdatabasepw -h127.0.0.1 checkdb -e 'CREATE TABLE kept (number INT)'
    recreate_database checkdb utf8
    [[ -z $(mysql -uroot -pdatabasepw -h127.0.0.1 checkdb --batch -e 'SHOW TABLES') ]]
    mysql -uroot -pdatabasepw -h127.0.0.1 -e 'DROP DATABASE checkdb'
}

@test "database: root gets in by socket and by TCP, as root of the system and as the stack user" {
    sudo mysql -u root -pdatabasepw -e 'SELECT 1'
    mysql -uroot -pdatabasepw -h127.0.0.1 -e 'SELECT 1'
    mysql -e 'SELECT 1'
    run mysql -uroot -pwrong -h127.0.0.1 -e 'SELECT 1'
    ((status != 0))
}

@test "database: the server has the options of the contract" {
    run mysql -uroot -pdatabasepw -h127.0.0.1 --batch --skip-column-names -e \
        'SELECT @@sql_mode, @@default_storage_engine, @@max_connections, @@innodb_buffer_pool_size, @@bind_address'
    [[ $output == *STRICT_ALL_TABLES*NO_ZERO_IN_DATE*InnoDB$'\t'1024$'\t'16777216$'\t'0.0.0.0* ]]
}

@test "database: its log is as small in the image as the settings say, so nothing is written anew" {
    (($(sudo stat --format=%s /var/lib/mysql/ib_logfile0) == 16777216))
}

@test "queue: URLs end as the contract says" {
    use_tree
    local host=$SERVICE_HOST
    [[ $(get_transport_url) == "rabbit://stackrabbit:rabbitpw@$host:5672/" ]]
    [[ $(get_transport_url v) == "rabbit://stackrabbit:rabbitpw@$host:5672/v" ]]
    [[ $(get_notification_url v) == "rabbit://stackrabbit:rabbitpw@$host:5672/v" ]]
}

@test "queue: iniset_rpc_backend writes the URL, and nothing with rabbit disabled" {
    use_tree
    local file=$BATS_TEST_TMPDIR/conf
    echo "# mine" >"$file"
    iniset_rpc_backend check "$file"
    [[ $(iniget "$file" DEFAULT transport_url) == "$(get_transport_url)" ]]
    echo "# mine" >"$file"
    ENABLED_SERVICES=key,mysql
    unset RABBIT_HOST
    iniset_rpc_backend check "$file"
    [[ $(<"$file") == "# mine" ]]
}

@test "queue: only stackrabbit is a user, with all rights" {
    run -0 sudo rabbitmqctl --quiet list_permissions
    [[ $output == *stackrabbit$'\t'.\*$'\t'.\*$'\t'.\** ]]
    [[ $output != *guest* ]]
}

@test "queue: a vhost can be added" {
    use_tree
    rpc_backend_add_vhost checks
    [[ $(sudo rabbitmqctl --quiet list_permissions --vhost checks) == *stackrabbit* ]]
    sudo rabbitmqctl --quiet delete_vhost checks
}

@test "web: a script served by uWSGI through Apache gets its prefix" {
    use_tree
    [[ $(answer "http://$SERVICE_HOST/tiny/some/path") == $'/tiny /some/path\n200' ]]
    [[ $(answer "http://localhost/tiny") == $'/tiny /\n200' ]]
}

@test "web: what is not there can be removed" {
    use_tree
    remove_uwsgi_config /nonexistent some.module:app
}

@test "web: a site's file is known before it is there, and once it is enabled" {
    use_tree
    [[ $(apache_site_config_for check) == /etc/apache2/sites-available/check.conf ]]
    echo "# nothing" | sudo tee "$(apache_site_config_for check)"
    enable_apache_site check
    [[ -L /etc/apache2/sites-enabled/check.conf ]]
    [[ $(apache_site_config_for check) == /etc/apache2/sites-available/check.conf ]]
    disable_apache_site check
    [[ ! -e /etc/apache2/sites-enabled/check.conf ]]
    disable_apache_site check
    sudo rm /etc/apache2/sites-available/check.conf
}

@test "web: a plugin's own site and its additions to Keystone's are served" {
    use_tree
    [[ $(answer "http://$SERVICE_HOST:8899/") == "this way to http://$SERVICE_HOST/identity"*200 ]]
    [[ $(curl -sI "http://$SERVICE_HOST/identity/v3/") == *"X-Signpost: keystone"* ]]
}

@test "web: a restart of Apache does not wait for clients that are idle" {
    [[ $(systemctl show apache2 --property ExecStop,KillSignal) == KillSignal=15 ]]
}

@test "17: identity: Keystone is devstack@keystone.service, and answers as itself" {
    use_tree
    [[ $(answer "$KEYSTONE_SERVICE_URI") == *$'\n'300 ]]
    [[ $(answer "$KEYSTONE_SERVICE_URI/v3/") == *$'\n'200 ]]
    active devstack@keystone memcached
}

@test "identity: a user is made once" {
    use_tree
    local first second
    first=$(get_or_create_user checker pw default)
    second=$(get_or_create_user checker other default)
    [[ $first =~ ^[0-9a-f]{32}$ && $first == "$second" ]]
    [[ $(openstack --os-cloud devstack-system-admin user show checker -f value -c id) == "$first" ]]
}

@test "identity: a service is looked up by its type" {
    use_tree
    local first second
    first=$(get_or_create_service a check-type d)
    second=$(get_or_create_service b check-type d)
    [[ $first =~ ^[0-9a-f]{32}$ && $first == "$second" ]]
}

@test "identity: three endpoints are made, once" {
    use_tree
    get_or_create_service a check-type d
    run -0 get_or_create_endpoint check-type RegionOne http://u1 http://u2 http://u3
    ((${#lines[@]} == 3))
    local before=$output
    run -0 get_or_create_endpoint check-type RegionOne http://other
    [[ $output == "${before##*$'\n'}" ]]
    run -0 openstack --os-cloud devstack-system-admin endpoint list --service check-type -f value -c Interface -c URL
    [[ $(sort <<<"$output") == $'admin http://u2\ninternal http://u3\npublic http://u1' ]]
    [[ $(get_endpoint_url check-type admin) == http://u2 ]]
}

@test "identity: a service's user gets a token with its roles" {
    use_tree
    create_service_user checkservice admin
    run -0 openstack --os-cloud devstack-system-admin role assignment list --user checkservice --project service \
        --names -f value -c Role
    [[ $(sort <<<"$output") == $'admin\nservice' ]]
    [[ -n $(token checkservice service) ]]
}

@test "9: identity: what the registry plugin made is what the client sees" {
    use_tree
    local kind id ids other
    for kind in domain group project user role service; do
        ids=$(sed -n "s/^$kind=//p" ~/registry-ids | sort -u)
        [[ $ids =~ ^[0-9a-f]{32}$ ]] || { echo "$kind: $ids"; return 1; }
    done
    id=$(sed -n 's/^domain=//p' ~/registry-ids | head -n 1)
    run -0 openstack --os-cloud devstack-system-admin domain show registry -f value -c id -c description
    [[ $output == *"$id"* && $output == *'Owns "all" that $HOME registers'* ]]
    run -0 openstack --os-cloud devstack-system-admin role assignment list --user clerk --user-domain registry \
        --names -f value -c Project -c Domain
    [[ $(sort <<<"$output") == $' registry\narchive@registry ' ]] || echo "$output" >&2
    run -0 cat ~/registry-endpoints
    ((${#lines[@]} == 3))
    [[ $(openstack --os-cloud devstack-system-admin endpoint show "${lines[2]}" -f value -c url) == \
        "http://$SERVICE_HOST/registry/v1/\$(project_id)s" ]]
}

@test "identity: the user's odd password works" {
    use_tree
    openstack --os-auth-type password --os-auth-url "$KEYSTONE_SERVICE_URI" --os-username clerk \
        --os-password "p w\$d'\"&" --os-project-name archive --os-user-domain-name registry \
        --os-project-domain-name registry token issue
}

@test "identity: the accounts of the contract are there" {
    use_tree
    export OS_CLOUD=devstack-system-admin
    run -0 openstack role assignment list --names -f value -c Role -c User -c Project -c System
    local want
    for want in "admin admin@Default admin@Default" "admin admin@Default demo@Default" \
        "member demo@Default demo@Default" "anotherrole demo@Default demo@Default" \
        "member demo@Default invisible_to_admin@Default" "reader demo_reader@Default demo@Default" \
        "admin alt_demo@Default alt_demo@Default" "anotherrole alt_demo@Default alt_demo@Default" \
        "member alt_demo_member@Default alt_demo@Default" "reader alt_demo_reader@Default alt_demo@Default" \
        "member system_member@Default  all" "reader system_reader@Default  all"; do
        [[ $output == *"$want"* ]] || { echo "lacks: $want"; return 1; }
    done
    run -0 openstack group list -f value -c Name
    [[ $output == *admins* && $output == *nonadmins* ]]
    run -0 openstack role list -f value -c Name
    [[ $output == *ResellerAdmin* ]]
}

@test "15: credentials: openstack is admin in post-config without a word" {
    use_tree
    [[ $(<~/registry-plain) == "$(openstack --os-cloud devstack-admin user show admin -f value -c id)" ]]
}

@test "15: credentials: all ten clouds get a token" {
    # one process: the client takes a second to start
    run -0 --separate-stderr /opt/stack/data/venv/bin/python3 - <<'END'
import openstack

for name in sorted(openstack.config.OpenStackConfig().get_cloud_names()):
    assert openstack.connect(cloud=name).session.get_token(), name
    print(name)
END
    ((${#lines[@]} == 10))
    [[ ${lines[0]} == devstack && ${lines[9]} == devstack-system-reader ]]
}

@test "credentials: openrc makes anybody of anybody" {
    use_tree
    unset "${!OS_@}"
    source "$TOP_DIR/openrc" alt_demo alt_demo
    [[ $(command openstack token issue -f value -c project_id) == \
        "$(OS_CLOUD=devstack-system-admin openstack project show alt_demo -f value -c id)" ]]
}

@test "systemd: a daemon that asks for user ids of its own runs, as redis does" {
    sudo systemd-run --quiet --wait --property=PrivateUsers=yes true
}

@test "etcd: it keeps a value at the address of the host" {
    use_tree
    active devstack@etcd
    local put='{"key":"Y2hlY2s=","value":"a2VwdA=="}'
    [[ $(answer "http://$SERVICE_HOST:2379/v3/kv/put" -d "$put") == *$'\n'200 ]]
    [[ $(answer "http://$SERVICE_HOST:2379/v3/kv/range" -d '{"key":"Y2hlY2s="}') == *a2VwdA==* ]]
}

@test "plugin: the API asks for a token, tells its prefix, and the consumer writes down what it takes" {
    use_tree
    active devstack@ledger-api devstack@ledger-consumer
    [[ $(answer "http://$SERVICE_HOST/ledger") == $'{"prefix": "/ledger"}\n200' ]]
    [[ $(answer "http://$SERVICE_HOST/ledger/v1/entries") == *$'\n'401 ]]
    export LEDGER_TOKEN LEDGER_URL=http://$SERVICE_HOST/ledger
    LEDGER_TOKEN=$(token ledger service)
    [[ $(ledger entry "$BATS_TEST_NUMBER" of "$BATS_RUN_TMPDIR") == "{}" ]]
    local tries=0
    until [[ $(ledger) == *"entry $BATS_TEST_NUMBER of $BATS_RUN_TMPDIR"* ]]; do
        ((++tries < 20))
        sleep 0.5
    done
    [[ $(ledger) == *'"roles": ["admin", '*'"service"]}' ]]
}

@test "18: plugin: \$(which uwsgi) is there, and runs in the global environment" {
    [[ $(systemctl show --property=ExecStart --value devstack@ledger-api) == \
        *path=/*/uwsgi\ *--venv\ /opt/stack/data/venv* ]]
}

@test "plugin: its services run since this run, not since one before" {
    local unit
    for unit in keystone ledger-api ledger-consumer; do
        (($(date --date="$(systemctl show --property=ActiveEnterTimestamp --value "devstack@$unit")" +%s) >= \
            $(stat --format=%Y /opt/stack/devstack/.localrc.auto)))
    done
}

@test "plugin: sudo finds its programs" {
    sudo ledger-manage
}

@test "plugin: it is in the catalog under three interfaces" {
    use_tree
    run -0 openstack --os-cloud devstack-admin catalog show ledger -f json
    [[ $(grep -o "http://$SERVICE_HOST/ledger" <<<"$output" | wc -l) == 3 ]]
}
