#!/usr/bin/env bats

# shellcheck disable=SC1091,SC2016,SC2034,SC2154,SC2329 # files, text, variables and functions of other shells

load helper

prepare() {
    source "$TREE/inc/ini-config"
}

@test "INI-1: iniset makes file, section and option" {
    iniset f s o v
    holds f '\n[s]\no = v\n'
}

@test "INI-2: iniset replaces a value in place" {
    write f '[s]\no=1\n'
    iniset f s o 2
    holds f '[s]\no=2\n'
}

@test "INI-3: iniset keeps the blanks around =" {
    write f '[s]\no   =   1\n'
    iniset f s o 2
    holds f '[s]\no   =   2\n'
}

@test "INI-4: iniset puts a new option under the header" {
    write f '[s]\na=1\n'
    iniset f s o 2
    holds f '[s]\no = 2\na=1\n'
}

@test "INI-5: iniset ends a last line without newline" {
    write f '[s]\na=1'
    iniset f t o 2
    holds f '[s]\na=1\n[t]\no = 2\n'
}

@test "INI-6: iniset adds an empty value" {
    write f '[s]\n'
    iniset f s o ''
    holds f '[s]\no = \n'
}

@test "INI-7: iniset empties a value" {
    write f '[s]\no=5\n'
    iniset f s o ''
    holds f '[s]\no=\n'
}

@test "INI-8: iniset without option does nothing" {
    write f '[s]\n'
    iniset f s
    holds f '[s]\n'
}

@test "INI-9: iniset without section does nothing" {
    write f '[s]\n'
    iniset f
    holds f '[s]\n'
}

@test "INI-10: iniset reduces blanks" {
    write f '[s]\n'
    iniset f s o 'a   b'
    holds f '[s]\no = a b\n'
}

@test "INI-11: iniset strips blanks" {
    write f '[s]\n'
    iniset f s o '  a b  '
    holds f '[s]\no = a b\n'
}

@test "INI-12: iniset makes newlines spaces" {
    write f '[s]\n'
    iniset f s o $'l1\nl2'
    holds f '[s]\no = l1 l2\n'
}

@test "INI-13 INI-14: iniset stores special characters literally" {
    local value='a&b\c|d/e"f'"'"'g$h`i'
    write f '[s]\n'
    iniset f s o "$value"
    is "$(cat f)" $'[s]\no = '"$value"
    iniset f s o "$value&"
    is "$(cat f)" $'[s]\no = '"$value&"
}

@test "INI-15: iniset stores backslash sequences literally" {
    write f '[s]\n'
    iniset f s o '\1\n'
    holds f '[s]\no = \\1\\n\n'
    iniset f s o '\1\n'
    holds f '[s]\no = \\1\\n\n'
}

@test "INI-16: iniset replaces every occurrence in the section" {
    write f '[s]\no=1\no=2\n[t]\no=3\n'
    iniset f s o 9
    holds f '[s]\no=9\no=9\n[t]\no=3\n'
}

@test "INI-17: iniset searches the second instance of a section" {
    write f '[s]\na=1\n[t]\nb=1\n[s]\nc=1\n'
    iniset f s c 9
    holds f '[s]\na=1\n[t]\nb=1\n[s]\nc=9\n'
}

@test "INI-18: iniset compares whole names" {
    write f '[s]\nab=1\n'
    iniset f s b 9
    holds f '[s]\nb = 9\nab=1\n'
}

@test "INI-19: iniset leaves comments alone" {
    write f '[s]\n#o=1\n'
    iniset f s o 9
    holds f '[s]\no = 9\n#o=1\n'
}

@test "INI-20: iniset wants options in column 1" {
    write f '[s]\n o=1\n'
    iniset f s o 9
    holds f '[s]\no = 9\n o=1\n'
}

@test "INI-21: a bracketed line ends the section" {
    write f '[s]\nlist = x\n[1, 2]\no=1\n'
    iniset f s o 9
    holds f '[s]\no = 9\nlist = x\n[1, 2]\no=1\n'
}

@test "INI-22: text may follow the header" {
    write f '[s]x\no=1\n'
    iniset f s o 9
    holds f '[s]x\no=9\n'
}

@test "INI-23: blanks in a header count" {
    write f '[ s ]\no=1\n'
    iniset f s o 9
    holds f '[ s ]\no=1\n\n[s]\no = 9\n'
}

