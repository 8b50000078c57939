# Starts units that it writes itself, those that WHAT names.

# write_it <name> <type> <command> [<option=value>]
function write_it {
    printf '%s\n' "[Service]" "Type=$2" "ExecStart=$3" "${@:4}" |
        sudo tee "$SYSTEMD_DIR/devstack@$1.service" >/dev/null
    sudo systemctl daemon-reload
    sudo systemctl start "devstack@$1"
}

case "$*" in
    "stack extra")
        if [[ $WHAT == *loop* ]]; then
            write_it s-loop simple "/bin/bash -c 'echo going round; sleep 0.3; exit 4'" Restart=always
        fi
        if [[ $WHAT == *once* ]]; then
            write_it s-once oneshot /bin/true
        fi
        if [[ $WHAT == *own* ]]; then
            write_it s-own simple "/bin/sleep 1000"
        fi
        ;;
    "stack test-config")
        echo "test-config was reached"
        ;;
esac
