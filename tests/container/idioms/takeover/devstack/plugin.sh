# What a plugin does to the shell, and to the functions in it.

# 3: as kafka and amqp1, which keep the function of the tree under another name
function takeover_unit_files {
    if ! function_exists devstack_write_user_unit_file; then
        eval "$(declare -f write_user_unit_file | sed '1s/^write_user_unit_file/devstack_write_user_unit_file/')"
    fi
    function write_user_unit_file {
        devstack_write_user_unit_file "$@"
        iniset -sudo "$SYSTEMD_DIR/$1" Service Nice 5
    }
    export -f write_user_unit_file
}

# 27: for people who look for what was set; manila looks for its own variables there
function takeover_dump {
    (
        set -o posix
        set
    ) >"$HOME/noted/dump"
    note 27 "$( (
        set -o posix
        set
    ) | awk -F = '/^CONFS_/ {print $1}' | xargs)"
}

# 28
function takeover_functions {
    local begun=${EPOCHREALTIME/./} said turn
    said=$(
        set +o xtrace
        for turn in {1..200}; do
            # shellcheck source=/dev/null
            source "$TOP_DIR/functions"
        done 2>&1
    )
    note 28 "said '$said'"
    note 28 "milliseconds $(((${EPOCHREALTIME/./} - begun) / 1000))"
}

if [[ "$1" == "stack" && "$2" == "pre-install" ]]; then
    note 3 "$(declare -f write_user_unit_file | head -n 1)"
    takeover_unit_files
    note 3 "child: $(bash -c 'declare -F write_user_unit_file')"
    # 3: all of this stays; "daemons" looks
    # shellcheck disable=SC2164 # errexit
    cd /var/tmp
    set +o xtrace
    TAKEOVER_WORD=stays
elif [[ "$1" == "stack" && "$2" == "install" ]]; then
    set -o xtrace
elif [[ "$1" == "stack" && "$2" == "extra" ]]; then
    takeover_dump
    takeover_functions
fi
