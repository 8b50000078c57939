#!/bin/bash
#
# plugin.sh of the sample plugin greeter

GREETER_DIR=$DEST/greeter

function install_greeter {
    sudo install -d -o "$STACK_USER" "$GREETER_CONF_DIR" "$GREETER_DATA_DIR"
}

function configure_greeter {
    iniset "$GREETER_CONF" DEFAULT greeting "Hello"
    iniset "$GREETER_CONF" DEFAULT debug "$ENABLE_DEBUG_LOG_LEVEL"
    iniset "$GREETER_CONF" DEFAULT port "$GREETER_PORT"
}

function start_greeter {
    run_process greeter "$(which python3) $GREETER_DIR/greeter.py $GREETER_CONF"
    wait_for_service "$SERVICE_TIMEOUT" "http://$SERVICE_HOST:$GREETER_PORT"
}

if is_service_enabled greeter; then
    if [[ "$1" == "stack" && "$2" == "pre-install" ]]; then
        echo_summary "Looking for the cow"
        GREETER_COW=$(PATH=$PATH:/usr/games which cowsay)
    elif [[ "$1" == "stack" && "$2" == "install" ]]; then
        echo_summary "Installing the greeter"
        install_greeter
    elif [[ "$1" == "stack" && "$2" == "post-config" ]]; then
        echo_summary "Configuring the greeter"
        configure_greeter
    elif [[ "$1" == "stack" && "$2" == "extra" ]]; then
        echo_summary "Starting the greeter"
        start_greeter
    elif [[ "$1" == "stack" && "$2" == "test-config" ]]; then
        "$GREETER_COW" "$(iniget "$GREETER_CONF" DEFAULT greeting)"
    fi

    if [[ "$1" == "unstack" ]]; then
        stop_process greeter
    fi

    if [[ "$1" == "clean" ]]; then
        sudo rm -rf "$GREETER_CONF_DIR" "$GREETER_DATA_DIR"
    fi
fi
