# For tests of what needs PyYAML. Sourced by "load yaml".

# need_yaml
#
# Skips the test where the python3 on PATH has no PyYAML.
need_yaml() {
    python3 -c 'import yaml' 2>/dev/null || skip "python3 has no PyYAML"
}
