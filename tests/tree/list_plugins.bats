#!/usr/bin/env bats
# shellcheck disable=SC2016 # the code is for other shells

load helper

# listed <text of local.conf>
listed() {
    as_distro "${OS:-debian-12}"
    printf '%b' "$1" >local.conf
    "$TREE/tools/list_plugins.sh" local.conf
}

@test "plugins, services, DEST and the distribution" {
    run -0 --separate-stderr listed '[[local|localrc]]\nDEST=/srv\nENABLED_SERVICES=a,b\nenable_plugin heat https://x/heat stable/1\nenable_plugin foo /src/foo\nenable_plugin bar\necho hello\n'
    is "$output" '{"plugins":[{"name":"heat","url":"https://x/heat","ref":"stable/1"},{"name":"foo","url":"/src/foo","ref":""},{"name":"bar","url":"","ref":""}],"services":"a,b","dest":"/srv","distro":"bookworm","variables":{}}'
    is "$stderr" hello
}

@test "localrc can use what DevStack gives it" {
    OS=fedora-44 run -0 listed '[[local|localrc]]\ndisable_all_services\nenable_service x -y\nif is_fedora; then enable_plugin $DISTRO $GIT_BASE/x; fi\n'
    is "$output" '{"plugins":[{"name":"f44","url":"/x","ref":""}],"services":"x","dest":"/opt/stack","distro":"f44","variables":{}}'
}

@test "only localrc is evaluated" {
    run -0 --separate-stderr listed 'echo no\n[[post-config|$(touch no)]]\n[a]\nb=$(touch no)\n[[local|localrc]]\ndisable_all_services\n[[local|other]]\ntouch no\n'
    is "$output" '{"plugins":[],"services":"","dest":"/opt/stack","distro":"bookworm","variables":{}}'
    [[ ! -e no ]]
}

@test "a syntax error names the line of local.conf" {
    run -2 --separate-stderr listed '# c\n[[local|localrc]]\nA=1\n[[post-config|x]]\n[s]\n[[local|localrc]]\nif true; then\n) B=1\nfi\n'
    is "$output" ""
    is "$stderr" "[ERROR] local.conf: line 8: syntax error near unexpected token \`)'"
    run -2 --separate-stderr listed '[[local|localrc]]\nif true; then\nB=1\n'
    is "$stderr" "[ERROR] local.conf: line 3: syntax error: unexpected end of file"
}

@test "a name that is enabled twice, and other deaths, in one line" {
    run -2 --separate-stderr listed '[[local|localrc]]\n\nenable_plugin a u\nenable_plugin a v w\n'
    is "$output" ""
    is "$stderr" "[ERROR] local.conf: line 4: Plugin attempted to be enabled twice: a v w"
    run -2 --separate-stderr listed '[[local|localrc]]\nA=$UNSET\ndie 3 "cannot go on"\n'
    is "$stderr" "[ERROR] local.conf: line 3: cannot go on"
    run -2 --separate-stderr listed '[[local|localrc]]\nenable_plugin\n'
    [[ $stderr == "[ERROR] local.conf: line 2: enable_plugin without a name" ]]
    run -2 --separate-stderr listed '[[local|localrc]]\nexit 0\n'
    [[ $stderr == "[ERROR] "*"ended the evaluation"* ]]
}

@test "a file that cannot be read" {
    run -2 "$TREE/tools/list_plugins.sh" nofile
    is "$output" "[ERROR] nofile: cannot be read"
    run -2 "$TREE/tools/list_plugins.sh" .
}

@test "nothing but bash, coreutils, sed and grep is needed" {
    local name
    for name in cat chmod cut dirname env grep head ls mkdir rm sed sort tail tr uname id whoami basename mktemp touch; do
        ln -s "$(type -P "$name")" "$STUBS/$name"
    done
    ln -s "$(type -P bash)" "$STUBS/bash"
    as_distro debian-12
    printf '[[local|localrc]]\nenable_plugin a u\n' >local.conf
    run -0 --separate-stderr env PATH="$STUBS" bash "$TREE/tools/list_plugins.sh" local.conf
    is "$stderr" ""
}

@test "variables that are asked for are printed as far as they are set" {
    as_distro debian-12
    printf '%s\n' '[[local|localrc]]' OFFLINE=True EMPTY= 'QUOTED="a \"b\""' >local.conf
    run -0 "$TREE/tools/list_plugins.sh" local.conf OFFLINE UNSET EMPTY QUOTED
    is "${output##*\"variables\":}" '{"OFFLINE":"True","EMPTY":"","QUOTED":"a \"b\""}}'
}
