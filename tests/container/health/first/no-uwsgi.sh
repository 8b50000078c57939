#!/bin/bash
# Called a uWSGI by its name, so that systemd waits until it says that it is ready; it never does.
echo "this server has no configuration"
exit 3
