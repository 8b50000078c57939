"""Packages of a plugin that cannot be installed, which is its result and no error."""

from runner.outcome.result import Failure
from runner.plan.dockerfile import Layer


class PackagesFailed(Exception):
    """A package layer could not be built: whose list it was, and what the package manager said."""

    def __init__(self, *, layer: Layer, failure: Failure, exit_code: int) -> None:
        super().__init__(layer.title)
        self.layer = layer
        self.failure = failure
        self.exit_code = exit_code
