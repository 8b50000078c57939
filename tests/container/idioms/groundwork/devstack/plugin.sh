# Values, words, passwords and errors.

# 5: with a local variable's name, as kafka does
function gw_ask {
    local password=""
    read_password password "ENTER A PASSWORD FOR GROUNDWORK." <<<"secret1"
    note 5 "pre-install: password '$password'"
    read_password password "NEVER ASKED FOR."
}

# 6: in conditions and in subshells; the names are no expressions
function gw_services {
    local name
    for name in gw-engine groundwork gw-api shaky gw.engine 'gw-*' GW-ENGINE engine nobody; do
        if is_service_enabled "$name"; then
            note 6 "$name yes"
        else
            note 6 "$name no"
        fi
    done
    ! is_service_enabled nobody || note 6 "nobody"
    note 6 "subshell $(is_service_enabled nobody && echo yes || echo no)"
    (is_service_enabled gw-engine)
    is_service_enabled nobody gw-api
}

# 8: for one call only
function gw_temporary {
    OFFLINE=True install_package no-such-package-anywhere
    note 8 "OFFLINE $OFFLINE"
    REPOS_UPDATED=kept
    OFFLINE=True REPOS_UPDATED=False apt_get_update
    note 8 "REPOS_UPDATED $REPOS_UPDATED"
    unset REPOS_UPDATED
    note 8 "SYSLOG $(SYSLOG=YES trueorfalse False SYSLOG)"
}

# 9: only the answer comes on stdout, with the trace on
function gw_answers {
    local conf=$DATA_DIR/answers.conf
    iniset "$conf" s o "an answer"
    note 9 "trueorfalse <$(trueorfalse True GW_NOT_SET)>"
    note 9 "get_field <$(echo '| id | 7f3 |' | grep ' id ' | get_field 2)>"
    note 9 "iniget <$(iniget "$conf" s o)>"
    note 9 "get_extra_file <$(get_extra_file file:///tmp/some.file)>"
    note 9 "get_python_exec_prefix <$(get_python_exec_prefix)>"
    # shellcheck source=/dev/null
    note 9 "stackrc <$(source "$TOP_DIR/stackrc" && echo "$CIRROS_VERSION")>"
}

# 10: what does nothing does not fail
function gw_errexit {
    local conf=$DATA_DIR/errexit.conf
    iniset "$conf" s o v
    iniset "$conf" s
    inidelete "$conf" s nobody
    inicomment "$conf" s nobody
    iniuncomment "$conf" s nobody
    iniadd_literal "$conf" nobody o v
    localconf_set "$TOP_DIR/local.conf" local localrc "" GW_EMPTY ""
    enable_service gw-engine
    disable_service gw-nobody
    disable_negated_services
    verify_disabled_services
    run_process gw-nobody /bin/true
    stop_process gw-nobody
    stop_process gw-engine
    async_wait gw-nobody
    cp_it "$DATA_DIR/nobody" "$DATA_DIR/nowhere"
    apt_get
    export_proxy_variables
    define_plugin groundwork
    plugin_requires groundwork nobody
    deprecated "gw_errexit is old"
    time_start gw_errexit
    time_stop gw_errexit
    echo_summary "errexit"
    note 10 "all of them"
}

function gw_half {
    false
    echo "the second half"
}

# 21: an assignment that is local hides that die was called
function gw_local_die {
    # shellcheck disable=SC2155 # the idiom
    local answer=$(die $LINENO "unheard")
    note 21 "went on"
}

# 22: as bagpipe misspells it
function gw_misspelt {
    # shellcheck disable=SC2086 # unset and unquoted, it is no argument at all
    (die $LINEO "the message is the line number") 2>>"$HOME/noted/22" || note 22 "status $?"
    (
        unset LINENO
        # shellcheck disable=SC2086
        die $LINENO "no line number"
    ) 2>>"$HOME/noted/22" || note 22 "status $?"
}

# 25: the usual chain
function gw_family {
    local name
    if is_fedora; then
        note 25 "fedora"
    elif is_suse; then
        note 25 "suse"
    elif is_ubuntu; then
        note 25 "ubuntu"
    else
        exit_distro_not_supported "groundwork"
    fi
    for name in is_suse is_opensuse is_suse_linux_enterprise is_oraclelinux is_openeuler; do
        $name || note 25 "$name $?"
    done
}

if [[ "$1" == "stack" && "$2" == "pre-install" ]]; then
    gw_ask
    gw_services
    gw_temporary
    gw_answers
    gw_family
elif [[ "$1" == "stack" && "$2" == "install" ]]; then
    gw_errexit
    GW_HALF=$(gw_half)
    note 10 "$GW_HALF"
    gw_local_die
    gw_misspelt
fi
