"""The proxy settings of the environment, which reach builds and runs."""

import os
from collections.abc import Mapping

_NAMES = ("http_proxy", "https_proxy", "ftp_proxy", "no_proxy", "all_proxy")


def proxy_variables(environment: Mapping[str, str] | None = None) -> Mapping[str, str]:
    """Those that are set, in the spelling they have."""
    values = os.environ if environment is None else environment
    names = (*_NAMES, *(name.upper() for name in _NAMES))
    return {name: values[name] for name in names if values.get(name)}
