#!/usr/bin/env bats

# shellcheck disable=SC1091,SC2016,SC2034,SC2154,SC2329 # files, text, variables and functions of other shells

load helper

prepare() {
    source "$TREE/functions-common"
    source "$TREE/inc/meta-config"
}

@test "LS-1 LS-2 LS-3: localrc_set" {
    : >f
    localrc_set f A 1
    holds f '\n[[local|localrc]]\nA=1\n'
    localrc_set f B 2
    holds f '\n[[local|localrc]]\nB=2\nA=1\n'
    localrc_set f A 3
    holds f '\n[[local|localrc]]\nB=2\nA=3\n'
}

@test "LS-4 LS-5: localconf_set" {
    localconf_set f post-config /etc/x.conf sec o v
    holds f '\n[[post-config|/etc/x.conf]]\n[sec]\no=v\n'
    localconf_set f post-config /etc/x.conf sec o2 v2
    localconf_set f post-config /etc/x.conf sec2 o2 v2
    localconf_set f post-config /etc/x.conf sec o v9
    holds f '\n[[post-config|/etc/x.conf]]\n[sec2]\no2=v2\n[sec]\no2=v2\no=v9\n'
}

@test "LS-6: localconf_set takes a variable's name as text" {
    localconf_set f post-config '$NOVA_CONF' DEFAULT a b
    localconf_set f post-config '$NOVA_CONF' DEFAULT a c
    holds f '\n[[post-config|$NOVA_CONF]]\n[DEFAULT]\na=c\n'
}

@test "LS-7: localconf_set without a value" {
    write f '[[local|localrc]]\nX=1\n'
    localconf_set f local localrc '' X ''
    localconf_set f local localrc '' '' 2
    localconf_set f '' localrc '' X 2
    localconf_set f local '' '' X 2
    holds f '[[local|localrc]]\nX=1\n'
    localconf_set missing local localrc '' X ''
    [[ ! -e missing ]]
}

@test "localconf_set: keeps the text around =, and other sections" {
    write f '[[g|a]]\n[s]\no = 1\n[[g|b]]\n[s]\no = 1\n'
    localconf_set f g b s o 2
    holds f '[[g|a]]\n[s]\no = 1\n[[g|b]]\n[s]\no = 2\n'
}

@test "localconf_set -sudo" {
    stub_sudo
    localconf_set -sudo f g b s o 2
    holds f '\n[[g|b]]\n[s]\no=2\n'
}

@test "localconf_has_section and localconf_has_option" {
    write f '[[g|a]]\n[s]\no=1\n[[g|b]]\n[t]\n'
    localconf_has_section f g a s
    localconf_has_option f g a s o
    run -1 localconf_has_section f g b s
    run -1 localconf_has_option f g a s p
    run -1 localconf_has_option f g b s o
    run -1 localconf_has_section missing g a s
}
