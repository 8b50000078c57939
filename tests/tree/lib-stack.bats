#!/usr/bin/env bats
# shellcheck disable=SC2016 # the code is for other shells

load helper

@test "SI-1: stack_install_service runs the function, or ends the run" {
    run -0 shell 'source $_RUNNER_TREE/lib/stack; install_zed() { echo zed; }; stack_install_service zed'
    is "$output" zed
    run -1 shell 'source $_RUNNER_TREE/lib/stack; stack_install_service nope; echo on'
    is "$output" "No function declared with name 'install_nope'."
}

@test "a project with a virtual environment of its own is installed there" {
    stub make-venv 'mkdir -p "$1/bin"; cp "$STUBS/pip" "$1/bin/pip"'
    stub pip
    run -0 shell 'source $_RUNNER_TREE/lib/stack; VIRTUALENV_CMD=make-venv USE_VENV=True PROJECT_VENV[zed]=$PWD/venv' \
        'install_zed() { echo "in $PIP_VIRTUAL_ENV"; }; stack_install_service zed; echo "after ${PIP_VIRTUAL_ENV:-}"'
    is "$output" "in $PWD/venv"$'\nafter '
    is "$(calls pip)" "pip install --upgrade pip"
}
