#!/usr/bin/env bats

# shellcheck disable=SC1091,SC2016,SC2034,SC2154,SC2329 # files, text, variables and functions of other shells

load helper

prepare() {
    source "$TREE/functions-common"
    DEST=/d
}

@test "PL-1 PL-2: enable_plugin registers" {
    enable_plugin p1 url
    is "$DEVSTACK_PLUGINS ${GITREPO[p1]} ${GITDIR[p1]} ${GITBRANCH[p1]}" ",p1 url /d/p1 master"
    enable_plugin p2 u2 br
    is "$DEVSTACK_PLUGINS ${GITBRANCH[p2]}" ",p1,p2 br"
}

@test "PL-3: enable_plugin dies on a name that is registered" {
    enable_plugin p1 url
    run -1 enable_plugin p1 x
    [[ $output == *"Plugin attempted to be enabled twice: p1 x master" ]]
}

@test "PL-4: is_plugin_enabled" {
    enable_plugin p1 url
    is_plugin_enabled p1
    run -1 is_plugin_enabled p
}

@test "define_plugin and plugin_requires do nothing" {
    run -0 define_plugin p1
    run -0 plugin_requires p1 p2
    is "$output${DEVSTACK_PLUGINS:-}" ""
}
