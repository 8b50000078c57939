# shellcheck shell=bash
# The openstack command for checks that ask often. Sourced; the real one is still there: `command openstack`.

# start_client
#
# Starts what answers; end_client ends it.
start_client() {
    export CLIENT_PORT
    CLIENT_PORT=$(mktemp)
    # not with the descriptors of bats, which would wait for it
    /opt/stack/data/venv/bin/python3 "${BASH_SOURCE[0]%/*}/client.py" "$CLIENT_PORT" </dev/null >"$CLIENT_PORT.log" 2>&1 3>&- &
    CLIENT=$!
    until [[ -s $CLIENT_PORT ]]; do
        kill -0 "$CLIENT" || return
        sleep 0.05
    done
}

# end_client
end_client() {
    kill "$CLIENT"
    rm -f "$CLIENT_PORT" "$CLIENT_PORT.log"
}

# openstack <argument>...
#
# What the command prints, and its status. Of the environment it sees OS_CLOUD.
openstack() {
    local answer status
    exec {answer}<>"/dev/tcp/127.0.0.1/$(<"$CLIENT_PORT")"
    set -- ${OS_CLOUD:+"--os-cloud=$OS_CLOUD"} "$@"
    printf '%s\0' "$#" "$@" >&"$answer"
    read -r status <&"$answer"
    cat <&"$answer"
    exec {answer}>&-
    return "$status"
}
