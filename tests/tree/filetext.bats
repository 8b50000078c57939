#!/usr/bin/env bats
# Files that are replaced in one step: what iniset and its relatives promise whatever the file is.

# shellcheck disable=SC1091,SC2016,SC2034,SC2154,SC2329 # files, text, variables and functions of other shells

load helper

prepare() {
    source "$TREE/inc/ini-config"
}

# as_nobody <line>...
#
# Runs the lines, which have the ini functions, as somebody who is not root.
as_nobody() {
    local user=()
    if ((EUID == 0)); then
        chmod 755 "$BATS_TEST_TMPDIR" "$BATS_FILE_TMPDIR" "$BATS_RUN_TMPDIR"
        user=(setpriv --reuid=65534 --regid=65534 --clear-groups)
    fi
    # the tree may be in a folder that is root's alone
    printf '%s\n' "$(declare -f)" "$@" >script.sh
    "${user[@]}" bash script.sh
}

@test "a replaced file keeps its mode" {
    local mode
    for mode in 600 640 664 755; do
        write f '[s]\no=1\n'
        chmod "$mode" f
        iniset f s o 2
        is "$(stat -c %a f) $(tail -n 1 f)" "$mode o=2"
        iniset f t new 3
        is "$(stat -c %a f)" "$mode"
    done
}

@test "a replaced file keeps its owner" {
    ((EUID == 0)) || skip "only root can give files away"
    write f '[s]\no=1\n'
    chown 65534:65533 f
    iniset f s o 2
    is "$(stat -c %u:%g f)" 65534:65533
    : >empty
    chown 65534:65533 empty
    chmod 640 empty
    iniset empty s o 2
    is "$(stat -c %u:%g:%a empty)" 65534:65533:640
}

@test "a new file's mode is that of the umask" {
    umask 027
    iniset f s o 1
    is "$(stat -c %a f)" 640
}

@test "a symbolic link stays, and what it points to is replaced" {
    mkdir a b
    write a/real '[s]\no=1\n'
    chmod 640 a/real
    ln -s ../a/real b/link
    ln -s b/link outer
    iniset outer s o 2
    inicomment b/link s o
    [[ -L outer && -L b/link ]]
    holds a/real '[s]\n#o=2\n'
    is "$(stat -c %a a/real)" 640
}

@test "a symbolic link to nothing gets its file" {
    mkdir a
    ln -s a/real link
    iniset link s o 1
    [[ -L link ]]
    holds a/real '\n[s]\no = 1\n'
}

@test "other names of the file keep the old text" {
    write f '[s]\no=1\n'
    ln f other
    iniset f s o 2
    holds other '[s]\no=1\n'
}

@test "nothing is written where nothing changes" {
    local before
    write f '[s]\no = 1\n#p=2\n'
    before=$(stat -c '%i %y' f)
    iniset f s o 1
    inidelete f s none
    iniuncomment f s none
    inicomment f none o
    iniadd_literal f none o v
    is "$(stat -c '%i %y' f)" "$before"
    inidelete missing s o
    [[ ! -e missing ]]
}

@test "a folder that may not be written to is named, and the file stays as it is" {
    mkdir d
    write d/f '[s]\no=1\n'
    chmod 666 d/f
    chmod 555 d
    run -0 --separate-stderr as_nobody 'iniset d/f s o 2; iniset d/new s o 1; echo $?'
    is "$output" 0
    is "$stderr" $'[ERROR] the folder d/ is not writable\n[ERROR] cannot write d/f
[ERROR] the folder d/ is not writable\n[ERROR] cannot write d/new'
    holds d/f '[s]\no=1\n'
    is "$(ls -A d)" f
}

@test "a file that may not be read is named" {
    write f '[s]\no=1\n'
    chmod 600 f
    ((EUID)) || chown 0:0 f
    ((EUID == 0)) || chmod 000 f
    run -0 --separate-stderr as_nobody 'iniset f s o 2; iniget f s o; ini_has_option f s o || echo no'
    is "$output" $'\nno'
    is "$stderr" $'[ERROR] cannot read f\n[ERROR] cannot read f\n[ERROR] cannot read f'
}

@test "a folder in place of the file is named" {
    mkdir d
    run -0 --separate-stderr iniset d s o 1
    is "$stderr" "[ERROR] d is a folder"
}

@test "when the disk is full, the old text stays and nothing is left beside it" {
    local before
    mkdir d
    {
        printf '[s]\no=1\n'
        printf 'option%d = some text\n' {1..2000}
    } >d/f
    before=$(cksum <d/f)
    # the limit on a file's size is as good as a full disk
    run -0 --separate-stderr bash -c '
        trap "" XFSZ
        source "$1/inc/ini-config"
        ulimit -f 8
        iniset d/f s o 2
        iniset d/f s new 2' - "$TREE"
    [[ $stderr == *"[ERROR] cannot write d/f"* ]]
    is "$(cksum <d/f)" "$before"
    is "$(ls -A d)" f
}

@test "ten megabytes" {
    awk 'BEGIN { for (i = 1; i <= 250000; i++) { print "option" i " = a value of some length " i
        if (i % 2500 == 0) print "[section" i "]" } }' >f
    ((($(wc -c <f)) > 10000000))
    cp f before
    iniset f section125000 new value
    iniset f section125000 option125001 other
    is "$(iniget f section125000 option125001) $(iniget f section125000 new)" "other value"
    run -1 diff before f
    is "$(grep -c '^[<>]' <<<"$output")" 3
}

@test "lines that end in CR LF keep their ends" {
    write f '[s]\r\na=1\r\n#b=2\r\n'
    iniset f s a 3
    iniset f s new 4
    iniuncomment f s b
    holds f '[s]\r\nnew = 4\r\na=3\r\nb=2\r\n'
    is "$(iniget f s a)|$(iniget f s new)|$(iniget_sections f)" '3|4|s'
}

@test "a last line without newline" {
    write f '[s]\na=1'
    iniset f s a 2
    holds f '[s]\na=2\n'
    write f '[s]\na=1'
    iniset f s b 2
    holds f '[s]\nb = 2\na=1\n'
    write f '[s]'
    iniset f s b 2
    holds f '[s]\nb = 2\n'
}

@test "-sudo: one call of sudo for a file of root's, none for one's own" {
    stub_sudo
    write f '[s]\no=1\n'
    iniset -sudo f s o 2
    is "$(calls sudo)" ""
    ((EUID)) || skip "root asks nobody"
    mkdir d
    write d/f '[s]\no=1\n'
    chmod 555 d
    stub sudo 'chmod 755 d && exec env "$@"'
    iniset -sudo d/f s o 2
    iniset -sudo d/new s o 2
    holds d/f '[s]\no=2\n'
    is "$(calls sudo | wc -l)" 2
}

@test "a reader sees the old text or the new one, however often it looks" {
    write f '[s]\no = 1\n'
    (
        for i in {1..60}; do
            iniset f s "o$i" "value $i"
        done
        : >done
    ) &
    local text looks=0
    while [[ ! -e done ]]; do
        text=$(<f)
        [[ $text == '[s]'*'o = 1' ]]
        looks=$((looks + 1))
    done
    wait
    ((looks > 5))
    is "$(grep -c = f)" 61
}
