# What all tests of the tree share. Sourced by "load helper".

bats_require_minimum_version 1.5.0

TREE=$(cd "$BATS_TEST_DIRNAME/../../runner/devstack" && pwd)

# Each test gets a folder of its own to be in, a HOME, a folder of stand-ins first on
# PATH, and none of the variables that DevStack's functions read.
setup() {
    cd "$BATS_TEST_TMPDIR" || exit
    export HOME=$BATS_TEST_TMPDIR/home
    export STUBS=$BATS_TEST_TMPDIR/stubs CALLS=$BATS_TEST_TMPDIR/calls
    mkdir -p "$HOME" "$STUBS"
    : >"$CALLS"
    PATH=$STUBS:$PATH
    unset TOP_DIR DEST FILES LOGDIR ENABLED_SERVICES DISABLED_SERVICES DEVSTACK_PLUGINS \
        OFFLINE RECLONE GIT_DEPTH GIT_TIMEOUT ERROR_ON_CLONE REPOS_UPDATED RETRY_UPDATE \
        NO_UPDATE_REPOS DISTRO os_VENDOR os_RELEASE os_CODENAME os_PACKAGE GLOBAL_VENV \
        DEVSTACK_VENV http_proxy https_proxy no_proxy CURL_GET DATABASE_BACKENDS
    export STACK_USER
    STACK_USER=$(id -un)
    # die takes a second to let logs catch up.
    stub sleep
    if [[ $(type -t prepare) == function ]]; then
        prepare
    fi
}

# stub <command> [<line of shell>...]
#
# Puts a stand-in for the command on PATH, which notes how it is called in the file
# CALLS and then does what the lines say.
stub() {
    local name=$1
    {
        printf '#!%s\n' "$(type -P bash)"
        # shellcheck disable=SC2016 # for the stand-in
        printf 'printf "%%s" %q >>"$CALLS"; (($# == 0)) || printf " %%s" "$@" >>"$CALLS"; echo >>"$CALLS"\n' "$name"
        printf '%s\n' "${@:2}"
    } >"$STUBS/$name"
    chmod +x "$STUBS/$name"
}

# stub_sudo
#
# A sudo that notes its call and runs the command as the user that runs the tests.
stub_sudo() {
    stub sudo 'exec env "$@"'
}

# calls [<command>]
#
# Prints how stand-ins were called; of one command only, when it is named.
calls() {
    grep -E "^${1:-.*}( |\$)" "$CALLS" || true
}

# write <file> <text>
#
# Writes the text, with its escapes resolved, to the file.
write() {
    printf '%b' "$2" >"$1"
}

# holds <file> <text>
#
# Compares the file's whole content with the text, with its escapes resolved.
holds() {
    local wanted actual
    wanted=$(printf '%b.' "$2")
    actual=$(
        cat "$1"
        printf .
    )
    if [[ $wanted != "$actual" ]]; then
        printf 'wanted: %q\nactual: %q\n' "$wanted" "$actual" >&2
        return 1
    fi
}

# is <actual> <wanted>
#
# Compares two texts.
is() {
    if [[ $1 != "$2" ]]; then
        printf 'wanted: %q\nactual: %q\n' "$2" "$1" >&2
        return 1
    fi
}

# shell <line>...
#
# Runs the lines in a new bash that has all library functions and no errexit. It is a
# script and not "bash -c", so that messages have a file to name.
shell() {
    printf '%s\n' "source '$TREE/functions'" "$@" >script.sh
    bash script.sh
}

# as_distro <name>
#
# Makes the functions see the os-release of a distribution.
as_distro() {
    export _RUNNER_OS_RELEASE=$BATS_TEST_DIRNAME/os-release/$1
}
