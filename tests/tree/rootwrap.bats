#!/usr/bin/env bats

# shellcheck disable=SC1091,SC2016,SC2034,SC2154,SC2329 # files, text, variables and functions of other shells

load helper

prepare() {
    source "$TREE/functions"
    STACK_USER=stack
    SUDO_SECURE_PATH_FILE=$PWD/secure
    # Owners and /etc are out of a test's reach.
    _as_root() {
        local -a words=("${@//\/etc\//$PWD/etc/}")
        if [[ $1 == install ]]; then
            words=(install)
            shift
            while (($#)); do
                case $1 in
                    -o | -g) shift ;;
                    "$PWD"/*) words+=("$1") ;;
                    *) words+=("${1/#\/etc\//$PWD/etc/}") ;;
                esac
                shift
            done
        elif [[ $1 == cat ]]; then
            words=("$@")
        fi
        "${words[@]}"
    }
}

LINE='Defaults:stack secure_path=/usr/local/sbin:/usr/local/bin:/usr/sbin:/sbin:/usr/bin:/bin'

@test "add_sudo_secure_path keeps one line" {
    add_sudo_secure_path /a/bin
    is "$(<secure)" "$LINE:/a/bin"
    add_sudo_secure_path /b/bin
    add_sudo_secure_path /a/bin
    is "$(<secure)" "$LINE:/a/bin:/b/bin"
    is "$(stat -c %a secure)" 400
}

@test "configure_rootwrap" {
    ZUN_DIR=$PWD/zun ZUN_BIN_DIR=$PWD/bin
    mkdir -p zun/etc/zun/rootwrap.d bin etc/zun/rootwrap.d etc/sudoers.d
    touch zun/etc/zun/rootwrap.d/a.filters bin/zun-rootwrap-daemon etc/zun/rootwrap.d/old.filters
    printf '[DEFAULT]\nfilters_path=/x\nexec_dirs=/y\n' >zun/etc/zun/rootwrap.conf
    configure_rootwrap zun
    is "$(ls etc/zun/rootwrap.d)" a.filters
    is "$(stat -c %a etc/zun/rootwrap.d etc/zun/rootwrap.d/a.filters | xargs)" "755 644"
    grep -q '^filters_path=.*/etc/zun/rootwrap.d$' etc/zun/rootwrap.conf
    grep -qx '#exec_dirs=/y' etc/zun/rootwrap.conf
    is "$(<etc/sudoers.d/zun-rootwrap)" "stack ALL=(root) NOPASSWD: $PWD/bin/zun-rootwrap /etc/zun/rootwrap.conf *
stack ALL=(root) NOPASSWD: $PWD/bin/zun-rootwrap-daemon /etc/zun/rootwrap.conf"
    is "$(stat -c %a etc/sudoers.d/zun-rootwrap)" 440
    is "$(<secure)" "$LINE:$PWD/bin"
}

@test "get_rootwrap_location" {
    GLOBAL_VENV=True DEVSTACK_VENV=/v
    is "$(get_rootwrap_location zun)" /v/bin/zun-rootwrap
}
