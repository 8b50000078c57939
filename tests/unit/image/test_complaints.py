"""Who is to blame for packages that cannot be installed, and in which words that is said."""

import pytest

from runner.image.complaints import complaint, trouble


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


# What apt printed without a network, with lists older than an hour; its two channels not in order.
_UPDATE_FAILED = [
    "W: Failed to fetch http://deb.debian.org/debian-security/dists/x/InRelease  Unable to connect",
    "W: Some index files failed to download. They have been ignored, or old ones used instead.",
]
_FETCH_FAILED = "E: Failed to fetch http://deb.debian.org/debian/pool/hexer.deb  Could not connect"


@pytest.mark.parametrize(
    ("printed", "said"),
    [
        ([*_UPDATE_FAILED, "Err:1 http://deb.debian.org/debian", _FETCH_FAILED], _FETCH_FAILED),
        ([_FETCH_FAILED, *_UPDATE_FAILED], _FETCH_FAILED),
        ([*_UPDATE_FAILED, "E: Unable to locate package hexer"], _UPDATE_FAILED[0]),
    ],
)
def test_trouble_is_what_failed_before_what_was_warned_of(printed: list[str], said: str) -> None:
    assert trouble(printed) == said
