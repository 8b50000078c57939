#!/usr/bin/env bats

# shellcheck disable=SC1091,SC2016,SC2034,SC2154,SC2329 # files, text, variables and functions of other shells

load helper

prepare() {
    source "$TREE/functions-common"
    source "$TREE/inc/meta-config"
}

# merge <text> [<old content of o.conf>]
#
# Merges the text, the content of the group g for o.conf.
merge() {
    write l.conf "[[g|o.conf]]\\n$1"
    (($# == 1)) || write o.conf "$2"
    merge_config_file l.conf g o.conf
}

# The file that reading is tested on.
write_f() {
    write F '[[local|localrc]]\nA=1\n# c\n\nB="x y"\n[[post-config|f.conf]]\n[x]\ny=1\n[[local|localrc]]\nC=3\n[[local|other]]\nD=4\n'
}

@test "LC-1: extract_localrc_section" {
    write_f
    extract_localrc_section F localrc auto
    holds auto '# Generated file, do not edit\nA=1\n# c\n\nB="x y"\nC=3\n'
}

@test "LC-2: extract_localrc_section beside a localrc" {
    write_f
    : >localrc
    run -0 extract_localrc_section F localrc auto
    local line="localrc and local.conf:[[local]] both exist, using localrc"
    is "$output" "$line"$'\n'"$line"
    [[ ! -e auto ]]
}

@test "LC-3: extract_localrc_section without such a section" {
    write F '[[post-config|f.conf]]\n[x]\ny=1\n'
    extract_localrc_section F localrc auto
    extract_localrc_section missing localrc auto
    [[ ! -e auto ]]
}

@test "LC-4: get_meta_section_files" {
    write_f
    is "$(get_meta_section_files F local)" $'localrc\nlocalrc\nother'
}

@test "LC-5: get_meta_section" {
    write_f
    get_meta_section F local localrc >out
    holds out 'A=1\n# c\n\nB="x y"\nC=3\n'
}

@test "LC-6 LC-7: get_meta_section of what is not there" {
    local arguments
    write_f
    for arguments in "F nogroup f.conf" "nofile g f" "F post-config"; do
        # shellcheck disable=SC2086 # one word an argument
        run -0 get_meta_section $arguments
        is "$output" ""
    done
}

@test "LC-8: text may follow a header" {
    write F '[[g|o.conf]] # c\nx\n'
    is "$(get_meta_section F g o.conf)" x
}

@test "LC-9: blanks in or before a header make it unusable" {
    write F ' [[g|o.conf]]\nx\n'
    is "$(get_meta_section F g o.conf)" ""
    write F '[[ g | o.conf ]]\nx\n'
    is "$(get_meta_section F g o.conf)" ""
}

@test "MC-1: a fresh section keeps the order" {
    merge '[a]\nx=1\ny = 2'
    holds o.conf '\n[a]\nx = 1\ny = 2\n'
}

@test "MC-2: new options go under the header of an existing section" {
    merge '[a]\nx=1\ny = 2' '[a]\n#c\nx=old\n'
    holds o.conf '[a]\ny = 2\n#c\nx=1\n'
}

@test "MC-3: several values replace all old ones" {
    merge '[a]\nm=1\nx=0\nm=2\nm=3' '[a]\nm=old1\nk=1\nm=old2\n'
    holds o.conf '[a]\nm = 1\nm = 2\nm = 3\nx = 0\nk=1\n'
}

@test "MC-4: one value replaces each old one" {
    merge '[a]\nm=9' '[a]\nm=1\nm=2\n'
    holds o.conf '[a]\nm=9\nm=9\n'
}

@test "MC-5: a new section goes to the end" {
    merge '[b]\nm=9' '[a]\nm=1\n'
    holds o.conf '[a]\nm=1\n\n[b]\nm = 9\n'
}

@test "MC-6: a section that comes twice" {
    merge '[a]\nx=1\n[b]\ny=1\n[a]\nx=2\nw=4'
    holds o.conf '\n[a]\nw = 4\nx = 1\nx = 2\n\n[b]\ny = 1\n'
}

@test "MC-7: a header that comes twice" {
    merge '[a]\nx=1\n[[h|o.conf]]\n[a]\nx=2\n[[g|o.conf]]\n[a]\nz=3'
    holds o.conf '\n[a]\nx = 1\nz = 3\n'
}

@test "MC-8: several values under two headers" {
    merge '[a]\nm=1\n[[g|o.conf]]\n[a]\nm=2'
    holds o.conf '\n[a]\nm = 1\nm = 2\n'
}

@test "MC-9: options before the first section are dropped" {
    merge 'early=1\n[a]\nx=1'
    holds o.conf '\n[a]\nx = 1\n'
}

@test "MC-10: without a section, the file is empty" {
    merge 'foo=bar'
    holds o.conf ''
}

@test "MC-11: comments" {
    merge '[a]\n# c\n  # d\nx=1 # not comment'
    holds o.conf '\n[a]\nx = 1 # not comment\n'
}

@test "MC-12: no continuation lines" {
    merge '[a]\nx=1\n  cont\n\ty=2'
    holds o.conf '\n[a]\nx = 1\n'
}

@test "MC-13: variables and commands" {
    FOO='f o'
    merge '[a]\nx = $FOO\ny=${FOO}-$NONE-z\nz=$(echo cmd)'
    holds o.conf '\n[a]\nx = f o\ny = f o--z\nz = cmd\n'
}

@test "MC-14: several values with blanks" {
    FOO='f o'
    merge '[a]\nm = $FOO\nm = two words'
    holds o.conf '\n[a]\nm = f o\nm = two words\n'
}

@test "MC-15: double quotes vanish" {
    merge '[a]\nx = "bar"'
    holds o.conf '\n[a]\nx = bar\n'
}

@test "MC-16: single quotes stay" {
    merge '[a]\nx = '\''bar baz'\'''
    holds o.conf '\n[a]\nx = '\''bar baz'\''\n'
}

@test "MC-17: empty values" {
    merge '[a]\nx =\ny='
    holds o.conf '\n[a]\nx = \ny = \n'
}

@test "MC-18: ampersand and bar" {
    merge '[a]\nx = a&b|c'
    holds o.conf '\n[a]\nx = a&b|c\n'
}

@test "MC-19: a database URL" {
    merge '[a]\nx = mysql+pymysql://u:p@h/db?charset=utf8'
    holds o.conf '\n[a]\nx = mysql+pymysql://u:p@h/db?charset=utf8\n'
}

@test "MC-20: = in a value" {
    merge '[DEFAULT]\ndrivers = driver=python.import.path.Driver'
    holds o.conf '\n[DEFAULT]\ndrivers = driver=python.import.path.Driver\n'
}

@test "MC-21: blanks at the end" {
    merge '[DEFAULT]\nattr = strip   \t'
    holds o.conf '\n[DEFAULT]\nattr = strip\n'
}

@test "MC-22: tabs around =" {
    merge '[DEFAULT]\nattr\t=\tv'
    holds o.conf '\n[DEFAULT]\nattr = v\n'
}

@test "MC-23: characters that mean something to a shell" {
    merge '[a]\nx = !a ~ {1,2};b>c<d(e)'
    holds o.conf '\n[a]\nx = !a ~ {1,2};b>c<d(e)\n'
}

@test "MC-24: brackets in a value" {
    merge '[a]\nx = [1, 2]'
    holds o.conf '\n[a]\nx = [1, 2]\n'
}

@test "MC-25: percent signs" {
    merge '[a]\ny = 50%%\nz=100%%(x)s'
    holds o.conf '\n[a]\ny = 50%%\nz = 100%%(x)s\n'
}

@test "MC-26: text after a section's header" {
    merge '[a] # comment\ny=2'
    holds o.conf '\n[a]\ny = 2\n'
}

@test "MC-27: [[foo]] is a section" {
    merge '[a]\nx=1\n[[foo]]\ny=2'
    holds o.conf '\n[a]\nx = 1\n\n[foo]\ny = 2\n'
}

@test "MC-28: no newline at the end" {
    merge '[a]\nx = 1'
    holds o.conf '\n[a]\nx = 1\n'
}

@test "MC-29: a protected dollar sign" {
    FOO='f o'
    merge '[a]\nx = \\\\$FOO'
    holds o.conf '\n[a]\nx = $FOO\n'
}

@test "MC-30: a line without =" {
    merge '[a]\nfoo'
    holds o.conf '\n[a]\nfoo = \n'
}

@test "MC-31: ; is no comment" {
    merge '[a]\n; c'
    holds o.conf '\n[a]\n; c = \n'
}

@test "MC-32: a section's name ends at a blank" {
    merge '[c d]\ns = yes'
    holds o.conf '\n[c]\ns = yes\n'
}

@test "MC-33: an option's name ends at a blank" {
    merge '[a]\nrgw key = v'
    holds o.conf '\n[a]\nrgw = key\n'
}

@test "MC-34: blanks in a value are reduced" {
    merge '[a]\nm=a    b'
    holds o.conf '\n[a]\nm = a b\n'
}

@test "MC-35: a file that cannot be made" {
    write l.conf '[[g|/no/such/dir/x.conf]]\n[a]\nx=1\n'
    run -1 --separate-stderr merge_config_file l.conf g /no/such/dir/x.conf
    [[ $stderr == *"could not create config file /no/such/dir/x.conf (/no/such/dir/x.conf)"* ]]
}

@test "merge_config_file: quotes inside of a command stay" {
    merge '[a]\nx = "$(echo "a;  b")|c"'
    holds o.conf '\n[a]\nx = a; b|c\n'
}

@test "merge_config_file: no variable of ours hides one of the user" {
    file=1 line=2 section=3 option=4 value=5 spec=6 group=7
    merge '[a]\nx = $file$line$section$option$value$spec$group'
    holds o.conf '\n[a]\nx = 1234567\n'
}

@test "MG-1: an undefined file ends its group" {
    A_CONF=a.conf B_CONF=b.conf
    write l '[[g|$A_CONF]]\n[x]\na=1\n[[g|$UNDEF]]\n[x]\na=1\n[[g|$B_CONF]]\n[x]\na=1\n[[h|$B_CONF]]\n[y]\n'
    run -0 merge_config_group l g
    [[ $output == *'unknown config file specification: $UNDEF is undefined' ]]
    holds a.conf '\n[x]\na = 1\n'
    [[ ! -e b.conf ]]
}

@test "MG-2: folders are made" {
    stub_sudo
    write l '[[extra|$PWD/new/deep/c.conf]]\n[x]\na=1\n'
    merge_config_group l extra
    holds new/deep/c.conf '\n[x]\na = 1\n'
    is "$(stat -c %U new/deep)" "$STACK_USER"
}

@test "MG-3: a folder that is a file" {
    write l.conf '[[g|l.conf/x.conf]]\n[x]\na=1\n'
    run -1 --separate-stderr merge_config_group l.conf g
    [[ $stderr == *"bogus config file specification l.conf/x.conf (l.conf/x.conf=l.conf/x.conf, l.conf exists but it is not a directory)" ]]
}

@test "MG-4: nothing to merge" {
    run -0 merge_config_group missing g
    is "$output" ""
    write l '[[h|x.conf]]\n[x]\na=1\n'
    run -0 merge_config_group l g
    is "$output" ""
    [[ ! -e x.conf ]]
}

@test "MG-5: a file that comes twice" {
    write l '[[g|one.conf]]\n[DEFAULT]\nk=1\n[[g|two.conf]]\n[DEFAULT]\nk=2\n[[g|one.conf]]\n[DEFAULT]\nk=3\n'
    merge_config_group l g
    holds one.conf '\n[DEFAULT]\nk = 1\nk = 3\n'
    holds two.conf '\n[DEFAULT]\nk = 2\n'
}

@test "MG-6: several variables in one specification" {
    DIR=$PWD NAME=n.conf
    write l '[[t|$DIR/$NAME]]\n[x]\na=1\n'
    merge_config_group l t
    holds n.conf '\n[x]\na = 1\n'
}

@test "merge_config_group: several groups, the file read anew each time" {
    write l '[[g|a.conf]]\n[x]\na=1\n[[h|b.conf]]\n[x]\na=1\n'
    merge_config_group l g h
    [[ -e b.conf ]]
    localconf_set l g a.conf x a 2
    merge_config_group l g
    holds a.conf '\n[x]\na = 2\n'
}

@test "meta-config: merges with errexit and nounset on" {
    cat >script.sh <<EOF
set -eu
source "$TREE/inc/meta-config"
printf '[[g|o.conf]]\n[a]\nx = \$NONE-\$(false)-1\n' >l
merge_config_group l g
cat o.conf
EOF
    run -0 bash script.sh
    is "$output" $'\n[a]\nx = --1'
}
