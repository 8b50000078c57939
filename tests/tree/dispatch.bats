#!/usr/bin/env bats
# shellcheck disable=SC2016 # the code is for other shells

load helper

# sourced <text> [<line>...]
#
# Runs phase `stack pre-install` of a plugin with that plugin.sh in an errexit shell with both traps set, then the lines.
sourced() {
    mkdir -p p1/devstack p2/devstack
    printf '%s\n' "$1" >p1/devstack/plugin.sh
    shell 'TOP_DIR=$PWD/top; _RUNNER_RUN_MODE=stack' \
        'DEST=$PWD; enable_plugin p1 u; trap "echo in EXIT" EXIT; trap "echo in ERR" ERR; set -e' \
        'run_phase stack pre-install' "${@:2}"
}

@test "RUN-1: a failing subshell at top level ends the run" {
    run -3 sourced '(exit 3); echo after'
    is "$output" "in EXIT"
}

@test "RUN-2: a failing command in a function ends the run" {
    run -4 sourced 'g(){ (exit 4); echo after; }; g'
    is "$output" "in EXIT"
}

@test "RUN-3: a false test as the last command ends the run" {
    run -1 sourced '[[ x == y ]] && echo hi'
    is "$output" "in EXIT"
}

@test "RUN-4: a false condition does not" {
    run -0 sourced 'if [[ x == y ]]; then echo hi; fi' 'echo on'
    is "$output" $'on\nin EXIT'
}

@test "RUN-5: return with a status ends the run" {
    run -5 sourced 'return 5'
    is "$output" "in EXIT"
}

@test "RUN-6: local hides a failing substitution" {
    run -0 sourced 'f(){ local y=$(false); echo ok; }; f' 'echo on'
    is "$output" $'ok\non\nin EXIT'
}

@test "RUN-7: a pipeline has the status of its end" {
    run -0 sourced 'false | true' 'echo on'
    is "$output" $'on\nin EXIT'
}

@test "RUN-8: errexit does not reach into a substitution" {
    without inherit_errexit "the contract never has it on, and the row tells"
    run -0 sourced 'X=$(false; echo yes); echo $X'
    is "$output" $'yes\nin EXIT'
}

@test "RUN-9: unstack has one argument" {
    without nounset "the row's plugin reads an argument that is not there"
    run -0 sourced 'echo "$# [$1] [$2]"' 'run_phase unstack'
    is "${lines[1]}" "1 [unstack] []"
}

@test "RUN-10: stack has two" {
    run -0 sourced 'echo "$# [$1] [$2]"'
    is "${lines[0]}" "2 [stack] [pre-install]"
}

@test "RUN-11: a failure of stack.sh itself runs ERR, then EXIT" {
    run -1 sourced 'true' 'false'
    is "$output" $'in ERR\nin EXIT'
}

@test "RUN-12: plugins run in the order of registration in every phase" {
    mkdir -p p{1,2,3}/devstack
    tee p{1,2,3}/devstack/plugin.sh <<<'echo "${BASH_SOURCE[0]}" "$@"' >/dev/null
    run -0 shell "DEST=''; TOP_DIR=\$PWD/top; cd /" "DEST=$PWD" 'enable_plugin p2 u; enable_plugin p1 u; enable_plugin p3 u' \
        'run_phase stack install; run_phase unstack; run_phase clean'
    is "$output" "$(for phase in "stack install" unstack clean; do printf "$PWD/p%d/devstack/plugin.sh $phase\n" 2 1 3; done)"
}

@test "a plugin may assign the names the dispatcher uses" {
    mkdir -p p{1,2}/devstack
    tee p{1,2}/devstack/{settings,plugin.sh} <<<'echo "$plugin $dir"; plugin=x dir=y plugins=z mode=m phase=q' >/dev/null
    run -0 shell 'DEST=$PWD; TOP_DIR=$PWD/top; enable_plugin p1 u; enable_plugin p2 u' 'run_phase source; run_phase stack extra'
    is "$output" "$(printf '%s\n' "Loading plugin settings" "p1 $PWD/p1" "p2 $PWD/p2" "p1 $PWD/p1" "p2 $PWD/p2")"
}

