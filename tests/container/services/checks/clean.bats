#!/usr/bin/env bats
# What is true after clean.sh: nothing of the run's runs, listens, or lies about.

load tree

@test "no daemon runs" {
    local unit
    for unit in mariadb rabbitmq-server memcached; do
        [[ $(systemctl is-active "$unit") != active ]] || { echo "$unit"; return 1; }
    done
    [[ -z $(pgrep -f 'uwsgi|mariadbd|beam|etcd') ]]
}

@test "nothing listens on the ports of the run" {
    run -0 ss --listening --tcp --numeric --no-header
    [[ ! $output =~ :(3306|5672|25672|11211|2379|2380|8899)[[:space:]] ]]
}

@test "no unit, configuration or data is left" {
    run -1 compgen -G "/etc/systemd/system/devstack@*"
    local path
    for path in /etc/keystone /etc/openstack /etc/ledger /etc/inspector /opt/stack/data; do
        [[ ! -e $path ]] || { echo "$path"; return 1; }
    done
    [[ -z $(sudo find /var/lib/mysql -name 'keystone*' -o -name 'ledger*' 2>/dev/null) ]]
    [[ -z $(compgen -G '/etc/apache2/sites-enabled/*keystone*') ]]
}
