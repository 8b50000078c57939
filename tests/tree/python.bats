#!/usr/bin/env bats

# shellcheck disable=SC1091,SC2016,SC2034,SC2154,SC2329 # files, text, variables and functions of other shells

load helper

prepare() {
    source "$TREE/functions"
    as_distro debian-12
    DEST=$PWD REQUIREMENTS_DIR=$PWD/requirements GLOBAL_VENV=True DEVSTACK_VENV=$PWD/venv
    mkdir -p requirements venv/bin project
    stub python3 "${PYTHON_LINES:-:}"
    cp "$STUBS/python3" venv/bin/python3
    rm "$STUBS/python3"
    printf 'oslo.db===1.0\nmy-project===2.0\nother===3.0;python_version>="3.8"\n' >requirements/upper-constraints.txt
    printf 'redis!=4.0.0 # MIT\npsycopg2>=2.8 # LGPL\npsycopg2-binary>=2.8\n' >requirements/global-requirements.txt
    PIP="python3 -m pip install -c $REQUIREMENTS_DIR/upper-constraints.txt"
}

@test "get_python_exec_prefix" {
    is "$(get_python_exec_prefix)" "$PWD/venv/bin"
    GLOBAL_VENV=False
    is "$(get_python_exec_prefix)" /usr/local/bin
    is "$(os_VENDOR=openSUSE os_PACKAGE=rpm && get_python_exec_prefix)" /usr/bin
}

@test "pip_install" {
    pip_install 'a b' c
    PIP_UPGRADE=True pip_install d
    OFFLINE=True pip_install e
    pip_install
    is "$(calls python3)" "$PIP a b c"$'\n'"$PIP --upgrade d"
}

@test "pip_install: PIP_VIRTUAL_ENV comes first, else root's pip without the global venv" {
    mkdir -p other/bin
    stub other 'echo other'
    mv "$STUBS/other" other/bin/python3
    run -0 env true
    PIP_VIRTUAL_ENV=$PWD/other run -0 pip_install x
    is "$output" other
    stub_sudo
    stub python3.99 'echo system'
    PYTHON3_VERSION=3.99 GLOBAL_VENV=False run -0 pip_install x
    is "$output" system
}

@test "pip_install: returns pip's status" {
    stub python3 'exit 7'
    mv "$STUBS/python3" venv/bin/python3
    run -7 pip_install x
}

@test "pip_install_gr" {
    pip_install_gr redis
    pip_install_gr PSYCOPG2
    is "$(calls python3)" "$PIP redis!=4.0.0"$'\n'"$PIP psycopg2>=2.8 psycopg2-binary>=2.8"
    run -1 pip_install_gr nosuch
}

@test "setup_develop removes the project's constraint" {
    printf '[metadata]\nname = My_Project\n' >project/setup.cfg
    setup_develop project x,y
    is "$(calls python3)" "$PIP -e $PWD/project[x,y]"
    is "$(<requirements/upper-constraints.txt)" $'oslo.db===1.0\nother===3.0;python_version>="3.8"'
}

@test "setup_install takes the name from pyproject.toml" {
    printf '[project]\nname = "Other"\n' >project/pyproject.toml
    setup_install project
    is "$(calls python3)" "$PIP $PWD/project"
    is "$(<requirements/upper-constraints.txt)" $'oslo.db===1.0\nmy-project===2.0'
}

@test "setup_develop: returns pip's status" {
    stub python3 'exit 7'
    mv "$STUBS/python3" venv/bin/python3
    run -7 setup_develop project
    run -7 setup_package project
}

@test "LIBS_FROM_GIT=ALL: a source that is not installed in place ends the run" {
    printf '[metadata]\nname = My_Project\n' >project/setup.cfg
    LIBS_FROM_GIT=ALL run -1 setup_develop project
    [[ $output == *"LIBS_FROM_GIT is ALL, but My_Project is not installed from project"* ]]
    LIBS_FROM_GIT=ALL OFFLINE=True setup_develop project
    LIBS_FROM_GIT=my-project setup_develop project
    installed my_project-1.dist-info
    echo '{"dir_info": {"editable": true}}' >venv/lib/python3.11/site-packages/my_project-1.dist-info/direct_url.json
    LIBS_FROM_GIT=ALL setup_develop project
}

@test "setup_package leaves constraints alone; flags or extras" {
    printf '[metadata]\nname = my-project\n' >project/setup.cfg
    setup_package project -e
    setup_package project extra
    is "$(calls python3)" "$PIP -e $PWD/project"$'\n'"$PIP $PWD/project[extra]"
    grep -q my-project requirements/upper-constraints.txt
}

@test "setup_dev_lib, setup_lib, use_library_from_git" {
    GITDIR[lib]=$PWD/project
    setup_dev_lib lib
    setup_lib lib
    is "$(calls python3)" "$PIP -e $PWD/project"$'\n'"$PIP $PWD/project"
    run -1 use_library_from_git lib
    LIBS_FROM_GIT=a,lib,b
    use_library_from_git lib
    run -1 use_library_from_git li
    LIBS_FROM_GIT=ALL use_library_from_git anything
}

