#!/usr/bin/env bats

# shellcheck disable=SC1091,SC2016,SC2034,SC2154,SC2329 # files, text, variables and functions of other shells

load helper

# One origin for all tests: branches master and dev, tag v1, a ref of a change.
setup_file() {
    export ORIGIN=$BATS_FILE_TMPDIR/origin
    export GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@b GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@b
    export GIT_CONFIG_GLOBAL=/dev/null
    git init -q -b master "$ORIGIN"
    cd "$ORIGIN" || exit
    commit_file one
    git tag v1
    commit_file two
    git checkout -q -b dev
    commit_file three
    git checkout -q -b change
    commit_file four
    git update-ref refs/changes/01/1/1 HEAD
    git checkout -q master
    git branch -q -D change
    git config uploadpack.allowAnySHA1InWant true
}

commit_file() {
    echo "$1" >file
    git add file
    git commit -q -m "$1"
}

prepare() {
    source "$TREE/functions-common"
    # git, but for the settings of the system.
    local real
    real=$(type -P git)
    stub git "[[ \$1 != config ]] || exit 0; exec $real \"\$@\""
    stub_sudo
    # An origin that a test may change.
    cp -r "$ORIGIN" origin
}

# clone <ref>
clone() {
    git_clone "$PWD/origin" "$PWD/d" "$1" >out 2>&1
}

# at <subject> [<branch>]
#
# Tells whether the clone is at that commit, detached or on a branch.
at() {
    is "$(git -C d log -1 --format=%s)" "$1"
    is "$(git -C d symbolic-ref -q --short HEAD)" "${2-}"
}

@test "GT-1: git_clone of branches, tags, commits and the default" {
    local case start=$PWD
    for case in master:two dev:three v1:one "$(git -C origin rev-parse master)":two :two; do
        rm -rf d
        clone "${case%:*}"
        at "${case#*:}"
        is "$PWD" "$start"
        [[ $(tail -n 1 out) == *" ${case#*:}" ]]
    done
}

@test "GT-2: git_clone of refs" {
    local case
    for case in refs/changes/01/1/1:four refs/heads/dev:three refs/tags/v1:one; do
        rm -rf d
        clone "${case%:*}"
        at "${case#*:}"
    done
}

@test "GT-3: git_clone of what does not exist" {
    run -1 git_clone "$PWD/origin" "$PWD/d" nosuch
    [[ $output == *"git call failed: [git fetch origin nosuch]" ]]
}

@test "GT-4: git_clone leaves an existing clone alone" {
    clone master
    clone dev
    at two
}

@test "GT-5 GT-6 GT-7: git_clone with RECLONE" {
    clone master
    (cd origin && commit_file five)
    RECLONE=yes
    clone master
    at five master
    is "$RECLONE" True
    clone dev
    at three dev
    is "$(git -C d rev-parse --abbrev-ref '@{upstream}')" origin/dev
    (cd origin && git checkout -q dev && commit_file six)
    clone dev
    at six dev
    clone v1
    at one
    git -C origin tag -f v1 master
    clone v1
    at five
}

@test "GT-8: git_clone with RECLONE of a commit" {
    clone master
    RECLONE=yes
    run -1 git_clone "$PWD/origin" "$PWD/d" "$(git -C origin rev-parse master)"
    [[ $output == *" is neither branch nor tag" ]]
}

@test "GT-9: git_clone with RECLONE drops edits and compiled files" {
    clone master
    RECLONE=yes
    clone master
    echo edit >d/file
    touch d/x.pyc
    clone master
    is "$(<d/file)" two
    [[ ! -e d/x.pyc ]]
}

@test "GT-10: git_clone always fetches refs" {
    clone master
    (cd origin && git checkout -q dev && commit_file six)
    RECLONE=no
    clone refs/heads/dev
    at six
}

@test "GT-11: git_clone with ERROR_ON_CLONE" {
    ERROR_ON_CLONE=True
    run -1 git_clone "$PWD/origin" "$PWD/d" master
    [[ $output == *"The $PWD/d project was not found"* ]]
    [[ $output == *"ERROR_ON_CLONE is set to True so cloning not allowed in this configuration" ]]
    ERROR_ON_CLONE=False clone master
    clone master
}

@test "GT-12: git_clone offline" {
    clone master
    OFFLINE=True
    run -0 git_clone nowhere "$PWD/d" dev
    is "${lines[0]}" "Running in offline mode, clones already exist"
    [[ ${lines[1]} == *" two" ]]
}

@test "GT-13: git_clone with GIT_DEPTH, then RECLONE of another branch" {
    GIT_DEPTH=1 git_clone "file://$PWD/origin" "$PWD/d" dev
    at three
    is "$(git -C d rev-list --count HEAD)" 1
    RECLONE=True git_clone "file://$PWD/origin" "$PWD/d" master
    at two master
}

@test "GT-14: get_release_name_from_branch" {
    is "$(get_release_name_from_branch stable/2025.1)" 2025.1
    is "$(get_release_name_from_branch proposed/x)" x
    is "$(get_release_name_from_branch master)" master
    is "$(get_release_name_from_branch unmaintained/2023.1)" master
}

@test "git_clone: makes the folder safe for other users, once" {
    local real
    real=$(PATH=${PATH#*:} type -P git)
    stub git "if [[ \$1 == config ]]; then cat $PWD/safe 2>/dev/null; [[ \$3 != --add ]] || echo \"\$5\" >>$PWD/safe; exit; fi; exec $real \"\$@\""
    clone master
    clone master
    is "$(<safe)" "$PWD/d"
}

@test "git_clone: with errexit and nounset" {
    run -0 shell 'set -eu' "git_clone '$PWD/origin' '$PWD/d' master"
    at two
}

@test "git_clone_by_name" {
    GITREPO[lib]=$PWD/origin GITDIR[lib]=$PWD/d GITBRANCH[lib]=dev
    git_clone_by_name lib
    at three
}

@test "git_timed: tries three times after a time-out" {
    stub timeout 'exit 124'
    GIT_TIMEOUT=7
    run -1 git_timed fetch origin
    [[ $output == *"timeout 7 for git call: [git fetch origin]"* ]]
    [[ $output == *"Maximum of 3 git retries reached" ]]
    is "$(calls timeout)" "$(printf 'timeout -s SIGINT 7 git fetch origin\n%.0s' 1 2 3)"
}
