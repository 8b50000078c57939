#!/usr/bin/env python3
"""A Keystone in memory, for identity.bats: the part of its API that the helpers use.

fake_keystone.py PORT_FILE [PORT]: a POST to /_reset empties it and makes all tokens invalid, one to
/_expire makes the tokens invalid only, one to /_dump shows what there is. Requests are noted in
PORT_FILE.requests.
"""

import json
import re
import sys
import uuid
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

KINDS = ("domain", "project", "user", "group", "role", "service", "endpoint")
Thing = dict[str, Any]
PUT = re.compile(r"/(projects|domains)/([^/]+)/(users|groups)/([^/]+)/roles/([^/]+)")
PUT_SYSTEM = re.compile(r"/system/users/([^/]+)/roles/([^/]+)")


class Refused(Exception):
    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


class Keystone:
    def __init__(self) -> None:
        self.tokens: set[str] = set()
        self.things: dict[str, dict[str, Thing]] = {}
        self.assignments: set[tuple[str, str, str]] = set()
        self.reset()

    def reset(self) -> None:
        self.tokens.clear()
        self.assignments.clear()
        self.things = {f"{kind}s": {} for kind in KINDS}
        self.things["domains"]["default"] = {"id": "default", "name": "Default"}
        for kinds in "projects", "users":
            self.add(kinds, {"name": "admin", "domain_id": "default"})
        self.add("roles", {"name": "admin"})

    def add(self, kinds: str, values: Thing) -> Thing:
        identifier = uuid.uuid4().hex
        self.things[kinds][identifier] = {**values, "id": identifier}
        return self.things[kinds][identifier]

    def need(self, kinds: str, identifier: str) -> Thing:
        if identifier not in self.things[kinds]:
            raise Refused(404, f"Could not find {kinds[:-1]}: {identifier}.")
        return self.things[kinds][identifier]

    def log_in(self, auth: Thing) -> str:
        if auth["identity"]["password"]["user"]["password"] != "secret":  # noqa: S105
            raise Refused(401, "The request you have made requires authentication.")
        token = uuid.uuid4().hex
        self.tokens.add(token)
        return token

    def create(self, kinds: str, values: Thing) -> Thing:
        if kinds == "endpoints":
            if values.get("region_id") not in (None, "RegionOne"):
                raise Refused(400, f"Could not find region: {values['region_id']}.")
            self.need("services", values["service_id"])
        elif kinds != "services":
            if kinds in ("users", "projects", "groups"):
                self.need("domains", values.setdefault("domain_id", "default"))
            key = self.key(values)
            if any(self.key(thing) == key for thing in self.things[kinds].values()):
                raise Refused(409, f"Conflict occurred attempting to store {kinds[:-1]}.")
        return self.add(kinds, values)

    @staticmethod
    def key(thing: Thing) -> tuple[str, Any]:
        """What has to be unique; the database does not care about upper case."""
        return thing["name"].lower(), thing.get("domain_id")

    def answer(
        self, method: str, path: str, query: Mapping[str, list[str]], body: Thing
    ) -> tuple[int, Thing | None]:
        kinds, *rest = path.strip("/").split("/")
        if method == "PUT":
            return self.assign(path)
        if method == "POST":
            return 201, {kinds[:-1]: self.create(kinds, body[kinds[:-1]])}
        if rest:
            return 200, {kinds[:-1]: self.need(kinds, unquote(rest[0]))}
        return 200, {kinds: [each for each in self.things[kinds].values() if fits(each, query)]}

    def assign(self, path: str) -> tuple[int, None]:
        if match := PUT_SYSTEM.fullmatch(path):
            where, kinds, whom, role = "system", "users", *match.groups()
        elif match := PUT.fullmatch(path):
            where_kinds, where, kinds, whom, role = match.groups()
            self.need(where_kinds, where)
        else:
            raise Refused(404, "no such path")
        self.need(kinds, whom)
        self.need("roles", role)
        self.assignments.add((where, whom, role))
        return 204, None


def fits(thing: Thing, query: Mapping[str, list[str]]) -> bool:
    return all(
        str(thing.get(name, "")).lower() == values[0].lower() for name, values in query.items()
    )


KEYSTONE = Keystone()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def handle_all(self) -> None:
        with Path(f"{sys.argv[1]}.requests").open("a") as file:
            file.write(f"{self.command} {self.path}\n")
        length = int(self.headers.get("Content-Length") or 0)
        body = json.loads(self.rfile.read(length)) if length else {}
        try:
            status, content, token = self.answer(body)
        except Refused as refused:
            status, token = refused.status, ""
            content = {"error": {"message": str(refused), "code": refused.status}}
        data = b"" if content is None else json.dumps(content).encode()
        self.send_response(status)
        if token:
            self.send_header("X-Subject-Token", token)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def answer(self, body: Thing) -> tuple[int, Thing | None, str]:
        parts = urlsplit(self.path)
        path = parts.path.removeprefix("/identity/v3")
        match path:
            case "/_reset":
                KEYSTONE.reset()
            case "/_expire":
                KEYSTONE.tokens.clear()
            case "/_dump":
                shown = {"things": KEYSTONE.things, "assignments": sorted(KEYSTONE.assignments)}
                return 200, shown, ""
            case "/auth/tokens":
                return 201, {}, KEYSTONE.log_in(body["auth"])
            case _:
                if self.headers.get("X-Auth-Token") not in KEYSTONE.tokens:
                    raise Refused(401, "The request you have made requires authentication.")
                answer = KEYSTONE.answer(self.command, path, parse_qs(parts.query), body)
                return *answer, ""
        return 204, None, ""

    do_GET = do_POST = do_PUT = handle_all  # noqa: N815 # http.server wants these names

    def log_message(self, *_: object) -> None:
        pass


if __name__ == "__main__":
    port = int(sys.argv[2]) if sys.argv[2:] else 0
    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    Path(sys.argv[1]).write_text(f"{server.server_port}\n")
    server.serve_forever()
