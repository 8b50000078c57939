#!/usr/bin/env bats
# shellcheck disable=SC1091,SC2016,SC2034 # files, text and variables of other shells

load helper

# What root's shell does is noted, not done: it would write to the machine's own folders.
prepare() {
    local name
    stub_sudo
    stub sh
    stub tee 'exec "$BASH" -c '\''append=; [[ $1 != -a ]] || { append=1; shift; }
        text=$(cat; echo .); printf %s "${text%.}"
        [[ -n $append ]] || : >"$1"; printf %s "${text%.}" >>"$1"'\'' - "$@"'
    stub a2ensite '[[ -e sites-available/$2.conf ]] && ln -s "../sites-available/$2.conf" "sites-enabled/$2.conf"'
    stub a2dissite 'rm "sites-enabled/$2.conf"'
    for name in a2enmod journalctl dpkg-query apt-get; do
        stub "$name"
    done
    mkdir sites-available sites-enabled
    as_distro debian-12
    source "$TREE/functions"
    GetDistro
    STACK_USER=me API_WORKERS=3 WORKER_TIMEOUT=70
    APACHE_CONF_DIR=$PWD/sites-available
    source "$TREE/lib/apache"
}

# as_family <os-release>
#
# Makes the functions see another distribution, with its own names of folders.
as_family() {
    as_distro "$1"
    GetDistro
    unset APACHE_NAME APACHE_CONF_DIR APACHE_SETTINGS_DIR APACHE_LOG_DIR
    source "$TREE/lib/apache"
}

@test "where Apache is, by the family" {
    as_family debian-12
    is "$APACHE_NAME $APACHE_CONF_DIR $APACHE_SETTINGS_DIR $APACHE_LOG_DIR" \
        "apache2 /etc/apache2/sites-available /etc/apache2/conf-enabled /var/log/apache2"
    as_family fedora-44
    is "$APACHE_NAME $APACHE_CONF_DIR $APACHE_SETTINGS_DIR $APACHE_LOG_DIR" \
        "httpd /etc/httpd/conf.d /etc/httpd/conf.d /var/log/httpd"
    as_family opensuse-leap-16.0
    is "$APACHE_NAME $APACHE_CONF_DIR $APACHE_SETTINGS_DIR $APACHE_LOG_DIR" \
        "apache2 /etc/apache2/vhosts.d /etc/apache2/conf.d /var/log/apache2"
}

@test "who Apache is, and the address for its own use" {
    run -0 shell 'STACK_USER=root; source "$_RUNNER_TREE/lib/apache"; echo $APACHE_USER $APACHE_GROUP $APACHE_LOCAL_HOST' \
        'unset APACHE_LOCAL_HOST; SERVICE_LOCAL_HOST=::1; source "$_RUNNER_TREE/lib/apache"; echo $APACHE_LOCAL_HOST'
    is "$output" $'root root 127.0.0.1\n[::1]'
    run -0 shell 'STACK_USER=nobody; source "$_RUNNER_TREE/lib/apache"; echo $APACHE_GROUP'
    is "$output" "$(id -gn nobody)"
}

@test "the library is read without a process" {
    run -0 shell 'PATH=/nowhere' 'source "$_RUNNER_TREE/lib/apache" && echo $APACHE_NAME'
    is "$output" apache2
}

@test "a site's file is the same before and after it is enabled, with a link, in the Debian family" {
    is "$(apache_site_config_for x)" "$PWD/sites-available/x.conf"
    echo text >sites-available/x.conf
    enable_apache_site x
    enable_apache_site x
    [[ -L sites-enabled/x.conf ]]
    is "$(apache_site_config_for x)" "$PWD/sites-available/x.conf"
    is "$(calls a2ensite)" "a2ensite -q x"
    disable_apache_site x
    disable_apache_site x
    disable_apache_site never
    [[ ! -L sites-enabled/x.conf && -f sites-available/x.conf ]]
}

@test "a site that was never written cannot be enabled" {
    run ! enable_apache_site x
}

