#!/usr/bin/env bats
# What is true after clean.sh: nothing of the projects runs, listens, or lies about.

@test "nothing of the projects runs" {
    [[ -z $(pgrep -f 'uwsgi|nova-|cinder-|neutron-|glance-|mariadbd|beam') ]]
}

@test "no configuration, site or data is left" {
    local path
    for path in /etc/{nova,cinder,glance,neutron,placement,keystone} /opt/stack/data; do
        [[ ! -e $path ]] || { echo "$path"; return 1; }
    done
    [[ -z $(compgen -G '/etc/apache2/sites-enabled/*') || $(echo /etc/apache2/sites-enabled/*) == */000-default.conf ]]
}
