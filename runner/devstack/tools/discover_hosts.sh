#!/usr/bin/env bash
#
# discover_hosts.sh - has Nova map its new compute hosts to their cells, if Nova is installed here

if type -P nova-manage >/dev/null; then
    nova-manage cell_v2 discover_hosts --verbose
fi