@test "INI-24: a colon makes no option" {
    write f '[s]\no: 1\n'
    iniset f s o 9
    holds f '[s]\no = 9\no: 1\n'
}

@test "INI-25: option names may have spaces" {
    write f '[s]\nkey one = 1\n'
    iniset f s 'key one' 9
    holds f '[s]\nkey one = 9\n'
}

@test "INI-26: names are no regular expressions" {
    write f '[b.c]\no=1\n'
    iniset f bxc o 9
    holds f '[b.c]\no=1\n\n[bxc]\no = 9\n'
}

@test "INI-27: only the fourth argument is the value" {
    write f '[s]\no=1\n'
    iniset f s o 'x y' ignored
    holds f '[s]\no=x y\n'
}

@test "INI-28: values may have =" {
    write f '[s]\no=1\n'
    iniset f s o a=b=c
    holds f '[s]\no=a=b=c\n'
}

@test "INI-29: iniset keeps the mode" {
    write f '[s]\no=1\n'
    chmod 640 f
    iniset f s o 2
    is "$(stat -c %a f)" 640
}

@test "INI-30: iniset -sudo" {
    stub_sudo
    write f '[s]\no=1\n'
    iniset -sudo f s o 2
    holds f '[s]\no=2\n'
    # Nothing to ask root for with a file of one's own.
    is "$(calls sudo)" ""
}

@test "iniset -sudo: asks root for what the user may not write" {
    ((EUID)) || skip "root may write everything"
    stub sudo 'chmod 755 d && exec env "$@"'
    mkdir d
    write d/f '[s]\no=1\n'
    chmod 555 d
    iniset -sudo d/f s o 2
    holds d/f '[s]\no=2\n'
    is "$(calls sudo | wc -l)" 1
}

@test "iniset: says so when a folder is missing, and returns 0" {
    run -0 --separate-stderr iniset no/f s o v
    [[ $stderr == *"[ERROR] cannot write no/f"* ]]
    is "$output" ""
}

@test "iniset: option names with = inside" {
    iniset f Service Environment=NAMEDCONF /etc/x
    iniset f Service Environment=NAMEDCONF /etc/y
    holds f '\n[Service]\nEnvironment=NAMEDCONF = /etc/y\n'
}

@test "iniset: does not expand globs and swallows no echo options" {
    iniset f s o '*'
    iniset f s p '-n x'
    is "$(iniget f s o)" '*'
    is "$(iniget f s p)" '-n x'
}

@test "iniset: works in a shell with errexit and nounset, whatever IFS is" {
    cat >script.sh <<EOF
set -eu
IFS=:
source "$TREE/inc/ini-config"
iniset f s o 'a   b:c'
iniset f s
iniset /no/f s o v 2>/dev/null
iniget f s o
iniget_sections f
EOF
    run -0 bash script.sh
    is "$output" $'a b:c\ns'
}

@test "iniset: leaves no files behind and does not truncate for readers" {
    write f '[s]\no=1\n'
    exec 7<f
    iniset f s o 2
    is "$(cat <&7)" $'[s]\no=1'
    is "$(ls -A)" "$(printf '%s\n' calls f home stubs)"
}

