#!/usr/bin/env bats
# What is true after unstack.sh: no service of the projects is left.

@test "no unit is active or enabled, and nothing of the projects runs" {
    [[ -z $(systemctl list-units --no-legend --state=active 'devstack@*') ]]
    [[ -z $(compgen -G '/etc/systemd/system/*.wants/devstack@*') ]]
    [[ -z $(pgrep -f 'uwsgi|nova-|cinder-|neutron-|glance-') ]]
}
