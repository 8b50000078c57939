#!/usr/bin/env bats
# shellcheck disable=SC2016,SC2030,SC2031,SC2119,SC2120,SC2154,SC2329 # code and variables of other shells

load helper
load yaml

prepare() {
    need_yaml
    cp -r "$TREE" tree
    # the shells of the tests use a tree of their own, with its process
    TREE=$PWD/tree
    keystone_start
    clouds secret
    export CLOUDS_YAML=$PWD/clouds.yaml GLOBAL_VENV=False PYTHON=python3
}

finish() {
    kill "$KEYSTONE" 2>/dev/null || true
    # its shells have ended, and so does the process
    for _ in {1..40}; do
        [[ -e tree/.identity ]] || return 0
        /bin/sleep 0.1
    done
    echo "tools/identity.py has not ended" >&2
    return 1
}

# keystone_start [<port>]
keystone_start() {
    rm -f port
    python3 "$BATS_TEST_DIRNAME/fake_keystone.py" port "$@" </dev/null >keystone.log 2>&1 3>&- &
    KEYSTONE=$!
    for _ in {1..100}; do
        [[ ! -s port ]] || break
        /bin/sleep 0.05
    done
    PORT=$(<port)
}

# clouds <password>
clouds() {
    local scope name
    echo "clouds:" >clouds.yaml
    for name in admin system-admin; do
        scope="project_name: admin, project_domain_id: default"
        [[ $name == admin ]] || scope="system_scope: all"
        echo "  devstack-$name: {auth: {auth_url: 'http://127.0.0.1:$PORT/identity', username: admin, password: $1, user_domain_id: default, $scope}}" >>clouds.yaml
    done
}

# keystone <what>
#
# Has Keystone forget things, or prints what it has.
keystone() {
    curl -s --noproxy '*' -X POST "http://127.0.0.1:$PORT/_$1"
}

# thing <kind> <name or type> <field>
#
# Prints the field of each thing of that name or type.
thing() {
    keystone dump | python3 -c '
import json, sys
kind, name, field = sys.argv[1:]
for each in json.load(sys.stdin)["things"][kind].values():
    if name in (each.get("name"), each.get("type"), each.get("interface")):
        print(each.get(field))' "$@"
}

@test "get_or_create_*: print the id, of what is there or is made" {
    run -0 shell 'for i in 1 2; do
        get_or_create_domain d "a domain"
        get_or_create_project p d
        get_or_create_user u "pw" d u@example.com
        get_or_create_group g d "a group"
        get_or_create_role r
    done'
    is "${#lines[@]}" 10
    is "${lines[*]:0:5}" "${lines[*]:5:5}"
    is "${lines[*]:0:5}" "$(thing domains d id) $(thing projects p id) $(thing users u id) $(thing groups g id) $(thing roles r id)"
    is "$(thing users u email) $(thing users u domain_id)" "u@example.com $(thing domains d id)"
    is "$(thing domains d description) $(thing groups g description)" "a domain a group"
}

@test "an existing user stays as it is; no domain is the default one" {
    run -0 shell 'a=$(get_or_create_user u one default) b=$(get_or_create_user u two "") c=$(get_or_create_project p)
        [[ $a == "$b" && -n $c ]]'
    is "$(thing users u password) $(thing projects p domain_id)" "one default"
}

@test "any characters" {
    local text='a "b" '"'c'"' $(d) `e` \f ä $(project_id)s %(x)s'
    printf 'text=%q\n' "$text" >text
    run -0 shell 'source ./text; get_or_create_user u "$text" default; get_or_create_service s s "$text"
        get_or_create_endpoint s RegionOne "http://x/\$(project_id)s"; printf -v more "%s\n" "$text" b; get_or_create_domain d "$more"'
    is "$(thing users u password)" "$text"
    is "$(thing services s description)" "$text"
    is "$(thing endpoints public url)" 'http://x/$(project_id)s'
    is "$(thing domains d description)" "$text"$'\nb'
}

