# A service like most: uWSGI behind Apache, a database, tokens, a consumer of the queue, a command of its own.

XTRACE=$(set +o | grep xtrace)
set +o xtrace

function is_ledger_enabled {
    [[ ,${ENABLED_SERVICES} =~ ,"ledger-" ]] && return 0
    return 1
}

function install_ledger {
    setup_develop $LEDGER_DIR
    # the command, in a virtual environment of its own
    python3 -m venv $LEDGER_VENV
    $LEDGER_VENV/bin/pip install --no-deps $LEDGER_DIR
    sudo ln -sf $LEDGER_VENV/bin/ledger /usr/local/bin
}

function configure_ledger {
    [ ! -d $LEDGER_CONF_DIR ] && sudo mkdir -m 755 -p $LEDGER_CONF_DIR
    sudo chown $USER $LEDGER_CONF_DIR
    iniset $LEDGER_CONF DEFAULT debug $ENABLE_DEBUG_LOG_LEVEL
    iniset $LEDGER_CONF database connection `database_connection_url ledger`
    iniset_rpc_backend ledger $LEDGER_CONF
    configure_keystone_authtoken_middleware $LEDGER_CONF ledger
    write_uwsgi_config "$LEDGER_UWSGI_CONF" "$LEDGER_UWSGI" "/ledger" "" "ledger-api"
    iniset "$LEDGER_UWSGI_CONF" uwsgi threads 2
}

function create_ledger_accounts {
    create_service_user "ledger" "admin"
    LEDGER_SERVICE=$(get_or_create_service "ledger" "ledger" "Ledger Service")
    get_or_create_endpoint "$LEDGER_SERVICE" "$REGION_NAME" "$LEDGER_URL" "$LEDGER_URL" "$LEDGER_URL"
}

function init_ledger {
    recreate_database ledger utf8
    $LEDGER_BIN_DIR/ledger-manage
}

function start_ledger {
    run_process ledger-consumer "$LEDGER_BIN_DIR/ledger-consumer"
    run_process ledger-api "$(which uwsgi) --procname-prefix ledger-api --ini $LEDGER_UWSGI_CONF"
    if ! wait_for_service $SERVICE_TIMEOUT $LEDGER_URL; then
        die $LINENO "Ledger did not start"
    fi
}

if is_service_enabled ledger; then
    if [[ "$1" == "stack" && "$2" == "install" ]]; then
        echo_summary "Installing Ledger"
        stack_install_service ledger
    elif [[ "$1" == "stack" && "$2" == "post-config" ]]; then
        configure_ledger
        if is_service_enabled key; then
            create_ledger_accounts
        fi
    elif [[ "$1" == "stack" && "$2" == "extra" ]]; then
        init_ledger
        start_ledger
    fi
    if [[ "$1" == "unstack" ]]; then
        stop_process ledger-api
        stop_process ledger-consumer
    fi
    if [[ "$1" == "clean" ]]; then
        remove_uwsgi_config "$LEDGER_UWSGI_CONF" "ledger-api"
        sudo rm -rf $LEDGER_CONF_DIR $LEDGER_VENV /usr/local/bin/ledger
    fi
fi

$XTRACE
