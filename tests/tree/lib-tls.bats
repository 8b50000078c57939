#!/usr/bin/env bats
# shellcheck disable=SC1091,SC2016,SC2034 # files, text and variables of other shells

load helper

# The certificates are real; what root's shell does to the machine is noted, not done.
prepare() {
    stub_sudo
    stub sh
    stub cmp 'exit 1'
    as_distro debian-12
    source "$TREE/functions"
    GetDistro
    DATA_DIR=$PWD/data
    SSL_BUNDLE_FILE=$DATA_DIR/ca-bundle.pem
    SERVICE_HOST=192.0.2.7 TLS_IP=192.0.2.7 HOST_IPV6=2001:db8::7 DEVSTACK_HOSTNAME=host.example
    mkdir data sites-available sites-enabled conf-enabled
    source "$TREE/lib/apache"
    source "$TREE/lib/tls"
}

# names <certificate>
#
# Prints the alternative names.
names() {
    openssl x509 -in "$1" -noout -ext subjectAltName | sed -n '2s/^ *//p'
}

# subject <certificate> [-issuer]
subject() {
    openssl x509 -in "$1" -noout "${2:--subject}" -nameopt compat
}

# public <file> [-pubout]
#
# Prints the public key of a certificate or a private key.
public() {
    if [[ ${2:-} == -pubout ]]; then
        openssl pkey -in "$1" -pubout
    else
        openssl x509 -in "$1" -noout -pubkey
    fi
}

@test "names and places: of TLS only with tls-proxy" {
    run -0 shell 'DATA_DIR=/d SERVICE_HOST="[2001:db8::1]"; source "$_RUNNER_TREE/lib/tls"; echo "${TLS_IP-unset}"' \
        'echo $ROOT_CA_DIR $INT_CA_DIR $DEVSTACK_CERT; ENABLED_SERVICES=tls-proxy DEVSTACK_HOSTNAME=h' \
        'source "$_RUNNER_TREE/lib/tls"; echo $TLS_IP $DEVSTACK_HOSTNAME'
    is "$output" $'unset\n/d/CA/root-ca /d/CA/int-ca /d/devstack-cert.pem\n2001:db8::1 h'
}

@test "the authorities: their folders, their chain, and who trusts them" {
    local name
    init_CA
    for name in cacert.pem private/cacert.key certs crl newcerts serial index.txt ca.conf; do
        [[ -e $ROOT_CA_DIR/$name && -e $INT_CA_DIR/$name ]]
    done
    [[ -s $INT_CA_DIR/signing.conf ]]
    is "$(cat "$INT_CA_DIR/ca-chain.pem")" "$(cat "$ROOT_CA_DIR/cacert.pem" "$INT_CA_DIR/cacert.pem")"
    is "$(cat "$SSL_BUNDLE_FILE")" "$(cat "$INT_CA_DIR/ca-chain.pem")"
    openssl verify -x509_strict -CAfile "$ROOT_CA_DIR/cacert.pem" "$INT_CA_DIR/cacert.pem"
    [[ $(calls) == *"update-ca-certificates"*"/devstack-int.crt $INT_CA_DIR/cacert.pem"*"/devstack-root.crt $ROOT_CA_DIR/cacert.pem"* ]]
}

@test "the authorities stay when they are there" {
    init_CA
    local before
    before=$(cat "$INT_CA_DIR/ca-chain.pem")
    init_CA
    is "$(cat "$INT_CA_DIR/ca-chain.pem")" "$before"
    # and a new root signs a new one below it
    rm "$ROOT_CA_DIR/cacert.pem"
    init_CA
    openssl verify -CAfile "$ROOT_CA_DIR/cacert.pem" "$INT_CA_DIR/cacert.pem"
}

