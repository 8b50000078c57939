"""What the origins of repositories have answered in a run, so that all its jobs have one commit.

A line for each answer, `REPOSITORY REF SHA`; the first one holds. Lines are short and appended in
one go, so jobs in several processes need no lock.
"""

from pathlib import Path

from msgspec import Struct


class Answers(Struct, frozen=True):
    """The answers of one run, in its file; without a file nothing is remembered."""

    file: Path | None = None

    def get(self, repository: str, ref: str) -> str | None:
        """The commit that the ref was in this run."""
        if self.file is None or not self.file.exists():
            return None
        for line in self.file.read_text(errors="surrogateescape").splitlines():
            *asked, sha = line.split(" ")
            if asked == [repository, ref]:
                return sha
        return None

    def settle(self, repository: str, ref: str, sha: str) -> str:
        """Remember the commit, and give the one that holds: another job's may have come first."""
        if self.file is None:
            return sha
        with self.file.open("a", errors="surrogateescape") as answers:
            answers.write(f"{repository} {ref} {sha}\n")
        return self.get(repository, ref) or sha
