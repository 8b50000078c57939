#!/usr/bin/env bats

# shellcheck disable=SC1091,SC2016,SC2034,SC2154,SC2329 # files, text, variables and functions of other shells

load helper

prepare() {
    source "$TREE/functions-common"
}

# after <ENABLED_SERVICES> <wanted> <command> [<argument>...]
#
# Compares the list of services after a command.
after() {
    ENABLED_SERVICES=$1
    DISABLED_SERVICES=${DISABLED:-}
    "${@:3}"
    is "$* => $ENABLED_SERVICES" "$* => $2"
}

@test "SV-1 SV-2 SV-3 SV-4 SV-5: enable_service adds" {
    after '' a enable_service a
    after a,b, a,b,c enable_service c
    after a,b a,b,c,d enable_service c,d
    after a,b a,b,c,d enable_service c d
    after a,b a,b,c,d enable_service 'c d'
    after a,b,c a,b,c enable_service c
}

@test "SV-6 SV-7 SV-8: enable_service and negated names" {
    after a,b,-c a,b enable_service c
    after a,b,c a,b enable_service -c
    after a,b,c b,c,d enable_service -a d
}

@test "SV-9 SV-10 SV-11 SV-12: enable_service and families" {
    after q-svc q-svc enable_service neutron
    after swift swift enable_service s-proxy
    after s-proxy s-proxy enable_service swift
    after c-vol c-vol,cinder enable_service cinder
}

@test "SV-13: enable_service and disabled services" {
    DISABLED=b after a a,c enable_service b c >out
    is "$(wc -l <out)" 1
    [[ $(<out) == "[WARNING] "*"Attempt to enable_service b when it has been disabled" ]]
}

@test "SV-14 SV-15: enable_service and blanks, and a name twice" {
    after 'a, b' a,b,c enable_service c
    after a a,b,b enable_service b b
}

@test "SV-16 SV-17 SV-18 SV-19 SV-20 SV-21: disable_service" {
    after a,b,c b,c disable_service a
    after a,b,c a,c disable_service b
    after a,b,c a,b disable_service c
    after '' '' disable_service d
    is "$DISABLED_SERVICES" d
    after a,b,c c disable_service 'a b'
    is "$DISABLED_SERVICES" a,b
    after aa,a aa disable_service a
    after q-svc,a q-svc,a disable_service neutron
    is "$DISABLED_SERVICES" neutron
    after a,b,a b disable_service a
}

@test "SV-22 SV-23 SV-24 SV-25 SV-26: disable_negated_services" {
    local list
    for list in -a a,-a -a,a 'a_a, -a_a'; do
        after "$list" '' disable_negated_services
    done
    after b,a,-a b disable_negated_services
    after a,-a,b b disable_negated_services
    after a,aa,-a aa disable_negated_services
    after aa,-a aa disable_negated_services
    after 'a-b, b, -a-b' b disable_negated_services
    after a,av2,-a,a av2 disable_negated_services
}

@test "SV-27 SV-28 SV-29: remove_disabled_services, _cleanup_service_list" {
    is "$(remove_disabled_services a,b,c,d 'a,c d')" b
    is "$(remove_disabled_services 'a,b c,d' 'a d')" b,c
    is "$(remove_disabled_services a,b,c '')" a,b,c
    is "$(remove_disabled_services '' a)" ''
    is "$(_cleanup_service_list ,a,,b,)" a,b
    is "$(_cleanup_service_list ,)" ''
}

@test "SV-30: use_exclusive_service" {
    OPTS='rabbit qpid zmq' SEL=''
    after rabbit,x x,qpid use_exclusive_service OPTS SEL qpid
    is "$SEL $DISABLED_SERVICES" 'qpid rabbit,zmq'
}

@test "SV-31: use_exclusive_service of what is no option" {
    local name status
    OPTS='rabbit qpid zmq' SEL=old ENABLED_SERVICES=rabbit,x DISABLED_SERVICES=y
    for name in nope ''; do
        status=0
        use_exclusive_service OPTS SEL "$name" || status=$?
        is "$status $SEL $ENABLED_SERVICES $DISABLED_SERVICES" '1 old rabbit,x y'
    done
}

@test "use_database" {
    use_database mysql 2>/dev/null
    is "$DATABASE_TYPE" mysql
    [[ -n $DEPRECATED_TEXT ]]
    DATABASE_BACKENDS='mysql postgresql'
    after mysql postgresql use_database postgresql
    is "$DATABASE_TYPE" postgresql
}

@test "verify_disabled_services, disable_all_services" {
    DISABLED=c after a,b '' disable_all_services
    verify_disabled_services
    ENABLED_SERVICES=a,c
    run -1 verify_disabled_services
    [[ $output == *"ENABLED_SERVICES directly modified to overcome 'disable_service c'" ]]
}

# enabled <ENABLED_SERVICES> <status> <service>...
enabled() {
    local status=0
    ENABLED_SERVICES=$1
    is_service_enabled "${@:3}" || status=$?
    is "$*: $status" "$*: $2"
}

@test "IS-1: is_service_enabled" {
    enabled a,b 0 a
    enabled a,b 1 c
    enabled a,b 0 c b
    enabled a,b 1
}

@test "IS-2 IS-3 IS-4 IS-5 IS-6 IS-7 IS-8: families" {
    enabled n-cpu 0 nova
    enabled n-cpu 0 n-cpu-1
    enabled n-cpu 1 n-api
    enabled g-api 0 glance
    enabled q-svc 0 neutron
    enabled neutron-api 1 neutron
    enabled s-proxy 0 swift
    enabled swift 0 s-proxy
    enabled swift 0 s-anything
    enabled tr-api 0 trove
}

@test "IS-9 IS-10 IS-11 IS-12 IS-13 IS-14: what is not enabled" {
    enabled key 1 keystone
    enabled c-vol 1 cinder
    enabled h-api 1 heat
    enabled nova 1 n-api
    enabled neutron 1 q-svc
    enabled glance 1 g-api
    enabled aa 1 a
    enabled xn-api 1 nova
    enabled -a 1 a
    enabled a,-a 0 a
}

@test "IS-15 IS-16: functions of plugins" {
    is_foo_enabled() { return 0; }
    is_bar_enabled() { return 1; }
    is_barbican-svc_enabled() { return 0; }
    enabled x 0 foo
    enabled bar 0 bar
    enabled x 1 bar
    enabled x 0 barbican-svc
}

@test "is_service_enabled: a function that asks for the service's parts" {
    is_heat_enabled() { [[ ,$ENABLED_SERVICES =~ ,"h-" ]]; }
    enabled h-api 0 heat
}

@test "is_service_enabled: names are no patterns" {
    enabled ab 1 'a.'
    enabled ab 1 'a*'
}

@test "services: work with errexit, nounset and xtrace on, and stay quiet" {
    cat >script.sh <<EOF
source "$TREE/functions"
set -eux
enable_service a b
disable_service b
if is_service_enabled nova; then exit 9; fi
is_service_enabled a
[[ \$- == *x* && \$- == *e* && \$- == *u* && \$- != *f* ]]
EOF
    run -0 bash script.sh
    ((${#lines[@]} < 10))
}
