#!/usr/bin/env bats

# shellcheck disable=SC1091,SC2016,SC2034,SC2154,SC2329 # files, text, variables and functions of other shells

load helper

prepare() {
    source "$TREE/functions-common"
}

# truths <id> <default> <wanted> <value>...
truths() {
    local value VAR
    for value in "${@:4}"; do
        VAR=$value
        is "$1 $value $(trueorfalse "$2" VAR)" "$1 $value $3"
    done
}

@test "TF-1 TF-2 TF-3 TF-4 TF-5 TF-6 TF-7: words for yes" {
    truths TF True True 1 yes Yes YES true True TRUE
    truths TF False True 1 yes Yes YES true True TRUE
}

@test "TF-8 TF-9 TF-10 TF-11 TF-12 TF-13 TF-14: words for no" {
    truths TF True False 0 no No NO false False FALSE
    truths TF False False 0 no No NO false False FALSE
}

@test "TF-15 TF-16 TF-17 TF-18 TF-19 TF-20: other words give the default" {
    truths TF True True y n on off yES tRUE
    truths TF False False y n on off yES tRUE
}

@test "TF-21 TF-22 TF-23 TF-24: empty, unset and other values give the default" {
    truths TF True True '' 2 ' True'
    truths TF False False '' 2 ' True'
    is "$(trueorfalse True UNSET)$(trueorfalse False UNSET)" TrueFalse
}

@test "TF-25 TF-26: the default is printed as it is" {
    is "$(trueorfalse TRUE UNSET)" TRUE
    is "$(trueorfalse maybe UNSET)" maybe
}

@test "TF-27: an empty name dies" {
    run -1 trueorfalse False ""
    [[ $output == *"variable to normalize required" ]]
    run -1 trueorfalse True ""
    [[ $output == *"variable to normalize required" ]]
    run -1 trueorfalse True
}

# versions <status> <line of arguments>...
versions() {
    local line status
    for line in "${@:2}"; do
        status=0
        # shellcheck disable=SC2086 # three arguments
        vercmp $line || status=$?
        is "$line: $status" "$line: $1"
    done
}

@test "VC-1 VC-2 VC-3 VC-4 VC-5 VC-6 VC-7 VC-8 VC-9 VC-10 VC-11: vercmp" {
    versions 0 '2.0 > 1.0' '1.0.1 > 1.0' '1.0.1b > 1.0.1a' '2.0-rc3 > 2.0-rc1' '1.0 >= 1.0' '1.0 < 1.0.1' '22.04 >= 22.04'
    versions 1 '1.0 > 1.0' '0.9a.9 > 1.0.1' '0.9 >= 1.0' '1.0 < 1.0'
}

@test "VC-12 VC-13 VC-14 VC-15 VC-16 VC-17 VC-18 VC-19 VC-20 VC-21: vercmp" {
    versions 0 '1.0 <= 1.0.0' '1.0 == 1.0' '1.10 > 1.9' '10 > 9' '2.0~rc1 < 2.0'
    versions 1 '1.0.0 <= 1.0' '1.0 == 1.0.0' '01 == 1' '2.0-rc1 < 2.0' 'v1.2 > v1.10'
}

@test "VC-22: vercmp dies on another operator" {
    run -1 vercmp 1 != 2
    [[ $output == *"unrecognised op: !=" ]]
    run -1 vercmp 1 = 1
    [[ $output == *"unrecognised op: =" ]]
}

@test "GF-1 GF-2 GF-3 GF-4: get_field of a row" {
    local row='| 7  | web 1 | ACTIVE |'
    is "$(get_field 1 <<<"$row")" 7
    is "$(get_field 2 <<<"$row")" 'web 1'
    is "$(get_field 3 <<<"$row")" ACTIVE
    is "$(get_field -1 <<<"$row")" ACTIVE
    is "$(get_field -2 <<<"$row")" 'web 1'
}

@test "GF-5 GF-6: get_field of a line without columns" {
    is "$(get_field 1 <<<'+----+-------+' | od -An -c)" '  \n'
    is "$(get_field -1 <<<'+----+-------+')" '+----+-------+'
    run -0 get_field -2 <<<'+----+-------+'
}

@test "V6-1 V6-2 V6-3 V6-4: ipv6_unquote" {
    is "$(ipv6_unquote '[::1]')" ::1
    is "$(ipv6_unquote 1.2.3.4)" 1.2.3.4
    is "$(ipv6_unquote fe80::1)" fe80::1
    is "$(ipv6_unquote '[fd00::1]:80')" fd00::1:80
}

@test "BI-1 BI-2 BI-3: bool_to_int" {
    is "$(bool_to_int True)$(bool_to_int False)$(bool_to_int true)" 100
    run -1 bool_to_int ""
}

@test "HX-1: generate_hex_string" {
    [[ $(generate_hex_string 4) =~ ^[0-9a-f]{8}$ ]]
    is "$(generate_hex_string 40 | wc -c)" 80
}
