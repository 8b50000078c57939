"""What compose.yaml needs to know of this machine: the lab's base image, addresses and network."""

import base64
from collections.abc import Mapping
from pathlib import Path

from runner.host.pipconfig import PipConfig
from runner.lab.lab import upstream


def lab_settings(
    *,
    base: str,
    address: str,
    git: Path,
    pip: PipConfig,
    proxies: Mapping[str, str],
    certificates: Mapping[str, bytes],
) -> Mapping[str, str]:
    """The variables of compose.yaml; those that say nothing are left out.

    The lab's services ask what this machine asks: through its proxies, pip's own before the
    environment's, with its indexes, trusting whom it trusts.
    """

    def proxy(name: str) -> str:
        return proxies.get(name) or proxies.get(name.upper()) or ""

    index, extra = (pip.options.get(name, ()) for name in ("index-url", "extra-index-url"))
    bundle = b"".join(certificates.values())
    settings = {
        "LAB_BASE": base,
        "LAB_ADDRESS": address,
        "LAB_GIT": str(git),
        "LAB_INDEX": "".join(index[:1]),
        "LAB_EXTRA_INDEXES": ",".join(url.replace(",", "%2C") for url in extra),
        "LAB_UPSTREAM": upstream(pip),
        "LAB_HTTP_PROXY": proxy("http_proxy"),
        "LAB_HTTPS_PROXY": "".join(pip.options.get("proxy", ())) or proxy("https_proxy"),
        "LAB_NO_PROXY": proxy("no_proxy"),
        "LAB_CERTIFICATES": base64.b64encode(bundle).decode(),
    }
    return {name: value for name, value in settings.items() if value}


def render_env(settings: Mapping[str, str]) -> str:
    """The text of `.env`, which both generations of compose read the same."""
    lines = ["# Written by `devstack-runner lab`; it may hold a proxy's or an index's password."]
    # in single quotes nothing is expanded, and nothing stands for a quote
    lines += [f"{name}='{value.replace(chr(39), '%27')}'" for name, value in settings.items()]
    return "\n".join(lines) + "\n"
