"""How much of the network a job may use, as its local.conf says."""

from collections.abc import Mapping
from enum import StrEnum

VARIABLES = ("OFFLINE", "ERROR_ON_CLONE")
_TRUE = {"1", "yes", "Yes", "YES", "true", "True", "TRUE"}


class Network(StrEnum):
    """What fetching may do."""

    FREE = "free"
    NO_CLONE = "no-clone"
    """ERROR_ON_CLONE: repositories that are here may be updated, others are not made."""
    CUT = "cut"
    """OFFLINE: nothing is asked but this machine."""

    @classmethod
    def of(cls, variables: Mapping[str, str]) -> "Network":
        """What OFFLINE and ERROR_ON_CLONE say."""
        offline, error_on_clone = (variables.get(name, "") in _TRUE for name in VARIABLES)
        if offline:
            return cls.CUT
        return cls.NO_CLONE if error_on_clone else cls.FREE
