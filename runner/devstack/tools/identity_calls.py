"""What the identity helpers ask of Keystone, for identity.py: one method a helper.

Each behaves like the openstack command that the contract names, and returns the lines to print.
"""

from __future__ import annotations

import http.client
import re
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from keystone_session import (  # type: ignore[import-not-found,unused-ignore]
    Session,
    Trouble,
)

IDENTIFIER = re.compile(r"default|[0-9a-f]{32}|[0-9a-f]{64}")
ENABLED = {"enabled": True}
FRESH = 60.0  # seconds for which a name is taken to mean the same thing


class Calls:
    """The helpers, over one session."""

    def __init__(self, session: Session) -> None:
        self.ask = session.ask
        self.known: dict[tuple[str, str, str], tuple[float, str]] = {}

    # What names mean. Keystone finds out when an identifier means nothing any more: see `again`.

    def remember(self, kind: str, name: str, domain: str | None, identifier: str) -> str:
        """Remember what a name means."""
        self.known[kind, name, domain or ""] = (time.monotonic(), identifier)
        return identifier

    def recall(self, kind: str, name: str, domain: str | None) -> str | None:
        """Recall what a name means, if that was learned a moment ago."""
        since, identifier = self.known.get((kind, name, domain or ""), (0.0, ""))
        return identifier if identifier and time.monotonic() - since < FRESH else None

    def again(self, act: Callable[..., list[str]], *arguments: str) -> list[str]:
        """Do something; once more, with nothing remembered, when something is not there."""
        remembered = bool(self.known)
        try:
            return act(self, *arguments)
        except Trouble as trouble:
            gone = (0, http.client.NOT_FOUND, http.client.BAD_REQUEST)
            if not remembered or trouble.status not in gone:
                raise
        self.known.clear()
        return act(self, *arguments)

    # Finding things by identifier or name

    def get(self, kind: str, identifier: str) -> dict[str, Any] | None:
        """Get one thing by its identifier."""
        try:
            answer = self.ask("GET", f"/{kind}s/{quote(identifier, safe='')}")
        except Trouble as trouble:
            if trouble.status != http.client.NOT_FOUND:
                raise
            return None
        return dict(answer[kind])

    def named(self, kind: str, name: str, domain: str | None = None) -> str | None:
        """Find the identifier of the one thing of that name; in all domains, or in one."""
        answer = self.ask("GET", f"/{kind}s", name=name, domain_id=domain)
        # the database may not care about upper case
        found = [str(each["id"]) for each in answer[f"{kind}s"] if each["name"] == name]
        if len(found) > 1:
            raise Trouble(f"more than one {kind} has the name {name}")
        return found[0] if found else None

    def find(self, kind: str, wanted: str, domain: str | None = None) -> str:
        """Find an identifier by itself or by name."""
        return self.recall(kind, wanted, domain) or self.look_up(kind, wanted, domain)

    def look_up(self, kind: str, wanted: str, domain: str | None = None) -> str:
        """Ask for an identifier by itself or by name."""

        def by_identifier() -> str | None:
            return wanted if wanted and self.get(kind, wanted) else None

        def by_name() -> str | None:
            return self.named(kind, wanted, domain)

        ways: list[Callable[[], str | None]] = [by_name, by_identifier]
        if IDENTIFIER.fullmatch(wanted):
            ways.reverse()
        for way in ways:
            found = way()
            if found:
                return self.remember(kind, wanted, domain, found)
        raise Trouble(f"no {kind} has the name or id {wanted!r}")

    def domain_of(self, wanted: str) -> str | None:
        """Find a domain that may have been left out."""
        return self.find("domain", wanted) if wanted else None

    def look_up_service(self, wanted: str) -> str:
        """Ask for a service by its identifier, name or type."""
        services = self.ask("GET", "/services")["services"]
        for key in "id", "name", "type":
            found = [str(service["id"]) for service in services if service.get(key) == wanted]
            if len(found) > 1:
                raise Trouble(f"more than one service has the {key} {wanted}")
            if found:
                return self.remember("service", wanted, None, found[0])
        raise Trouble(f"no service has the type, name or id {wanted!r}")

    # Making things

    def create_or_show(self, kind: str, domain: str | None, **values: Any) -> list[str]:
        """Create a thing; give the one that is in its place, as it is."""
        if domain:
            values["domain_id"] = domain
        name = str(values["name"])
        try:
            made = self.ask("POST", f"/{kind}s", {kind: values})[kind]["id"]
        except Trouble as trouble:
            if trouble.status != http.client.CONFLICT:
                raise
            return [self.look_up(kind, name, domain)]
        return [self.remember(kind, name, domain, made)]

    def domain(self, name: str, description: str = "") -> list[str]:
        """Make a domain."""
        return self.create_or_show("domain", None, name=name, description=description, **ENABLED)

    def group(self, name: str, domain: str, description: str = "") -> list[str]:
        """Make a group."""
        more = {"description": description} if description else {}
        return self.create_or_show("group", self.domain_of(domain), name=name, **more)

    def user(self, name: str, password: str, domain: str = "", email: str = "") -> list[str]:
        """Make a user; one without a password can not log in."""
        more = {"password": password} if password else {}
        if email:
            more["email"] = email
        return self.create_or_show("user", self.domain_of(domain), name=name, **more, **ENABLED)

    def project(self, name: str, domain: str = "") -> list[str]:
        """Make a project."""
        return self.create_or_show("project", self.domain_of(domain), name=name, **ENABLED)

    def role(self, name: str) -> list[str]:
        """Make a role."""
        return self.create_or_show("role", None, name=name)

    # Giving roles

    def user_project_role(
        self, role: str, user: str, project: str, user_domain: str = "", project_domain: str = ""
    ) -> list[str]:
        """Give a user a role in a project."""
        role = self.find("role", role)
        user = self.find("user", user, self.domain_of(user_domain))
        project = self.find("project", project, self.domain_of(project_domain))
        self.ask("PUT", f"/projects/{project}/users/{user}/roles/{role}")
        return [role]

    def user_domain_role(self, role: str, user: str, domain: str) -> list[str]:
        """Give a user a role in a domain."""
        role = self.find("role", role)
        user = self.find("user", user)
        domain = self.find("domain", domain)
        self.ask("PUT", f"/domains/{domain}/users/{user}/roles/{role}")
        return [role]

    def user_system_role(
        self, role: str, user: str, system: str = "all", user_domain: str = ""
    ) -> list[str]:
        """Give a user a role in the system."""
        if system != "all":
            raise Trouble(f"there is no system {system!r}, only 'all'")
        role = self.find("role", role)
        user = self.find("user", user, self.domain_of(user_domain))
        self.ask("PUT", f"/system/users/{user}/roles/{role}")
        return [role]

    def group_project_role(self, role: str, group: str, project: str) -> list[str]:
        """Give a group a role in a project."""
        role = self.find("role", role)
        group = self.find("group", group)
        project = self.find("project", project)
        self.ask("PUT", f"/projects/{project}/groups/{group}/roles/{role}")
        return [role]

    # The catalog

    def service(self, name: str, kind: str, description: str = "") -> list[str]:
        """Make a service, unless one has that type; or that name, as the command would find it."""
        try:
            found = self.look_up_service(kind)
        except Trouble as trouble:
            if trouble.status:
                raise
            values = {"name": name, "type": kind, "description": description, **ENABLED}
            found = self.ask("POST", "/services", {"service": values})["service"]["id"]
        self.remember("service", found, None, found)
        return [self.remember("service", kind, None, found)]

    def endpoints(
        self, service: str, interface: str | None, region: str | None
    ) -> list[dict[str, Any]]:
        """List endpoints of a service."""
        answer = self.ask(
            "GET", "/endpoints", service_id=service, interface=interface, region_id=region
        )
        return list(answer["endpoints"])

    def endpoint(
        self, service: str, region: str, public: str, admin: str = "", internal: str = ""
    ) -> list[str]:
        """Make the endpoints that are not there: the ids of admin, internal and public ones."""
        service = self.recall("service", service, None) or self.look_up_service(service)
        there = self.endpoints(service, None, region or None)
        lines: dict[str, list[str]] = {}
        for interface, url in (("public", public), ("admin", admin), ("internal", internal)):
            if interface != "public" and not url:
                continue
            lines[interface] = [str(each["id"]) for each in there if each["interface"] == interface]
            if not lines[interface]:
                values = {"service_id": service, "interface": interface, "url": url, **ENABLED}
                if region:
                    values["region_id"] = region
                answer = self.ask("POST", "/endpoints", {"endpoint": values})
                lines[interface] = [answer["endpoint"]["id"]]
        return [*lines.get("admin", []), *lines.get("internal", []), *lines["public"]]

    def endpoint_url(self, service: str, interface: str) -> list[str]:
        """List the URLs of a service."""
        found = self.endpoints(self.look_up_service(service), interface, None)
        return [str(each["url"]) for each in found]


# What bash calls, and the function for it
HELPERS: dict[str, Callable[..., list[str]]] = {
    "get_or_create_domain": Calls.domain,
    "get_or_create_group": Calls.group,
    "get_or_create_user": Calls.user,
    "get_or_create_project": Calls.project,
    "get_or_create_role": Calls.role,
    "get_or_add_user_project_role": Calls.user_project_role,
    "get_or_add_user_domain_role": Calls.user_domain_role,
    "get_or_add_user_system_role": Calls.user_system_role,
    "get_or_add_group_project_role": Calls.group_project_role,
    "get_or_create_service": Calls.service,
    "get_or_create_endpoint": Calls.endpoint,
    "get_endpoint_url": Calls.endpoint_url,
}
