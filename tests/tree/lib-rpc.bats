#!/usr/bin/env bats
# shellcheck disable=SC2016 # the code is for other shells

load helper

# The system's files are those below "root".
prepare() {
    as_distro debian-12
    export _RUNNER_ROOT=$PWD/root
    mkdir -p root/usr/lib/systemd/system
    touch root/usr/lib/systemd/system/rabbitmq-server.service
    stub_sudo
    stub systemctl
    stub chown
    stub getent
    stub journalctl 'echo "rabbit says no"'
    stub rabbitmqctl
    stub timeout 'shift; "$@"'
    stub python3
}

# rpc <ENABLED_SERVICES> <line>...
#
# Runs the lines after what stack.sh has read by then.
rpc() {
    shell "ENABLED_SERVICES=$1 SERVICE_HOST=192.0.2.1 RABBIT_PASSWORD=pw LOCAL_HOSTNAME=here; GetDistro" \
        'source "$_RUNNER_TREE/lib/rpc_backend"' "${@:2}"
}

@test "the URL ends in the vhost, or in a slash" {
    run -0 rpc rabbit 'get_transport_url; get_transport_url v; get_notification_url; get_notification_url v'
    is "$output" "rabbit://stackrabbit:pw@192.0.2.1:5672/
rabbit://stackrabbit:pw@192.0.2.1:5672/v
rabbit://stackrabbit:pw@192.0.2.1:5672/
rabbit://stackrabbit:pw@192.0.2.1:5672/v"
}

@test "without a queue there is no URL, and nothing is written" {
    printf '[DEFAULT]\na = 1\n' >f.conf
    run -0 rpc key 'get_transport_url; get_notification_url v; iniset_rpc_backend p f.conf'
    is "$output" ""
    holds f.conf '[DEFAULT]\na = 1\n'
}

@test "a queue elsewhere is enough" {
    run -0 rpc key 'RABBIT_HOST=q.example; iniset_rpc_backend p f.conf sec cell; iniget f.conf sec transport_url'
    is "$output" "rabbit://stackrabbit:pw@q.example:5672/cell"
}

@test "a queue that is enabled by a plugin's settings has a host" {
    run -0 rpc key 'enable_service rabbit; get_transport_url'
    is "$output" "rabbit://stackrabbit:pw@192.0.2.1:5672/"
}

@test "the heartbeat is written when it is set" {
    run -0 rpc rabbit 'RABBIT_HEARTBEAT_TIMEOUT_THRESHOLD=60 RABBIT_HEARTBEAT_RATE=2; iniset_rpc_backend p f.conf'
    holds f.conf '\n[DEFAULT]\ntransport_url = rabbit://stackrabbit:pw@192.0.2.1:5672/\n\n[oslo_messaging_rabbit]\nheartbeat_rate = 2\nheartbeat_timeout_threshold = 60\n'
}

@test "plugins can copy the functions and put their own in their place" {
    run -0 rpc rabbit 'for name in get_transport_url get_notification_url rpc_backend_add_vhost iniset_rpc_backend; do' \
        'eval "old_$(declare -f $name)"; eval "$name() { echo new $name \"\$@\"; }"; done' \
        'old_get_transport_url v; get_transport_url v; old_get_notification_url; old_iniset_rpc_backend p f.conf; iniget f.conf DEFAULT transport_url'
    is "$output" "rabbit://stackrabbit:pw@192.0.2.1:5672/v
new get_transport_url v
new get_transport_url
new get_transport_url"
}

@test "a vhost is made with all rights, once" {
    stub python3 'exit 1'
    run -0 rpc rabbit 'rpc_backend_add_vhost cell1'
    is "$(calls rabbitmqctl)" "rabbitmqctl --quiet list_vhosts name
rabbitmqctl --quiet add_vhost cell1
rabbitmqctl --quiet set_permissions -p cell1 stackrabbit .* .* .*"
    stub python3
    : >"$CALLS"
    run -0 rpc rabbit 'rpc_backend_add_vhost cell1'
    is "$(calls rabbitmqctl)" ""
}

