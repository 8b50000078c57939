#!/usr/bin/env bats

load helper

@test "nova-manage maps the hosts, when it is there" {
    stub nova-manage 'exit 3'
    run -3 "$TREE/tools/discover_hosts.sh"
    is "$(calls)" "nova-manage cell_v2 discover_hosts --verbose"
}

@test "without Nova nothing happens" {
    ln -s "$(type -P env)" "$(type -P bash)" "$STUBS"
    PATH=$STUBS run -0 "$TREE/tools/discover_hosts.sh"
    is "$output" ""
}
