"""What can stop a run, and the exit code each gives.

    RunnerError (1)
    ├── ConfigError (2)        local.conf, an option, a plugin's layout or a distro file is wrong
    ├── EngineError (5)        the container engine is missing, refuses, or went away
    ├── SourceError (5)        a repository or a ref cannot be had
    ├── BaseImageError (5)     no base image: not local, not pulled, not bootstrapped
    ├── HostError (5)          this machine cannot do it: a tool, a right or disk space is missing
    ├── NothingSelected (3)    no job is left of those that there are
    ├── NeedsMore (4)          a plugin needs what the container is not given: the job is skipped
    ├── TimeLimit (6)          the job took longer than --timeout allows
    └── Interrupted (130)      Ctrl-C or SIGTERM

A plugin that fails is a result (`runner.result`), never one of these.
"""


class RunnerError(Exception):
    """A failure to explain to the user in a line, without a traceback."""

    exit_code = 1

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class ConfigError(RunnerError):
    """local.conf, an option, a plugin's layout or a distro file is wrong."""

    exit_code = 2


class NothingSelected(RunnerError):
    """No job is left of those that there are."""

    exit_code = 3


class EngineError(RunnerError):
    """The container engine is missing, refuses, or went away."""

    exit_code = 5


class SourceError(RunnerError):
    """A repository or a ref cannot be had."""

    exit_code = 5


class BaseImageError(RunnerError):
    """A distro's base image is not here, cannot be pulled and cannot be bootstrapped."""

    exit_code = 5


class HostError(RunnerError):
    """This machine cannot do it: a tool, a right or disk space is missing."""

    exit_code = 5


class NeedsMore(RunnerError):
    """A plugin needs what the container is not given, so its job is skipped."""

    exit_code = 4

    def __init__(self, message: str, *, job: str, hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.job = job


class TimeLimit(RunnerError):
    """The job took longer than its time limit."""

    exit_code = 6


class Interrupted(RunnerError):
    """The user or the system asked us to stop."""

    exit_code = 130
