#!/usr/bin/env bats
# shellcheck disable=SC2016 # the code is for other shells

load helper

# The system's files are those below "root".
prepare() {
    as_distro debian-12
    export _RUNNER_ROOT=$PWD/root
    mkdir -p root/etc/mysql/mariadb.conf.d root/usr/lib/systemd/system root/var/lib/mysql/mysql root/usr/sbin
    touch root/usr/lib/systemd/system/mariadb.service
    printf '#!/bin/sh\n' >root/usr/sbin/mariadbd
    chmod +x root/usr/sbin/mariadbd
    stub_sudo
    stub systemctl
    stub chown
    stub mariadb 'cat >statements' 'printf "%s\n" "$MYSQL_PWD" >password'
}

# mysql <line>...
#
# Runs the lines after what stack.sh has read by then.
mysql() {
    shell "ENABLED_SERVICES=mysql SERVICE_LOCAL_HOST=127.0.0.1 SERVICE_HOST=192.0.2.1 HOST_IP=192.0.2.1 _DEVSTACK_STACKRC=1" \
        'DATABASE_PASSWORD=pw GetOSVersion=1; GetDistro; TOP_DIR=$_RUNNER_TREE' \
        'source "$_RUNNER_TREE/lib/database"' "$@"
}

@test "the URL has the driver, the password as it is, and the character set" {
    run -0 mysql 'define_database_baseurl; echo "$BASE_SQL_CONN"; database_connection_url barbican'
    is "$output" $'mysql+pymysql://root:pw@127.0.0.1\nmysql+pymysql://root:pw@127.0.0.1/barbican?charset=utf8'
}

@test "another driver has the bare dialect" {
    run -0 mysql 'MYSQL_DRIVER=mysqlclient; database_connection_url x; get_database_type_mysql'
    is "$output" $'mysql://root:pw@127.0.0.1/x?charset=utf8\nmysql'
}

@test "performance gathering appends a plugin to each URL" {
    run -0 mysql 'MYSQL_GATHER_PERFORMANCE=True; database_connection_url x'
    is "$output" "mysql+pymysql://root:pw@127.0.0.1/x?charset=utf8&plugin=dbcounter"
}

@test "a URL survives iniset" {
    run -0 mysql 'MYSQL_GATHER_PERFORMANCE=True; iniset f.conf database connection $(database_connection_url x)' \
        'iniget f.conf database connection'
    is "$output" "mysql+pymysql://root:pw@127.0.0.1/x?charset=utf8&plugin=dbcounter"
}

@test "BASE_SQL_CONN that is set stays" {
    run -0 mysql 'BASE_SQL_CONN=mysql://elsewhere; define_database_baseurl; database_connection_url x'
    is "$output" "mysql://elsewhere/x?charset=utf8"
}

@test "without a database the functions die and say so" {
    run -1 mysql 'ENABLED_SERVICES=key; initialize_database_backends || true; recreate_database x'
    [[ $output == *"recreate_database: no database is enabled"* ]]
}

@test "a database is made anew, with the second argument ignored" {
    run -0 mysql 'recreate_database "a\`b" utf8'
    is "$output" ""
    is "$(calls mariadb)" \
        'mariadb --no-defaults --user=root --host=127.0.0.1 -e DROP DATABASE IF EXISTS `a``b`; CREATE DATABASE `a``b` CHARACTER SET utf8;'
    is "$(cat password)" pw
}

@test "the client's failure is that of recreate_database, also by its own name" {
    stub mariadb 'exit 3'
    run -3 mysql 'recreate_database x'
    run -3 mysql 'recreate_database_mysql x'
}

@test "the settings are those of the contract, and nothing waits for the disk" {
    run -0 mysql 'SERVICE_LISTEN_ADDRESS="[::]"; _mysql_settings; echo "$REPLY"'
    local line
    for line in 'bind-address = ::' 'sql_mode = TRADITIONAL' 'default-storage-engine = InnoDB' 'max_connections = 1024' \
        'loose-innodb_snapshot_isolation = OFF' 'read_buffer_size = 64K' 'innodb_buffer_pool_size = 16M' 'thread_stack = 192K' \
        'thread_cache_size = 8' 'tmp_table_size = 8M' 'sort_buffer_size = 8M' 'max_allowed_packet = 8M' \
        'innodb_flush_log_at_trx_commit = 0' 'loose-innodb_doublewrite = 0' 'loose-skip-log-bin'; do
        grep -qxF -- "$line" <<<"$output" || is "$line" missing
    done
    ! grep slow_query <<<"$output"
}

@test "variables switch parts of the settings" {
    run -0 mysql 'DATABASE_DURABLE=True MYSQL_REDUCE_MEMORY=False DATABASE_QUERY_LOGGING=True; _mysql_settings; echo "$REPLY"'
    ! grep -E 'innodb_|buffer' <<<"${output//loose-innodb_snapshot_isolation/}"
    grep -qx 'slow_query_log_file = /var/log/mysql/mysql-slow.log' <<<"$output"
    grep -qx 'long_query_time = 0' <<<"$output"
}

