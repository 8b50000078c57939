#!/usr/bin/env bats
# shellcheck disable=SC2016 # the code is for other shells

load helper

# database <ENABLED_SERVICES> <line>...
#
# Sources lib/database after what stackrc sets, then runs the lines.
database() {
    shell "ENABLED_SERVICES=$1 SERVICE_LOCAL_HOST=\${SERVICE_LOCAL_HOST:-127.0.0.1} _DEVSTACK_STACKRC=1" \
        'source "$_RUNNER_TREE/lib/database"' "${@:2}"
}

@test "the backend in use is the one that is enabled" {
    run -0 database a,mysql 'echo $DATABASE_TYPE $MYSQL_HOST $MYSQL_USER $DATABASE_HOST $DATABASE_USER'
    is "$output" "mysql 127.0.0.1 root 127.0.0.1 root"
    run -0 database postgresql 'echo $DATABASE_TYPE'
    is "$output" postgresql
}

@test "without a database there is no type" {
    run -0 database mysqlx 'echo ${DATABASE_TYPE-unset}; initialize_database_backends || echo none'
    is "$output" $'unset\nnone'
}

@test "plugins ask for any backend by the unquoted list" {
    run -0 database postgresql 'is_service_enabled $DATABASE_BACKENDS; echo $? "[$DATABASE_BACKENDS]"'
    is "$output" "0 [ mysql postgresql]"
    run -1 database a 'is_service_enabled $DATABASE_BACKENDS'
}

@test "a plugin that changes the services is heard at the next choice" {
    run -0 database mysql 'disable_service mysql; enable_service postgresql' \
        'initialize_database_backends; echo $DATABASE_TYPE'
    is "$output" postgresql
}

@test "a backend is registered once" {
    run -0 database other 'register_database other; register_database other; initialize_database_backends' \
        'echo "[$DATABASE_BACKENDS]" $DATABASE_TYPE'
    is "$output" "[ mysql postgresql other] other"
}

@test "the host of IP version 6 has brackets in URLs only" {
    run -0 database mysql 'SERVICE_LOCAL_HOST=::1; unset MYSQL_HOST DATABASE_HOST; initialize_database_backends' \
        'initialize_database_backends; echo $MYSQL_HOST $DATABASE_HOST'
    is "$output" "::1 [::1]"
}

@test "before stackrc nothing is chosen, so that localrc is still heard" {
    run -0 shell 'ENABLED_SERVICES=mysql; source "$_RUNNER_TREE/lib/database"; echo ${DATABASE_TYPE-unset} ${MYSQL_HOST-unset}'
    is "$output" "unset unset"
}

@test "initialize_database_backends works with every option on" {
    run -0 database mysql 'set -eux; initialize_database_backends; register_database mysql; [[ $- == *x* ]]'
    is "$(grep -c DATABASE_BACKENDS <<<"$output")" 0
}