@test "without rabbit no vhost is made" {
    run -1 rpc key 'rpc_backend_add_vhost cell1'
    is "$output" "rabbit is not enabled: no vhost cell1 is made"
}

@test "a server that lets the user in is left alone" {
    run -0 rpc rabbit restart_rpc_backend
    is "$(calls)" "python3 -IS $TREE/tools/amqp_login.py 192.0.2.1 5672 / stackrabbit"
}

@test "a user that is not known is made, and guest is not needed any more" {
    stub python3 'test -e "$CALLS.user"'
    stub rabbitmqctl '[[ $2 != set_permissions ]] || touch "$CALLS.user"'
    run -0 rpc rabbit restart_rpc_backend
    is "$(calls rabbitmqctl)" "rabbitmqctl --quiet add_user stackrabbit pw
rabbitmqctl --quiet set_permissions stackrabbit .* .* .*
rabbitmqctl --quiet delete_user guest"
    is "$(calls systemctl)" "systemctl start rabbitmq-server"
}

@test "a server that never lets the user in is restarted every second time, and ends the run with its words" {
    stub python3 'echo "it closed the connection"; exit 1'
    run -1 rpc rabbit restart_rpc_backend
    is "$(calls systemctl | grep -c restart)" 10
    [[ $output == *"rabbit says no"*"RabbitMQ does not let stackrabbit in on 192.0.2.1: it closed the connection"* ]]
}

@test "a server that does not start ends the run with its words" {
    stub python3 'exit 1'
    stub timeout 'exit 1'
    run -1 rpc rabbit restart_rpc_backend
    [[ $output == *"rabbit says no"*"RabbitMQ (rabbitmq-server) does not start"* ]]
}

@test "a host whose name has no address is told before RabbitMQ fails for it" {
    stub python3 'exit 1'
    stub getent 'exit 2'
    run -1 rpc rabbit restart_rpc_backend
    [[ $output == *"the host's name, here, has no address. Put it into /etc/hosts"* ]]
}

@test "an empty node makes the user itself" {
    run -0 rpc rabbit '_rabbit_prepare; _daemon_apply'
    is "$(grep -c . root/etc/rabbitmq/conf.d/devstack.conf)" 7
    grep -qx 'default_user = stackrabbit' root/etc/rabbitmq/conf.d/devstack.conf
    grep -qx 'default_pass = pw' root/etc/rabbitmq/conf.d/devstack.conf
    is "$(stat -c %a root/etc/rabbitmq/conf.d/devstack.conf)" 640
    [[ -L root/etc/systemd/system/multi-user.target.wants/rabbitmq-server.service ]]
    : >"$CALLS"
    run -0 rpc rabbit '_rabbit_prepare; _daemon_apply'
    is "$(calls)" ""
}

@test "a password that the settings cannot hold is not written there" {
    run -0 rpc rabbit 'RABBIT_PASSWORD="a#b"; _rabbit_prepare; _daemon_apply'
    [[ ! -e root/etc/rabbitmq/conf.d/devstack.conf ]]
}

@test "amqp_login.py says why it is not let in" {
    rm "$STUBS/python3"
    run -1 python3 -IS "$TREE/tools/amqp_login.py" 127.0.0.1 1 / me <<<pw
    [[ $output == *"refused"* ]]
    python3 -c 'import socket
listener = socket.create_server(("127.0.0.1", 0))
print(listener.getsockname()[1], flush=True)
listener.accept()[0].sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n" + b"x" * 99999)' >port &
    until [[ -s port ]]; do :; done
    run -1 python3 -IS "$TREE/tools/amqp_login.py" 127.0.0.1 "$(cat port)" / me <<<pw
    [[ -n $output ]]
    wait
}
