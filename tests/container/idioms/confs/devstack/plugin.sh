# Configuration files, those of the plugin and those that local.conf sets.

# 12 and 13
function configure_confs {
    local url='mysql+pymysql://root:a&b|c\d/e@127.0.0.1/confs?charset=utf8'
    sudo install -d -o "$STACK_USER" "$CONFS_DIR"
    iniset "$CONFS_CONF" DEFAULT debug "$ENABLE_DEBUG_LOG_LEVEL"
    iniset "$CONFS_CONF" DEFAULT transport_url "rabbit://stackrabbit:p&w@127.0.0.1:5672/"
    iniset "$CONFS_CONF" database connection "mysql://first"
    iniset "$CONFS_CONF" database connection "$url"
    printf '[tuned]\nworkers=1\n' >"$CONFS_DIR/tuned.conf"
    iniset "$CONFS_DIR/tuned.conf" tuned workers 4
    iniset "$CONFS_DIR/tuned.conf" tuned threads 2
}

# 2: which of the user's groups have been merged
function note_merged {
    note 2 "$1:$(grep -s yes "$CONFS_ORDER_CONF" | sort | sed 's/ = yes//' | xargs --no-run-if-empty printf ' %s')"
}

# 14: octavia takes admin's credentials in the middle of a run
function use_openrc {
    local flags=$- options services=$ENABLED_SERVICES
    options=$(
        shopt -p
        set +o
    )
    # shellcheck source=/dev/null
    source "$TOP_DIR/openrc" admin admin
    note 14 "$OS_USERNAME $OS_PROJECT_NAME $OS_REGION_NAME"
    [[ $flags != "$-" ]] || note 14 "same flags"
    [[ $options != "$(
        shopt -p
        set +o
    )" ]] || note 14 "same options"
    [[ $services != "$ENABLED_SERVICES" ]] || note 14 "same services"
    unset OS_USERNAME OS_PROJECT_NAME OS_PASSWORD OS_AUTH_URL OS_AUTH_TYPE
}

if [[ "$1" == "stack" ]]; then
    note_merged "$2"
fi
if [[ "$1" == "stack" && "$2" == "install" ]]; then
    configure_confs
elif [[ "$1" == "stack" && "$2" == "post-config" ]]; then
    # 1: as open-cas, for the merge that comes next
    localconf_set "$TOP_DIR/local.conf" post-config "\$CONFS_LATE_CONF" cache engine fast
    localconf_set "$TOP_DIR/local.conf" post-config "\$CONFS_LATE_CONF" cache lines 64
elif [[ "$1" == "stack" && "$2" == "extra" ]]; then
    note 1 "engine $(iniget "$CONFS_LATE_CONF" cache engine), lines $(iniget "$CONFS_LATE_CONF" cache lines)"
    use_openrc
elif [[ "$1" == "clean" ]]; then
    sudo rm -rf "$CONFS_DIR"
fi