@test "roles are given to names and ids, in all domains" {
    run -0 shell 'd=$(get_or_create_domain heat "")
        u=$(get_or_create_user heat_admin pw heat) p=$(get_or_create_project p default) r=$(get_or_create_role r) g=$(get_or_create_group g "")
        for role in r "$r"; do
            [[ $r == $(get_or_add_user_project_role "$role" heat_admin p) ]]
            [[ $r == $(get_or_add_user_project_role "$role" "$u" "$p") ]]
            [[ $r == $(get_or_add_user_project_role "$role" heat_admin p heat Default) ]]
            [[ $r == $(get_or_add_user_domain_role "$role" heat_admin heat) ]]
            [[ $r == $(get_or_add_user_system_role "$role" heat_admin all heat) ]]
            [[ $r == $(get_or_add_group_project_role "$role" g p) ]]
        done'
    is "$(keystone dump | python3 -c 'import json, sys; print(len(json.load(sys.stdin)["assignments"]))')" 4
}

@test "a service is looked up by type, name or id, and its endpoints stay as they are" {
    run -0 shell 'a=$(get_or_create_service nova compute "Compute") b=$(get_or_create_service other compute "x")
        [[ $a == "$b" && $a == $(get_or_create_service x nova y) ]]
        get_or_create_endpoint compute RegionOne http://p http://a http://i
        get_or_create_endpoint "$a" RegionOne http://2 http://2 http://2
        get_or_create_endpoint nova RegionOne http://3
        get_endpoint_url nova public'
    is "$(thing services compute name)" nova
    is "${lines[*]:0:3}" "$(thing endpoints admin id) $(thing endpoints internal id) $(thing endpoints public id)"
    is "${lines[*]:3:3}" "${lines[*]:0:3}"
    is "${lines[6]} ${lines[7]}" "${lines[2]} http://p"
    is "$(thing endpoints public url) $(thing endpoints admin url) $(thing endpoints internal url)" "http://p http://a http://i"
}

@test "what is not there: a message, and no output" {
    without errexit "the statuses are printed"
    run -0 --separate-stderr shell 'get_or_create_endpoint nope RegionOne http://x; echo $?
        get_or_create_service s s s >/dev/null; get_or_create_endpoint s Nowhere http://x; echo $?
        get_or_create_user u p nowhere; echo $?
        get_or_add_user_project_role nope admin admin; echo $?
        get_endpoint_url nope public; echo $?'
    is "$output" $'1\n1\n1\n1\n1'
    is "${#stderr_lines[@]}" 5
    [[ ${stderr_lines[0]} == "[ERROR] script.sh:2 get_or_create_endpoint nope: no service has the type, name or id 'nope'" ]]
    [[ ${stderr_lines[1]} == *": Could not find region: Nowhere. (HTTP 400)" ]]
    [[ ${stderr_lines[2]} == *"no domain has the name or id 'nowhere'" ]]
    [[ ${stderr_lines[3]} == *"no role has the name or id 'nope'" ]]
}

@test "one name in two domains: only the domain tells which" {
    without errexit "a status is printed"
    run -0 shell 'get_or_create_domain d "" >/dev/null; a=$(get_or_create_user u p d) b=$(get_or_create_user u p default)
        get_or_add_user_project_role admin u admin; echo "$?"; get_or_add_user_project_role admin u admin d default >/dev/null
        [[ $a != "$b" ]]'
    [[ ${lines[0]} == *"more than one user has the name u" && ${lines[1]} == 1 ]]
}

@test "a name that differs in upper case only is not taken for the other" {
    without errexit "the second fails"
    run -1 shell 'get_or_create_user heat p default; get_or_create_user Heat p default'
    is "${#lines[@]}" 2
    [[ ${lines[1]} == *"no user has the name or id 'Heat'" ]]
}

@test "one process and one token for many calls, and no other process" {
    local python
    python=$(type -P python3)
    stub python3 "exec $python \"\$@\""
    : >port.requests
    run -0 shell 'get_or_create_role a >/dev/null; PATH=/nowhere
        for i in 1 2 3 4 5; do get_or_create_role "r$i" >/dev/null; x=$(get_or_create_service s$i s$i s); done'
    is "$(calls python3 | grep -c identity.py)" 1
    is "$(grep -c auth/tokens port.requests)" 1
}

@test "in subshells at the same time, all is there" {
    run -0 shell 'for i in 1 2 3 4 5; do
            (for j in 1 2 3 4; do get_or_create_user "u$i$j" p default >"out$i$j"; done) &
        done; wait; cat out?? | sort -u | wc -l'
    is "$output" 20
}

