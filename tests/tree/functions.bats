#!/usr/bin/env bats

# shellcheck disable=SC1091,SC2016,SC2034,SC2154,SC2329 # files, text, variables and functions of other shells

load helper

@test "functions: gives all functions, prints nothing, keeps options, twice" {
    cat >script.sh <<EOF
set -eu
set -- a b
before=\$-
source "$TREE/functions"
source "$TREE/functions"
[[ \$- == "\$before" && \$* == "a b" ]]
[[ \$_DEVSTACK_FUNCTIONS == 1 && \$_DEVSTACK_FUNCTIONS_COMMON == 1 ]]
declare -F iniset merge_config_group pip_install configure_rootwrap async_run enable_plugin >/dev/null
EOF
    run -0 bash script.sh
    is "$output" ""
}

@test "functions: from the folder itself, and from within a function" {
    cd "$TREE"
    run -0 bash -c 'f() { source functions; }; f; f; declare -F iniset; declare -p GITREPO SYSTEMD_ENV_VARS >/dev/null; readonly -p | grep -c _DEVSTACK'
    is "$output" $'iniset\n2'
}

@test "functions: keeps xtrace, and is quiet about it" {
    run -0 bash -c 'set -x; source "$1/functions"; [[ $- == *x* ]]' - "$TREE"
    ((${#lines[@]} < 12))
}

@test "functions: a dump of variables in POSIX mode works" {
    run -0 shell 'MANILA_X=1' '(set -o posix; set) | grep ^MANILA_'
    is "$output" MANILA_X=1
}

@test "functions: each file can be sourced alone" {
    local file
    for file in functions functions-common inc/ini-config inc/meta-config inc/python inc/rootwrap inc/async; do
        run -0 bash -euc 'source "$1"' - "$TREE/$file"
        is "$file: $output" "$file: "
    done
}

@test "functions: no two files define the same function" {
    run -0 bash -c 'cd "$1" && grep -hoE "^function [^ ]+" functions functions-common inc/*-config inc/python inc/rootwrap inc/async inc/core/* | sort | uniq -d' - "$TREE"
    is "$output" ""
}

@test "functions: every public function says how it is used" {
    local file missing
    for file in "$TREE"/inc/*-config "$TREE"/inc/{python,rootwrap,async} "$TREE"/inc/core/*; do
        missing=$(awk '/^# / && previous !~ /^#/ { signature = $2 } /^function / && $2 != signature { print $2 } { previous = $0 }' "$file")
        is "$file: $missing" "$file: "
    done
}

@test "functions: a plugin can take over a function with declare -f" {
    run -0 shell 'eval "$(declare -f trueorfalse | sed "1s/trueorfalse/original/")"' 'trueorfalse() { echo mine; original "$@"; }' \
        'trueorfalse True X'
    is "$output" $'mine\nTrue'
}

@test "functions: each function that is read later has its line" {
    local part name
    while read -r part; do
        cat "$TREE/inc/$part" $([[ $part != meta-config ]] || echo "$TREE/inc/core/localconf") |
            sed -nE "s/^function ([^_ ][^ ]*) .*/\1() { _later ${part//\//\\\/} \&\& \1 \"\$@\"; }/p"
    done < <(sed -n 's|^# inc/||p' "$TREE/inc/core/later") | sort >wanted
    grep -E '^[^ ]+\(\)' "$TREE/inc/core/later" | sort >actual
    diff wanted actual
    # all parts are in the list that stack.sh reads
    run -0 shell _later_all 'for name in $(compgen -A function); do [[ $(declare -f "$name") != *" _later "* ]] || echo "$name"; done'
    is "$output" _later_all
}

@test "functions: one that is read later works at once, in any shell" {
    cat >script.sh <<EOF
set -eu
source "$TREE/functions"
set -x
is_arch nosuch || echo no
REPOS_UPDATED=True OFFLINE=True apt_get_update
[[ \$- == *x* && \$- == *e* && \$- == *u* ]]
declare -f is_arch
EOF
    run -0 --separate-stderr bash script.sh
    [[ $output == $'no\nis_arch () \n'*'uname -m'* ]]
}

@test "functions: those that plugins call most start no process" {
    run -1 shell 'declare -f is_service_enabled _services_has_family enable_service disable_service _services_resolve \
        _services_minus _services_clean trueorfalse iniget _ini_load _ini_values _ini_find _ini_is_header _ini_gather \
        _ini_cut _ini_words | grep -v "_as_root\|)\$" | grep -E "[$]\([^(]|\`| \| |<\("'
    is "$output" ""
}
