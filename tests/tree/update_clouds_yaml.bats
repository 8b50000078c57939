#!/usr/bin/env bats

load helper
load yaml

prepare() {
    need_yaml
}

# update <argument>...
update() {
    python3 "$TREE/tools/update_clouds_yaml.py" --file clouds.yaml "$@"
}

TROVE=(--os-cloud trove --os-region-name RegionOne --os-auth-url http://h/identity --os-username trove
    --os-password pw --os-project-name service)

@test "a new file is made, and that is said" {
    run -0 update "${TROVE[@]}"
    is "$output" "The user clouds.yaml file didn't exist."
    holds clouds.yaml 'clouds:
  trove:
    auth:
      auth_url: http://h/identity
      password: pw
      project_domain_id: default
      project_name: service
      user_domain_id: default
      username: trove
    region_name: RegionOne
'
}

@test "an entry is added, others stay; it is replaced, not merged" {
    update "${TROVE[@]}" --os-cacert /ca.pem
    run -0 update --os-cloud b --os-auth-url u --os-username x --os-password y
    is "$output" ""
    run -0 update "${TROVE[@]}" --os-project-name other
    holds clouds.yaml 'clouds:
  b:
    auth:
      auth_url: u
      password: y
      user_domain_id: default
      username: x
  trove:
    auth:
      auth_url: http://h/identity
      password: pw
      project_domain_id: default
      project_name: other
      user_domain_id: default
      username: trove
    region_name: RegionOne
'
}

@test "the scope of the system wins over a project" {
    update "${TROVE[@]}" --os-system-scope all
    is "$(grep -c project clouds.yaml)" 0
    grep -q '^      system_scope: all$' clouds.yaml
}

@test "a certificate stands beside the region" {
    update "${TROVE[@]}" --os-cacert /ca.pem
    is "$(grep '^    [a-z]' clouds.yaml)" $'    auth:\n    cacert: /ca.pem\n    region_name: RegionOne'
}

@test "what looks like a number stays a text" {
    update "${TROVE[@]}" --os-password 0123
    grep -q "password: '0123'" clouds.yaml
}

@test "an empty file, and one without clouds, are filled" {
    : >clouds.yaml
    run -0 update "${TROVE[@]}"
    grep -q '^  trove:' clouds.yaml
    write clouds.yaml 'clouds:\nfunctional:\n  image_name: i\n'
    run -0 update "${TROVE[@]}"
    grep -q '^  trove:' clouds.yaml
    grep -q '^  image_name: i' clouds.yaml
}

@test "the mode and a symbolic link stay, and nothing else is left" {
    mkdir real
    : >real/file
    chmod 640 real/file
    ln -s real/file clouds.yaml
    run -0 update "${TROVE[@]}"
    is "$(stat -c %a real/file) $(readlink clouds.yaml) $(ls -A real)" "640 real/file file"
}

@test "the required options are asked for" {
    local option
    for option in --os-cloud --os-auth-url --os-username --os-password; do
        local others=()
        [[ $option == --os-cloud ]] || others+=(--os-cloud c)
        [[ $option == --os-auth-url ]] || others+=(--os-auth-url u)
        [[ $option == --os-username ]] || others+=(--os-username n)
        [[ $option == --os-password ]] || others+=(--os-password p)
        run -2 update "${others[@]}"
        [[ $output == *"required: $option" ]]
    done
    [[ ! -e clouds.yaml ]]
}

@test "trouble is told in a line, and the file stays as it was" {
    local text
    # shellcheck disable=SC1003 # YAML
    for text in 'a: [1' '- a' 'clouds: [1]'; do
        printf '%s\n' "$text" >clouds.yaml
        run -1 update "${TROVE[@]}"
        is "${#lines[@]}" 1
        [[ $output == "update_clouds_yaml.py: "*clouds.yaml* ]]
        is "$(cat clouds.yaml)" "$text"
    done
    run -1 update "${TROVE[@]}" --file no/such/clouds.yaml
    [[ ${lines[-1]} == "update_clouds_yaml.py: "*": No such file or directory" ]]
}

@test "without PyYAML the program says what to do" {
    mkdir hidden
    echo 'raise ImportError' >hidden/yaml.py
    PYTHONPATH=$PWD/hidden run -1 update "${TROVE[@]}"
    is "${#lines[@]}" 1
    [[ $output == *"has no PyYAML"* ]]
}
