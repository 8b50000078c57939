#!/usr/bin/env bats
# shellcheck disable=SC2016 # the code is for other shells

load helper

prepare() {
    export _RUNNER_ROOT=$PWD/root
    mkdir -p root/usr/lib/systemd/system
    touch root/usr/lib/systemd/system/foo.service root/usr/lib/systemd/system/bar@.service
    stub_sudo
    stub journalctl 'echo "last words"'
    stub systemctl
    stub ss
    stub df 'printf "Avail File\n99999 /var/lib\n"'
}

# daemons <line>...
#
# Runs the lines after inc/core/daemons.
daemons() {
    shell 'source "$_RUNNER_TREE/inc/core/daemons"' "$@"
}

@test "what root has to do is done in one go, in its order" {
    run -0 daemons '_daemon_write "$PWD/d/file" 0640 "$(id -u)" "it'\''s
here
"; _daemon_root touch "$PWD/d/after"; _daemon_apply; _daemon_apply'
    holds d/file "it's\nhere\n"
    is "$(stat -c %a d/file)" 640
    is "$(grep -c '^sudo bash' "$CALLS")" 1
    [[ -e d/after && ! -e d/file.new ]]
}

@test "what fails stops the rest, and is told" {
    run -1 daemons '_daemon_root false; _daemon_root touch after; _daemon_apply'
    [[ ! -e after ]]
}

@test "work in the background is waited for by its name" {
    run -0 daemons '_daemon_root touch one; _daemon_begin a; _daemon_root false; _daemon_begin b' \
        '_daemon_settle a; test -e one && echo a; _daemon_settle b; _daemon_settle b; echo "[$_RUNNER_DAEMON_JOBS]"'
    is "$output" $'a\nWARNING: what b needs could not be done in advance\n[]'
}

@test "a boot starts what is enabled, also an instance of a template" {
    run -0 daemons '_daemon_enable foo; _daemon_enable bar@x; _daemon_enable absent; _daemon_apply' \
        '_daemon_is_enabled foo && ! _daemon_is_enabled absent'
    is "$(readlink root/etc/systemd/system/multi-user.target.wants/foo.service)" "$PWD/root/usr/lib/systemd/system/foo.service"
    [[ -L root/etc/systemd/system/multi-user.target.wants/bar@x.service ]]
}

@test "a daemon that does not start is told with its last words" {
    stub systemctl 'exit 1'
    echo "in the log" >foo.log
    run -1 daemons '_daemon_up start foo "the foo (foo)" 1234 "$PWD/*.log"'
    [[ $output == *"last words"*"in the log"*"the foo (foo) does not start. Its last messages are above"* ]]
}

@test "a daemon that takes too long is not waited for" {
    stub systemctl 'exec /bin/sleep 5'
    run -1 daemons '_RUNNER_DAEMON_PATIENCE=0.1; _daemon_up start foo Foo 1234'
    [[ $output == *"Foo is not ready after 0.1 seconds"* ]]
}

@test "a port in use is told with who uses it" {
    stub ss 'echo "LISTEN 0 128 0.0.0.0:1234 0.0.0.0:* users:((\"other\",pid=77,fd=3))"'
    run -1 daemons '_daemon_die foo "Foo does not start" 1234'
    [[ $output == *"Foo does not start: port 1234 is in use by other (process 77). Stop that"* ]]
}

@test "a full disk is told, by the disk or by the daemon" {
    stub df 'printf "Avail File\n0 /var/lib\n"'
    run -1 daemons '_daemon_die foo "Foo does not start" 1234'
    [[ $output == *"the disk of /var/lib is full. Make room"* ]]
    stub df 'printf "Avail File\n99999 /var/lib\n"'
    stub journalctl 'echo "write: No space left on device"'
    run -1 daemons '_daemon_die foo "Foo does not start" 1234'
    [[ $output == *"Foo does not start: its disk is full. Make room"* ]]
}

@test "what was started early and is not wanted any more is stopped" {
    run -0 daemons '_foo_forget() { echo forgot foo; }; _RUNNER_DAEMONS_EARLY=" foo mysql"; ENABLED_SERVICES=mysql; stop_unwanted_daemons'
    is "$output" "forgot foo"
}