@test "setup_develop -bindep" {
    mkdir -p bindep-venv/bin
    stub bindep
    mv "$STUBS/bindep" bindep-venv/bin/
    : >project/bindep.txt
    setup_develop -bindep=test,doc project
    is "$(calls bindep)" "bindep -b --file project/bindep.txt test doc"
    is "$(calls python3)" "$PIP -e $PWD/project"
}

@test "setup_develop of a folder that is not there" {
    run -1 setup_develop missing
    [[ $output == *"missing is not there, so it cannot be installed" ]]
}

@test "join_extras, python3_enabled" {
    is "$(join_extras a b c)" a,b,c
    python3_enabled
}

@test "without requirements: pip is free, and that is said once" {
    rm -r requirements
    run -0 shell "GLOBAL_VENV=True DEVSTACK_VENV=$PWD/venv REQUIREMENTS_DIR=$PWD/requirements" \
        'pip_install a; pip_install_gr b; pip_install_gr_extras c d; setup_develop project'
    is "$(calls python3)" "python3 -m pip install a
python3 -m pip install b
python3 -m pip install c[d]
python3 -m pip install -e $PWD/project"
    is "$output" "WARNING: there is no $PWD/requirements/upper-constraints.txt: pip takes the newest releases"
}

@test "pip_install_gr_extras" {
    pip_install_gr_extras redis hiredis
    is "$(calls python3)" "$PIP redis[hiredis]!=4.0.0"
}

# installed <folder>...
#
# Has pip's notes of these names in the global virtual environment.
installed() {
    local name
    for name in "$@"; do
        mkdir -p "venv/lib/python3.11/site-packages/$name"
    done
}

@test "python_ensure: installs what is missing, and starts no process when nothing is" {
    TOP_DIR=$PWD
    mkdir -p files/python
    printf '# some\nPyMySQL>=1 # the driver\noslo.db\n\nkeystone[ldap]==1.*\npython-memcached' >files/python/l
    echo a-b >files/python/m
    installed pymysql-1.1.1.dist-info oslo.db-17.dist-info python_memcached-1.62.dist-info
    python_ensure l
    is "$(calls python3)" "$PIP keystone[ldap]==1.*"
    installed keystone-30.0.0.dist-info a_b-0.1.egg-info
    : >"$CALLS"
    PATH=/nowhere python_ensure l m nosuch
    is "$(<"$CALLS")" ""
}

@test "python_ensure: the system's packages are enough where there is no venv, or one that has them" {
    TOP_DIR=$PWD
    mkdir -p files/python
    echo nosuchpackage >files/python/l
    stub_sudo
    stub python3.99
    GLOBAL_VENV=False PYTHON3_VERSION=3.99 python_ensure l
    is "$(calls python3.99)" "python3.99 -m pip install -c $REQUIREMENTS_DIR/upper-constraints.txt nosuchpackage"
}

@test "python_ensure: offline it says what is missing" {
    TOP_DIR=$PWD
    mkdir -p files/python
    echo nosuchpackage >files/python/l
    OFFLINE=True run -0 python_ensure l
    is "$output" "WARNING: offline, so these are not installed: nosuchpackage"
}

@test "python_project: a release, or sources when those are asked for" {
    TOP_DIR=$PWD GIT_BASE=https://g TARGET_BRANCH=master BRANCHLESS_TARGET_BRANCH=master
    KEYSTONE_REPO=https://g/openstack/keystone.git KEYSTONE_BRANCH=master KEYSTONE_DIR=$PWD/project
    mkdir -p files/python
    echo keystone >files/python/keystone
    git_clone() { echo "clone $*"; }
    run -0 python_project keystone
    is "$output" ""
    LIBS_FROM_GIT=keystone run -0 python_project keystone ldap
    is "$output" "clone https://g/openstack/keystone.git $PWD/project master"
    KEYSTONE_REPO=https://mine/keystone run -0 python_project keystone
    is "$output" "clone https://mine/keystone $PWD/project master"
    KEYSTONE_BRANCH=stable/x run -0 python_project keystone
    is "$output" "clone https://g/openstack/keystone.git $PWD/project stable/x"
    is "$(calls python3 | head -n 3)" "$PIP keystone
$PIP -e $PWD/project[ldap]
$PIP keystone"
}

@test "lib_installed_from_git" {
    installed a_lib-1.dist-info b-1.dist-info c.egg-link
    echo '{"dir_info": {"editable": true}, "url": "file:///x"}' >venv/lib/python3.11/site-packages/a_lib-1.dist-info/direct_url.json
    lib_installed_from_git A-lib
    lib_installed_from_git c
    run -1 lib_installed_from_git b
    run -1 lib_installed_from_git nosuch
}
