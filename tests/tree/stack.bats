#!/usr/bin/env bats
# shellcheck disable=SC2016 # the code is for other shells

load run
load yaml

@test "a run passes through all phases, with the merges where DevStack has them" {
    plugin p1 settings '' plugin.sh 'echo "p1 $# $*"' override-defaults 'true'
    run -0 tree stack.sh
    is "$(grep '^p1 [0-9]' <<<"$output")" \
        "$(printf 'p1 2 stack %s\n' pre-install install post-config extra test-config)"
    is "$(grep -E 'phase-begin|merge' "$RUN/events" | grep -o -E '"(phase|group)":"[^"]*"' | cut -d '"' -f 2,4 --output-delimiter ' ')" \
        "$(printf '%s\n' 'phase override-defaults' 'phase settings' 'phase pre-install' 'phase install' \
            'phase post-config' 'group post-config' 'group extra' 'phase extra' 'group post-extra' \
            'phase test-config' 'group test-config')"
    is "$(events run-begin mode) $(events run-end mode status exit)" "stack stack passed 0"
    is "$(events phase-end mode plugin status exit | sort -u)" "stack p1 passed 0"
    is "$(events stage-end status | sort -u)" "passed"
    is "$(events stage-begin stage)" "$(events stage-end stage)"
}

@test "what a plugin sets in one phase is there in the next" {
    plugin p1 plugin.sh 'if [[ $2 == pre-install ]]; then V=1; f() { echo "f $V"; }; fi; if [[ $2 == extra ]]; then f; fi'
    run -0 tree stack.sh
    [[ $output == *$'\nf 1\n'* ]]
}

@test "localrc wins over a plugin's default, and sees the library's functions" {
    local_conf 'FOO=mine\nenable_service foo-api\n'
    plugin p1 settings 'FOO=${FOO:-default}' plugin.sh 'echo "$2 $FOO $ENABLED_SERVICES"'
    run -0 tree stack.sh
    [[ $output == *$'\ninstall mine foo-api\n'* ]]
}

@test "LC-1: the localrc sections make .localrc.auto" {
    local_conf '# c\n\nB="x y"\n[[post-config|$UNSET]]\n[x]\ny=1\n[[local|localrc]]\nC=3\n[[local|other]]\nD=4'
    run -0 tree stack.sh
    holds "$RUN/devstack/.localrc.auto" \
        "# Generated file, do not edit\nDEST=$RUN/dest\nDATA_DIR=\$DEST/data\nHOST_IP=192.0.2.1\nHOST_IPV6=2001:db8::1\ndisable_all_services\n# c\n\nB=\"x y\"\nC=3\n"
}

@test "LC-2: a localrc file takes precedence" {
    plugin p1 plugin.sh 'echo "$2 $WHERE"'
    sed -n '2,$p' "$RUN/devstack/local.conf" >"$RUN/devstack/localrc"
    echo 'WHERE=file' >>"$RUN/devstack/localrc"
    run -0 tree stack.sh
    [[ $output == *"localrc and local.conf:[[local]] both exist, using localrc"* && $output == *"install file"* ]]
    [[ ! -e $RUN/devstack/.localrc.auto ]]
}

@test "the user's post-config wins over the plugin's; extra is merged before the phase" {
    local_conf "A_CONF=$RUN/dest/a.conf\n[[post-config|\$A_CONF]]\n[s]\no = user\n[[extra|\$A_CONF]]\n[s]\ne = 1\n[[other|\$A_CONF]]\n[s]\nx=1"
    plugin p1 plugin.sh 'if [[ $2 == post-config ]]; then iniset $A_CONF s o plugin; fi; if [[ $2 == extra ]]; then echo "extra $(iniget $A_CONF s o) $(iniget $A_CONF s e)"; fi'
    run -0 tree stack.sh
    [[ $output == *$'\nextra user 1\n'* ]]
    holds "$RUN/dest/a.conf" '\n[s]\ne = 1\no = user\n'
}

@test "local.conf is read anew at each merge" {
    plugin p1 plugin.sh "if [[ \$2 == post-config ]]; then printf '[[post-config|$RUN/dest/b.conf]]\n[s]\no=1\n' >>\$TOP_DIR/local.conf; fi"
    run -0 tree stack.sh
    holds "$RUN/dest/b.conf" '\n[s]\no = 1\n'
}

@test "a failure in each phase ends the run there" {
    local phase
    for phase in pre-install install post-config extra test-config; do
        again
        run -0 failing "if [[ \$2 == $phase ]]; then"$'\nfalse\nfi'
        is "${lines[0]}" "status 1"
        is "${lines[1]}" "phase-end $phase 1 2 None false ['p1', 'devstack', 'plugin.sh']"
        is "${lines[2]}" "run-end None 1 None None None ['']"
        is "$(events phase-end phase | tail -1)" "$phase"
    done
}

@test "a failure in settings and in override-defaults names the file" {
    plugin p1 settings $'\nls /nope'
    run -2 tree stack.sh
    is "$(events phase-end phase status exit line command)" "settings failed 2 2 ls /nope"
    rm "$RUN/events" "$RUN/dest/p1/devstack/settings"
    plugin p2 override-defaults $'# c\nX=$(exit 4)'
    run -4 tree stack.sh
    is "$(events phase-end phase status exit line command)" 'override-defaults failed 4 2 X=$(exit 4)'
}

@test "a failure in a function names the function and its line" {
    run -0 failing $'function g {\n    echo a\n    ls /nope\n    echo b\n}\nif [[ $2 == install ]]; then\n    g\nfi'
    is "${lines[1]}" "phase-end install 2 3 g ls /nope ['p1', 'devstack', 'plugin.sh']"
}

@test "a failure in a pipeline or a subshell in a function is found as well" {
    run -0 failing $'function g {\n    echo a | grep -q b\n}\ng'
    is "${lines[1]}" "phase-end pre-install 1 2 g echo a | grep -q b ['p1', 'devstack', 'plugin.sh']"
    again
    run -0 failing $'function g {\n    (exit 3)\n}\ng'
    is "${lines[1]}" "phase-end pre-install 3 2 g (exit 3) ['p1', 'devstack', 'plugin.sh']"
}

@test "a false last command and a return name their lines" {
    run -0 failing $'true\n[[ a == b ]] && echo c'
    is "${lines[1]}" "phase-end pre-install 1 2 None [[ a == b ]] && echo c ['p1', 'devstack', 'plugin.sh']"
    again
    run -0 failing $'true\n\nreturn 5'
    is "${lines[1]}" "phase-end pre-install 5 3 None return 5 ['p1', 'devstack', 'plugin.sh']"
}

@test "die gives its message and the plugin's line" {
    run -0 failing $'function g {\n    die $LINENO "no \\"luck\\" here"\n}\ng'
    is "${lines[1]}" "phase-end pre-install 1 2 g no \"luck\" here ['p1', 'devstack', 'plugin.sh']"
}

@test "a library function that dies is put down to the plugin's call" {
    run -0 failing $'\nrun_process_of_mine() {\n    trueorfalse False "$UNSET"\n}\nrun_process_of_mine'
    is "${lines[1]}" "phase-end pre-install 1 3 run_process_of_mine variable to normalize required ['p1', 'devstack', 'plugin.sh']"
}

@test "without tracing, a failing function is put down to its call" {
    run -0 failing $'set +o xtrace\nfunction g {\n    false\n}\n\ng'
    is "${lines[1]}" "phase-end pre-install 1 6 None g ['p1', 'devstack', 'plugin.sh']"
}

@test "a failure is followed by a dump and the words DevStack uses" {
    plugin p1 plugin.sh 'false'
    run -1 tree stack.sh
    [[ $output == *"Error on exit"*"World dump in $RUN/dest/logs/worlddump-"* ]]
    compgen -G "$RUN/dest/logs/worlddump-*.txt"
}

@test "a failure of an in-tree stage is told with its stage" {
    local_conf 'SERVICE_IP_VERSION=5\n'
    run -1 tree stack.sh
    is "$(events stage-end stage status command)" "configuration failed SERVICE_IP_VERSION must be either 4 or 6, not 5"
    is "$(events run-end status exit)" "failed 1"
}

@test "packages that cannot be installed fail their stage, and no plugin is blamed" {
    plugin p1 settings 'true' plugin.sh 'true'
    stub dpkg-query 'exit 1'
    stub sudo '[[ $* != *" install "* ]] || exit 100'
    run -100 tree stack.sh
    is "$(events stage-end stage status exit command | tail -1)" "packages failed 100 real_install_package \"\$@\""
    is "$(events phase-begin phase | tail -1)" "settings"
    is "$(events stage-end file | tail -1)" "$RUN/devstack/inc/core/packages"
}

@test "a signal ends the run with its status, and the events say so" {
    plugin p1 plugin.sh $'true\nif [[ $2 == install ]]; then exec 1>&- 2>&-; /bin/sleep 20; fi'
    tree stack.sh >"$RUN/out" 2>&1 &
    until grep -qs '"phase":"install"' "$RUN/events"; do /bin/sleep 0.05; done
    kill -TERM "$(pgrep -P $! -f ./stack.sh || echo $!)"
    run wait $!
    is "$(events run-end status exit)" "failed 143"
    is "$(events phase-end phase status exit | tail -1)" "install failed 143"
}

@test "an interrupt ends the run with 130" {
    plugin p1 plugin.sh $'if [[ $2 == install ]]; then kill -INT $$; fi'
    run -130 tree stack.sh
    is "$(events run-end status exit)" "failed 130"
}

@test "enabled services that the tree neither installs nor starts are named once" {
    local_conf 'enable_service horizon foo-api\n'
    run -0 tree stack.sh
    is "$(events note text)" "enabled services that this tree does not provide yet: horizon"$'\n'"services left to the plugins: foo-api"
}

@test "TEMPEST_CONFIG is known with tempest only, and can be written in test-config" {
    local_conf 'enable_service tempest\n'
    plugin p1 settings 'echo "settings $TEMPEST_CONFIG"' \
        plugin.sh 'if [[ $2 == test-config ]]; then iniset $TEMPEST_CONFIG service_available p1 True; fi'
    run -0 tree stack.sh
    [[ $output == *$'\nsettings '"$RUN/dest/tempest/etc/tempest.conf"$'\n'* ]]
    [[ $(<"$RUN/dest/tempest/etc/tempest.conf") == *$'\n[service_available]\np1 = True\n'* ]]
    again
    plugin p1 settings 'echo "settings ${TEMPEST_CONFIG-unset}"' plugin.sh 'true'
    run -0 tree stack.sh
    [[ $output == *$'\nsettings unset\n'* ]]
}

@test "nothing is announced without a channel" {
    plugin p1 plugin.sh 'true'
    run -0 tree stack.sh DEVSTACK_EVENTS_FD=
    is "$(cat "$RUN/events")" ""
    run -0 tree stack.sh DEVSTACK_EVENTS_FD=77
    is "$(cat "$RUN/events")" ""
}

@test "PS-11: the lists of the plugins are installed in one call, unless all is there" {
    mkdir -p "$RUN/dest/p1/devstack/files/debs"
    echo pkg-of-p1 >"$RUN/dest/p1/devstack/files/debs/p1"
    plugin p1 plugin.sh 'true'
    run -0 tree stack.sh
    is "$(grep 'pkg-of-p1' "$CALLS" | grep -c -v dpkg-query)" 0
    stub dpkg-query 'exit 1'
    run -0 tree stack.sh
    is "$(grep 'pkg-of-p1' "$CALLS" | grep -c '^sudo.*apt-get.* install .*git.*pkg-of-p1')" 1
    mapfile -t lines <"$RUN/devstack/.prereqs"
    is "${#lines[@]}" 2
    [[ ${lines[0]} =~ ^[0-9]{10}$ ]]
    is "${lines[1]}" "$(LC_ALL=en_US.utf8 date -d "@${lines[0]}")"
}

@test "a prepared image: fresh package lists serve as they are, old ones are refreshed, before the first phase" {
    plugin p1 plugin.sh 'if [[ $2 == pre-install ]]; then echo "updated: ${REPOS_UPDATED:-}"; apt_get install apparmor; fi'
    mkdir "$RUN/lists"
    run -0 tree stack.sh _RUNNER_APT_LISTS="$RUN/lists"
    [[ $output == *"updated: True"* ]]
    is "$(grep -c 'apt-get.* update' "$CALLS")" 0
    touch -d '3 days ago' "$RUN/lists"
    run -0 tree stack.sh _RUNNER_APT_LISTS="$RUN/lists"
    [[ $output == *"updated: True"* ]]
    is "$(grep -c 'apt-get.* update' "$CALLS")" 1
}

@test "local.sh runs after extra" {
    plugin p1 plugin.sh 'echo "p1 $2"'
    write "$RUN/devstack/local.sh" '#!/bin/sh\necho local.sh ran\n'
    chmod +x "$RUN/devstack/local.sh"
    run -0 tree stack.sh
    [[ $output == *"p1 extra"*"local.sh ran"*"p1 test-config"* ]]
}

@test "the environment is saved for the other programs" {
    local_conf 'SERVICE_HOST="a b"\n'
    run -0 tree stack.sh
    is "$(sed -n '1s/^# [0-9-]* *$/header/p; 2,$p' "$RUN/devstack/.stackenv" | cut -d = -f 1 | paste -s -d ' ')" \
        "header BASE_SQL_CONN DATA_DIR DEST ENABLED_SERVICES HOST_IP KEYSTONE_SERVICE_URI LOGFILE OS_CACERT SERVICE_HOST STACK_USER TLS_IP HOST_IPV6 SERVICE_IP_VERSION TUNNEL_ENDPOINT_IP TUNNEL_IP_VERSION"
    run -0 bash -c 'source "$1"; echo "$SERVICE_HOST|$DEST"' - "$RUN/devstack/.stackenv"
    is "$output" "a b|$RUN/dest"
}

@test "the clean start: no OS_ variables, umask, PATH" {
    plugin p1 plugin.sh 'echo "$2 [${OS_FOO:-}] $(umask) $LC_ALL $PATH"'
    run -0 tree stack.sh OS_FOO=1
    [[ $output == *"install [] 0022 en_US.utf8 $RUN/dest/data/venv/bin:"*":/usr/local/bin:/usr/local/sbin:/usr/sbin:/sbin"* ]]
}

@test "stack.sh refuses root, a virtual environment, a forbidden host and a broken tree" {
    run -1 tree stack.sh VIRTUAL_ENV=/x
    [[ $output == *"virtualenv"* ]]
    touch "$RUN/home/.no-devstack"
    run -1 tree stack.sh
    rm "$RUN/home/.no-devstack"
    rm -r "$RUN/devstack/files"
    run -1 tree stack.sh
    [[ $output == *"missing $RUN/devstack/files"* ]]
    ((EUID != 0)) || run -1 "$TREE/stack.sh"
}

@test "an unknown distribution needs FORCE" {
    write "$RUN/os-release" 'ID=fedora\nVERSION_ID="44"\n'
    run -1 tree stack.sh
    [[ $output == *"FORCE=yes"* ]]
    stub rpm
    run -0 tree stack.sh FORCE=yes
}

@test "a log file holds stamped lines, the terminal none" {
    local_conf "LOGFILE=$RUN/dest/logs/stack.log\n"
    plugin p1 plugin.sh 'echo "hello $2"; echo_summary "sum   $2"; echo_nolog "only here"'
    run -0 tree stack.sh
    [[ $output == *$'\nhello install\n'* && $output != *"sum install"* && $output == *"only here"* ]]
    grep -E '^[0-9]{4}-[0-9-]{5} [0-9:]{8}\.[0-9]{3} \| hello install$' "$RUN/dest/logs/stack.log"
    grep -E '\| sum install$' "$RUN/dest/logs/stack.log.summary"
    run -1 grep -E 'only here$|xtrace' "$RUN/dest/logs/stack.log"
}

@test "a quiet run with a log shows the summary only" {
    local_conf "LOGFILE=$RUN/dest/logs/stack.log\nVERBOSE=False\n"
    plugin p1 plugin.sh 'echo "hello $2"; echo_summary "sum   $2"'
    run -0 tree stack.sh
    [[ $output != *"hello install"* && $output == *"sum install"* ]]
    grep -q 'hello install' "$RUN/dest/logs/stack.log"
}

@test "a quiet run without a log shows the summary only" {
    local_conf 'VERBOSE=False\n'
    plugin p1 plugin.sh 'echo "hello $2"; echo_summary "sum   $2"'
    run -0 tree stack.sh
    [[ $output != *"hello install"* && $output == *"sum install"* ]]
}

@test "generate-subunit is told the result, and nobody waits for it" {
    local_conf 'SUBUNIT_OUTPUT=$DEST/subunit\n'
    plugin p1 plugin.sh '[[ $2 != extra || ! -e fail ]]'
    stub generate-subunit '/bin/sleep 1; echo "subunit $3"'
    run -0 tree stack.sh
    [[ ! -s $RUN/dest/subunit ]]
    touch "$RUN/devstack/fail"
    run ! tree stack.sh
    for _ in {1..200}; do
        [[ $(wc -l <"$RUN/dest/subunit") != 2 ]] || break
        /bin/sleep 0.1
    done
    is "$(cat "$RUN/dest/subunit")" $'subunit success\nsubunit fail'
}
