"""Which certificates are installed: the host's, a folder's, none; and what is refused."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from runner.errors import ConfigError
from runner.host import certificates
from runner.host.certificates import read_certificates

# Authorities that are valid for a hundred years, and one that was valid in 2010.
ONE = """\
-----BEGIN CERTIFICATE-----
MIIBdDCCARmgAwIBAgIUY44z/2q9hSrhLenZiBE5eFpeeL0wCgYIKoZIzj0EAwIw
DjEMMAoGA1UEAwwDb25lMCAXDTI2MTEyNTA3MDgyMVoYDzIxMjYxMTAxMDcwODIx
WjAOMQwwCgYDVQQDDANvbmUwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAARbQAeG
UgqqasXeTO0esNksp2majGKSiZ2f7Y25di/fsFPMw/ZlvMv6KTNfl+dyc74A5mYy
s1QLpc10ZheQ+Auko1MwUTAdBgNVHQ4EFgQU3Dtf0Db6SBDymVungZUE7XhViZIw
HwYDVR0jBBgwFoAU3Dtf0Db6SBDymVungZUE7XhViZIwDwYDVR0TAQH/BAUwAwEB
/zAKBggqhkjOPQQDAgNJADBGAiEAhU7Ma0wExqsPI8wELbkdXSdiyf82QCuE0mgE
yL7/NZoCIQD8N/guUAbV+2tLOlC5+TxsUgBDxWO+OwRXrKH+Pla6mg==
-----END CERTIFICATE-----
"""
TWO = """\
-----BEGIN CERTIFICATE-----
MIIBdDCCARmgAwIBAgIUJEhPgHWeFy7oSbJ6VjrHOGv+E+swCgYIKoZIzj0EAwIw
DjEMMAoGA1UEAwwDdHdvMCAXDTI2MTEyNTA3MDgyMVoYDzIxMjYxMTAxMDcwODIx
WjAOMQwwCgYDVQQDDAN0d28wWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAAQvWsy+
F4EIojErSBP/WyAIvg3xty+wB3fEZ+8clcZKiL5a4n8Ld8X5Cnaf2DPd+7fphZS7
V7z5ZfoZo8tlQw7Ho1MwUTAdBgNVHQ4EFgQU4C6wtQG2WZwfTKpUWgJrjb7eXEgw
HwYDVR0jBBgwFoAU4C6wtQG2WZwfTKpUWgJrjb7eXEgwDwYDVR0TAQH/BAUwAwEB
/zAKBggqhkjOPQQDAgNJADBGAiEA/q9VbUWDixi/2Aw8aH1m9OREd1f5MxW6PyRh
phrBfVsCIQDPfGa7KbaOeKK374iJOdzWC8VnB5DmxGT6fXsL4VLjMQ==
-----END CERTIFICATE-----
"""
OLD = """\
-----BEGIN CERTIFICATE-----
MIIBOzCB46ADAgECAgEBMAoGCCqGSM49BAMCMA4xDDAKBgNVBAMMA29sZDAeFw0x
MDAxMDEwMDAwMDBaFw0xMTAxMDEwMDAwMDBaMA4xDDAKBgNVBAMMA29sZDBZMBMG
ByqGSM49AgEGCCqGSM49AwEHA0IABORiqKHDzZ3atnrJjM+vKL3Px1D+KIJCbvuu
X7baAdHffE3jPv8stcpSbbw+dtgfVrlGkBJmMQUph4hfoKwc/86jMjAwMA8GA1Ud
EwEB/wQFMAMBAf8wHQYDVR0OBBYEFK+0+bnaFvAbLhO9jPZApIzcGoYNMAoGCCqG
SM49BAMCA0cAMEQCIFFmBC90y7amkSKmgXEOxs7BgbvEjx4ivcmVN/O8Z6F1AiAD
4PZ9uRFaRmblRgBfkDnzYHeyf/dFPfbqRTd1vu6PDw==
-----END CERTIFICATE-----
"""


def of_host(
    folder: Path, own: Path | None = None, *, warned: list[str] | None = None, **environment: Path
) -> Mapping[str, bytes]:
    return read_certificates(
        environment={name: str(path) for name, path in environment.items()},
        folders=[folder],
        own=[own] if own else [],
        warn=(warned if warned is not None else []).append,
    )


def write(path: Path, *texts: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(texts))
    return path


def test_none_is_nothing() -> None:
    assert read_certificates("none") == {}


def test_what_the_administrator_has_added_is_taken(tmp_path: Path) -> None:
    write(tmp_path / "a" / "corp root.crt", "Corporate root\n", ONE)
    write(tmp_path / "z.pem", TWO)
    write(tmp_path / "README", "no certificate")
    assert of_host(tmp_path) == {"corp_root.crt": ONE.encode(), "z.crt": TWO.encode()}


@pytest.mark.parametrize("variable", certificates.VARIABLES)
def test_of_a_bundle_that_a_variable_names_what_nobody_has_is_taken(
    variable: str, tmp_path: Path
) -> None:
    own = tmp_path / "own"
    write(own / "mozilla" / "One.crt", ONE)
    bundle = write(tmp_path / "bundle.pem", ONE, TWO, OLD)
    warned: list[str] = []
    found = of_host(tmp_path / "none", own, warned=warned, **{variable: bundle})
    assert found == {"bundle.crt": TWO.encode()}
    assert warned == []  # old ones are in every bundle


def test_a_certificate_that_is_there_twice_is_installed_once(tmp_path: Path) -> None:
    write(tmp_path / "added" / "corp.crt", ONE)
    bundle = write(tmp_path / "bundle.pem", ONE.replace("\n", "\r\n"))
    found = of_host(tmp_path / "added", SSL_CERT_FILE=bundle, PIP_CERT=bundle)
    assert found == {"corp.crt": ONE.encode()}


def test_those_that_python_brings_are_not_installed(tmp_path: Path) -> None:
    certifi = pytest.importorskip("certifi")
    assert of_host(tmp_path / "none", REQUESTS_CA_BUNDLE=Path(certifi.where())) == {}


def test_one_file_of_many_becomes_many_of_one(tmp_path: Path) -> None:
    write(tmp_path / "both.pem", ONE, "between\n", TWO)
    found = read_certificates(str(tmp_path))
    assert found == {"both-2.crt": TWO.encode(), "both.crt": ONE.encode()}


def test_two_files_of_one_name_are_both_installed(tmp_path: Path) -> None:
    write(tmp_path / "a" / "ca.crt", ONE)
    write(tmp_path / "b" / "ca.crt", TWO)
    assert set(read_certificates(str(tmp_path)).values()) == {ONE.encode(), TWO.encode()}


def test_a_private_key_stays_here(tmp_path: Path) -> None:
    key = "-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----\n"
    write(tmp_path / "ca.pem", key, ONE)
    assert read_certificates(str(tmp_path)) == {"ca.crt": ONE.encode()}


def test_names_are_such_as_a_dockerfile_takes(tmp_path: Path) -> None:
    write(tmp_path / "--from=x $(y) é.crt", ONE)
    assert list(read_certificates(str(tmp_path))) == ["from_x___y___.crt"]


def test_what_is_wrong_with_the_hosts_is_a_warning(tmp_path: Path) -> None:
    write(tmp_path / "empty.crt", "")
    write(tmp_path / "good.crt", ONE)
    write(tmp_path / "old.crt", OLD)
    warned: list[str] = []
    found = of_host(tmp_path, warned=warned, SSL_CERT_FILE=tmp_path / "missing")
    assert list(found) == ["good.crt"]
    assert [text.partition(": ")[0] for text in warned] == [
        str(tmp_path / name) for name in ("empty.crt", "old.crt", "missing")
    ]


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("a.crt", "", "holds no certificate in PEM form"),
        ("a.pem", "\x30\x82", "holds no certificate in PEM form"),
        ("a.crt", ONE.replace("MII", "MIX", 1), "its certificate is damaged"),
        ("a.crt", "-----BEGIN CERTIFICATE-----\n=\n-----END CERTIFICATE-----\n", "damaged"),
        ("a.crt", ONE + OLD, "its certificate has expired (Jan  1 00:00:00 2011 GMT)"),
        ("README", ONE, "no certificate in it"),
    ],
    ids=["empty", "der", "damaged", "nonsense", "expired", "another name"],
)
def test_a_folder_with_what_cannot_be_used_is_refused(
    name: str, text: str, said: str, tmp_path: Path
) -> None:
    write(tmp_path / name, text)
    with pytest.raises(ConfigError) as caught:
        read_certificates(str(tmp_path))
    assert said in caught.value.message
    assert caught.value.hint


def test_a_folder_that_is_none_is_refused(tmp_path: Path) -> None:
    file = write(tmp_path / "ca.crt", ONE)
    with pytest.raises(ConfigError, match="is a file"):
        read_certificates(str(file))
    with pytest.raises(ConfigError, match="no such folder"):
        read_certificates(str(tmp_path / "missing"))


def test_a_file_that_may_not_be_read_is_refused(tmp_path: Path) -> None:
    file = write(tmp_path / "ca.crt", ONE)
    file.unlink()
    file.symlink_to("/proc/self/mem")  # nobody reads it from its start, not even root
    with pytest.raises(ConfigError, match="cannot be read") as caught:
        read_certificates(str(tmp_path))
    assert caught.value.hint
