#!/usr/bin/env bats
#
# Clones that begin with what an earlier one downloaded. The server is git's own, behind a stand-in for ssh.

# shellcheck disable=SC1091,SC2016,SC2034,SC2154,SC2329 # files, text, variables and functions of other shells

load helper

prepare() {
    export GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@b GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@b
    export GIT_CONFIG_GLOBAL=/dev/null GIT_SSH_COMMAND=$STUBS/ssh _RUNNER_GIT_CACHE=$PWD/cache
    source "$TREE/functions-common"
    local real
    real=$(type -P git)
    stub git "[[ \$1 != config ]] || exit 0; exec $real \"\$@\""
    stub_sudo
    # what the server sends is counted: the last argument is what it is to run
    stub ssh "eval \"\${@: -1}\" | tee >(wc -c >>'$PWD/sent')"
    mkdir cache
    git init -q -b master origin
    commit_file big 300000
    URL=ssh://git.test$PWD/origin
}

# commit_file <name> <bytes>
commit_file() {
    head -c "$2" /dev/urandom >"origin/$1"
    git -C origin add "$1"
    git -C origin commit -q -m "$1"
}

# sends <dir>
#
# Clones into the directory, and puts into sent how much the server had to send.
sends() {
    rm -f sent
    git_clone "$URL" "$PWD/$1" master >"$1.out" 2>&1
    local count
    sent=0
    while read -r count; do
        sent=$((sent + count))
    done <sent
    git -C "$1" fsck --strict
    is "$(git -C "$1" log -1 --format=%s)" "$(git -C origin log -1 --format=%s)"
}

@test "what another stack has cloned is not downloaded again" {
    sends first
    ((sent > 300000))
    sends second
    ((sent < 10000))
    commit_file small 30000
    sends third
    ((sent > 30000 && sent < 50000))
    sends fourth
    ((sent < 10000))
}

@test "a clone needs nothing of the cache, and looks as any other" {
    sends first
    sends second
    rm -rf cache
    git -C second fsck --strict
    is "$(git -C second config --list --local)" "$(git -C first config --list --local)"
    is "$(git -C second for-each-ref)" "$(git -C first for-each-ref)"
    is "$(git -C second remote get-url origin)" "$URL"
}

@test "branches that the server has no more are not in a clone" {
    git -C origin branch gone
    sends first
    git -C origin branch -D gone
    sends second
    is "$(git -C second branch --remotes --list origin/gone)" ""
}

@test "a cache that is damaged is replaced" {
    local file
    sends first
    for file in cache/*.git/objects/*/*; do
        chmod u+w "$file"
        : >"$file"
    done
    sends second
    ((sent > 300000))
    sends third
    ((sent < 10000))
}

@test "a server that does not answer is the error of git, and the cache stays" {
    sends first
    stub ssh 'echo "no route to host" >&2; exit 255'
    run -1 git_clone "$URL" "$PWD/second" master
    [[ $output == *"no route to host"*"git call failed: [git clone --no-checkout $URL $PWD/second]" ]]
    [[ ! -e second ]]
    compgen -G 'cache/origin-*.git'
}

@test "shallow clones and those of this machine are not kept" {
    GIT_DEPTH=1 sends first
    URL=$PWD/origin
    git_clone "$URL" "$PWD/second" master
    git_clone "file://$URL" "$PWD/third" master
    is "$(ls cache)" ""
}

@test "two at once download once" {
    GIT_TIMEOUT=0
    sends first
    rm -rf cache/* first sent
    git_clone "$URL" "$PWD/one" master >one.out 2>&1 &
    git_clone "$URL" "$PWD/two" master >two.out 2>&1
    wait
    local count whole=0
    while read -r count; do
        if ((count > 300000)); then
            whole+=1
        fi
    done <sent
    is "$whole" 01
    git -C one fsck --strict
    git -C two fsck --strict
}

@test "two that do not wait for each other both clone" {
    stub flock 'exit 1'
    git_clone "$URL" "$PWD/one" master >one.out 2>&1 &
    git_clone "$URL" "$PWD/two" master >two.out 2>&1
    wait $!
    git -C one fsck --strict
    git -C two fsck --strict
    is "$(compgen -G 'cache/.new-*')" ""
}

@test "what is kept and cannot be removed, as another stack writes to it, is no error" {
    stub rm 'case "$*" in *cache/origin-*) exit 1 ;; esac; exec /bin/rm "$@"'
    sends first
    stub flock 'exit 1'
    echo broken >"$(compgen -G 'cache/origin-*.git')/HEAD"
    sends second
    git -C second fsck --strict
}
