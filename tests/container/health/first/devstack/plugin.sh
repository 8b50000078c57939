# Starts the services that WHAT names, each of which fares in its own way.

case "$*" in
    "stack extra")
        if [[ $WHAT == *fine* ]]; then
            run_process f-fine "/usr/bin/python3 -m http.server 8790"
        fi
        if [[ $WHAT == *import* ]]; then
            run_process f-import "/usr/bin/python3 $FIRST_DIR/importing.py"
        fi
        if [[ $WHAT == *stopped* ]]; then
            run_process f-stopped "/bin/sleep 1000"
            sudo systemctl stop devstack@f-stopped
        fi
        if [[ $WHAT == *parent* ]]; then
            run_process f-parent "/bin/bash $FIRST_DIR/parent.sh"
        fi
        if [[ $WHAT == *silent* ]]; then
            run_process f-silent "/bin/bash $FIRST_DIR/no-uwsgi.sh"
        fi
        ;;
    unstack)
        # f-fine is forgotten
        for name in f-import f-stopped f-parent f-silent; do
            stop_process "$name"
        done
        ;;
esac