@test "the unit and the file of settings are those of the distribution" {
    run -0 mysql '_mysql_file; echo "$MYSQL_SERVICE_NAME ${REPLY#"$_RUNNER_ROOT"}"'
    is "$output" "mariadb /etc/mysql/mariadb.conf.d/zz-devstack.cnf"
    as_distro fedora-44
    run -0 mysql '_mysql_file; echo "$MYSQL_SERVICE_NAME ${REPLY#"$_RUNNER_ROOT"}"'
    is "$output" "mariadb /etc/my.cnf.d/zz-devstack.cnf"
    rmdir root/etc/mysql/mariadb.conf.d
    as_distro ubuntu-24.04
    run -0 mysql '_mysql_file; echo "$MYSQL_SERVICE_NAME ${REPLY#"$_RUNNER_ROOT"}"'
    is "$output" "mysql /etc/mysql/mysql.conf.d/zz-devstack.cnf"
    rm root/usr/lib/systemd/system/mariadb.service
    as_distro opensuse-leap-15.6
    run -0 mysql 'echo $MYSQL_SERVICE_NAME'
    is "$output" mysql
}

@test "settings that are right already cost no root, and a boot starts the server" {
    run -0 mysql '_mysql_prepare; _daemon_apply'
    [[ -L root/etc/systemd/system/multi-user.target.wants/mariadb.service ]]
    is "$(stat -c %a root/etc/mysql/mariadb.conf.d/zz-devstack.cnf)" 644
    : >"$CALLS"
    run -0 mysql '_mysql_prepare; _daemon_apply'
    is "$(calls)" ""
}

@test "data that was removed is made anew" {
    rm -r root/var/lib/mysql
    run -0 mysql '_mysql_prepare; echo "$_RUNNER_DAEMON_SCRIPT"'
    [[ $output == *"mariadb-install-db --user=mysql"* ]]
}

@test "root gets the password, and DATABASE_USER all rights, in one call" {
    run -0 mysql 'DATABASE_USER=nova DATABASE_PASSWORD="a'\''b"; _mysql_administer'
    is "$(calls mariadb)" "mariadb --no-defaults --user=root"
    grep -qF "ALTER USER 'root'@'localhost' IDENTIFIED VIA unix_socket OR mysql_native_password USING PASSWORD('a\\'b');" statements
    grep -qF "GRANT ALL PRIVILEGES ON *.* TO 'nova'@'%' WITH GRANT OPTION;" statements
}

@test "a password of an earlier run is tried, too" {
    stub mariadb 'cat >/dev/null' '[[ $* == *--defaults-file=*/home/.my.cnf* ]] || { echo "ERROR 1045 (28000): denied"; exit 1; }'
    run -1 mysql '_mysql_administer || { echo "$REPLY"; false; }'
    is "$output" "ERROR 1045 (28000): denied"
    touch "$HOME/.my.cnf"
    run -0 mysql '_mysql_administer'
}

@test "a server that is not there is not asked four times" {
    stub mariadb 'echo "ERROR 2002 (HY000): no socket"; exit 1'
    run -1 mysql '_mysql_administer'
    is "$(calls mariadb | wc -l)" 1
}

@test "a wrong password ends the run with what to do" {
    stub mariadb 'cat >/dev/null' 'echo "ERROR 1045 (28000): Access denied"; exit 1'
    run -1 mysql configure_database
    [[ $output == *"cannot be given DATABASE_PASSWORD: ERROR 1045 (28000): Access denied. If the database was set up with"*"clean.sh"* ]]
}

@test "the password is kept for the client, up to date, and for the owner only" {
    run -0 mysql _mysql_write_client_file
    is "$(stat -c %a "$HOME/.my.cnf")" 600
    run -0 mysql 'DATABASE_PASSWORD=new; _mysql_write_client_file'
    is "$(tail -n +2 "$HOME/.my.cnf")" $'[client]\nuser=root\npassword=new'
    as_distro ubuntu-24.04
    rm root/usr/sbin/mariadbd "$HOME/.my.cnf"
    run -0 mysql _mysql_write_client_file
    is "$(tail -n +2 "$HOME/.my.cnf")" $'[client]\nuser=root\npassword=pw\nhost=127.0.0.1'
}

@test "a .my.cnf of somebody else is left alone" {
    echo '[client]' >"$HOME/.my.cnf"
    run -0 mysql '_mysql_write_client_file; _database_forget_client_file "$HOME/.my.cnf" "$_RUNNER_MYSQL_MARK"'
    is "$(cat "$HOME/.my.cnf")" '[client]'
}

@test "clean removes data, settings, password and the start by a boot, and no package" {
    run -0 mysql '_mysql_prepare; _daemon_apply; _mysql_write_client_file; _mysql_file; touch "$REPLY.other"' \
        '_daemon_remove() { echo "$@"; }; cleanup_database'
    is "$output" "mariadb $PWD/root/etc/mysql/mariadb.conf.d/zz-devstack.cnf /var/lib/mysql"
    [[ ! -e $HOME/.my.cnf ]]
}

@test "a server on another machine is neither set up nor removed" {
    stub mariadb
    run -0 mysql 'MYSQL_HOST=192.0.2.9; configure_database; stop_database; cleanup_database'
    is "$(calls mariadb)" "mariadb --no-defaults --user=root --host=192.0.2.9 --connect-timeout=10 -e SELECT 1"
    is "$(calls sudo)" ""
}
