# Everything that can be made in Keystone: a domain, a group, users, projects, roles, services and endpoints.

function get_registry_id {
    echo "$1=$2" >>$DEST/registry-ids
}

if [[ "$1" == "stack" && "$2" == "post-config" ]]; then
    rm -f $DEST/registry-ids
    openstack token issue -f value -c user_id >$DEST/registry-plain
    REGISTRY_DOMAIN=$(get_or_create_domain registry 'Owns "all" that $HOME registers')
    get_registry_id domain $REGISTRY_DOMAIN
    get_registry_id domain $(get_or_create_domain registry "another description")
    get_registry_id group $(get_or_create_group clerks registry "Those who write")
    get_registry_id project $(get_or_create_project archive registry)
    get_registry_id project $(get_or_create_project archive $REGISTRY_DOMAIN)
    get_registry_id user $(get_or_create_user clerk "p w\$d'\"&" registry clerk@example.com)
    get_registry_id user $(get_or_create_user clerk another registry)
    get_registry_id role $(get_or_create_role registrar)
    get_registry_id role $(get_or_add_user_project_role registrar clerk archive registry registry)
    get_registry_id role $(get_or_add_user_domain_role registrar clerk registry)
    get_registry_id service $(get_or_create_service registry registry "The registry")
    get_registry_id service $(get_or_create_service another registry "Not made")
    get_or_create_endpoint registry "$REGION_NAME" \
        "$SERVICE_PROTOCOL://$SERVICE_HOST/registry/v1/\$(project_id)s" \
        "$SERVICE_PROTOCOL://$SERVICE_HOST/registry/admin" \
        "$SERVICE_PROTOCOL://$SERVICE_HOST/registry/internal" >$DEST/registry-endpoints
fi
