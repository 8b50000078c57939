#!/usr/bin/env bash
#
# unstack.sh - runs the unstack phase of all plugins, then stops the in-tree services
#
# With -a (--all) the database, the queue and LDAP stop as well.

UNSTACK_ALL=${UNSTACK_ALL:-}
case ${1:-} in
    -a | --all) UNSTACK_ALL=all ;;
esac
# openrc would take them for a user and a project
set --
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
_event_run_begin unstack

_stage_begin configuration
if [[ -r $TOP_DIR/lib/database ]]; then
    # shellcheck source=/dev/null
    source "$TOP_DIR/lib/database"
fi
source "$TOP_DIR/openrc"
DATA_DIR=${DATA_DIR:-$DEST/data}
GetDistro
if function_exists initialize_database_backends; then
    initialize_database_backends || true
fi
_stage_end

run_phase override_defaults
for _RUNNER_PART in $_RUNNER_LIBS; do
    if [[ $_RUNNER_PART != @(libraries|os-vif) && -r $TOP_DIR/lib/$_RUNNER_PART ]]; then
        # shellcheck source=/dev/null
        source "$TOP_DIR/lib/$_RUNNER_PART"
    fi
done
for _RUNNER_PART in "$TOP_DIR"/extras.d/*.sh; do
    if [[ -e $_RUNNER_PART ]]; then
        # shellcheck source=/dev/null
        source "$_RUNNER_PART" source
    fi
done
load_plugin_settings
teardown_neutron_names

_RUNNER_XTRACE=x
run_phase unstack
_stage services stop_projects "$UNSTACK_ALL"
_stage sweep sweep_units
_stage files remove_run_files
_RUNNER_FINISHED=1
