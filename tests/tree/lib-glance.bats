#!/usr/bin/env bats
# shellcheck disable=SC2016,SC2034 # the code is for other shells

load helper

# glance <line>...
#
# Runs the lines in a shell that has lib/glance and what its functions use, below this folder.
glance() {
    shell "DEST=$PWD DATA_DIR=$PWD/data FILES=$PWD/files TOP_DIR=$TREE ENABLED_SERVICES=\${ENABLED_SERVICES:-g-api}" \
        "GLANCE_CONF_DIR=$PWD/etc GLANCE_BIN_DIR=$PWD/venv/bin GLOBAL_VENV=True DEVSTACK_VENV=$PWD/venv" \
        'IMAGE_URLS= DEFAULT_IMAGE_FILE_NAME=d.img DEFAULT_IMAGE_NAME=d OFFLINE=False' \
        'source "$TOP_DIR/lib/glance"' \
        'function upload_image { echo "upload $1"; }; function _projects_note { echo "note $1"; }' "$@"
}

@test "where Glance is" {
    run -0 glance 'echo $GLANCE_API_CONF $GLANCE_UWSGI_CONF $GLANCE_IMAGE_DIR $GLANCE_URL'
    is "$output" "$PWD/etc/glance-api.conf $PWD/etc/glance-uwsgi.ini $PWD/data/glance/images http://127.0.0.1/image"
    run -0 glance 'unset GLANCE_URL GLANCE_SERVICE_PROTOCOL; ENABLED_SERVICES=g-api,tls-proxy SERVICE_PROTOCOL=http' \
        'SERVICE_HOST="[2001:db8::1]"; unset GLANCE_SERVICE_HOST; source "$TOP_DIR/lib/glance"; echo $GLANCE_URL'
    is "$output" "https://[2001:db8::1]/image"
}

@test "the configuration comes from the sources, else from the release" {
    mkdir -p glance/etc venv/etc/glance
    touch venv/etc/glance/glance-api-paste.ini
    local ask='project_etc glance-api-paste.ini "$GLANCE_DIR/etc" "${GLANCE_BIN_DIR%/*}/etc/glance"; echo $REPLY'
    run -0 glance "$ask"
    is "$output" "$PWD/venv/etc/glance"
    touch glance/etc/glance-api-paste.ini
    run -0 glance "$ask"
    is "$output" "$PWD/glance/etc"
}

@test "a configuration that is nowhere ends the run" {
    run -1 glance 'project_etc glance-api-paste.ini /a /b' 'echo on'
    [[ $output == *"glance-api-paste.ini is in none of /a /b"* && $output != *on ]]
}

@test "the images of IMAGE_URLS are uploaded" {
    run -0 glance 'IMAGE_URLS=file:///a.img,http://h/b.img' upload_glance_images
    is "$output" $'upload file:///a.img\nupload http://h/b.img'
    run -0 glance upload_glance_images
    is "$output" ""
}

@test "the default image is uploaded when it comes" {
    mkdir files
    stub wget 'touch "${@: -2:1}"'
    run -0 glance 'IMAGE_URLS=file:///a.img,http://h/d.img' upload_glance_images
    is "$output" $'upload file:///a.img\nupload http://h/d.img'
    [[ -e files/d.img ]]
    is "$(calls wget)" "wget --no-verbose --tries=1 --timeout=15 -O $PWD/files/d.img.part http://h/d.img"
}

@test "the default image is not downloaded when it is there" {
    mkdir files
    echo x >files/d.img
    stub wget 'exit 4'
    run -0 glance 'IMAGE_URLS=http://h/d.img' upload_glance_images
    is "$output" "upload http://h/d.img"
    is "$(calls wget)" ""
}

@test "the run goes on, with a note, when the default image does not come" {
    mkdir files
    stub wget 'touch "${@: -2:1}"; exit 4'
    run -0 glance 'IMAGE_URLS=http://h/d.img,file:///a.img' upload_glance_images
    [[ ${lines[0]} == "note the image d is missing: http://h/d.img "* ]]
    is "${lines[1]}" "upload file:///a.img"
    is "$(ls files)" ""
}

@test "offline, nothing is downloaded" {
    stub wget 'exit 4'
    run -0 glance 'IMAGE_URLS=http://h/d.img OFFLINE=True' upload_glance_images
    [[ $output == "note the image d is missing"* ]]
    is "$(calls wget)" ""
}

# release <name of a dist-info folder>
release() {
    mkdir -p "venv/lib/python3.11/site-packages/$1.dist-info"
}

@test "tables are kept for a release, in MySQL" {
    release glance-33.0.0
    release glance_store-5.6.0
    local ask='_schemas_file glance glance; echo ${REPLY:-nowhere}'
    run -0 glance 'DATABASE_TYPE=mysql' "$ask"
    is "$output" "$PWD/data/schemas/glance-glance-33.0.0.sql"
    run -0 glance 'DATABASE_TYPE=postgresql' "$ask"
    is "$output" nowhere
    run -0 glance 'DATABASE_TYPE=mysql _RUNNER_KEEP_SCHEMAS=False' "$ask"
    is "$output" nowhere
    run -0 glance 'DATABASE_TYPE=mysql' '_schemas_file nova_api openstack-placement; echo ${REPLY:-nowhere}'
    is "$output" nowhere
}

@test "tables are not kept for sources" {
    release glance-33.0.0
    touch venv/lib/python3.11/site-packages/glance-33.0.0.dist-info/direct_url.json
    run -0 glance 'DATABASE_TYPE=mysql' '_schemas_file glance glance; echo ${REPLY:-nowhere}'
    is "$output" nowhere
}

# tables <line>...
#
# Runs schema_sync, with a database that is a stand-in, after the lines.
tables() {
    glance 'DATABASE_TYPE=mysql DATABASE_USER=u DATABASE_PASSWORD=p MYSQL_HOST="[::1]"' \
        'function recreate_database { echo "empty $1"; }; function make { echo make; }' "$@" 'schema_sync d glance make'
}

@test "tables are made once, and put back afterwards" {
    release glance-33.0.0
    stub mariadb-dump 'echo "$MYSQL_PWD"'
    stub mysql 'cat >restored'
    run -0 tables
    is "$output" $'empty d\nmake'
    is "$(calls)" "mariadb-dump --user=u --host=::1 --no-tablespaces --skip-comments d"
    run -0 tables
    is "$output" $'empty d\ntables of d: as '"$PWD/data/schemas/d-glance-33.0.0.sql has them"
    is "$(calls mysql) $(<restored)" "mysql --user=u --host=::1 d p"
}

@test "tables that do not go back are made" {
    release glance-33.0.0
    mkdir -p data/schemas
    echo broken >data/schemas/d-glance-33.0.0.sql
    stub mysql 'exit 1'
    stub mariadb-dump 'echo good'
    run -0 tables
    is "$output" $'empty d\nempty d\nmake'
    is "$(<data/schemas/d-glance-33.0.0.sql)" good
}

@test "of tables that could not be made nothing is kept" {
    without errexit "the shell goes on"
    release glance-33.0.0
    stub mariadb-dump 'echo good'
    run -3 tables 'set +e; function make { return 3; }'
    is "$output" "empty d"
    is "$(calls)" ""
    stub mariadb-dump 'echo half; exit 2'
    run -0 tables
    [[ ! -e data/schemas/d-glance-33.0.0.sql && ! -e data/schemas/d-glance-33.0.0.sql.new ]]
}
