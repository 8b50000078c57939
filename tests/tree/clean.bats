#!/usr/bin/env bats
# shellcheck disable=SC2016 # the code is for other shells

load run

@test "clean unstacks first, then runs the plugins' phase" {
    plugin p1 plugin.sh 'echo "p1 $*"'
    tree stack.sh >/dev/null 2>&1
    rm "$RUN/events"
    run -0 tree clean.sh
    is "$(grep '^p1 ' <<<"$output")" $'p1 unstack\np1 clean'
    is "$(events phase-end mode phase status exit)" $'clean settings passed 0\nclean clean passed 0' ||
        is "$(events phase-end mode phase status exit)" 'clean clean passed 0'
    is "$(events run-end mode status exit)" "clean passed 0"
    is "$(events stage-end stage status | grep unstack)" "unstack passed"
}

@test "override-defaults are not sourced for clean itself" {
    plugin p1 override-defaults 'D=1' plugin.sh 'echo "$1 ${D:-none}"'
    tree stack.sh >/dev/null 2>&1
    run -0 tree clean.sh
    [[ $output == *$'\nunstack 1\n'* && $output == *$'\nclean none' ]]
}

@test "what stack.sh made goes, what the user made stays" {
    local_conf 'LOGFILE=$DEST/logs/stack.log\n'
    plugin p1 plugin.sh 'true'
    echo 'PW=x' >"$RUN/devstack/.localrc.password"
    tree stack.sh >/dev/null 2>&1
    touch "$RUN/devstack/test.conf.x"
    run -0 tree clean.sh
    is "$(cd "$RUN/dest" && ls)" p1
    is "$(cd "$RUN/devstack" && ls -A .localrc* .stackenv .prereqs test* 2>/dev/null)" ""
    [[ -e $RUN/devstack/local.conf ]]
}

@test "a die in the plugin's unstack does not keep clean from running" {
    plugin p1 plugin.sh '[[ $1 != unstack ]] || die $LINENO "stuck"; echo "p1 $1"'
    tree stack.sh >/dev/null 2>&1
    run -0 tree clean.sh
    [[ $output == *"p1 clean"* ]]
    is "$(events stage-end stage status exit | grep unstack)" "unstack failed 1"
}

@test "the libraries are there for the plugins, the queue's as well" {
    plugin p1 plugin.sh 'if [[ $1 == clean ]]; then echo "clean $NOVA_CONF $RABBIT_USERID [$DATABASE_BACKENDS] $INT_CA_DIR"; fi'
    tree stack.sh >/dev/null 2>&1
    run -0 tree clean.sh
    [[ $output == *"clean /etc/nova/nova.conf stackrabbit [ mysql postgresql] $RUN/dest/data/CA/int-ca"* ]]
}

@test "configuration folders, the clients' files and generated files go" {
    local project
    local_conf "$(for project in KEYSTONE GLANCE NOVA PLACEMENT CINDER SWIFT NEUTRON; do printf '%s_CONF_DIR=%s/etc/%s\n' "$project" "$RUN" "${project,,}"; done)"
    plugin p1 plugin.sh ':'
    tree stack.sh >/dev/null 2>&1
    for project in keystone glance nova placement cinder swift neutron; do
        mkdir -p "$RUN/etc/$project"
    done
    mkdir -p "$RUN/home/.config/openstack" "$RUN/home/.config/other" "$RUN/devstack/docs/html" "$RUN/devstack/docs/files"
    touch "$RUN/devstack/"{shocco,stack-screenrc,test.ini.x} "$RUN/devstack/localrc.mine"
    run -0 tree clean.sh
    is "$(ls "$RUN/etc")" ""
    is "$(ls "$RUN/home/.config")" other
    is "$(cd "$RUN/devstack" && ls -d docs/* shocco stack-screenrc test.ini.x localrc.mine 2>/dev/null)" localrc.mine
}

@test "extras.d is told to clean after the plugins" {
    plugin p1 plugin.sh 'echo "p1 $1"'
    tree stack.sh >/dev/null 2>&1
    write "$RUN/devstack/extras.d/90-mine.sh" 'echo "mine $# $1"\n'
    run -0 tree clean.sh
    is "$(grep -e '^p1 ' -e '^mine ' <<<"$output" | paste -s -d ,)" \
        "mine 1 source,mine 1 source,p1 unstack,p1 clean,mine 1 clean"
}
