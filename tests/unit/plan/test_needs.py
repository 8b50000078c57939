"""What plugins need, and whether this machine gives it."""

from pathlib import Path

import pytest

from runner.errors import ConfigError, NeedsMore
from runner.plan import needs
from runner.plan.needs import Given

NFS = [("nfs", "https://opendev.org/openstack/devstack-plugin-nfs")]
CEPH = [("devstack-plugin-ceph", "/src/ceph")]


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    for folder in ("dev", "proc", "sys/module"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "proc" / "modules").write_text("nfsd 847872 13 - Live 0x0\nnfs_acl 16384 1 nfsd\n")
    return tmp_path


def stating(folder: Path, text: str) -> list[tuple[str, Path]]:
    (folder / "pyproject.toml").write_text(text)
    return [("mine", folder)]


@pytest.mark.parametrize(
    ("need", "there"),
    [
        ("privileged", True),
        ("kvm", False),
        ("device:/dev/fuse", True),
        ("device:/dev/nbd0", False),
        ("kernel-module:nfsd", True),
        ("kernel-module:nfs-acl", True),
        ("kernel-module:nfs", False),
        ("kernel-module:overlay", True),
    ],
)
def test_what_the_machine_has_is_given_to_the_privileged(
    need: str, there: bool, machine: Path
) -> None:
    (machine / "dev" / "fuse").touch()
    (machine / "sys" / "module" / "overlay").mkdir()
    assert (Given(privileged=True, root=machine).lacks(need) == ()) is there
    assert "run with --privileged" in Given(root=machine).lacks(need)


def test_a_machine_without_modules_has_none(tmp_path: Path) -> None:
    assert Given(privileged=True, root=tmp_path).lacks("kernel-module:nfsd")


@pytest.mark.parametrize("need", ["kvn", "", "privileged:x", "device:/etc/x", "kernel-module:../x"])
def test_a_need_that_is_none_is_an_error_with_those_there_are(need: str) -> None:
    with pytest.raises(ConfigError, match="no need called") as caught:
        Given().lacks(need)
    assert "kernel-module:NAME" in (caught.value.hint or "")


def test_a_known_plugin_is_found_by_its_repository_or_its_name(machine: Path) -> None:
    with pytest.raises(NeedsMore) as caught:
        needs.check_known("job", NFS, {}, Given())
    assert "needs kernel-module:nfsd (plugin nfs: " in caught.value.message
    assert (caught.value.job, caught.value.exit_code) == ("job", 4)
    needs.check_known("job", NFS, {}, Given(privileged=True, root=machine))
    with pytest.raises(NeedsMore):
        needs.check_known("job", CEPH, {}, Given())


def test_a_setting_can_make_a_known_plugin_need_nothing() -> None:
    assert "REMOTE_CEPH" in needs.condition_variables()
    needs.check_known("job", CEPH, {"REMOTE_CEPH": "True"}, Given())
    with pytest.raises(NeedsMore):
        needs.check_known("job", CEPH, {"REMOTE_CEPH": "False"}, Given())


def test_a_service_that_is_disabled_needs_nothing() -> None:
    manila = [("manila", "https://opendev.org/openstack/manila")]
    with pytest.raises(NeedsMore):
        needs.check_known("job", manila, {"DISABLED_SERVICES": "horizon"}, Given())
    needs.check_known("job", manila, {"DISABLED_SERVICES": "horizon,m-shr"}, Given())


def test_a_plugin_that_nobody_knows_needs_nothing() -> None:
    needs.check_known("job", [("heat", "https://opendev.org/openstack/heat")], {}, Given())


def test_a_plugin_can_say_what_it_needs(tmp_path: Path) -> None:
    plugins = stating(tmp_path, '[tool.devstack-runner]\nneeds = ["kvm", "privileged"]\n')
    with pytest.raises(NeedsMore, match=r"needs kvm \(plugin mine\), privileged") as caught:
        needs.check_stated("job", plugins, Given(root=tmp_path))
    assert "run with --privileged" in (caught.value.hint or "")


@pytest.mark.parametrize("text", ["", "[project]\nname = 'x'\n", "not [ toml"])
def test_a_plugin_that_says_nothing_needs_nothing(text: str, tmp_path: Path) -> None:
    needs.check_stated("job", stating(tmp_path, text), Given())
    needs.check_stated("job", [("none", tmp_path / "none")], Given())


@pytest.mark.parametrize(
    "text",
    [
        '[tool.devstack-runner]\nneeds = "kvm"\n',
        "[tool.devstack-runner]\nneeds = [1]\n",
        '[tool.devstack-runner]\nneeds = ["kvn"]\n',
        '[tool]\ndevstack-runner = "x"\n',
        "[tool.devstack-runner\n",
    ],
)
def test_a_statement_that_makes_no_sense_names_the_plugin(text: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="plugin mine") as caught:
        needs.check_stated("job", stating(tmp_path, text), Given())
    assert caught.value.hint


def test_the_shipped_table_names_needs_that_there_are() -> None:
    for known in needs.read_known().values():
        assert known.why
        for need in known.needs:
            assert Given().lacks(need)
