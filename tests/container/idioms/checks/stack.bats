#!/usr/bin/env bats
# What the phases of stack.sh have left, item by item of the contract's 6.1. Run as the stack user.

load ../noted

@test "1: local.conf is read anew at each merge" {
    noted 1 "engine fast, lines 64"
}

@test "2: post-config is merged after the phase, extra before it, post-extra and test-config after" {
    noted 2 "pre-install:" "install:" "post-config:" "extra: extra post_config" "test-config: extra post_config post_extra"
    grep -qx "test_config = yes" /etc/confs/order.conf
}

@test "3: one shell: cd, set -x, variables and functions stay, and functions can be replaced" {
    noted 3 "write_user_unit_file () " "child: write_user_unit_file" "/var/tmp, stays, trace "
    # run_process calls the plugin's function, which calls the tree's
    [[ $(systemctl show --property=Nice --value devstack@dm-api) == 5 ]]
    [[ $(systemctl show --property=Nice --value devstack@dm-own) == 5 ]]
}

@test "4: a plugin finds itself at \$DEST/<name>" {
    noted 4 "port 8097"
}

@test "5: settings run before passwords exist, and read_password comes after them" {
    noted 5 "settings: password ''" "pre-install: password 'secret1'"
    [[ $(tail -n 1 ../devstack/.localrc.password) == password=secret1 ]]
}

@test "6: is_service_enabled asks the plugin's functions, takes no expressions, and trips nothing" {
    noted 6 "gw-engine yes" "groundwork yes" "gw-api yes" "shaky yes" "gw.engine no" "gw-* no" "GW-ENGINE no" \
        "engine no" "nobody no" "subshell no"
}

@test "7: DevStack's booleans are True or False" {
    noted 7 "SYSLOG False" "OFFLINE False" "ERROR_ON_CLONE False" "LOG_COLOR True" "GLOBAL_VENV True" "USE_VENV False" \
        "ENABLE_DEBUG_LOG_LEVEL True" "ENFORCE_NEW_DEFAULTS True"
}

@test "8: an assignment before a function holds for that call" {
    noted 8 "OFFLINE False" "REPOS_UPDATED kept" "SYSLOG True" "GIT_DEPTH 0, commits 1"
}

@test "9: functions that answer on stdout print nothing else there" {
    noted 9 "trueorfalse <True>" "get_field <7f3>" "iniget <an answer>" "get_extra_file </tmp/some.file>" \
        "get_python_exec_prefix </opt/stack/data/venv/bin>" "stackrc <0.6.3>"
}

@test "10: functions that have nothing to do do not fail" {
    noted 10 "all of them" "the second half"
}

@test "11: a clone that is there is not updated, and may be another user's" {
    noted 11 "again: first" "of root: first" "git: first"
    [[ $(stat -c %U /opt/stack/widget/.git) == root ]]
}

@test "12: iniset: the format of a file that it makes, and of one that was there" {
    diff - <(sed 's/^\(connection = \).*/\1URL/' /etc/confs/confs.conf) <<'END'

[DEFAULT]
transport_url = rabbit://stackrabbit:p&w@127.0.0.1:5672/
debug = True

[database]
connection = URL
END
    diff - /etc/confs/tuned.conf <<'END'
[tuned]
threads = 2
workers=4
END
}

@test "13: iniset keeps &, backslash, | and / in a URL" {
    grep -Fqx 'connection = mysql+pymysql://root:a&b|c\d/e@127.0.0.1/confs?charset=utf8' /etc/confs/confs.conf
}

@test "14: openrc in the middle of a run sets credentials and nothing else" {
    noted 14 "admin admin RegionOne" "same flags" "same options" "same services"
}

@test "17: units are called devstack@<service>.service, those that a plugin writes as well" {
    local unit
    for unit in dm-api dm-late dm-own sr-web; do
        [[ $(systemctl is-active "devstack@$unit.service") == active ]]
        [[ $(systemctl is-enabled "devstack@$unit.service") == enabled ]]
        [[ $(systemctl show --property=User --value "devstack@$unit") == stack ]]
    done
}

@test "18: the global environment is first on PATH, for plugins and for their units" {
    noted 18 "which python3: /opt/stack/data/venv/bin/python3" \
        '1 [[]ERROR] *The cmd=" --serve" does not start with an absolute path.*'
    [[ $(<~/noted/path) == /opt/stack/data/venv/bin:* ]]
    [[ $(systemctl show --property=ExecStart --value devstack@dm-api) == *path=/opt/stack/data/venv/bin/dm-api* ]]
}

@test "19: a service that the user has disabled is silently not started" {
    noted 19 "status 0"
    [[ ! -e /etc/systemd/system/devstack@dm-unwanted.service ]]
}

@test "20: .stackenv has the services that were enabled in a phase" {
    [[ $(grep ^ENABLED_SERVICES= ../devstack/.stackenv) == ENABLED_SERVICES=gw-engine,sr-web,dm-api,dm-late ]]
}

@test "21: die in a local assignment ends nothing" {
    noted 21 "went on"
}

@test "22: die without a line number" {
    noted 22 "[[]ERROR] /opt/stack/groundwork/devstack/plugin.sh:the message is the line number *" "status 1" \
        "[[]ERROR] /opt/stack/groundwork/devstack/plugin.sh:*no line number*" "status 1"
}

@test "24: the environment is where ironic looks for it" {
    [[ -x /opt/stack/data/venv/bin/python3 ]]
}

@test "24: CentOS has no global environment" {
    skip "no CentOS image here: tests/tree/stackrc.bats makes the tree see one"
}

@test "25: all questions about the distribution can be asked everywhere" {
    noted 25 ubuntu "is_suse 1" "is_opensuse 1" "is_suse_linux_enterprise 1" "is_oraclelinux 1" "is_openeuler 1"
}

@test "26: TOP_DIR is the user's to write in: downloads, local.conf, the folders of plugins" {
    noted 26 "/opt/stack/devstack/files/widget.tgz: a widget"
    [[ $(<../devstack/files/widget-extra) == more ]]
    [[ -e ../devstack/lib/neutron_plugins/widget_agent ]]
    # shellcheck disable=SC2016 # as text
    grep -Fqx '[[post-config|$CONFS_LATE_CONF]]' ../devstack/local.conf
}

@test "27: a dump of all variables" {
    noted 27 "CONFS_CONF CONFS_DIR CONFS_LATE_CONF CONFS_ORDER_CONF"
    grep -qx "DAEMONS_WORD='two words'" ~/noted/dump
    grep -q '^ENABLED_SERVICES=' ~/noted/dump
}

@test "28: functions can be sourced again, silently and at no cost" {
    noted 28 "said ''" "milliseconds *"
    (($(sed -n 's/^milliseconds //p' ~/noted/28) < 1000))
}

@test "29: run_process refuses sudo" {
    noted 29 "1 [[]ERROR] *You are trying to use run_process with sudo*"
}

@test "30: a failure of dnf is told" {
    skip "no image with dnf here: tests/tree/packages.bats has it with a stand-in"
}
