#!/usr/bin/env bats
# What unstack.sh has found and left.

load ../noted

@test "19: nobody stumbles over the disabled service in unstack" {
    [[ -z $(compgen -G "/etc/systemd/system/*dm-unwanted*") ]]
}

@test "20: unstack knows the service that was enabled in a phase, and stops it" {
    noted 20 "dm-late is enabled in unstack"
    [[ $(systemctl is-active devstack@dm-late) == inactive ]]
}

@test "17: units are stopped by their names" {
    local unit
    for unit in dm-api dm-own sr-web; do
        [[ $(systemctl is-active "devstack@$unit") == inactive ]]
        [[ $(systemctl is-enabled "devstack@$unit") == disabled ]]
    done
}

@test "26: a file in lib/neutron_plugins can be removed" {
    [[ ! -e ../devstack/lib/neutron_plugins/widget_agent ]]
}
