# Starts the smallest of all web services, and carries the checks that are run after each command.

if [[ "$1" == "stack" && "$2" == "post-config" ]]; then
    sudo install -d -o "$STACK_USER" /etc/inspector
    cat >/etc/inspector/tiny.py <<'PYTHON'
def application(environ, start_response):
    start_response("200 OK", [])
    return [environ["SCRIPT_NAME"].encode() + b" " + environ["PATH_INFO"].encode()]
PYTHON
    write_uwsgi_config /etc/inspector/uwsgi.ini /etc/inspector/tiny.py /tiny "" tiny
elif [[ "$1" == "stack" && "$2" == "extra" ]]; then
    run_process inspector "$(which uwsgi) --ini /etc/inspector/uwsgi.ini"
elif [[ "$1" == "unstack" ]]; then
    stop_process inspector
elif [[ "$1" == "clean" ]]; then
    remove_uwsgi_config /etc/inspector/uwsgi.ini tiny
    sudo rm -rf /etc/inspector
fi
