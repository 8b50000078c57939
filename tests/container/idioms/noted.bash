# What the checks share. Sourced by "load ../noted".

bats_require_minimum_version 1.5.0

# noted <item> <pattern>...
#
# True when the plugins' notes for the item are these lines, each of which may be a pattern.
noted() {
    local lines=() place wrong=0
    mapfile -t lines <~/noted/"$1"
    shift
    for ((place = 0; place < $# || place < ${#lines[@]}; place++)); do
        # shellcheck disable=SC2053 # a pattern
        if [[ ${lines[place]-} != ${@:place+1:1} ]]; then
            printf 'wanted: %s\nnoted:  %s\n' "${@:place+1:1}" "${lines[place]-}" >&2
            wrong=1
        fi
    done
    return "$wrong"
}
