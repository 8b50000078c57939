"""The API: `/` for everybody, `/v1/entries` for those with a token."""

import json

from keystonemiddleware import auth_token

from ledger import settings, store

_CONF = settings.read()
_DATABASE = store.engine()


def _answer(start, status: str, value: object) -> list[bytes]:
    start(status, [("Content-Type", "application/json")])
    return [json.dumps(value).encode()]


def _entries(environ, start) -> list[bytes]:
    project = environ["HTTP_X_PROJECT_ID"]
    if environ["REQUEST_METHOD"] == "POST":
        text = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0)).decode()
        with settings.queue() as connection:
            connection.SimpleQueue("ledger").put({"project": project, "text": text})
        return _answer(start, "202 Accepted", {})
    roles = sorted(environ["HTTP_X_ROLES"].split(","))
    return _answer(start, "200 OK", {"entries": store.texts(_DATABASE, project), "roles": roles})


_protected = auth_token.AuthProtocol(_entries, {"oslo_config_config": _CONF})


def application(environ, start) -> list[bytes]:
    if environ["PATH_INFO"] in {"", "/"}:
        return _answer(start, "200 OK", {"prefix": environ["SCRIPT_NAME"]})
    if environ["PATH_INFO"] == "/v1/entries":
        return _protected(environ, start)
    return _answer(start, "404 Not Found", {})
