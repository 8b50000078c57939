#!/usr/bin/env bats

# shellcheck disable=SC1091,SC2016,SC2034,SC2154,SC2329 # files, text, variables and functions of other shells

load helper

prepare() {
    source "$TREE/functions-common"
    as_distro debian-12
    stub apt-get
    stub dnf
    stub zypper
    stub_sudo
}

INSTALL='apt-get --option Dpkg::Options::=--force-confold --assume-yes install'

# ran
#
# Prints what reached the package manager.
ran() {
    calls '(apt-get|dnf|zypper)'
}

@test "PK-1 PK-2: install_package updates once" {
    install_package foo bar
    is "$(ran)" "apt-get update"$'\n'"$INSTALL foo bar"
    is "$REPOS_UPDATED" True
    install_package baz
    is "$(ran | tail -n +3)" "$INSTALL baz"
}

@test "PK-3: install_package tries again with fresh lists" {
    stub apt-get '[[ $1 == update ]] || exit 100'
    REPOS_UPDATED=True
    run -100 install_package foo
    is "$(ran)" "$INSTALL foo"$'\n'"apt-get update"$'\n'"$INSTALL foo"
}

@test "PK-4: nothing is installed offline" {
    OFFLINE=True install_package x
    OFFLINE=True apt_get install x
    OFFLINE=True yum_install x
    OFFLINE=True zypper_install x
    OFFLINE=True apt_get_update
    is "$(ran)" ""
}

@test "PK-5: apt_get without arguments" {
    apt_get
    is "$(ran)" ""
}

@test "PK-6: is_package_installed" {
    stub dpkg 'case "$*" in "-s bash") ;; *) echo no >&2; exit 1 ;; esac'
    run -1 is_package_installed
    run -0 is_package_installed bash
    run -1 is_package_installed zzz
    is "$output" ""
    stub rpm
    os_VENDOR=Fedora os_PACKAGE=rpm is_package_installed a b
    is "$(calls rpm)" "rpm --quiet -q a b"
}

@test "PK-7: install_package on an unknown system" {
    os_VENDOR=Arch os_PACKAGE=rpm DISTRO=arch
    run -1 install_package x
    [[ $output == *"Support for arch is incomplete: no support for installing packages" ]]
}

@test "PK-8: uninstall_package" {
    as_distro fedora-44
    stub dnf 'exit 1'
    uninstall_package a b
    is "$(ran)" "dnf remove -y a b"
}

@test "uninstall_package on deb systems and SUSE" {
    uninstall_package a b
    os_VENDOR=openSUSE os_PACKAGE=rpm
    uninstall_package a
    is "$(ran)" "apt-get --option Dpkg::Options::=--force-confold --assume-yes purge a b"$'\n'"zypper remove -y a"
}

@test "install_package on the Fedora family: the status of dnf counts" {
    as_distro rocky-9.4
    stub dnf 'exit 1'
    run -1 install_package foo bar
    is "$(ran)" "dnf install -y foo bar"$'\n'"dnf install -y foo bar"
}

@test "install_package on the Fedora family: a scriptlet that dnf lets fail is told" {
    as_distro fedora-44
    stub dnf 'printf "%s\n" "Installing: broken" "warning: %post(broken-1-1.noarch) scriptlet failed, exit status 3" "Complete!"'
    _event() { echo "$@" >>"$BATS_TEST_TMPDIR/events"; }
    run -0 install_package broken
    is "${lines[0]} ${lines[2]}" "Installing: broken Complete!"
    is "$(<"$BATS_TEST_TMPDIR/events")" \
        "note text=dnf went on when a scriptlet of broken-1-1.noarch failed: the package may not work"
}

@test "install_package on SUSE" {
    as_distro opensuse-leap-15.6
    install_package foo bar
    is "$(ran)" "zypper --non-interactive install --auto-agree-with-licenses --no-recommends foo bar"
}

@test "apt_get: reads nothing, asks nothing, and has the proxies" {
    stub apt-get 'cat; echo "$DEBIAN_FRONTEND $http_proxy ${no_proxy-none}"'
    http_proxy=http://p:1
    run -0 apt_get install x <<<"input"
    is "$output" "noninteractive http://p:1 none"
}

@test "apt_get_update: temporary assignments count" {
    REPOS_UPDATED=True
    apt_get_update
    is "$(ran)" ""
    REPOS_UPDATED=False apt_get_update
    RETRY_UPDATE=True apt_get_update
    NO_UPDATE_REPOS=True RETRY_UPDATE=True update_package_repo
    is "$(ran)" $'apt-get update\napt-get update'
}

@test "apt_get_update: gives up after five minutes" {
    stub apt-get 'exit 1'
    run -1 apt_get_update
    [[ $output == *"Failed to update apt repos, we're dead now" ]]
    is "$(calls 'sleep 30' | wc -l)" 10
}

@test "update_package_repo does nothing on rpm systems" {
    as_distro fedora-44
    update_package_repo
    is "$(ran)" ""
}

@test "install_bindep: makes its virtual environment when there is none" {
    DEST=$PWD VIRTUALENV_CMD="make-venv -m"
    # shellcheck disable=SC2016 # the stand-in's own variables
    stub make-venv 'mkdir -p "$2/bin" && cp "$STUBS/pip" "$2/bin/"'
    # shellcheck disable=SC2016 # see above
    stub pip 'cp "$STUBS/bindep" "${0%/*}/"'
    stub bindep 'echo a; exit 1'
    : >bindep.txt
    install_bindep bindep.txt
    install_bindep bindep.txt
    is "$(calls 'make-venv|pip|bindep' | sort | uniq -c | sed 's/^ *//')" "2 bindep -b --file bindep.txt
1 make-venv -m $PWD/bindep-venv
1 pip install bindep"
}

@test "install_bindep" {
    DEST=$PWD
    mkdir -p bindep-venv/bin
    stub bindep 'printf "a\nb\n"; exit 1'
    mv "$STUBS/bindep" bindep-venv/bin/
    run -0 install_bindep missing.txt
    [[ $output == *"Can not find bindep file: missing.txt" ]]
    : >bindep.txt
    REPOS_UPDATED=True
    install_bindep bindep.txt test,doc
    is "$(calls bindep)" "bindep -b --file bindep.txt test doc"
    is "$(ran)" "$INSTALL a b"
}

@test "packages: with errexit and nounset" {
    run -0 shell 'set -eu' 'install_package foo' 'is_package_installed nosuchpackage || echo no'
    is "${lines[-1]}" no
}
