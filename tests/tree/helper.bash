# What all tests of the tree share. Sourced by "load helper".
#
# Plugins run with errexit, sometimes with nounset or xtrace, and a function must leave options as it found them. So the
# vectors of the contract are run twice: as they are, and with TREE_OPTIONS=strict, which switches these options on in
# the test's own shell, in what "run" runs and in the scripts of "shell".

bats_require_minimum_version 1.5.0

TREE=$(cd "$BATS_TEST_DIRNAME/../../runner/devstack" && pwd)

# Each test gets a folder of its own to be in, a HOME, a folder of stand-ins first on
# PATH, the umask and the time zone that a container has, and none of the variables that DevStack's functions read.
setup() {
    cd "$BATS_TEST_TMPDIR" || exit
    umask 022
    export HOME=$BATS_TEST_TMPDIR/home
    export STUBS=$BATS_TEST_TMPDIR/stubs CALLS=$BATS_TEST_TMPDIR/calls
    mkdir -p "$HOME" "$STUBS"
    : >"$CALLS"
    PATH=$STUBS:$PATH
    unset TZ TOP_DIR DEST FILES LOGDIR ENABLED_SERVICES DISABLED_SERVICES DEVSTACK_PLUGINS \
        OFFLINE RECLONE GIT_DEPTH GIT_TIMEOUT ERROR_ON_CLONE REPOS_UPDATED RETRY_UPDATE \
        NO_UPDATE_REPOS DISTRO os_VENDOR os_RELEASE os_CODENAME os_PACKAGE GLOBAL_VENV \
        DEVSTACK_VENV http_proxy https_proxy no_proxy CURL_GET DATABASE_BACKENDS
    export STACK_USER
    STACK_USER=$(id -un)
    # die takes a second to let logs catch up.
    stub sleep
    if [[ ${TREE_OPTIONS:-} == strict ]]; then
        be_strict
    fi
    if [[ $(type -t prepare) == function ]]; then
        prepare
    fi
}

# A file of tests that has something to end defines "finish".
teardown() {
    local options=$-
    if [[ $(type -t finish) == function ]]; then
        finish
    fi
    if [[ -n ${STRICT:-} && -n ${BATS_TEST_COMPLETED:-} ]]; then
        as_found "$STRICT" "$options" "the test's shell"
    fi
}

# be_strict
#
# Switches the options on, with the trace in a file of its own so that outputs stay comparable.
be_strict() {
    exec 19>"$BATS_FILE_TMPDIR/$BATS_TEST_NUMBER.trace"
    export BASH_XTRACEFD=19
    WITHOUT=" "
    eval "_bats_$(declare -f run)"
    # run [!|-<status>|--<flag>]... <command> [<argument>...]
    # shellcheck disable=SC2329 # tests call it
    run() {
        local flags=()
        while [[ ${1-} == -* || ${1-} == '!' ]]; do
            flags+=("$1")
            shift
        done
        _bats_run "${flags[@]}" strictly "$@"
    }
    shopt -s inherit_errexit
    set -o nounset -o xtrace
    STRICT=$-
}

# strictly <command> [<argument>...]
#
# Runs the command with errexit, and wants the options as they were when it comes to its end.
strictly() {
    set -o errexit
    local before=$-
    "$@"
    as_found "$before" "$-" "$1"
}

# as_found <options before> <options after> <of what>
#
# Fails, and says why, when somebody changed options.
as_found() {
    if [[ $1 != "$2" ]]; then
        printf 'the options of %s were %s and now are %s\n' "$3" "$1" "$2" >&2
        return 97
    fi
}

# without <errexit|inherit_errexit|nounset|xtrace> <reason>
#
# Leaves one option off, for this test in the strict pass. The test's own shell keeps errexit, which bats needs.
without() {
    [[ ${TREE_OPTIONS:-} == strict ]] || return 0
    WITHOUT+="$1 "
    case $1 in
        inherit_errexit) shopt -u inherit_errexit ;;
        nounset | xtrace) set +o "$1" ;;
    esac
    STRICT=$-
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
# Runs the lines in a new bash that has all library functions and, but for the strict pass, no errexit. It is a
# script and not "bash -c", so that messages have a file to name. The lines begin at its line 2.
shell() {
    local lines=("source '$TREE/functions'" "$@")
    if [[ ${TREE_OPTIONS:-} == strict ]]; then
        lines[0]=$(script_options)${lines[0]}
        # shellcheck disable=SC2016 # the script's own variables
        lines+=('_status=$?; [[ $- == "$_options" ]] || { echo "the options of the script were $_options and now are $-" >&2; exit 97; }'
            'exit $_status')
    fi
    printf '%s\n' "${lines[@]}" >script.sh
    bash script.sh
}

# script_options
#
# Prints the commands that make a script strict, with the tree's own prompt for traces.
script_options() {
    local option
    printf "source '%s'; BASH_XTRACEFD=19; " "$TREE/inc/core/trace"
    [[ $WITHOUT == *" inherit_errexit "* ]] || printf 'shopt -s inherit_errexit; '
    for option in errexit nounset xtrace; do
        [[ $WITHOUT == *" $option "* ]] || printf 'set -o %s; ' "$option"
    done
    # shellcheck disable=SC2016 # the script's own variables
    printf '_options=$-; '
}

# as_distro <name>
#
# Makes the functions see the os-release of a distribution.
as_distro() {
    export _RUNNER_OS_RELEASE=$BATS_TEST_DIRNAME/os-release/$1
}
