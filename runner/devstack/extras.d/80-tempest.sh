#!/usr/bin/env bash
#
# 80-tempest.sh: Tempest's part in each phase, before that of the plugins.
#
# Sourced with a mode, and with its phase if it has one.

if is_service_enabled tempest; then
    case "$1 ${2:-}" in
        "source ") source "$TOP_DIR/lib/tempest" ;;
        "stack install")
            # plugins that enabled it after the settings have no Tempest, and no TEMPEST_CONFIG
            [[ -z ${TEMPEST_CONFIG:-} ]] || install_tempest
            ;;
        "stack test-config")
            # Plugins write to tempest.conf from here on.
            [[ -z ${TEMPEST_CONFIG:-} ]] || configure_tempest
            ;;
        "clean ")
            [[ -z ${TEMPEST_CONFIG:-} ]] || cleanup_tempest
            ;;
    esac
fi
