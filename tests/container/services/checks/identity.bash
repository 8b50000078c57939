#!/bin/bash
# identity.bash - is what an identity helper does what the openstack command does in its place?
#
# For the stack user of a container in which Keystone runs. Each call is made both ways, on twins: an "@" in arguments
# becomes "-cli" or "-fast". Outputs, statuses and what Keystone has then are compared. Prints a line in TAP for each case.

# shellcheck disable=SC2016 # dollars are to reach Keystone

TOP_DIR=${TOP_DIR:-/opt/stack/devstack}
source "$TOP_DIR/functions"
PATH=/opt/stack/data/venv/bin:$PATH
source "${BASH_SOURCE[0]%/*}/client.bash"
start_client
trap end_client EXIT
RUN=$$ NUMBER=0 FAILED=0

# client <argument>…
function client {
    openstack --os-cloud devstack-system-admin "$@" 2>/dev/null
}

# The command lines that the helpers stand for.

function cli_get_or_create_domain {
    client domain create "$1" --description "${2:-}" --or-show -f value -c id
}
function cli_get_or_create_group {
    client group create "$1" --domain "$2" --description "${3:-}" --or-show -f value -c id
}
function cli_get_or_create_user {
    client user create "$1" --password "$2" --domain="$3" ${4:+--email="$4"} --or-show -f value -c id
}
function cli_get_or_create_project {
    client project create "$1" --domain="${2:-}" --or-show -f value -c id
}
function cli_get_or_create_role {
    client role create "$1" --or-show -f value -c id
}
function cli_get_or_add_user_project_role {
    local who=(--user "$2" --project "$3" ${4:+--user-domain "$4"} ${5:+--project-domain "$5"})
    client role add "$1" "${who[@]}" && client role assignment list --role "$1" "${who[@]}" -f value -c Role
}
function cli_get_or_add_user_domain_role {
    client role add "$1" --user "$2" --domain "$3" &&
        client role assignment list --role "$1" --user "$2" --domain "$3" -f value -c Role
}
function cli_get_or_add_user_system_role {
    local who=(--user "$2" --system "$3" ${4:+--user-domain "$4"})
    client role add "$1" "${who[@]}" && client role assignment list --role "$1" "${who[@]}" -f value -c Role
}
function cli_get_or_add_group_project_role {
    client role add "$1" --group "$2" --project "$3" &&
        client role assignment list --role "$1" --group "$2" --project "$3" -f value -c Role
}
function cli_get_or_create_service {
    client service show "$2" -f value -c id ||
        client service create "$2" --name "$1" --description="${3:-}" -f value -c id
}
function one_endpoint {
    local id
    id=$(client endpoint list --service "$1" --interface "$2" --region "$3" -f value -c ID) || return
    if [[ -z $id ]]; then
        id=$(client endpoint create "$1" "$2" "$4" --region "$3" -f value -c id) || return
    fi
    printf '%s\n' "$id"
}
function cli_get_or_create_endpoint {
    local public
    public=$(one_endpoint "$1" public "$2" "$3") || return
    if [[ -n ${4:-} ]]; then
        one_endpoint "$1" admin "$2" "$4" || return
    fi
    if [[ -n ${5:-} ]]; then
        one_endpoint "$1" internal "$2" "$5" || return
    fi
    printf '%s\n' "$public"
}
function cli_get_endpoint_url {
    client endpoint list --service "$1" --interface "$2" -f value -c URL
}

# case_is <name> <wanted> <actual>
function case_is {
    NUMBER=$((NUMBER + 1))
    if [[ $2 == "$3" ]]; then
        printf 'ok %d %s\n' "$NUMBER" "$1"
    else
        FAILED=$((FAILED + 1))
        printf 'not ok %d %s\n' "$NUMBER" "$1"
        printf '# openstack: %s\n' "${2//$'\n'/ / }"
        printf '# helper:    %s\n' "${3//$'\n'/ / }"
    fi
}

# said <function> <argument>…
#
# Prints whether it succeeded, and its output without the twins' names.
function said {
    local output
    if output=$("$@" 2>/dev/null); then
        printf 'succeeds\n%s\n' "$output"
    else
        printf 'fails\n%s\n' "$output"
    fi
}

# shown <kind> <id>…
#
# Prints what Keystone has under these ids, without what twins differ in.
function shown {
    local kind=$1 id
    for id in "${@:2}"; do
        client "$kind" show "$id" -f json |
            python3 -c '
import json, sys
thing = json.load(sys.stdin)
for name in "id", "links", "service_id", "password_expires_at":
    thing.pop(name, None)
print(json.dumps(thing, sort_keys=True).replace("-cli", "@").replace("-fast", "@"))'
    done
}

