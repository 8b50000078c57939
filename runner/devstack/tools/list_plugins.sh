#!/usr/bin/env bash
#
# list_plugins.sh - prints what a local.conf enables, as one JSON object
#
#   list_plugins.sh LOCAL_CONF [VARIABLE...]
#
# {"plugins":[{"name":"heat","url":"https://…","ref":"master"}],"services":"key,rabbit","dest":"/opt/stack",
#  "distro":"bookworm","variables":{"OFFLINE":"True"}}
#
# Of the variables those that are set are printed.
# The sections of localrc are evaluated by bash, and nothing else is. What they print goes to stderr.
# Exit status 2, with one line of error, when that is not possible. Needs bash, coreutils, sed and grep.

TOP_DIR=$(CDPATH='' cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck disable=SC2034 # localrc may read both
RC_DIR=$TOP_DIR FILES=$TOP_DIR/files
_LIST_CONF=${1:?usage: list_plugins.sh LOCAL_CONF [VARIABLE...]}
_LIST_VARIABLES=("${@:2}")
_LIST_DONE=

source "$TOP_DIR/functions"
source "$TOP_DIR/inc/core/events"
exec 4>&1 1>&2

# _list_fail <message>
function _list_fail {
    printf '[ERROR] %s\n' "$1" >&2
    _LIST_DONE=1
    exit 2
}

# _list_place <line of the extracted text>
#
# Prints the line of local.conf from which it came.
function _list_place {
    local number=0 extracted=0 last=1 inside='' line
    while IFS= read -r line || [[ -n $line ]]; do
        ((++number))
        if [[ $line =~ ^\[\[.+\|.*\]\] ]]; then
            [[ ${line%%[[:blank:]]*} == '[[local|localrc]]' ]] && inside=1 || inside=
        elif [[ -n $inside ]]; then
            last=$number
            ((++extracted < $1)) || break
        fi
    done <"$_LIST_CONF"
    printf '%s' "$last"
}

# _list_check_syntax <text>
#
# Fails when bash cannot read the text.
function _list_check_syntax {
    local message
    message=$(LC_ALL=C bash -n -c "$1" localrc 2>&1) && return 0
    message=${message%%$'\n'*}
    if [[ $message =~ line\ ([0-9]+):\ (.*) ]]; then
        _list_fail "$_LIST_CONF: line $(_list_place "${BASH_REMATCH[1]}"): ${BASH_REMATCH[2]}"
    fi
    _list_fail "$_LIST_CONF: $message"
}

# enable_plugin <name> [<url> [<ref>]]
#
# Registers a plugin as ever, and remembers what was said.
eval "_list_$(declare -f enable_plugin)"
function enable_plugin {
    local REPLY quoted
    [[ -n ${1:-} ]] || die "${BASH_LINENO[0]}" "enable_plugin without a name"
    _list_enable_plugin "$1" "${2:-}" "${3:-}"
    _event_quote "$1"
    quoted="{\"name\":$REPLY"
    _event_quote "${2:-}"
    quoted+=",\"url\":$REPLY"
    _event_quote "${3:-}"
    _LIST_PLUGINS+="${_LIST_PLUGINS:+,}$quoted,\"ref\":$REPLY}"
}

# _control_die <status> <line> <message...>
#
# What die comes to here: one line, with the place in local.conf.
function _control_die {
    local frame place=''
    for ((frame = 1; frame < ${#FUNCNAME[@]}; frame++)); do
        if [[ ${BASH_SOURCE[frame]} == /dev/fd/* ]]; then
            place=": line $(_list_place "${BASH_LINENO[frame - 1]}")"
            break
        fi
    done
    _list_fail "$_LIST_CONF$place: ${*:3}"
}

# _list_exit
#
# Says so when localrc itself ended the evaluation.
function _list_exit {
    if [[ -z $_LIST_DONE ]]; then
        _LIST_DONE=1
        echo "[ERROR] $_LIST_CONF: the localrc section ended the evaluation with exit" >&2
        exit 2
    fi
}

# _list_print
function _list_print {
    local REPLY services dest name variables=
    for name in "${_LIST_VARIABLES[@]}"; do
        if [[ -n ${!name+set} ]]; then
            _event_quote "${!name}"
            variables+="${variables:+,}\"$name\":$REPLY"
        fi
    done
    _event_quote "$ENABLED_SERVICES"
    services=$REPLY
    _event_quote "$DEST"
    dest=$REPLY
    _event_quote "${DISTRO:-}"
    printf '{"plugins":[%s],"services":%s,"dest":%s,"distro":%s,"variables":{%s}}\n' \
        "${_LIST_PLUGINS:-}" "$services" "$dest" "$REPLY" "$variables" >&4
}

[[ -r $_LIST_CONF && ! -d $_LIST_CONF ]] || _list_fail "$_LIST_CONF: cannot be read"
_LIST_TEXT=$(get_meta_section "$_LIST_CONF" local localrc)
_list_check_syntax "$_LIST_TEXT"
trap _list_exit EXIT
GetDistro
source "$TOP_DIR/inc/core/settings-early"
# shellcheck disable=SC2034 # localrc may read it
STACK_USER=stack
# shellcheck source=/dev/null
source /dev/fd/5 5<<<"$_LIST_TEXT"
disable_negated_services
_LIST_DONE=1
_list_print
