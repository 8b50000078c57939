#!/usr/bin/env bash
#
# create_userrc.sh - writes DIRECTORY/<project>/<user>, a file to source, for each user of each project
#
#   create_userrc.sh [--target-dir DIRECTORY] [--os-auth-url URL] [--os-password PASSWORD] [--os-cacert FILE]
#
# The directory is accrc beside stack.sh by default, the rest is taken from the environment: OS_AUTH_URL, OS_PASSWORD
# and OS_CACERT. All users get the same password. Disabled users and projects are left out, and so is the project of
# the services. The caller must be an admin to the openstack command, by OS_CLOUD for example.

set -o errexit -o nounset

TOP_DIR=$(CDPATH='' cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)
_USERRC_DIR=$TOP_DIR/accrc
_USERRC_URL=${OS_AUTH_URL:-}
_USERRC_PASSWORD=${OS_PASSWORD:-}
_USERRC_CACERT=${OS_CACERT:-}
declare -A _USERRC_PROJECTS _USERRC_USERS

# userrc_fail <message>
function userrc_fail {
    echo "create_userrc.sh: $1" >&2
    exit 1
}

# userrc_options <argument>...
function userrc_options {
    while (($# > 0)); do
        (($# > 1)) || userrc_fail "the option $1 is unknown, or has no value"
        case $1 in
            --target-dir) _USERRC_DIR=$2 ;;
            --os-auth-url) _USERRC_URL=$2 ;;
            --os-password) _USERRC_PASSWORD=$2 ;;
            --os-cacert) _USERRC_CACERT=$2 ;;
            *) userrc_fail "the option $1 is unknown" ;;
        esac
        shift 2
    done
    [[ -n $_USERRC_URL ]] || userrc_fail "no URL of Keystone: set OS_AUTH_URL, or give --os-auth-url"
    [[ -n $_USERRC_PASSWORD ]] || userrc_fail "no password: set OS_PASSWORD, or give --os-password"
}

# userrc_read <array> <kind>
#
# Fills the array with the names of what is enabled of a kind, by identifiers.
function userrc_read {
    local -n names=$1
    local list line name
    list=$(openstack "$2" list --long -f value -c ID -c Name -c Enabled)
    # the name is between the other two, and may have blanks
    while read -r line; do
        [[ $line == *" True" ]] || continue
        name=${line#* }
        # shellcheck disable=SC2034 # it is the caller's array
        names[${line%% *}]=${name% True}
    done <<<"$list"
}

# userrc_write <user id> <project id>
#
# Writes the file of a user in a project.
function userrc_write {
    local user=${_USERRC_USERS[$1]} project=${_USERRC_PROJECTS[$2]}
    [[ $user$project != */* ]] || return 0
    mkdir -p "$_USERRC_DIR/$project"
    cat >"$_USERRC_DIR/$project/$user" <<RC
# OpenStack USER ID = $1
export OS_USERNAME="$user"
# OpenStack project ID = $2
export OS_PROJECT_NAME="$project"
export OS_AUTH_URL="$_USERRC_URL"
export OS_CACERT="$_USERRC_CACERT"
export NOVA_CERT="$_USERRC_DIR/cacert.pem"
export OS_PASSWORD="$_USERRC_PASSWORD"
export OS_USER_DOMAIN_ID=default
unset OS_USER_DOMAIN_NAME
export OS_PROJECT_DOMAIN_ID=default
unset OS_PROJECT_DOMAIN_NAME
RC
}

userrc_options "$@"
userrc_read _USERRC_PROJECTS project
userrc_read _USERRC_USERS user
_USERRC_ROLES=$(openstack role assignment list --effective -f value -c User -c Project)
declare -A _USERRC_DONE
while read -r user project _; do
    if [[ -n ${_USERRC_DONE["$user $project"]:-} || -z $project || -z ${_USERRC_USERS[$user]:-} ]]; then
        continue
    fi
    _USERRC_DONE["$user $project"]=1
    if [[ ${_USERRC_PROJECTS[$project]:-service} != service ]]; then
        userrc_write "$user" "$project"
    fi
done <<<"$_USERRC_ROLES"
