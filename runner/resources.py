"""Where the files are that travel with the program.

In a wheel `images/` and `templates/` lie in `runner/_data`; in a checkout or an
editable install they lie beside the package.
"""

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent
_DATA = _PACKAGE / "_data"
_SHIPPED = _DATA if _DATA.is_dir() else _PACKAGE.parent

IMAGES = _SHIPPED / "images"
TEMPLATES = _SHIPPED / "templates"
TREE = _PACKAGE / "devstack"
CONTAINER = _PACKAGE / "container"
INSIDE = "/usr/local/lib/devstack-runner"  # where CONTAINER is mounted
NEEDS = _PACKAGE / "plan" / "needs.toml"
VARIABLES = _PACKAGE / "localconf" / "variables.txt"  # those of DevStack, one a line
