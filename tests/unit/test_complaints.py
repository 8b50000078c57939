"""Who is to blame for packages that cannot be installed, and in which words that is said."""

import pytest

from runner.complaints import complaint, trouble


@pytest.mark.parametrize(
    ("printed", "said"),
    [
        (
            ["Reading package lists...", "E: Unable to locate package x", "E: Broken packages"],
            "E: Unable to locate package x",
        ),
        (
            ["Last metadata expiration check", "No match for argument: x", "Error: Unable to find"],
            "No match for argument: x",
        ),
        (
            ["'x' not found in package names. Trying capabilities.", "No provider of 'x' found."],
            "'x' not found in package names. Trying capabilities.",
        ),
        # zypper's two channels, in another order
        (
            [
                "'bc' is already installed.",
                "No update candidate for 'bc'.",
                "Package 'x' not found.",
            ],
            "Package 'x' not found.",
        ),
        (["whatever it was"], "whatever it was"),
        ([], ""),
    ],
)
def test_the_package_managers_own_sentence(printed: list[str], said: str) -> None:
    assert complaint(printed) == said
    assert trouble(printed) is None