@test "what a plugin defines stays" {
    run -0 sourced 'X=1; declare -g -A MAP=([a]=b); f(){ echo called; }; cd /' 'f; echo "$X ${MAP[a]} $PWD"'
    is "$output" $'called\n1 b /\nin EXIT'
}

@test "a plugin's options stay" {
    run -0 sourced 'set +e; false; true' 'false; echo on'
    is "${lines[-2]}" "on"
}

@test "a plugin with errexit off does not end the run" {
    run -0 sourced 'set +e; return 3' 'echo on'
    is "${lines[-2]}" "on"
}

@test "settings get no arguments, and see what earlier plugins set" {
    mkdir -p p{1,2}/devstack
    echo 'A=1$#' >p1/devstack/settings
    echo 'echo "$A $#"' >p2/devstack/settings
    run -0 shell 'DEST=$PWD; TOP_DIR=$PWD/top; enable_plugin p1 u; enable_plugin p2 u' 'run_phase source'
    is "$output" $'Loading plugin settings\n10 0'
}

@test "override-defaults are shown and sourced" {
    mkdir -p p{1,2}/devstack
    echo 'A=${A:-1}' >p2/devstack/override-defaults
    run -0 shell 'DEST=$PWD; TOP_DIR=$PWD/top; enable_plugin p1 u; enable_plugin p2 u' 'run_phase override_defaults; echo $A'
    is "$output" $'Overriding Configuration Defaults\np2 has overridden the following defaults\nA=${A:-1}\n1'
}

@test "nothing is printed without plugins" {
    run -0 shell 'TOP_DIR=$PWD/top; fetch_plugins; run_phase override_defaults; run_phase source; run_phase unstack'
    is "$output" ""
}

@test "plugins are cloned in the order of registration" {
    run -0 shell 'git_clone_by_name() { echo "clone $1"; }' 'DEST=$PWD; enable_plugin b u; enable_plugin a u; fetch_plugins'
    is "$output" $'Fetching DevStack plugins\nclone b\nclone a'
}

@test "plugins in place are not cloned" {
    mkdir -p a/devstack
    run -0 shell 'PLUGINS_IN_PLACE="a c"' 'git_clone_by_name() { echo "clone $1"; }' 'DEST=$PWD; enable_plugin b u; enable_plugin a u; fetch_plugins'
    is "$output" $'Fetching DevStack plugins\nclone b'
}

@test "a plugin that should be in place and is not ends the run" {
    run -1 shell 'PLUGINS_IN_PLACE=a' 'DEST=$PWD; enable_plugin a u; fetch_plugins'
    [[ $output == *"The plugin a has no $PWD/a/devstack"* ]]
}

@test "only 80-tempest.sh runs of extras.d, before the plugins" {
    mkdir -p top/extras.d
    echo 'echo "tempest $1 $2"' >top/extras.d/80-tempest.sh
    echo 'echo other' >top/extras.d/90-other.sh
    run -0 sourced 'echo plugin'
    is "${lines[0]}" "tempest stack pre-install"
    [[ ${lines[1]} == "[WARNING]"* && ${lines[2]} == "[WARNING]"* ]]
    is "${lines[3]}" "plugin"
}

@test "a service that is enabled behind disable_service's back ends the run" {
    mkdir -p p1/devstack
    echo 'ENABLED_SERVICES+=,foo' >p1/devstack/settings
    run -1 shell 'DEST=$PWD; TOP_DIR=$PWD/top; enable_plugin p1 u; disable_service foo; run_phase source'
    [[ $output == *"ENABLED_SERVICES directly modified to overcome 'disable_service foo'"* ]]
}

@test "plugin files are traced when the run is, the dispatcher is not" {
    run -0 --separate-stderr sourced 'echo one' '_RUNNER_XTRACE=x; run_phase stack install'
    is "$(grep -c '^++* ' <<<"$stderr")" 2
    [[ $stderr == *"echo one"* ]]
}