@test "a site's file has another name when it is enabled, in the other families" {
    local distro
    for distro in fedora-44 opensuse-tumbleweed; do
        as_distro "$distro"
        GetDistro
        is "$(apache_site_config_for x)" "$PWD/sites-available/x.conf.disabled"
        echo "$distro" >"$(apache_site_config_for x)"
        enable_apache_site x
        enable_apache_site x
        is "$(apache_site_config_for x)" "$PWD/sites-available/x.conf"
        disable_apache_site x
        disable_apache_site x
        holds sites-available/x.conf.disabled "$distro\n"
        # both there: neither takes the other's place
        echo other >sites-available/x.conf
        enable_apache_site x
        holds sites-available/x.conf 'other\n'
        rm sites-available/*
    done
}

@test "the uWSGI file for a socket, and the site that leads to it" {
    run -0 write_uwsgi_config "$PWD/u.ini" pkg.wsgi.api:application /reservation "" blazar
    is "$output" 'd /var/run/uwsgi 0755 me root
ProxyPass "/reservation" "unix:/var/run/uwsgi/blazar.socket|uwsgi://uwsgi-uds-blazar" retry=0 acquire=1 '
    holds u.ini '[uwsgi]
module = pkg.wsgi.api:application
processes = 3
master = true
die-on-term = true
exit-on-reload = false
worker-reload-mercy = 70
enable-threads = true
plugins = http,python3
thunder-lock = true
hook-master-start = unix_signal:15 gracefully_kill_them_all
buffer-size = 65535
add-header = Connection: close
lazy-apps = true
start-time = %t
socket = /var/run/uwsgi/blazar.socket
chmod-socket = 666
'
    [[ -L sites-enabled/blazar.conf ]]
    [[ $(calls) == *"tmpfiles"*"- d /var/run/uwsgi 0755 me root me"*"- restart apache2"* ]]
    # options that plugins add
    iniset "$PWD/u.ini" uwsgi threads 2
    is "$(iniget "$PWD/u.ini" uwsgi threads) $(iniget "$PWD/u.ini" uwsgi add-header)" "2 Connection: close"
}

@test "the site's line is added, and the uWSGI file begins anew" {
    write_uwsgi_config "$PWD/u.ini" a:b /a "" n
    echo '# of a plugin' >>sites-available/n.conf
    echo 'threads = 7' >>u.ini
    write_uwsgi_config "$PWD/u.ini" a:b /a "" n
    local line='ProxyPass "/a" "unix:/var/run/uwsgi/n.socket|uwsgi://uwsgi-uds-n" retry=0 acquire=1 '
    holds sites-available/n.conf "$line\n# of a plugin\n$line\n"
    run -1 grep '^threads' u.ini
}

@test "a uWSGI server that listens itself has no site" {
    run -0 write_uwsgi_config "$PWD/u.ini" a:b /a 0.0.0.0:8775 n
    is "$output" "d /var/run/uwsgi 0755 me root"
    is "$(tail -n 2 u.ini)" $'start-time = %t\nhttp = 0.0.0.0:8775'
    is "$(ls sites-available)" ""
    [[ $(calls) != *restart* ]]
}

@test "a WSGI script is named as a file, with a warning" {
    local script
    for script in /usr/bin/foo-wsgi foo.wsgi a.b a:b:c a-b:c a:1; do
        run -0 --separate-stderr write_uwsgi_config "$PWD/u.ini" "$script" /a "" n
        is "$(sed -n 2p u.ini)" "wsgi-file = $script"
        # shellcheck disable=SC2154 # of run
        [[ $stderr == *"$script"* ]]
    done
    run -0 write_uwsgi_config "$PWD/u.ini" /usr/bin/foo-wsgi /a
    [[ -f sites-available/foo-wsgi.conf ]]
}

@test "a file that cannot be written is an error, and no site comes of it" {
    run -1 write_uwsgi_config "$PWD/none/u.ini" a:b /a "" n
    is "$(ls sites-available)" ""
}

@test "a uWSGI server that takes chunks: its file, its site, and its port stays" {
    local port wanted=$'socket-timeout = 30\nhttp-keepalive = false\nhttp-auto-chunked = true\nhttp-chunked-input = true\nhttp-raw-body = true\nchmod-socket = 666'
    run -0 write_local_uwsgi_http_config "$PWD/u.ini" a:b /image g
    is "$(tail -n 6 u.ini | tac)" "$wanted"
    port=$(iniget "$PWD/u.ini" uwsgi http-socket)
    [[ $port =~ ^127\.0\.0\.1:[0-9]+$ ]]
    holds sites-available/g.conf "KeepAlive Off\nSetEnv proxy-sendchunked 1\nProxy100Continue Off\nProxyPass \"/image\" \"http://$port\" retry=0 acquire=1 \n"
    is "$(calls a2enmod)" "a2enmod -q proxy proxy_http"
    write_local_uwsgi_http_config "$PWD/u.ini" a:b /image g
    is "$(iniget "$PWD/u.ini" uwsgi http-socket) $(wc -l <sites-available/g.conf)" "$port 4"
}

@test "a site that leads to another server" {
    run -0 write_local_proxy_http_config swift http://127.0.0.1:8080 /object-store
    holds sites-available/swift.conf 'KeepAlive Off\nSetEnv proxy-sendchunked 1\nProxyPass "/object-store" "http://127.0.0.1:8080" retry=0 acquire=1\n'
    [[ -L sites-enabled/swift.conf && $(calls) == *"- restart apache2"* ]]
}

@test "removing what never was" {
    run -0 remove_uwsgi_config /nonexistent some.module:app
    is "$output" ""
    run -0 remove_uwsgi_config /nonexistent
    run -0 remove_uwsgi_config
    is "$output" ""
}

@test "removing a uWSGI file disables the site of that name, and keeps its file" {
    write_uwsgi_config "$PWD/u.ini" a:b /a "" aodh
    run -0 remove_uwsgi_config "$PWD/u.ini" aodh
    [[ ! -e u.ini && ! -L sites-enabled/aodh.conf && -f sites-available/aodh.conf ]]
    write_uwsgi_config "$PWD/u.ini" /usr/bin/x-wsgi /a
    run -0 remove_uwsgi_config "$PWD/u.ini" /usr/bin/x-wsgi
    [[ $output == *WARNING* && ! -L sites-enabled/x-wsgi.conf ]]
}

@test "cleaning leaves foreign sites alone" {
    local name
    write_uwsgi_config "$PWD/u.ini" a:b /a "" a
    write_local_proxy_http_config b http://127.0.0.1:1 /b
    for name in default gone; do
        echo x >"sites-available/$name.conf"
        enable_apache_site "$name"
    done
    rm sites-available/gone.conf
    remove_apache_sites
    is "$(echo sites-*/*)" "sites-available/default.conf sites-enabled/default.conf"
}

