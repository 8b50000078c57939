# Changes the configuration of other projects where plugins do, and uses what they offer; carries the checks.

if [[ "$1 $2" == "stack post-config" ]]; then
    iniset "$NOVA_CONF" key_manager backend barbican
    iniset "$CINDER_CONF" key_manager backend barbican
    iniset "$GLANCE_API_CONF" key_manager backend barbican
    iniadd "$NOVA_CONF" filter_scheduler available_filters nova.scheduler.filters.all_filters
    iniget "$NOVA_CONF" filter_scheduler enabled_filters >~/tenant-filters
elif [[ "$1 $2" == "stack extra" ]]; then
    openstack aggregate show reserved >/dev/null 2>&1 || openstack aggregate create reserved
elif [[ "$1 $2" == "stack test-config" ]]; then
    iniset "$TEMPEST_CONFIG" service_available tenant True
fi
