#!/usr/bin/env bats
# shellcheck disable=SC2016 # the code is for other shells

load helper

# The system's files are those below "root" in these tests: sudo gets the text of the script it runs.
prepare() {
    mkdir -p root/etc/sudoers.d root/etc/apt/apt.conf.d
    printf '127.0.0.1 localhost\n::1 localhost\n' >root/etc/hosts
    stub sudo 'exec bash -e -c "${4//\/etc\//'"$PWD"'/root/etc/}"'
}

# host <line>...
#
# Runs the lines after inc/core/host.
host() {
    shell "TOP_DIR=\$PWD STACK_USER=me DEVSTACK_SERIES=2026.2 os_VENDOR=Debian os_RELEASE=12 os_CODENAME=bookworm os_PACKAGE=deb ULIMIT_NOFILE=2048" \
        "source '$TREE/inc/core/host'" 'eval "system$(declare -f _host_has_text)"' \
        '_host_has_text() { system_host_has_text "root$1" "$2"; }' "$@"
}

@test "50_stack_sh lets the user do everything" {
    local tty='Defaults:me !requiretty\n'
    [[ ! -e /usr/bin/sudo-rs && ! -e /usr/lib/cargo/bin/sudo ]] || tty=
    run -0 host '_host_sudoers; _host_apply'
    holds root/etc/sudoers.d/50_stack_sh \
        "me ALL=(root) NOPASSWD:ALL\nDefaults:me secure_path=/sbin:/usr/sbin:/usr/bin:/bin:/usr/local/sbin:/usr/local/bin\n$tty"
    is "$(stat -c %a root/etc/sudoers.d/50_stack_sh)" 440
}

@test "devstack-version says what runs where" {
    run -0 host 'write_devstack_version; _host_apply'
    holds root/etc/devstack-version 'DevStack Version: 2026.2\nChange: no git checkout\nOS Version: Debian 12 bookworm\n'
    is "$(stat -c %a root/etc/devstack-version)" 644
}

@test "devstack-version names the commit of a checkout" {
    git init -q .
    git -c user.name=a -c user.email=a@b commit -q --allow-empty -m 'A  subject'
    run -0 host 'write_devstack_version; _host_apply'
    is "$(sed -n 2p root/etc/devstack-version)" "Change: $(git log -1 --format='%H %s %ci')"
}

@test "80retry is written where there is apt" {
    local line='check_distro() { :; }; export_proxy_variables() { :; }; disable_negated_services() { :; }
        _host_name() { :; }; _host_links() { :; }; DEST=$PWD/d DATA_DIR=$PWD/d/data LOGDIR=$PWD/d/logs; prepare_host'
    run -0 host 'is_ubuntu() { true; }' "$line"
    holds root/etc/apt/apt.conf.d/80retry 'APT::Acquire::Retries "20";\n'
    is "$(stat -c '%a' d d/data d/logs d/async | sort -u)" 755
    rm root/etc/apt/apt.conf.d/80retry
    run -0 host 'is_ubuntu() { false; }' "$line"
    [[ ! -e root/etc/apt/apt.conf.d/80retry ]]
}

@test "units may open ULIMIT_NOFILE files" {
    run -0 host '_host_limits; _host_apply'
    holds root/etc/systemd/system.conf.d/devstack.conf '[Manager]\nDefaultLimitNOFILE=2048\n'
    : >"$CALLS"
    run -0 host '_host_limits; _host_apply'
    is "$(calls sudo)" ""
}

@test "files that are right already are left alone" {
    run -0 host 'write_devstack_version; _host_sudoers; _host_apply'
    touch -d '2 days ago' root/etc/devstack-version root/etc/sudoers.d/50_stack_sh
    run -0 host 'write_devstack_version; _host_sudoers; _host_apply'
    is "$(find root/etc -type f -mtime -1 ! -name hosts)" ""
}

@test "a distribution that DevStack does not support ends the run, unless forced" {
    unset FORCE
    run -1 host 'DISTRO=f44; check_distro; echo on'
    [[ $output == *"not been tested on f44"*"FORCE=yes"* ]]
    run -0 host 'DISTRO=f44 FORCE=yes; check_distro'
    run -0 host 'DISTRO=bookworm; check_distro'
    is "$output" ""
}

@test "a boot is over when it waits for the tree's own daemons only" {
    stub systemctl 'cat jobs'
    printf '%s\n' '1 multi-user.target start waiting' '7 mariadb.service start running' \
        '8 postgresql@15-main.service start running' '9 rabbitmq-server.service start running' \
        '4 systemd-update-utmp-runlevel.service start waiting' >jobs
    run -0 host _host_boot_is_over
    : >jobs
    run -0 host _host_boot_is_over
}

@test "a boot is not over while other units start, or nothing can be started yet" {
    stub systemctl 'cat jobs'
    echo '1 redis-server.service start running' >jobs
    run -1 host _host_boot_is_over
    echo '1 basic.target start waiting' >jobs
    run -1 host _host_boot_is_over
    rm jobs
    run -1 host _host_boot_is_over
}
