#!/usr/bin/env bats
# The identity helpers beside the openstack command. Run as the stack user, in the tree's folder.

@test "identity: helpers do what the client does" {
    bash checks/identity.bash
}
