# The tree's functions in a check's shell, as unstack.sh has them. Sourced by "load tree".

bats_require_minimum_version 1.5.0

# use_tree
#
# Sources what plugins find in their phases.
use_tree() {
    local part
    TOP_DIR=/opt/stack/devstack
    FILES=$TOP_DIR/files
    PATH=/opt/stack/data/venv/bin:$PATH
    set +e
    source "$TOP_DIR/functions"
    source "$TOP_DIR/openrc" admin admin >/dev/null
    for part in database rpc_backend apache tls keystone; do
        source "$TOP_DIR/lib/$part"
    done
    initialize_database_backends
    set -e
    # --os-cloud would be mixed with what openrc has set
    unset "${!OS_@}"
}

# active <unit>...
#
# True when all these units run.
active() {
    local unit
    for unit in "$@"; do
        [[ $(systemctl is-active "$unit") == active ]] || {
            echo "$unit is $(systemctl is-active "$unit")"
            return 1
        }
    done
}

# answer <URL> [<option of curl>...]
#
# Prints the status and the body.
answer() {
    curl --silent --globoff --max-time 30 --write-out '\n%{http_code}' "$@"
}

# token <user> <project>
#
# Prints a token of a service's user.
token() {
    openstack --os-auth-type password --os-auth-url "$KEYSTONE_SERVICE_URI" --os-username "$1" \
        --os-password "$SERVICE_PASSWORD" --os-project-name "$2" --os-user-domain-id default \
        --os-project-domain-id default token issue --format value --column id
}