@test "a certificate: subject, names, validity, key" {
    init_CA
    make_cert "$INT_CA_DIR" server www.example "DNS:a.example,IP:192.0.2.7"
    local cert=$INT_CA_DIR/server.crt key=$INT_CA_DIR/private/server.key
    is "$(subject "$cert")" "subject=/O=OpenStack/OU=DevStack Servers/CN=www.example"
    is "$(names "$cert")" "DNS:www.example, DNS:a.example, IP Address:192.0.2.7"
    openssl verify -x509_strict -purpose sslserver -CAfile "$ROOT_CA_DIR/cacert.pem" -untrusted "$INT_CA_DIR/cacert.pem" "$cert"
    openssl x509 -in "$cert" -noout -checkend $((364 * 86400))
    run -1 openssl x509 -in "$cert" -noout -checkend $((366 * 86400))
    is "$(public "$key" -pubout)" "$(public "$cert")"
    [[ -O $key ]]
}

@test "a certificate that is there is not made again, and the address of the services is one of its names" {
    init_CA
    make_cert "$INT_CA_DIR" one 192.0.2.7
    is "$(names "$INT_CA_DIR/one.crt")" DNS:192.0.2.7
    make_cert "$INT_CA_DIR" two two.example
    is "$(names "$INT_CA_DIR/two.crt")" "DNS:two.example, IP Address:192.0.2.7"
    local before
    before=$(cat "$INT_CA_DIR/two.crt")
    make_cert "$INT_CA_DIR" two other.example
    is "$(cat "$INT_CA_DIR/two.crt")" "$before"
}

@test "without an authority there is no certificate, and openssl's words are shown" {
    run ! --separate-stderr make_cert "$PWD/none" x x.example
    # shellcheck disable=SC2154 # of run
    [[ -n $stderr && ! -e none/x.crt ]]
}

@test "the certificate of the services, with key and authority in one file" {
    init_CA
    init_cert
    is "$(names "$INT_CA_DIR/devstack-cert.crt")" "DNS:host.example, IP Address:192.0.2.7, IP Address:2001:DB8:0:0:0:0:0:7"
    is "$(cat "$DEVSTACK_CERT")" \
        "$(cat "$INT_CA_DIR/private/devstack-cert.key" "$INT_CA_DIR/devstack-cert.crt" "$INT_CA_DIR/cacert.pem")"
    is "$(stat -c %a "$DEVSTACK_CERT")" 600
    local before
    before=$(cat "$DEVSTACK_CERT")
    init_cert
    is "$(cat "$DEVSTACK_CERT")" "$before"
    TLS_IP=192.0.2.8 SERVICE_HOST=192.0.2.8
    init_cert
    [[ $(names "$INT_CA_DIR/devstack-cert.crt") == *192.0.2.8* ]]
}

@test "the certificate of a host with a name for the services" {
    init_CA
    TLS_IP=cloud.example SERVICE_HOST=cloud.example HOST_IPV6=
    init_cert
    is "$(names "$INT_CA_DIR/devstack-cert.crt")" "DNS:host.example, DNS:cloud.example"
}

@test "ensure_certificates: none, all, and some" {
    ensure_certificates FOO
    is "$FOO_SSL_CERT $FOO_SSL_KEY $FOO_SSL_CA" \
        "$INT_CA_DIR/devstack-cert.crt $INT_CA_DIR/private/devstack-cert.key $INT_CA_DIR/ca-chain.pem"
    echo mine >ca.pem
    BAR_SSL_CERT=c BAR_SSL_KEY=k BAR_SSL_CA=ca.pem
    ensure_certificates BAR
    is "$(cat "$SSL_BUNDLE_FILE") $BAR_SSL_CERT" "mine c"
    run -1 shell "source '$TREE/lib/tls'" 'BAZ_SSL_KEY=k; ensure_certificates BAZ; echo alive'
    [[ $output == *BAZ_SSL_CERT* && $output != *alive* ]]
}

@test "TLS is on with tls-proxy, for all services" {
    ENABLED_SERVICES=key,tls-proxy
    is_ssl_enabled_service nova
    ENABLED_SERVICES=key
    run -1 is_ssl_enabled_service key
    is "$output" ""
}

