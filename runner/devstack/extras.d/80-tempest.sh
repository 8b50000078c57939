#!/usr/bin/env bash
#
# 80-tempest.sh: Tempest's part in each phase, before that of the plugins.
#
# Sourced with a mode, and with its phase if it has one.

if is_service_enabled tempest; then
    case "$1 ${2:-}" in
        "source ") source "$TOP_DIR/lib/tempest" ;;
        "stack test-config")
            # Plugins write to tempest.conf now, which would end the run in a folder that is not there.
            [[ -z ${TEMPEST_CONFIG:-} ]] || mkdir -p "${TEMPEST_CONFIG%/*}"
            ;;
    esac
fi
