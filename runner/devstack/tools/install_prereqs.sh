#!/usr/bin/env bash
#
# install_prereqs.sh - installs the packages of the enabled services and plugins
#
# Executed by a person, or sourced by stack.sh.

if [[ -z ${TOP_DIR:-} ]]; then
    TOP_DIR=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
    # shellcheck disable=SC2034 # get_packages reads it
    FILES=$TOP_DIR/files
    source "$TOP_DIR/functions"
    GetDistro
    source "$TOP_DIR/stackrc"
    source "$TOP_DIR/inc/core/prereqs"
fi

install_prereqs
