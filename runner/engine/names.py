"""Names of images as we say them.

Podman answers with the registry it takes a short name for: `localhost/devstack-runner/system:…`,
`docker.io/library/debian:12`. It finds them by the short name as well, as Docker does.
"""

_PREFIXES = ("localhost/", "docker.io/library/", "docker.io/")


def short_name(name: str) -> str:
    """The name without the registry that an engine has put before it."""
    return next((name.removeprefix(p) for p in _PREFIXES if name.startswith(p)), name)
