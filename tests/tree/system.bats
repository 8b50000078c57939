#!/usr/bin/env bats

# shellcheck disable=SC1091,SC2016,SC2034,SC2154,SC2329 # files, text, variables and functions of other shells

load helper

prepare() {
    source "$TREE/functions"
    stub sudo
}

@test "start_service, stop_service, restart_service, reload_service" {
    start_service a
    stop_service a
    restart_service a
    reload_service a
    if [[ -x /bin/systemctl ]]; then
        is "$(calls sudo)" "sudo /bin/systemctl start a
sudo /bin/systemctl stop a
sudo /bin/systemctl restart a
sudo /bin/systemctl reload-or-restart a"
    else
        is "$(calls sudo | head -n 1)" "sudo service a start"
    fi
}

@test "restart_service: returns the command's status" {
    stub sudo 'exit 5'
    run -5 restart_service a
}

@test "set_systemd_override" {
    iniset() { echo "iniset $*"; }
    run -0 set_systemd_override DefaultLimitNOFILE 2048
    is "$output" "iniset -sudo /etc/systemd/system.conf Manager DefaultLimitNOFILE 2048
Set systemd system override for DefaultLimitNOFILE=2048"
    is "$(calls sudo)" "sudo systemctl daemon-reload"
}
