#!/usr/bin/env bats
# shellcheck disable=SC2016 # the code is for other shells

load helper

# The system's files are those below "root".
prepare() {
    as_distro debian-12
    export _RUNNER_ROOT=$PWD/root
    mkdir -p root/etc/postgresql/15/main root/usr/lib/systemd/system root/usr/lib/postgresql/15/bin
    touch root/usr/lib/systemd/system/postgresql.service root/etc/postgresql/15/main/postgresql.conf
    printf '#!/bin/sh\n' >root/usr/lib/postgresql/15/bin/postgres
    chmod +x root/usr/lib/postgresql/15/bin/postgres
    printf 'local all postgres peer\nlocal all all peer\n' >root/etc/postgresql/15/main/pg_hba.conf
    stub_sudo
    stub systemctl
    stub chown
    stub psql
    stub runuser 'cat >statements'
}

# postgresql <line>...
#
# Runs the lines after what stack.sh has read by then.
postgresql() {
    shell "ENABLED_SERVICES=postgresql SERVICE_LOCAL_HOST=127.0.0.1 SERVICE_HOST=192.0.2.1 HOST_IP=192.0.2.1 _DEVSTACK_STACKRC=1" \
        'DATABASE_PASSWORD=pw; GetDistro; TOP_DIR=$_RUNNER_TREE' 'source "$_RUNNER_TREE/lib/database"' "$@"
}

@test "the URL has the driver's default dialect and the encoding" {
    run -0 postgresql 'database_connection_url barbican; echo "$(get_database_type_postgresql)"'
    is "$output" $'postgresql://root:pw@127.0.0.1/barbican?client_encoding=utf8\npostgresql'
}

@test "a database is made anew, in one call" {
    run -0 postgresql 'recreate_database a-b utf8'
    is "$output" ""
    [[ $(calls psql) == *'DROP DATABASE IF EXISTS "a-b" WITH (FORCE)'*'CREATE DATABASE "a-b" TEMPLATE template0 ENCODING '\''utf8'\'' LOCALE '\''C'\' ]]
    is "$(calls psql | wc -l)" 1
    stub psql 'exit 2'
    run -2 postgresql 'recreate_database x'
}

@test "the settings are in a file of their own, the rules before the others, and both are written once" {
    run -0 postgresql 'unit= file=; _postgresql_prepare; _daemon_apply; echo $unit'
    is "$output" postgresql@15-main
    grep -qx 'max_connections = 200' root/etc/postgresql/15/main/conf.d/zz-devstack.conf
    grep -qx 'fsync = off' root/etc/postgresql/15/main/conf.d/zz-devstack.conf
    holds root/etc/postgresql/15/main/pg_hba.conf '# devstack: begin
local all "root" md5
host all "root" 0.0.0.0/0 md5
host all "root" ::0/0 md5
# devstack: end
local all postgres peer
local all all peer
'
    : >"$CALLS"
    run -0 postgresql 'unit= file=; _postgresql_prepare; _daemon_apply'
    is "$(calls)" ""
}

@test "other settings take the place of earlier ones" {
    run -0 postgresql 'unit= file=; _postgresql_prepare; _daemon_apply'
    run -0 postgresql 'unit= file= DATABASE_USER=me MAX_DB_CONNECTIONS=9 DATABASE_DURABLE=True; _postgresql_prepare; _daemon_apply'
    grep -qx 'max_connections = 9' root/etc/postgresql/15/main/conf.d/zz-devstack.conf
    ! grep fsync root/etc/postgresql/15/main/conf.d/zz-devstack.conf
    is "$(grep -c me root/etc/postgresql/15/main/pg_hba.conf)" 3
    ! grep '"root"' root/etc/postgresql/15/main/pg_hba.conf
}

@test "a cluster is made where there is none" {
    rm -r root/etc/postgresql
    run -0 postgresql 'unit= file=; _postgresql_prepare; echo "$_RUNNER_DAEMON_SCRIPT"; echo $unit'
    [[ $output == *"pg_createcluster --locale=C.UTF-8 15 main"*"postgresql@15-main" ]]
}

@test "the role is made, or gets the password" {
    run -0 postgresql 'DATABASE_PASSWORD="a'\''b"; _postgresql_administer'
    grep -qF "ALTER ROLE \"root\" SUPERUSER LOGIN PASSWORD 'a''b';" statements
    is "$(calls runuser)" "runuser -u postgres -- psql --no-psqlrc --quiet --set=ON_ERROR_STOP=1 --dbname=template1"
}

@test "the password is kept for the client" {
    run -0 postgresql _postgresql_write_client_file
    is "$(stat -c %a "$HOME/.pgpass")" 600
    run -0 postgresql 'DATABASE_PASSWORD=new; _postgresql_write_client_file'
    is "$(tail -n +2 "$HOME/.pgpass")" '*:*:*:root:new'
}
