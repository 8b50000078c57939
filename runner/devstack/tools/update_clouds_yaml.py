#!/usr/bin/env python3
"""Add a cloud to a clouds.yaml, or replace the one of that name; all else in the file stays.

Needs PyYAML, and runs with the oldest Python 3 there is on a supported distribution: 3.6.
"""

import argparse
import os
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Dict, NoReturn  # noqa: UP035 # for 3.6

try:
    import yaml
except ImportError:
    sys.exit(f"update_clouds_yaml.py: {sys.executable} has no PyYAML: `pip install PyYAML`")

Entry = Dict[str, Any]  # noqa: UP006 # for 3.6


def make_entry(
    *,
    auth_url: str,
    username: str,
    password: str,
    project: str = "",
    system_scope: str = "",
    region: str = "",
    cacert: str = "",
) -> Entry:
    """Describe one cloud; the scope of the system wins over a project."""
    auth = {
        "auth_url": auth_url,
        "username": username,
        "user_domain_id": "default",
        "password": password,
    }
    if system_scope:
        auth["system_scope"] = system_scope
    elif project:
        auth["project_name"] = project
        auth["project_domain_id"] = "default"
    entry: Entry = {"auth": auth}
    if region:
        entry["region_name"] = region
    if cacert:
        entry["cacert"] = cacert
    return entry


def fail(message: str) -> NoReturn:
    """End the program with a line for people."""
    sys.exit(f"update_clouds_yaml.py: {message}")


def read(path: Path) -> Entry:
    """Read the file; it counts as empty when it is absent, and that is said."""
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        print("The user clouds.yaml file didn't exist.")
        return {"clouds": {}}
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        fail(f"{path} is not YAML: {' '.join(str(error).split())}")
    content = {} if content is None else content
    if not isinstance(content, dict):
        fail(f"{path} has no mapping at its top")
    if content.get("clouds") is None:
        content["clouds"] = {}
    if not isinstance(content["clouds"], dict):
        fail(f"`clouds` in {path} is no mapping")
    return content


def write(path: Path, content: Entry) -> None:
    """Replace the file in one step, with its mode kept: a reader sees all of it, old or new."""
    path = path.resolve()
    umask = os.umask(0)
    os.umask(umask)
    mode = path.stat().st_mode & 0o7777 if path.exists() else 0o666 & ~umask
    text = yaml.safe_dump(content, default_flow_style=False, sort_keys=True, allow_unicode=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        Path(name).chmod(mode)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink()
        raise


def update(path: Path, change: "Callable[[Entry], None]") -> None:
    """Let a function change what the file holds."""
    try:
        content = read(path)
        change(content)
        write(path, content)
    except OSError as error:
        fail(f"{error.filename or path}: {error.strerror}")


def write_all() -> None:
    """Write the clouds that every run has; write_clouds_yaml in inc/core/credentials calls this.

    Arguments: file, image, region, CA certificates, URL, password, then name, user and project of
    each cloud. A cloud without a project has the scope of the whole system.
    """
    path, image, region, cacert, auth_url, password, *rest = sys.argv[1:]

    def change(content: Entry) -> None:
        for start in range(0, len(rest), 3):
            name, username, project = rest[start : start + 3]
            content["clouds"][name] = make_entry(
                auth_url=auth_url,
                username=username,
                password=password,
                project=project,
                system_scope="" if project else "all",
                region=region,
                cacert=cacert,
            )
        functional = content.get("functional")
        content["functional"] = functional if isinstance(functional, dict) else {}
        content["functional"]["image_name"] = image

    update(Path(path), change)


def parse(arguments: "Sequence[str] | None" = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--file", default="~/.config/openstack/clouds.yaml", help="what to change")
    parser.add_argument("--os-cloud", required=True, help="name of the cloud")
    parser.add_argument("--os-region-name", default="")
    parser.add_argument("--os-cacert", default="")
    parser.add_argument("--os-auth-url", required=True)
    parser.add_argument("--os-username", required=True)
    parser.add_argument("--os-password", required=True)
    parser.add_argument("--os-project-name", default="")
    parser.add_argument("--os-system-scope", default="", help="`all`; wins over a project")
    return parser.parse_args(arguments)


def main() -> None:
    """Add or replace the cloud of the command line."""
    options = parse()
    entry = make_entry(
        auth_url=options.os_auth_url,
        username=options.os_username,
        password=options.os_password,
        project=options.os_project_name,
        system_scope=options.os_system_scope,
        region=options.os_region_name,
        cacert=options.os_cacert,
    )

    def change(content: Entry) -> None:
        content["clouds"][options.os_cloud] = entry

    update(Path(options.file).expanduser(), change)


if __name__ == "__main__":
    main()
