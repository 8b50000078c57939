# Services as units of systemd.

# 18 and 29: what the tree refuses, each with its message
function refused_daemon {
    (run_process dm-api "$@") >/dev/null 2>"$HOME/noted/refused" || note "$DM_ITEM" "$? $(grep ERROR "$HOME/noted/refused")"
}

function start_daemons {
    run_process dm-api "$(which dm-api)"
    run_process dm-late "$DEST/daemons/bin/dm-idle"
    # 19
    run_process dm-unwanted "$DEST/daemons/bin/dm-idle"
    note 19 "status $?"
    # 17: as ironic and cloudkitty
    write_user_unit_file devstack@dm-own.service "$DEST/daemons/bin/dm-idle" "" "$STACK_USER"
    $SYSTEMCTL enable devstack@dm-own.service
    $SYSTEMCTL start devstack@dm-own.service
}

if [[ "$1" == "stack" && "$2" == "pre-install" ]]; then
    note 3 "$PWD, $TAKEOVER_WORD, trace ${-//[^x]/}"
    note 18 "which python3: $(which python3)"
    sudo install -m 0755 "$DEST/daemons/bin/dm-api" "$DEVSTACK_VENV/bin/dm-api"
elif [[ "$1" == "stack" && "$2" == "install" ]]; then
    DM_ITEM=18 refused_daemon "$(which no-such-program) --serve"
    DM_ITEM=29 refused_daemon "/usr/bin/sudo /bin/true"
elif [[ "$1" == "stack" && "$2" == "post-config" ]]; then
    # 20: later than the settings
    enable_service dm-late
elif [[ "$1" == "stack" && "$2" == "extra" ]]; then
    start_daemons
elif [[ "$1" == "stack" && "$2" == "test-config" ]]; then
    # 17: by the name that everybody knows
    restart_service devstack@dm-api
elif [[ "$1" == "unstack" ]]; then
    if is_service_enabled dm-late; then
        note 20 "dm-late is enabled in unstack"
    fi
    stop_process dm-api
    stop_process dm-late
    stop_process dm-unwanted
    $SYSTEMCTL stop devstack@dm-own.service
    $SYSTEMCTL disable devstack@dm-own.service
fi
