"""The greeter's service: answers every GET with the greeting of its configuration file, in JSON."""

import configparser
import http.server
import json
import sys


class Greeter(http.server.BaseHTTPRequestHandler):
    greeting = ""

    def do_GET(self) -> None:
        body = json.dumps({"greeting": self.greeting}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def main() -> None:
    config = configparser.ConfigParser()
    config.read(sys.argv[1])
    Greeter.greeting = config["DEFAULT"]["greeting"]
    http.server.HTTPServer(("", config.getint("DEFAULT", "port")), Greeter).serve_forever()


main()