@test "iniset: is quiet under xtrace, and leaves it on" {
    cat >script.sh <<EOF
source "$TREE/inc/ini-config"
set -x
iniset f s o 1
[[ \$- == *x* ]]
EOF
    run -0 bash script.sh
    ((${#lines[@]} < 6))
}

# The file that reading is tested on.
write_g() {
    write G '[s]\na=1\nb = two words \nc=\nd = x = y\nm = 1\nm = 2 3\n#k=9\n q=5\ne="quoted"\n[t]\na=7\n[s]\nz=26\n'
}

@test "IG-1: iniget" {
    write_g
    is "$(iniget G s a)" '1'
}

@test "IG-2: iniget a value of two words" {
    write_g
    is "$(iniget G s b)" 'two words'
}

@test "IG-3: iniget an empty value" {
    write_g
    iniget G s c >out
    holds out '\n'
}

@test "IG-4: iniget keeps = in the value" {
    write_g
    is "$(iniget G s d)" 'x = y'
}

@test "IG-5 IG-6 IG-7: iniget prints an empty line for what is no option" {
    local option
    write_g
    for option in k q nope; do
        is "$(iniget G s "$option" | od -An -c)" "  \n"
    done
}

@test "IG-8: iniget keeps quotes" {
    write_g
    is "$(iniget G s e)" '"quoted"'
}

@test "IG-9: iniget looks into the right section" {
    write_g
    is "$(iniget G t a)" '7'
}

@test "IG-10: iniget without section or file" {
    write_g
    iniget G nosec a >out
    holds out '\n'
    iniget missing s a >out 2>err
    holds out '\n'
    holds err '[ERROR] no such file: missing\n'
}

@test "IG-11: iniget searches the second instance of a section" {
    write_g
    is "$(iniget G s z)" '26'
}

@test "IG-12: iniget_multiline" {
    write_g
    is "$(iniget_multiline G s m)" '1 2 3'
}

@test "IG-13: iniget_sections" {
    write_g
    is "$(iniget_sections G)" 's t s'
}

@test "iniget_sections: words have one blank between, whatever is in the brackets" {
    write f '[ ccc ]\na=1\n[d  e]\n[\tf\t*]\n[]\n[g]\n'
    is "$(iniget_sections f)" 'ccc d e f * g'
    write f 'no section\n'
    is "$(iniget_sections f)" ''
}

@test "IG-14: ini_has_option" {
    write_g
    run -0 ini_has_option G s a
    run -0 ini_has_option G s c
    run -1 ini_has_option G s k
    run -1 ini_has_option G s nope
    run -1 ini_has_option missing s a
    run -0 ini_has_option -sudo G s a
}

@test "IM-1: iniset_multiline replaces all" {
    write f '[s]\na=1\nq=0\na=2\n'
    iniset_multiline f s a x y z
    holds f '[s]\na = x\na = y\na = z\nq=0\n'
}

@test "IM-2: iniset_multiline splits words" {
    write f '[s]\n'
    iniset_multiline f s a "x y" z
    holds f '[s]\na = x\na = y\na = z\n'
}

@test "IM-3: iniset_multiline makes file and section" {
    iniset_multiline f s a x y
    holds f '\n[s]\na = x\na = y\n'
}

@test "IM-4: iniset_multiline without value removes the option" {
    write f '[s]\na=1\n'
    iniset_multiline f s a
    holds f '[s]\n'
}

@test "IM-5: iniadd keeps what is there" {
    write f '[s]\na=1\nb=2\n'
    iniadd f s a 2 3
    holds f '[s]\na = 1\na = 2\na = 3\nb=2\n'
}

@test "IM-6: iniadd splits what is there" {
    write f '[s]\na=1 one\n'
    iniadd f s a 2
    holds f '[s]\na = 1\na = one\na = 2\n'
}

@test "IM-7: iniadd_literal keeps blanks and builds the reverse order" {
    write f '[s]\na=1\n'
    iniadd_literal f s a 'two  words'
    iniadd_literal f s a third
    holds f '[s]\na = third\na = two  words\na=1\n'
}

@test "IM-8: iniadd_literal does nothing without the section" {
    write f '[s]\na=1\n'
    iniadd_literal f nos a v
    holds f '[s]\na=1\n'
}

@test "IM-9: inidelete removes all occurrences in the section" {
    write f '[s]\na=1\na = 2\nb=1\n#a=4\n[t]\na=3\n'
    inidelete f s a
    holds f '[s]\nb=1\n#a=4\n[t]\na=3\n'
}

@test "IM-10: inidelete of nothing" {
    write f '[s]\na=1\n'
    inidelete f nos a
    inidelete f s
    inidelete f s zz
    holds f '[s]\na=1\n'
}

@test "IM-11: inicomment" {
    write f '[s]\na=1\na=2\nb=1\n[t]\na=3\n'
    inicomment f s a
    holds f '[s]\n#a=1\n#a=2\nb=1\n[t]\na=3\n'
}

@test "IM-12: inicomment compares whole names" {
    write f '[s]\nab=1\na =1\n'
    inicomment f s a
    holds f '[s]\nab=1\n#a =1\n'
}

@test "IM-13: inicomment wants options in column 1" {
    write f '[s]\n  a=1\n'
    inicomment f s a
    holds f '[s]\n  a=1\n'
}

@test "IM-14: iniuncomment" {
    write f '[s]\n#a=1\n# a = 2\n##a=3\n  #a=4\n;a=5\n#ba=7\n[t]\n#a=9\n'
    iniuncomment f s a
    holds f '[s]\na=1\na = 2\na=3\n  a=4\n;a=5\n#ba=7\n[t]\n#a=9\n'
}