@test "modules are enabled once, and restart the server unless told otherwise" {
    enable_apache_mod version
    is "$(calls)" ""
    enable_apache_mod no-such-module norestart
    is "$(calls)" "a2enmod -q no-such-module"
    enable_apache_mod no-such-module
    [[ $(calls) == *"- restart apache2"* ]]
    : >"$CALLS"
    as_distro fedora-44
    GetDistro
    enable_apache_mod no-such-module
    is "$(calls)" ""
}

@test "SUSE's a2enmod only asks when told to be quiet, and takes one module at a time" {
    stub a2enmod 'case $1 in -q) [[ -e mod.$2 ]] ;; -d) rm "mod.$2" ;; *) (($# == 1)) && touch "mod.$1" ;; esac'
    as_family opensuse-leap-16.0
    enable_apache_mod rewrite
    [[ -e mod.rewrite && $(calls) == *"- restart apache2"* ]]
    : >"$CALLS"
    enable_apache_mod rewrite
    is "$(calls | grep -v sudo)" "a2enmod -q rewrite"
    disable_apache_mod rewrite
    [[ ! -e mod.rewrite && $(calls) == *"- restart apache2"* ]]
}

@test "a server that does not start shows why, and the status stays" {
    [[ -x /bin/systemctl ]] || skip "no systemd here"
    stub sh 'exit 3'
    stub journalctl 'echo Syntax error on line 1'
    run -3 --separate-stderr restart_apache_server
    [[ $stderr == *"apache2 does not restart"*"Syntax error on line 1"* ]]
}

@test "packages that are there are not installed" {
    stub dpkg-query 'for name in "${@:3}"; do echo installed; done'
    stub readlink "echo /usr/bin/python3.11"
    PYTHON3_VERSION=3.11
    install_apache_uwsgi
    [[ $(calls) == *"dpkg-query"*" apache2 uwsgi-core uwsgi-plugin-python3"* && $(calls) != *apt-get* ]]
}

@test "another Python than the distribution's takes uWSGI from PyPI" {
    stub dpkg-query 'for name in "${@:3}"; do echo installed; done'
    stub readlink "echo /usr/bin/python3.11"
    PATH=$STUBS:/bin:/nowhere
    pip_install() { echo "pip $*" >>"$CALLS"; }
    type -P uwsgi >/dev/null && skip "uwsgi is installed here"
    PYTHON3_VERSION=3.12
    install_apache_uwsgi
    is "$(calls pip)" "pip pyuwsgi"
}

@test "all of it works with errexit, nounset and xtrace, and leaves options alone" {
    run -0 bash -c 'set -eux
        source "$1/functions"; GetDistro; API_WORKERS=2 WORKER_TIMEOUT=80 APACHE_CONF_DIR=$PWD/sites-available
        source "$1/lib/apache"
        before=$-
        write_uwsgi_config "$PWD/u.ini" a:b /a "" n
        write_uwsgi_config "$PWD/h.ini" a:b /a 127.0.0.1:1
        write_local_uwsgi_http_config "$PWD/l.ini" a:b /l l
        remove_uwsgi_config
        disable_apache_site n
        enable_apache_mod nothing
        remove_apache_sites
        install_apache_uwsgi
        [[ $- == "$before" ]]' - "$TREE"
}
