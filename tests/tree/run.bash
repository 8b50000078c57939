# For tests that run the entry points for real: a private copy of the tree, run by a user who is not root, with
# stand-ins for whatever would change the machine. Sourced by "load run".

load helper

prepare() {
    RUN=$(mktemp -d)
    export STUBS=$RUN/stubs CALLS=$RUN/calls
    PATH=$STUBS:$PATH
    mkdir "$RUN/home" "$RUN/dest" "$RUN/etc" "$STUBS"
    cp -r "$TREE" "$RUN/devstack"
    write "$RUN/os-release" 'ID=debian\nVERSION_ID="12"\nVERSION_CODENAME=bookworm\n'
    : >"$CALLS"
    stub sudo
    stub sleep 'exec /bin/sleep 0.01'
    stub apt-get
    # where systemd runs, stack.sh waits for the end of the boot
    # shellcheck disable=SC2016 # the stand-in's own variables
    stub systemctl '[[ ${1:-} != is-system-running ]] || echo running'
    # shellcheck disable=SC2016 # the stand-in's own variables
    stub dpkg-query 'for name in "${@:3}"; do echo installed; done'
    mkdir -p "$RUN/dest/data/venv/bin"
    # by its full path: the environment's own folder comes to be the first on PATH
    write "$RUN/dest/data/venv/bin/python3" "#!/bin/sh\nexec $(as_user sh -c 'command -v python3') \"\$@\"\n"
    chmod +x "$RUN/dest/data/venv/bin/python3"
    note_packages
    local_conf
}

# note_packages
#
# Notes the packages of the tree's Python lists as installed, as pip would, so that nothing is downloaded.
note_packages() {
    local site=$RUN/dest/data/venv/lib/python3.11/site-packages name
    while read -r name; do
        mkdir -p "$site/$name-1.0.dist-info"
    done < <(sed -E '/^(#|$)/d; s/[^A-Za-z0-9._-].*//' "$TREE"/files/python/*)
}

finish() {
    rm -rf "$RUN"
}

# as_user <command> [<argument>...]
#
# Runs the command as a user who is not root.
as_user() {
    local user=()
    ((EUID != 0)) || user=(setpriv --reuid=65534 --regid=65534 --clear-groups)
    "${user[@]}" "$@"
}

# local_conf [<text>]
#
# Writes a local.conf without services, with more text after the usual lines.
local_conf() {
    cat >"$RUN/devstack/local.conf" <<CONF
[[local|localrc]]
DEST=$RUN/dest
DATA_DIR=\$DEST/data
HOST_IP=192.0.2.1
HOST_IPV6=2001:db8::1
disable_all_services
$(printf '%b' "${1:-}")
CONF
}

# plugin <name> [<file> <text>]...
#
# Makes a plugin with these files and registers it.
plugin() {
    local dir=$RUN/dest/$1/devstack
    mkdir -p "$dir"
    printf 'enable_plugin %s https://example.org/%s\n' "$1" "$1" >"$RUN/line"
    # before the first section that follows localrc
    sed -i "6r $RUN/line" "$RUN/devstack/local.conf"
    PLUGINS_IN_PLACE="${PLUGINS_IN_PLACE:-} $1"
    shift
    while (($# > 0)); do
        printf '%s\n' "$2" >"$dir/$1"
        shift 2
    done
}

# tree <program> [<NAME=value>...]
#
# Runs a program of the copy, with only these variables in its environment.
tree() {
    local strict=()
    [[ ${TREE_OPTIONS:-} != strict ]] || strict=(NOUNSET=1)
    ((EUID != 0)) || chown -R 65534:65534 "$RUN"
    : >>"$RUN/events"
    # Where the tests run in the background SIGINT is ignored, and a shell cannot change that for itself.
    as_user env -i --default-signal=INT -C "$RUN/devstack" PATH="$PATH" HOME="$RUN/home" CALLS="$CALLS" SKIP_PATH_SANITY=1 \
        _RUNNER_OS_RELEASE="$RUN/os-release" PLUGINS_IN_PLACE="${PLUGINS_IN_PLACE:-}" DEVSTACK_EVENTS_FD=9 \
        OPENSTACKCLIENT_CONF_DIR="$RUN/etc/openstack" \
        "${strict[@]}" "${@:2}" "./$1" 9>>"$RUN/events" 3>&-
}

# events <kind> <field>...
#
# Prints these fields of each event of a kind, a line an event, "-" for what is absent.
events() {
    python3 - "$RUN/events" "$@" <<'PYTHON'
import json, sys
path, kind, *fields = sys.argv[1:]
for line in open(path, errors="replace"):
    event = json.loads(line)
    assert isinstance(event["time"], float)
    if event["event"] == kind:
        print(*(event.get(field, "-") for field in fields))
PYTHON
}

# again
#
# Forgets the plugins and the events of the run before.
again() {
    PLUGINS_IN_PLACE=''
    rm -f "$RUN/events"
    local_conf
}

# failing <text of plugin.sh>
#
# Runs stack.sh with a plugin of that text and prints what the events say of the failure.
failing() {
    plugin p1 plugin.sh "$1"
    tree stack.sh >"$RUN/out" 2>&1 || echo "status $?"
    python3 - "$RUN/events" <<'PYTHON'
import json, sys
for event in map(json.loads, open(sys.argv[1])):
    if event.get("status") == "failed":
        where = (event.get("phase"), event.get("exit"), event.get("line"), event.get("function"), event.get("command"))
        print(event["event"], *where, event.get("file", "").rsplit("/", 3)[-3:])
PYTHON
}
