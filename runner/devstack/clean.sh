#!/usr/bin/env bash
#
# clean.sh - unstacks, runs the clean phase of all plugins, and removes what stack.sh made
#
# Sources below DEST, installed packages, local.conf and localrc stay.

TOP_DIR=${BASH_SOURCE[0]%"${BASH_SOURCE[0]##*/}"}
TOP_DIR=$(CDPATH='' cd -- "${TOP_DIR:-.}" && pwd)
# shellcheck disable=SC2034 # plugins read it
FILES=$TOP_DIR/files

source "$TOP_DIR/inc/core/entry"
entry_refuse_root
entry_before_run
source "$TOP_DIR/functions"
_later_all
source "$TOP_DIR/inc/core/lacking"
source "$TOP_DIR/inc/core/projects"
source "$TOP_DIR/inc/core/teardown"
_RUNNER_TRACE_FILE=$TOP_DIR/.trace
trap teardown_trap EXIT
trap 'builtin exit 130' INT
_event_run_begin clean

_stage_begin configuration
source "$TOP_DIR/openrc"
GetDistro
for _RUNNER_PART in apache ldap database rpc_backend tls libraries lvm horizon keystone glance nova placement cinder \
    swift neutron; do
    if [[ -r $TOP_DIR/lib/$_RUNNER_PART ]]; then
        # shellcheck source=/dev/null
        source "$TOP_DIR/lib/$_RUNNER_PART"
    fi
done
_RUNNER_XTRACE=x
for _RUNNER_PART in "$TOP_DIR"/extras.d/*.sh; do
    if [[ -e $_RUNNER_PART ]]; then
        # shellcheck source=/dev/null
        source "$_RUNNER_PART" source
    fi
done
_stage_end

_stage unstack run_unstack
load_plugin_settings
run_phase clean
for _RUNNER_PART in "$TOP_DIR"/extras.d/*.sh; do
    if [[ -e $_RUNNER_PART ]]; then
        # shellcheck source=/dev/null
        source "$_RUNNER_PART" clean
    fi
done
_stage projects clean_projects
_stage files remove_stack_files
_RUNNER_FINISHED=1
