#!/usr/bin/env bash
#
# worlddump.sh - writes the state of this host to a file, for whoever looks into a failed run
#
#   worlddump.sh [-d DIRECTORY]
#
# The file is worlddump-<UTC time>.txt in the directory, by default the current one.

_DUMP_DIRECTORY=.
if [[ ${1:-} == -d ]]; then
    _DUMP_DIRECTORY=$2
fi
export LC_ALL=C SYSTEMD_PAGER='' SYSTEMD_COLORS=0

# dump <title> <command> [<argument>...]
#
# Writes a command's output under a title, if there is such a program.
function dump {
    type -P "$2" >/dev/null || return 0
    printf '\n%s\n%s\n\n' "$1" "${1//?/=}"
    timeout 10 "${@:2}" 2>&1
}

# dump_units
#
# Writes the state and the last messages of the units that run_process wrote.
function dump_units {
    local unit
    type -P systemctl >/dev/null || return 0
    dump "Failed units" systemctl --no-legend --failed
    for unit in "${SYSTEMD_DIR:-/etc/systemd/system}"/devstack@*.service; do
        [[ -e $unit ]] || continue
        dump "Unit ${unit##*/}" systemctl --no-pager --full --lines=0 status "${unit##*/}"
        dump "Journal of ${unit##*/}" journalctl --no-pager --lines=100 --unit="${unit##*/}"
    done
}

printf -v _DUMP_FILE '%s/worlddump-%s.txt' "$_DUMP_DIRECTORY" "$(date -u +%Y-%m-%d-%H%M%S)"
{
    dump "File system" df -Ph
    dump "Memory" free -m
    dump "Processes" ps axo user,pid,ppid,pcpu,pmem,etime,stat,args
    dump "Addresses" ip -brief address
    dump "Routes" ip route
    dump "Listening sockets" ss -lntup
    dump_units
} >"$_DUMP_FILE"
echo "World dump in $_DUMP_FILE"
