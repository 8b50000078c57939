# Plain bash only, so that a bare `docker exec` can do the same work without a tree.
case "$*" in
    "stack pre-install") mkdir -p "$SMALL_DIR" ;;
    "stack install") cp -r /opt/stack/small/devstack "$SMALL_DIR/" ;;
    "stack post-config") printf '[DEFAULT]\ndebug = True\n' >"$SMALL_DIR/small.conf" ;;
    "stack extra") python3 -c 'import json; print(json.dumps({"small": True}))' ;;
    "stack test-config") grep -q 'debug = True' "$SMALL_DIR/small.conf" ;;
    unstack) rm -f "$SMALL_DIR/small.conf" ;;
    clean) rm -rf "$SMALL_DIR" ;;
esac
