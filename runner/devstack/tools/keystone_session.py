"""One authenticated session with Keystone, for identity.py.

Requests, tokens, and patience with a server that restarts. Standard library and PyYAML only, as it
has to be there in a moment: a client library takes four times as long to load.
"""

from __future__ import annotations

import http.client
import json
import os
import select
import ssl
import threading
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode, urlsplit

import yaml

# The admin of a project may do all that the helpers do, in all domains. Keystone needs a fifth of
# the time for such a token: for one of the system it reads the user's roles from the database,
# three times a request. That one is for when the other is refused.
CLOUDS = ("devstack-admin", "devstack-system-admin")
PATIENCE = 10.0  # seconds to wait for a server that does not answer
ANSWER = 60.0  # seconds that an answer may take
IDLE = 3.0  # seconds after which a connection is not used again: the server closes it after 5

Json = Any


class Trouble(Exception):
    """What to tell the user."""

    def __init__(self, message: str, status: int = 0) -> None:
        super().__init__(message)
        self.status = status


def read_cloud(name: str) -> Mapping[str, Any]:
    """Read how to be the admin, as the openstack command would."""
    path = os.environ.get("CLOUDS_YAML") or os.environ.get("OS_CLIENT_CONFIG_FILE") or ""
    path = path or "/etc/openstack/clouds.yaml"
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        with open(path, encoding="utf-8") as file:  # noqa: PTH123 # pathlib takes 10 ms to load
            cloud = yaml.load(file, Loader=loader)["clouds"][name]  # noqa: S506 # both are safe
    except (OSError, yaml.YAMLError, KeyError, TypeError) as error:
        raise Trouble(f"no cloud {name} in {path}: {error!r}") from error
    return dict(cloud)


class Connections:
    """Connections to one server, used again as long as it keeps them open."""

    def __init__(self, cloud: Mapping[str, Any]) -> None:
        self.url = str(cloud["auth"]["auth_url"]).rstrip("/")
        if not self.url.endswith("/v3"):
            self.url += "/v3"
        parts = urlsplit(self.url)
        self.host, self.port, self.path = parts.hostname or "", parts.port, parts.path
        self.context = None
        if parts.scheme == "https":
            self.context = ssl.create_default_context(cafile=cloud.get("cacert"))
            if not cloud.get("verify", True):
                self.context.check_hostname = False
                self.context.verify_mode = ssl.CERT_NONE
        self.idle: list[tuple[float, http.client.HTTPConnection]] = []

    def take(self) -> http.client.HTTPConnection:
        """Give a connection that is still open, or a new one."""
        while self.idle:
            try:
                since, connection = self.idle.pop()
            except IndexError:  # another thread was quicker
                break
            if (
                time.monotonic() - since < IDLE
                and not select.select([connection.sock], [], [], 0)[0]
            ):
                return connection
            connection.close()
        if self.context is not None:
            return http.client.HTTPSConnection(
                self.host, self.port, timeout=ANSWER, context=self.context
            )
        return http.client.HTTPConnection(self.host, self.port, timeout=ANSWER)

    def send(
        self, method: str, path: str, body: Json, headers: Mapping[str, str]
    ) -> tuple[int, Mapping[str, str], bytes]:
        """Send one request and read its answer."""
        connection = self.take()
        data = None if body is None else json.dumps(body).encode()
        sent = {"Accept": "application/json", "Content-Type": "application/json", **headers}
        try:
            connection.request(method, self.path + path, data, sent)
            answer = connection.getresponse()
            content = answer.read()
        except BaseException:
            connection.close()
            raise
        if answer.will_close:
            connection.close()
        else:
            self.idle.append((time.monotonic(), connection))
        found = {name.lower(): value for name, value in answer.headers.items()}
        return answer.status, found, content


def explain(status: int, content: bytes) -> str:
    """Say what Keystone's answer says."""
    try:
        return f"{json.loads(content)['error']['message']} (HTTP {status})"
    except (ValueError, KeyError, TypeError):
        return f"HTTP {status}"


class Session:
    """What asks Keystone, with a token that is got when it is needed."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.clouds = list(CLOUDS)
        self.connections: Connections | None = None
        self.token = ""

    def login(self, stale: str) -> tuple[Connections, str]:
        """Get a token, unless another thread has got one since the stale one."""
        with self.lock:
            if self.connections is None or not self.token or self.token == stale:
                self.token = ""
                cloud = read_cloud(self.clouds[0])
                self.connections = Connections(cloud)
                self.token = authenticate(self.connections, cloud["auth"])
            return self.connections, self.token

    def is_refused(self, token: str) -> bool:
        """Go on with the next cloud; false when there is none."""
        with self.lock:
            if token == self.token:
                if len(self.clouds) == 1:
                    return True
                self.clouds.pop(0)
                self.token = ""
            return False

    def ask(self, method: str, path: str, body: Json = None, **query: str | None) -> Json:
        """Send a request and give the answer's content; Trouble unless it succeeds."""
        given = {name: value for name, value in query.items() if value is not None}
        if given:
            path += "?" + urlencode(given)
        token, renewed = "", False
        while True:
            connections, token = self.login(token)
            headers = {"X-Auth-Token": token}
            status, _, content = patiently(connections, method, path, body, headers)
            if status == http.client.UNAUTHORIZED and not renewed:
                # the token is too old, or Keystone's keys or database are new
                renewed = True
            elif status != http.client.FORBIDDEN or self.is_refused(token):
                break
        if status >= http.client.BAD_REQUEST:
            raise Trouble(explain(status, content), status)
        return json.loads(content) if content else None


def authenticate(connections: Connections, auth: Mapping[str, Any]) -> str:
    """Get a token for what clouds.yaml says."""
    user = {"name": auth["username"], "password": str(auth["password"])}
    user["domain"] = named_or_default(auth, "user_domain")
    scope: Json = {"system": {"all": True}}
    if "project_name" in auth:
        project = {"name": auth["project_name"], "domain": named_or_default(auth, "project_domain")}
        scope = {"project": project}
    identity = {"methods": ["password"], "password": {"user": user}}
    body = {"auth": {"identity": identity, "scope": scope}}
    status, headers, content = patiently(connections, "POST", "/auth/tokens", body, {})
    token = headers.get("x-subject-token")
    if not token:
        where = f"for {auth['username']} at {connections.url}"
        raise Trouble(f"no token {where}: {explain(status, content)}", status)
    return token


def named_or_default(auth: Mapping[str, Any], what: str) -> Mapping[str, str]:
    """Say which domain clouds.yaml names."""
    if auth.get(f"{what}_name"):
        return {"name": auth[f"{what}_name"]}
    return {"id": auth.get(f"{what}_id", "default")}


def patiently(
    connections: Connections, method: str, path: str, body: Json, headers: Mapping[str, str]
) -> tuple[int, Mapping[str, str], bytes]:
    """Send a request; again for a while, when Keystone does not answer, or Apache for it."""
    away = (http.client.BAD_GATEWAY, http.client.SERVICE_UNAVAILABLE, http.client.GATEWAY_TIMEOUT)
    end = time.monotonic() + PATIENCE
    while True:
        try:
            answer = connections.send(method, path, body, headers)
        except (OSError, http.client.HTTPException) as error:
            if time.monotonic() > end or isinstance(error, ssl.SSLError):
                raise Trouble(
                    f"no answer from {connections.url}: {error or type(error).__name__}"
                ) from error
        else:
            if answer[0] not in away or time.monotonic() > end:
                return answer
        time.sleep(0.2)
