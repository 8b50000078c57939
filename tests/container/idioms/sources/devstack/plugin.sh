# What a plugin fetches: repositories and files.

# commit <message>
function commit_widget {
    git -C "$DEST/widget-origin" -c user.name=w -c user.email=w@example.org commit --quiet --allow-empty -m "$1"
}

# 11: what is there is not updated, whoever owns it
function install_widget {
    git init --quiet --initial-branch=master "$DEST/widget-origin"
    commit_widget first
    git_clone_by_name widget
    commit_widget second
    git_clone_by_name widget | sed 's/^[^ ]*/again:/' >>"$HOME/noted/11"
    # 8
    GIT_DEPTH=1 git_clone "$WIDGET_REPO" "$DEST/widget-shallow" master
    note 8 "GIT_DEPTH $GIT_DEPTH, commits $(git -C "$DEST/widget-shallow" rev-list --count HEAD)"

    sudo chown -R root:root "$DEST/widget"
    git_clone_by_name widget | sed 's/^[^ ]*/of root:/' >>"$HOME/noted/11"
    note 11 "git: $(git -C "$DEST/widget" log -1 --format=%s)"
}

# 26: downloads go to $FILES; 9: the path is all that is printed
function fetch_widget {
    local file
    mkdir -p "$DATA_DIR/widget"
    echo "a widget" >"$DATA_DIR/widget/widget.tgz"
    run_process sr-web "$(which python3) -m http.server $WIDGET_PORT --directory $DATA_DIR/widget"
    wait_for_service 20 "http://127.0.0.1:$WIDGET_PORT/"
    file=$(get_extra_file "http://127.0.0.1:$WIDGET_PORT/widget.tgz")
    note 26 "$file: $(cat "$file")"
    echo "more" >"$FILES/widget-extra"
    touch "$TOP_DIR/lib/neutron_plugins/widget_agent"
}

if [[ "$1" == "stack" && "$2" == "pre-install" ]]; then
    note 4 "port $WIDGET_PORT"
    install_widget
elif [[ "$1" == "stack" && "$2" == "install" ]]; then
    fetch_widget
elif [[ "$1" == "unstack" ]]; then
    stop_process sr-web
    rm -f "$TOP_DIR/lib/neutron_plugins/widget_agent"
elif [[ "$1" == "clean" ]]; then
    sudo rm -rf "$DEST"/widget*
    rm -f "$FILES"/widget*
fi
