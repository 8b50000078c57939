#!/usr/bin/env bats

# shellcheck disable=SC1091,SC2016,SC2034,SC2154,SC2329 # files, text, variables and functions of other shells

load helper

prepare() {
    source "$TREE/functions-common"
    stub_sudo
    stub usermod
}

@test "safe_chown and safe_chmod" {
    : >f
    safe_chmod '600 f'
    is "$(stat -c %a f)" 600
    safe_chown -R "$(id -u)" f
    stub stat 'echo nfs'
    safe_chmod 644 f
    safe_chmod 644 missing
    rm "$STUBS/stat"
    hash -r
    is "$(stat -c %a f)" 600
}

@test "add_user_to_group" {
    add_user_to_group me wheel
    is "$(calls usermod)" "usermod -a -G wheel me"
}

@test "cp_it" {
    run -0 cp_it missing there
    echo x >f
    cp_it f there
    is "$(<there)" x
}

@test "check_path_perm_sanity" {
    mkdir -p a/b
    chmod 700 a
    run -1 check_path_perm_sanity a/b
    [[ $output == *"the mode of"*" is 0700: "*"[ERROR]"*"Invalid path permissions" ]]
    SKIP_PATH_SANITY=1 check_path_perm_sanity a/b
}

@test "clean_pyc_files" {
    DEST=$PWD
    mkdir x
    touch x/a.pyc x/a.py
    clean_pyc_files
    is "$(ls x)" a.py
}
