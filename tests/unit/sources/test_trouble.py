"""git's stderr: the line that tells, and what kind of failure it is. The texts are git's own."""

import pytest

from runner.sources.trouble import Trouble, classify, failure_from, telling_line

HEADLINE = "Cloning into bare repository 'x'...\n"
EARLY_EOF = "fatal: early EOF\nfatal: fetch-pack: invalid index-pack output\n"
ACCESS_RIGHTS = (
    "fatal: Could not read from remote repository.\n\n"
    "Please make sure you have the correct access rights\nand the repository exists.\n"
)


@pytest.mark.parametrize(
    ("stderr", "trouble", "line"),
    [
        (
            HEADLINE + "fatal: unable to access 'https://h/x/': Could not resolve host: h\n",
            Trouble.UNREACHABLE,
            "Could not resolve host: h",
        ),
        (
            "fatal: unable to access 'http://h/x/': The requested URL returned error: 503",
            Trouble.UNREACHABLE,
            "The requested URL returned error: 503",
        ),
        (
            "fatal: unable to connect to h:\nh[0: 1.2.3.4]: errno=Connection refused\n",
            Trouble.UNREACHABLE,
            "h[0: 1.2.3.4]: errno=Connection refused",
        ),
        (
            "ssh: connect to host h port 22: Connection timed out\n" + ACCESS_RIGHTS,
            Trouble.UNREACHABLE,
            "ssh: connect to host h port 22: Connection timed out",
        ),
        (
            "error: RPC failed; curl 56 Recv failure: Connection reset by peer\n" + EARLY_EOF,
            Trouble.UNREACHABLE,
            "RPC failed; curl 56 Recv failure: Connection reset by peer",
        ),
        (
            "remote: Repository not found.\nfatal: repository 'https://h/x/' not found\n",
            Trouble.ACCESS,
            "repository 'https://h/x/' not found",
        ),
        (
            "fatal: could not read Username for 'https://h': terminal prompts disabled\n",
            Trouble.ACCESS,
            "could not read Username for 'https://h': terminal prompts disabled",
        ),
        (
            "git@h: Permission denied (publickey).\n" + ACCESS_RIGHTS,
            Trouble.ACCESS,
            "git@h: Permission denied (publickey).",
        ),
        (
            "fatal: unable to access 'http://h/x/': The requested URL returned error: 403",
            Trouble.ACCESS,
            "The requested URL returned error: 403",
        ),
        (
            "fatal: couldn't find remote ref refs/changes/1/1/1",
            Trouble.MISSING_REF,
            "couldn't find remote ref refs/changes/1/1/1",
        ),
        (
            "error: Server does not allow request for unadvertised object 12ab",
            Trouble.MISSING_REF,
            "Server does not allow request for unadvertised object 12ab",
        ),
        (
            "fatal: write error: No space left on device\nfatal: index-pack failed\n",
            Trouble.DISK,
            "write error: No space left on device",
        ),
        (
            "error: cannot lock ref 'refs/heads/x': Unable to create '/c/x.lock': File exists.\n",
            Trouble.DAMAGED,
            "cannot lock ref 'refs/heads/x': Unable to create '/c/x.lock': File exists.",
        ),
        ("fatal: not a git repository: '/c/x.git'", Trouble.DAMAGED, None),
        ("warning: x\nfatal: this is new\nhint: try y\n", Trouble.OTHER, "this is new"),
        ("", Trouble.OTHER, "git said nothing"),
    ],
)
def test_stderr_is_told_in_a_line_and_a_kind(
    stderr: str, trouble: Trouble, line: str | None
) -> None:
    assert classify(stderr) is trouble
    if line is not None:
        assert telling_line(stderr) == line


def test_the_line_is_without_credentials() -> None:
    assert "secret" not in telling_line("fatal: repository 'https://me:secret@h/x/' not found")


def test_a_foreign_owner_is_told_with_the_command_that_trusts() -> None:
    failure = failure_from("fatal: detected dubious ownership in repository at '/srv/x'\n")
    assert failure.trouble is Trouble.OWNER
    assert str(failure.hint).endswith("git config --global --add safe.directory /srv/x")


def test_only_a_silent_other_end_counts_as_absent() -> None:
    assert {trouble for trouble in Trouble if trouble.is_absence()} == {
        Trouble.UNREACHABLE,
        Trouble.SLOW,
    }