@test "certificates are copied to where a service wants them" {
    init_CA
    init_cert
    deploy_int_CA "$PWD/ca"
    deploy_int_cert "$PWD/cert" "$PWD/key"
    is "$(cat ca cert key)" \
        "$(cat "$INT_CA_DIR/ca-chain.pem" "$INT_CA_DIR/devstack-cert.crt" "$INT_CA_DIR/private/devstack-cert.key")"
}

@test "where a system keeps whom it trusts, by the family" {
    init_CA
    local distro wanted
    while read -r distro wanted; do
        as_distro "$distro"
        GetDistro
        : >"$CALLS"
        init_CA
        [[ $(calls) == *"- $wanted $INT_CA_DIR/ca-chain.pem"* ]]
    done <<'WANTED'
fedora-44 update-ca-trust /usr/share/pki/ca-trust-source/anchors/devstack-chain.pem
opensuse-leap-16.0 update-ca-certificates /usr/share/pki/trust/anchors/devstack-chain.pem
WANTED
}

@test "what the system trusts already is not added again" {
    stub cmp
    init_CA
    [[ $(calls) != *update-ca* ]]
}

@test "the requests library gets the system's bundle" {
    local own=$PWD/certifi/cacert.pem
    mkdir certifi
    echo own >"$own"
    echo system >bundle
    stub python3 "echo $own"
    PYTHON=python3
    _trust_system_bundle() { REPLY=$PWD/bundle; }
    fix_system_ca_bundle_path
    fix_system_ca_bundle_path
    [[ -L $own ]]
    is "$(cat "$own")" system
}

@test "without the requests library there is nothing to fix" {
    PYTHON=false
    run -0 fix_system_ca_bundle_path
    is "$output" ""
}

# front <argument>...
#
# Calls start_tls_proxy with stand-ins for what changes the server.
front() {
    APACHE_CONF_DIR=$PWD/sites-available APACHE_SETTINGS_DIR=$PWD/conf-enabled APACHE_LOG_DIR=/log
    stub a2enmod
    stub a2ensite 'ln -s "../sites-available/$2.conf" "sites-enabled/$2.conf"'
    start_tls_proxy "$@"
}

@test "a site with TLS in front of a service" {
    front foo '*' 9292 127.0.0.1 19292
    [[ -L sites-enabled/foo-tls-proxy.conf ]]
    local line
    for line in 'Listen *:9292' '<VirtualHost *:9292>' "    SSLCertificateFile $DEVSTACK_CERT" '    KeepAlive Off' \
        '    LimitRequestFieldSize 8190' '    RequestHeader set X-Forwarded-Proto "https"' \
        '    SSLProtocol -all +TLSv1.3 +TLSv1.2' '    ProxyPass / http://127.0.0.1:19292/ retry=0 disablereuse=on nocanon'; do
        grep -qxF "$line" sites-available/foo-tls-proxy.conf
    done
    run -1 grep ServerName sites-available/foo-tls-proxy.conf
    is "$(calls a2enmod | tr -d '\n')" "a2enmod -q ssla2enmod -q headers proxy proxy_http"
    [[ -s conf-enabled/connection-tuning.conf && $(calls) == *"- restart apache2"* ]]
}

@test "ports that the server has itself, and the size of a header field" {
    front http-services '*' 443 192.0.2.7 80 16384
    run -1 grep '^Listen' sites-available/http-services-tls-proxy.conf
    grep -qx '    LimitRequestFieldSize 16384' sites-available/http-services-tls-proxy.conf
}

@test "stopping removes what starting wrote, and no other site" {
    front foo '*' 9292 127.0.0.1 19292
    echo other >sites-available/other.conf
    enable_apache_site other
    stop_tls_proxy
    is "$(echo sites-*/* conf-enabled/*)" "sites-available/other.conf sites-enabled/other.conf conf-enabled/*"
    [[ $(calls) == *"- stop apache2"* ]]
}
