#!/usr/bin/env bash
#
# stack.sh - runs the stack phases of all plugins, and the in-tree services of this tree, in DevStack's order
#
# Libraries and settings are sourced here, not in functions, so that a `declare` in them is global.

unset GREP_OPTIONS LANG LANGUAGE "${!OS_@}"
export LC_ALL=en_US.utf8
umask 022
PATH=$PATH:/usr/local/bin:/usr/local/sbin:/usr/sbin:/sbin
TOP_DIR=${BASH_SOURCE[0]%"${BASH_SOURCE[0]##*/}"}
TOP_DIR=$(CDPATH='' cd -- "${TOP_DIR:-.}" && pwd)
# shellcheck disable=SC2034 # plugins read it
FILES=$TOP_DIR/files
# shellcheck disable=SC2034 # time_totals reads it
printf -v DEVSTACK_START_TIME '%(%s)T' -1
if [[ -n ${NOUNSET:-} ]]; then
    set -o nounset
fi

source "$TOP_DIR/inc/core/entry"
entry_check
rm -f "$TOP_DIR/.stackenv" "$TOP_DIR/.localrc.auto"

source "$TOP_DIR/functions"
_later_all
source "$TOP_DIR/lib/stack"
source "$TOP_DIR/inc/core/runlog"
source "$TOP_DIR/inc/core/host"
source "$TOP_DIR/inc/core/state"
source "$TOP_DIR/inc/core/prereqs"
source "$TOP_DIR/inc/core/lacking"
source "$TOP_DIR/inc/core/projects"
source "$TOP_DIR/inc/core/credentials"
source "$TOP_DIR/inc/core/health"
source "$TOP_DIR/inc/core/sweep"

_RUNNER_TRACE_FILE=$TOP_DIR/.trace
_RUNNER_XTRACE=x
trap exit_trap EXIT
trap 'builtin exit 130' INT
identity_end_run_on_failure
_event_run_begin stack

_stage_begin configuration
GetDistro
extract_localrc_section "$TOP_DIR/local.conf" "$TOP_DIR/localrc" "$TOP_DIR/.localrc.auto"
source "$TOP_DIR/stackrc"
_stage_end

_stage_begin host
prepare_host
install_python
set_up_logging
check_path_perm_sanity "$DEST"
trap err_trap ERR
set -o errexit
_RUNNER_STARTED=1
uname -a
SSL_BUNDLE_FILE=$DATA_DIR/ca-bundle.pem
rm -f "$SSL_BUNDLE_FILE"
sweep_stack_before
_stage_end

_stage_begin plugins
for _RUNNER_PART in $_RUNNER_LIBS_FIRST; do
    if [[ -r $TOP_DIR/lib/$_RUNNER_PART ]]; then
        # shellcheck source=/dev/null
        source "$TOP_DIR/lib/$_RUNNER_PART"
    fi
done
if function_exists start_daemons_early; then
    start_daemons_early
fi
fetch_plugins
_stage_end
run_phase override_defaults
for _RUNNER_PART in $_RUNNER_LIBS; do
    if [[ -r $TOP_DIR/lib/$_RUNNER_PART ]]; then
        # shellcheck source=/dev/null
        source "$TOP_DIR/lib/$_RUNNER_PART"
    fi
done
run_phase source
report_missing_services

source "$TOP_DIR/inc/core/passwords"
_stage passwords read_missing_passwords
save_stackenv $LINENO
_stage requirements clone_requirements
_stage_begin packages
source "$TOP_DIR/tools/install_prereqs.sh"
_stage_end
_stage python prepare_python
_stage bindep install_bindep_files

_stage boot wait_for_boot
run_phase stack pre-install
_stage foundation install_foundation
_stage projects install_projects
run_phase stack install
_stage client install_openstackclient
install_oscwrap
_stage identity start_identity
_stage databases init_projects
run_phase stack post-config
merge_group post-config
_stage services start_projects
save_stackenv
merge_group extra
run_phase stack extra
merge_group post-extra
_stage health health_check
if [[ -x $TOP_DIR/local.sh ]]; then
    _stage local.sh "$TOP_DIR/local.sh"
fi
run_phase stack test-config
merge_group test-config
_stage health health_check now

finish_run
