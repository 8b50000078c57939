#!/usr/bin/env bats

# shellcheck disable=SC1091,SC2016,SC2034,SC2154,SC2329 # files, text, variables and functions of other shells

load helper

prepare() {
    source "$TREE/functions"
    LOG_COLOR=True
}

E_=$'\e'

@test "setup_logging" {
    setup_logging f
    is "$(iniget f DEFAULT logging_debug_format_suffix)" "${E_}[00;33m{{(pid=%(process)d) %(funcName)s %(pathname)s:%(lineno)d}}${E_}[00m"
    is "$(iniget f DEFAULT logging_context_format_string)" "%(color)s%(levelname)s %(name)s [${E_}[01;36m%(global_request_id)s %(request_id)s ${E_}[00;36m%(project_name)s %(user_name)s%(color)s] ${E_}[01;35m%(instance)s%(color)s%(message)s${E_}[00m"
    is "$(iniget f DEFAULT logging_default_format_string)" "%(color)s%(levelname)s %(name)s [${E_}[00;36m-%(color)s] ${E_}[01;35m%(instance)s%(color)s%(message)s${E_}[00m"
    is "$(iniget f DEFAULT logging_exception_prefix)" "ERROR %(name)s ${E_}[01;35m%(instance)s${E_}[00m"
    is "$(iniget f DEFAULT log_color)" True
    is "$USE_JOURNAL" False
}

@test "setup_systemd_logging with USE_JOURNAL" {
    USE_JOURNAL=yes
    setup_systemd_logging f
    is "$(iniget f DEFAULT use_journal) $USE_JOURNAL" "True True"
    is "$(iniget f DEFAULT logging_debug_format_suffix)" "${E_}[00;33m{{%(funcName)s %(pathname)s:%(lineno)d}}${E_}[00m"
}

@test "setup_colorized_logging" {
    setup_colorized_logging f DEFAULT project_id user_id
    is "$(iniget f DEFAULT logging_context_format_string)" "%(asctime)s.%(msecs)03d %(color)s%(levelname)s %(name)s [${E_}[01;36m%(request_id)s ${E_}[00;36m%(project_name)s %(user_name)s%(color)s] ${E_}[01;35m%(instance)s%(color)s%(message)s${E_}[00m"
    is "$(iniget f DEFAULT logging_default_format_string)" "%(asctime)s.%(msecs)03d %(color)s%(levelname)s %(name)s [${E_}[00;36m-%(color)s] ${E_}[01;35m%(instance)s%(color)s%(message)s${E_}[00m"
    is "$(iniget f DEFAULT logging_debug_format_suffix)" "${E_}[00;33mfrom (pid=%(process)d) %(funcName)s %(pathname)s:%(lineno)d${E_}[00m"
    is "$(iniget f DEFAULT logging_exception_prefix)" "%(color)s%(asctime)s.%(msecs)03d TRACE %(name)s ${E_}[01;35m%(instance)s${E_}[00m"
    is "$(iniget f DEFAULT log_color)" True
}

@test "setup_standard_logging_identity" {
    setup_standard_logging_identity f
    is "$(iniget f DEFAULT logging_user_identity_format)" "%(project_name)s %(user_name)s"
}
