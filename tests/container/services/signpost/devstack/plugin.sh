# A site of Apache's that the plugin writes itself, with a page and with directives added to Keystone's site.

if is_service_enabled signpost; then
    if [[ "$1" == "stack" && "$2" == "install" ]]; then
        enable_apache_mod headers
    elif [[ "$1" == "stack" && "$2" == "post-config" ]]; then
        sudo mkdir -p /srv/signpost
        echo "this way to $KEYSTONE_SERVICE_URI" | sudo tee /srv/signpost/index.html
        sudo tee $(apache_site_config_for signpost) <<APACHE
Listen $SIGNPOST_PORT
<VirtualHost *:$SIGNPOST_PORT>
    DocumentRoot /srv/signpost
    <Directory /srv/signpost>
        Require all granted
    </Directory>
</VirtualHost>
APACHE
        enable_apache_site signpost
        echo 'Header always set X-Signpost "keystone"' | sudo tee -a $(apache_site_config_for keystone-api)
        restart_apache_server
    elif [[ "$1" == "unstack" ]]; then
        disable_apache_site signpost
        restart_apache_server
    elif [[ "$1" == "clean" ]]; then
        sudo rm -rf /srv/signpost $(apache_site_config_for signpost)
    fi
fi
