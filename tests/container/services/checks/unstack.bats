#!/usr/bin/env bats
# What is true after unstack.sh: the services of plugins and the tree are stopped; database, queue and Apache are not.

load tree

@test "no unit of the run is active or enabled" {
    local unit
    for unit in keystone ledger-api ledger-consumer inspector; do
        [[ $(systemctl is-active "devstack@$unit") == inactive ]]
        [[ $(systemctl is-enabled "devstack@$unit") == disabled ]]
    done
    [[ -z $(pgrep uwsgi) ]]
}

@test "database, queue and the web server stay" {
    active mariadb rabbitmq-server apache2
    mysql -uroot -pdatabasepw -h127.0.0.1 keystone -e 'SELECT 1 FROM user'
}

@test "the plugin's site is disabled" {
    [[ $(curl --silent --max-time 5 http://localhost:8899/ || echo refused) == refused ]]
}