# made <kind> <helper> <argument>…
#
# The helper makes what the command makes, and each finds its own and the other's.
function made {
    local kind=$1 helper=$2 name="${*:2}" first second
    local -a cli=("${@:3}") fast=("${@:3}")
    cli=("${cli[@]//@/-cli$RUN}") fast=("${fast[@]//@/-fast$RUN}")
    first=$("cli_$helper" "${cli[@]}")
    second=$("$helper" "${fast[@]}")
    # shellcheck disable=SC2086 # a word an id
    case_is "$name: makes" "$(shown "$kind" $first)" "$(shown "$kind" $second)"
    case_is "$name: finds" "$("cli_$helper" "${fast[@]}")" "$second"
    case_is "$name: finds the other's" "$first" "$("$helper" "${cli[@]}")"
    [[ -n $first ]] || case_is "$name: the command works" something nothing
}

# same <helper> <argument>…
#
# Both say the same, of the same thing, the helper first.
function same {
    local fast
    fast=$(said "$@")
    case_is "$*" "$(said "cli_$1" "${@:2}")" "$fast"
}

# roles <helper> <role> <whom> <where> [<more>…]
#
# Both give the role to twins, and print the same.
function roles {
    local name="$*" helper=$1
    local -a cli=("${@:2}") fast=("${@:2}")
    cli=("${cli[@]//@/-cli$RUN}") fast=("${fast[@]//@/-fast$RUN}")
    case_is "$name" "$(said "cli_$helper" "${cli[@]}")" "$(said "$helper" "${fast[@]}")"
    case_is "$name: again" "$(said "cli_$helper" "${cli[@]}")" "$(said "$helper" "${fast[@]}")"
    case_is "$name: what there is then" "$(assigned "${cli[1]}")" "$(assigned "${fast[1]}")"
}

# assigned <user or group>
function assigned {
    client role assignment list --names -f value | grep -e "$1" | sed 's/-cli\|-fast/@/g' | sort
}

# logs_in <user> <domain> <password>
function logs_in {
    local url
    url=$(client configuration show -f value -c auth.auth_url)
    OS_CLOUD='' openstack --os-auth-type password --os-auth-url "$url" --os-username "$1" --os-user-domain-name "$2" \
        --os-password "$3" --os-identity-api-version 3 token issue -f value -c user_id 2>/dev/null
}

made domain get_or_create_domain d@ "a domain with 'quotes' and \"more\""
made domain get_or_create_domain bare@
# what both make things in
D=d-cli$RUN
made project get_or_create_project p@ default
made project get_or_create_project p@ "$D"
made project get_or_create_project nowhere@ ''
made role get_or_create_role r@
made group get_or_create_group g@ default 'a group: $(project_id)s'
made group get_or_create_group bare@ Default
made user get_or_create_user u@ 'a "password" with $(x)s and '"'" default u@example.com
made user get_or_create_user inner@ secret "$D"
made user get_or_create_user nobody@ secret ''
made service get_or_create_service s@ t@ 'a service: "x" $(y)s'
made service get_or_create_service other@ t@ 'the type is taken'
made endpoint get_or_create_endpoint t@ RegionOne 'http://x/$(project_id)s'
made endpoint get_or_create_endpoint s@ RegionOne http://y/ http://a/ http://i/
made endpoint get_or_create_endpoint t@ RegionOne http://changed http://changed http://changed

case_is "the password of an existing user stays" "$(get_or_create_user "u-cli$RUN" other default)" \
    "$(logs_in "u-cli$RUN" Default 'a "password" with $(x)s and '"'")"
case_is "the password of a new user" "$(get_or_create_user "u-fast$RUN" other default)" \
    "$(logs_in "u-fast$RUN" Default 'a "password" with $(x)s and '"'")"

roles get_or_add_user_project_role member u@ p@ default default
roles get_or_add_user_project_role admin inner@ demo
roles get_or_add_user_project_role "$(client role show reader -f value -c id)" inner@ demo "$D" Default
roles get_or_add_user_domain_role reader inner@ "$D"
roles get_or_add_user_system_role reader u@ all
roles get_or_add_user_system_role member inner@ all "$D"
roles get_or_add_group_project_role member g@ demo

same get_endpoint_url identity public
same get_endpoint_url "s-cli$RUN" admin
same get_endpoint_url identity internal
same get_endpoint_url nosuch public
same get_or_create_service x identity y
same get_or_create_endpoint identity RegionOne http://changed
same get_or_create_endpoint nosuch RegionOne http://x
same get_or_create_endpoint "t-cli$RUN" Nowhere http://x
same get_or_create_user u p nosuchdomain
same get_or_create_project p nosuchdomain
same get_or_create_group g nosuchdomain
same get_or_create_user '' secret default
same get_or_create_role ''
same get_or_add_user_project_role nosuch admin admin
same get_or_add_user_project_role admin nosuch admin
same get_or_add_user_project_role admin admin nosuch
same get_or_add_user_project_role member "p-cli$RUN" demo
same get_or_add_user_domain_role admin admin nosuch
same get_or_add_user_system_role nosuch admin all
same get_or_add_group_project_role member nosuch demo
# in two domains
get_or_create_user "twice$RUN" secret default >/dev/null
get_or_create_user "twice$RUN" secret "$D" >/dev/null
same get_or_add_user_project_role member "twice$RUN" demo
same get_or_add_user_project_role member "twice$RUN" demo "$D" default

printf '1..%d\n' "$NUMBER"
((FAILED == 0))
