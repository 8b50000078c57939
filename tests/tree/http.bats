#!/usr/bin/env bats

# shellcheck disable=SC1091,SC2016,SC2034,SC2154,SC2329 # files, text, variables and functions of other shells

load helper

prepare() {
    source "$TREE/functions-common"
    FILES=$PWD/files
    mkdir files
    stub wget 'for last; do :; done; while (($# > 1)); do if [[ $1 == -O ]]; then echo "$last" >"$2"; fi; shift; done'
}

finish() {
    [[ -z ${SERVER:-} ]] || kill "$SERVER"
}

# serve <seconds>
#
# Serves 503 for so long and then 404, on the port it puts into PORT.
serve() {
    rm -f "$STUBS/sleep"
    cat >server.py <<'EOF'
import http.server, sys, time
start = time.monotonic()
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_error(503 if time.monotonic() - start < float(sys.argv[1]) else 404)
    def log_message(self, *args): pass
server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
print(server.server_port, flush=True)
server.serve_forever()
EOF
    python3 server.py "$1" >port 3>&- &
    SERVER=$!
    until [[ -s port ]]; do sleep 0.05; done
    PORT=$(<port)
}

@test "WS-1: wait_for_service waits while the answer is 503" {
    serve 1.5
    local start=$SECONDS
    wait_for_service 20 "http://127.0.0.1:$PORT/"
    ((SECONDS - start >= 1 && SECONDS - start < 6))
}

@test "WS-2: wait_for_service gives up" {
    rm "$STUBS/sleep"
    local start=$SECONDS
    run -124 wait_for_service 2 http://127.0.0.1:9/
    ((SECONDS - start >= 1 && SECONDS - start < 6))
    wait_for_service 1 http://127.0.0.1:9/ || time_start wait_for_service
}

@test "WS-3: wait_for_service takes an unknown host for an answer" {
    stub curl 'exit 6'
    wait_for_service 20 http://no.such.host.invalid/
    is "$(calls curl)" "curl -g -k --noproxy * --max-time 20 -s -o /dev/null -w %{http_code} http://no.such.host.invalid/"
}

@test "EF-1 EF-2: get_extra_file of what is there" {
    : >files/c.tgz
    is "$(get_extra_file http://x/y/c.tgz)" "$FILES/c.tgz"
    is "$(get_extra_file file:///a/b.c)" /a/b.c
    is "$(calls wget)" ""
}

@test "get_extra_file: downloads once, and prints nothing but the path" {
    is "$(get_extra_file http://x/y/c.tgz)" "$FILES/c.tgz"
    is "$(<files/c.tgz)" http://x/y/c.tgz
    get_extra_file http://x/y/c.tgz
    is "$(calls wget | wc -l)" 1
}

@test "get_extra_file: dies when the file cannot be had" {
    stub wget 'exit 8'
    run -1 --separate-stderr get_extra_file http://x/y/c.tgz
    is "$output" ""
    is "$(ls files)" ""
}

@test "TR-1: test_with_retry" {
    run -0 test_with_retry true msg
    rm "$STUBS/sleep"
    run -1 test_with_retry false msg 1 0.2
    [[ $output == *"[ERROR]"*" msg" ]]
}