@test "a token that has expired, and a new database" {
    run -0 shell "curl='curl -s --noproxy 127.0.0.1 -X POST http://127.0.0.1:$PORT'" \
        'get_or_create_role r >/dev/null; get_or_create_service s s "" >/dev/null
        $curl/_expire; get_or_create_role r
        $curl/_reset; get_or_create_role r >/dev/null; get_or_create_service s s ""
        get_or_add_user_project_role r admin admin >/dev/null; get_or_create_endpoint s RegionOne http://x'
    is "${lines[1]}" "$(thing services s id)"
    is "${lines[2]}" "$(thing endpoints public id)"
}

@test "Keystone starts again: a call waits for it" {
    kill "$KEYSTONE"
    wait "$KEYSTONE" 2>/dev/null || true
    (
        /bin/sleep 1
        exec python3 "$BATS_TEST_DIRNAME/fake_keystone.py" port "$PORT"
    ) </dev/null >keystone.log 2>&1 3>&- &
    KEYSTONE=$!
    run -0 shell 'get_or_create_role r'
    is "$output" "$(thing roles r id)"
}

@test "a wrong password is said, and tried once" {
    clouds wrong
    : >port.requests
    run -1 shell 'get_or_create_role r'
    [[ $output == *"no token for admin at http://127.0.0.1:$PORT/identity/v3: The request you have made requires authentication. (HTTP 401)" ]]
    is "$(grep -c auth/tokens port.requests)" 1
}

@test "no clouds.yaml" {
    rm clouds.yaml
    run -1 shell 'get_or_create_role r'
    [[ $output == *"get_or_create_role r: no cloud devstack-admin in $PWD/clouds.yaml: "* ]]
}

@test "no Python that works: its words" {
    printf '#!/bin/sh\necho "no such thing" >&2\nexit 3\n' >nopython
    chmod +x nopython
    PYTHON=$PWD/nopython run -1 shell 'get_or_create_role r'
    [[ $output == *"get_or_create_role r: no such thing" ]]
}

@test "the run's output ends with the run, and the process some time after" {
    # an open pipe would keep timeout waiting
    run -0 timeout 10 bash -c "$(declare -f shell script_options); TREE=$TREE WITHOUT='$WITHOUT'; (shell 'get_or_create_role r') 2>&1 | cat"
    is "$(wc -l <<<"$output")" 1
}

@test "a process that was killed is started again" {
    run -0 shell 'get_or_create_role r; pid=$(pgrep -f "tree/tools/identity.py $_RUNNER_IDENTITY_FILE $$"); kill -9 $pid
        get_or_create_role r'
    is "${lines[0]}" "${lines[-1]}"
}

@test "a shell of its own reaches the process of the run" {
    local python
    python=$(type -P python3)
    stub python3 "exec $python \"\$@\""
    run -0 shell 'get_or_create_role r; bash -c "source \"$_RUNNER_TREE/functions\"; get_or_create_role r; get_or_create_role r"; get_or_create_role r'
    is "$(sort -u <<<"$output" | wc -l)" 1
    is "$(calls python3 | grep -c identity.py)" 1
}

# ends <text> <line>...
#
# Wants the lines, in a shell like that of stack.sh, to end with status 1 and the text.
ends() {
    run -1 shell 'source "$_RUNNER_TREE/inc/core/identity"; exit_trap() { echo "end $? ${_RUNNER_DIED[*]}"; }
        trap exit_trap EXIT; identity_end_run_on_failure' "${@:2}"
    [[ $output != *"went on"* ]]
    [[ ${lines[-1]} == "end 1 $1" ]]
}

@test "the run ends when a helper fails in a command substitution" {
    local said="get_or_create_user u: no domain has the name or id 'nowhere' script.sh"
    without errexit "it must end without it"
    ends "$said 4 inner" 'inner() { local x=$(get_or_create_user u p nowhere); echo "went on"; }; inner'
    ends "$said 4 main" 'echo "x $(get_or_create_user u p nowhere)"; echo "went on"'
    ends "$said 4 main" 'PS4="+ \$(echo a) "; set -x; export x=$(get_or_create_user u p nowhere); echo "went on"'
    ends "$said 4 main" '(get_or_create_user u p nowhere) & wait; echo "went on"'
}

@test "a script that is not the run's does not end, nor the run for it" {
    without errexit "it goes on"
    run -0 shell 'source "$_RUNNER_TREE/inc/core/identity"; identity_end_run_on_failure' \
        "bash -c 'source tree/functions; x=\$(get_or_create_user u p nowhere); echo \"script \$?\"'" 'echo "went on"'
    is "${lines[1]} ${lines[2]}" "script 1 went on"
}
