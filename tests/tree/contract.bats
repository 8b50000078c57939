#!/usr/bin/env bats
# shellcheck disable=SC2016 # the code is for other shells

load run

ARRAYS="GITREPO GITBRANCH GITDIR SYSTEMD_ENV_VARS PROJECT_VENV"

# contract_names <functions|stack.sh>
#
# Prints the functions that the contract names and that are there by then.
contract_names() {
    local chapter where names
    while read -r chapter where names; do
        if [[ $chapter != '#' && ($where == functions || $1 == stack.sh) ]]; then
            echo "$names"
        fi
    done <"$BATS_TEST_DIRNAME/contract-names"
}

# Lines of bash that print what is missing of the names in NAMES and ARRAYS, or what a plugin could not replace.
MISSING='
for name in $NAMES; do
    if [[ $(declare -f "$name") != "$name () "$'"'\n'"'* ]]; then
        echo "missing: $name"
    elif [[ $(readonly -f) == *"$name () "* ]]; then
        echo "read-only: $name"
    fi
done
for name in $ARRAYS; do
    [[ $(declare -p "$name") == "declare -A "* ]] || echo "missing: $name"
done'

@test "functions gives what the contract names, as functions that a plugin can replace" {
    run -0 bash -c 'source "$1"; NAMES=$2 ARRAYS=$3; eval "$4"' - "$TREE/functions" "$(contract_names functions)" "$ARRAYS" "$MISSING"
    is "$output" ""
}

@test "what the contract names is there before the first plugin phase" {
    plugin p1 plugin.sh "[[ \$2 == pre-install ]] || return 0
set +o xtrace
NAMES='$(contract_names stack.sh)' ARRAYS='$ARRAYS'
{ echo asked; $MISSING
} >'$RUN/dest/missing'"
    run -0 tree stack.sh
    is "$(cat "$RUN/dest/missing")" asked
}

@test "a printing function leaves options alone where it is called directly" {
    cat >"$RUN/script.sh" <<'SCRIPT'
set -o errexit -o nounset -o xtrace
source "$1/functions"
left=$-
# check <command> [<argument>...]
check() {
    "$@" >/dev/null 2>&1 </dev/null || true
    [[ $- == "$left" ]] || { echo "$1: $-" && set -o xtrace +o noglob -o nounset -o errexit; }
}
printf '[s]\na = 1\n' >f
DEST=$PWD ENABLED_SERVICES=a DEVSTACK_PLUGINS='' VAR=1 LOGDIR=$PWD DISTRO=bookworm GLOBAL_VENV=False
check trueorfalse True VAR
check bool_to_int True
check vercmp 1 '<' 2
check get_field 1
check generate_hex_string 4
check ipv6_unquote '[::1]'
check iniget f s a
check iniget_multiline f s a
check iniget_sections f
check ini_has_option f s a
check get_meta_section f s a
check get_meta_section_files f s
check remove_disabled_services a,b b
check _cleanup_service_list a,,b
check get_packages a
check get_plugin_packages
check get_release_name_from_branch stable/1
check python3_version
check cidr2netmask 8
check maskip 10.1.2.3 255.0.0.0
check address_in_net 10.0.0.1 10.0.0.0/8
check is_ipv4_address 1.2.3.4
check get_default_host_ip '' '' '' 192.0.2.1 inet
check get_random_port
check get_extra_file file:///a
check get_python_exec_prefix
check get_rootwrap_location zun
check time_totals
check backtrace 1
check err 1 text
check warn 1 text
check deprecated text
check echo_summary 'a  *'
check echo_nolog 'a  *'
check async_pidof nobody
check is_running nobody
check is_arch pdp11
check isset NOSUCH
check is_set VAR
check function_exists check
SCRIPT
    cd "$RUN"
    run -0 --separate-stderr bash script.sh "$TREE"
    is "$output" ""
}
