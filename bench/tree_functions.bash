#!/bin/bash
# One measurement of a DevStack tree's functions: tree_functions.bash TREE CASE
#
# Prints the milliseconds of one call. The calls stand in a file that is sourced, as in a plugin.
tree=$1 case=$2 count=100
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit

# calls <number> <line with N for the number of the call>
calls() {
    local -i number
    count=$1
    for ((number = 1; number <= count; number++)); do
        printf '%s\n' "${2//N/$number}"
    done >calls
}

# shellcheck disable=SC2016 # for the file
case $case in
    source) printf 'source %q\n' "$tree/functions" >calls && count=1 ;;
    iniset*) calls 200 "iniset test.conf sectionN option 'some value N'" ;;
    iniget) calls 200 'value=$(iniget test.conf section$((N % 5)) optionN)' ;;
    is_service_enabled*) calls 100 'is_service_enabled nova || true' ;;
    iniget-direct) calls 200 'iniget test.conf section$((N % 5)) optionN >/dev/null' ;;
    trueorfalse) calls 100 'word=$(trueorfalse False WORD)' ;;
    trueorfalse-direct) calls 100 'trueorfalse False WORD >/dev/null' ;;
    subshell) calls 100 'nothing=$(:)' ;;
    process) calls 100 /bin/true ;;
esac
if [[ $case == iniset* ]]; then
    # one file that grows, with five sections
    sed -i -E 's/section([0-9]*)([0-9]) option/section\2 option\1\2/' calls
fi
if [[ $case == *-sudo ]]; then
    sed -i 's/^iniset /iniset -sudo /' calls
fi

if [[ $case != source ]]; then
    # shellcheck source=/dev/null
    source "$tree/functions"
    if ! declare -F short_source >/dev/null; then
        # shellcheck source=/dev/null
        source "$tree/inc/core/trace"
    fi
fi
if [[ $case == iniget* ]]; then
    for section in {0..4}; do
        printf '[section%d]\n' "$section"
        for number in {1..200}; do
            ((number % 5 != section)) || printf 'option%d = some value %d\n' "$number" "$number"
        done
    done >test.conf
fi
if [[ $case == *-sudo ]]; then
    chmod 755 .
    sudo chown root:root .
fi
# shellcheck disable=SC2034 # what the calls read
ENABLED_SERVICES=key,g-api,c-api,q-svc,rabbit,mysql,n-api WORD=yes
if [[ $case == *-xtrace ]]; then
    # as stack.sh has it: a process for each traced command
    # shellcheck disable=SC2016 # expanded for each command
    export PS4='+ $(short_source):   '
    exec 2>/dev/null
    set -o xtrace
fi
begin=$EPOCHREALTIME
# shellcheck source=/dev/null
source ./calls
end=$EPOCHREALTIME
set +o xtrace
cd /
if [[ $case == *-sudo ]]; then
    sudo chown -R "$UID" "$folder"
fi
microseconds=$(((${end/[.,]/} - ${begin/[.,]/}) / count))
printf '%d.%03d\n' $((microseconds / 1000)) $((microseconds % 1000))
