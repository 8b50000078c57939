"""What a plugin or a project may make us read: its own regular files, and nothing else."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from runner.cli import app
from runner.distros.distro import read_distros
from runner.errors import ConfigError
from runner.localconf.parse import read_local_conf
from runner.plan.needs import read_stated
from runner.plan.packages import read_plugin_lists
from runner.plan.project import read_project
from runner.plan.pythonlists import read_plugin_list
from runner.plan.requirements import read_requirements
from runner.resources import IMAGES
from runner.sources.inside import LIMIT, Refused, read_inside

CLI = CliRunner()
SECRET = "Hush-hush"  # noqa: S105 - no password
# Whatever one may read of it: a list, bash, an ini file, TOML, a local.conf.
CONTENT = f"{SECRET}=1\n[[{SECRET}\nenable_service {SECRET}\n"
LISTS = ["devstack/files/debs/tea", "devstack/files/rpms/tea", "devstack/files/rpms-suse/tea"]
READ_BY_A_RUN = [
    *LISTS,
    "devstack/files/bindep.txt",
    "pyproject.toml",
    "requirements.txt",
    "setup.cfg",
    "setup.py",
]
READ_OF_THE_FOLDER = ["devstack-runner.toml", "local.conf", "pyproject.toml"]
READ_BY_LINT = [
    *LISTS,
    "devstack/files/bindep.txt",
    "devstack/lib/tea",
    "devstack/override-defaults",
    "devstack/plugin.sh",
    "devstack/settings",
    *READ_OF_THE_FOLDER,
]
FOLDERS = ["devstack", "devstack/files", "devstack/files/debs", "devstack/lib"]


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    """A file beside the plugin, as it would be anywhere on this machine."""
    for name in ("secret/files/debs/tea", "secret/debs/tea", "secret/tea", "secret/plugin.sh"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(CONTENT)
    return tmp_path / "secret" / "tea"


@pytest.fixture
def tea(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A plugin, in whose folder we are."""
    folder = tmp_path / "tea"
    for name in ("devstack/plugin.sh", "devstack/settings", "devstack/files/debs/tea"):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    monkeypatch.chdir(folder)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/no-engine")
    return folder


def link(folder: Path, name: str, target: Path | str) -> None:
    """Put a link in the place of whatever is there."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.is_dir():
        path.rename(folder.parent / f"was-{path.name}")
    path.unlink(missing_ok=True)
    path.symlink_to(target)


def everything(folder: Path) -> str:
    """All that was written below a folder."""
    files = (path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
    return "".join(path.read_text(errors="replace") for path in files)


def says_no_secret(*arguments: str, home: Path, command: str) -> str:
    """Run a command; what it printed, which like all it wrote has nothing of the secret."""
    result = CLI.invoke(app, [command, *arguments])
    assert SECRET not in result.output
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    for place in ("cache", "state"):
        assert SECRET not in everything(home / place)
    return result.output


@pytest.mark.parametrize("name", READ_BY_A_RUN)
def test_a_run_reads_nothing_through_a_link_that_leads_out(
    tmp_path: Path, tea: Path, secret: Path, name: str
) -> None:
    (tea / "setup.py").write_text("x\n")  # with which requirements.txt counts
    link(tea, name, secret)
    said = "".join(
        says_no_secret("-p", "tea=.", "-d", distro, home=tmp_path, command="render")
        for distro in ("debian-12", "fedora-44", "opensuse-leap-16.0")
    )
    assert f"{tea / name} is a link that leads out of " in said.replace("\n", " ")
    assert "put the file itself in its place" in said.replace("\n", " ")


@pytest.mark.parametrize("name", READ_OF_THE_FOLDER)
@pytest.mark.parametrize("command", ["render", "lint", "run"])
def test_no_command_reads_the_folders_own_files_through_a_link_that_leads_out(
    tmp_path: Path, tea: Path, secret: Path, name: str, command: str
) -> None:
    link(tea, name, secret)
    said = says_no_secret(home=tmp_path, command=command)
    assert f"{tea / name} is a link that leads out of " in said.replace("\n", " ")


@pytest.mark.parametrize("name", [*READ_BY_LINT, "README.rst", ".zuul.yaml", "doc/source/a.rst"])
def test_lint_reads_nothing_through_a_link_that_leads_out(
    tmp_path: Path, tea: Path, secret: Path, name: str
) -> None:
    (tea / "devstack/plugin.sh").write_text(f"run_process {SECRET.lower()} x\n")
    link(tea, name, secret)
    said = says_no_secret(home=tmp_path, command="lint")
    assert (name in said) == (name in READ_BY_LINT)
    assert SECRET.lower() not in said or "DSR501" in said  # what it enables would silence it


@pytest.mark.parametrize("name", FOLDERS)
def test_a_folder_that_is_a_link_out_is_named_and_not_listed(
    tmp_path: Path, tea: Path, secret: Path, name: str
) -> None:
    link(tea, name, secret.parent)
    for command in ("lint", "render"):
        said = says_no_secret("-p", "tea=.", home=tmp_path, command=command)
        if command == "lint" or name != "devstack/lib":  # of which a run reads nothing here
            assert "a link that leads out of " in said.replace("\n", " ")
        assert "was" not in said
    assert "secret/" not in said


def test_a_fifo_hangs_nobody(tmp_path: Path, tea: Path) -> None:
    for name in READ_BY_A_RUN:
        path = tea / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        os.mkfifo(path)
        for command in ("lint", "render"):
            said = says_no_secret("-p", "tea=.", "-d", "debian-12", home=tmp_path, command=command)
            if command == "render" and name in {"devstack/files/debs/tea", "pyproject.toml"}:
                assert "a device, a pipe or a socket" in said
        path.unlink()


def test_lint_sees_no_outside_that_the_folders_own_local_conf_names(
    tmp_path: Path, tea: Path, secret: Path
) -> None:
    (secret.parent / "devstack").mkdir()
    (secret.parent / "devstack/plugin.sh").write_text(f'if [[ "$2" == "{SECRET}" ]]; then :; fi\n')
    (tea / "local.conf").write_text("[[local|localrc]]\nenable_plugin x ../secret\n")
    said = says_no_secret(home=tmp_path, command="lint")
    assert f"-c {tea}/local.conf" in said
    result = CLI.invoke(app, ["lint", "-c", "local.conf"])
    assert SECRET in result.output  # whoever names the file says that it is trusted


@pytest.mark.parametrize(
    "settings",
    [
        'local-conf = "../secret/tea"',
        'local-conf = "{secret}"',
        '[overrides."*"]\nlocal-conf = "../secret/tea"',
        'local-conf = "below/tea"',
        'plugins = ["x=../secret"]',
        'plugins = ["x={folder}"]',
        'plugins = ["x=below"]',
        'plugins = ["x=file://{folder}"]',
        'plugins = ["x={folder}@main"]',
        '[overrides."*"]\nplugins = ["x=../secret"]',
    ],
)
@pytest.mark.parametrize("command", ["render", "run"])
def test_the_projects_settings_name_nothing_outside_of_its_folder(
    tmp_path: Path, tea: Path, secret: Path, settings: str, command: str
) -> None:
    (tea / "below").symlink_to(secret.parent)
    (secret.parent / "devstack").mkdir()
    text = settings.format(secret=secret, folder=secret.parent)
    (tea / "devstack-runner.toml").write_text(text)
    said = says_no_secret(home=tmp_path, command=command).replace("\n", " ")
    assert " is outside of " in said or "is a link that leads out of " in said
    assert ("-c " if "local-conf" in settings else "-p ") in said


def test_what_is_named_on_the_command_line_may_be_anywhere(
    tmp_path: Path, tea: Path, secret: Path
) -> None:
    (tmp_path / "ours.conf").write_text("[[local|localrc]]\nenable_plugin x ./milk\n")
    (tea / "local.conf").symlink_to(tmp_path / "ours.conf")
    for arguments in (["-c", "local.conf"], ["-c", "../ours.conf"], ["-p", "tea=../tea"]):
        assert CLI.invoke(app, ["lint", *arguments]).exit_code == 0, arguments


# One file at a time, by what reads it.


def test_links_inside_of_the_folder_are_followed(tea: Path) -> None:
    (tea / "packages").write_text("cowsay\n")
    link(tea, "devstack/files/debs/tea", "../../../packages")
    (found,) = read_plugin_lists(tea, "tea", read_distros(IMAGES)["debian-12"])
    assert found.names == ("cowsay",)


def test_the_folder_itself_may_be_a_link(tmp_path: Path, tea: Path) -> None:
    (tea / "requirements.txt").write_text("flask\n")
    (tea / "setup.py").write_text("x\n")
    (tmp_path / "also").symlink_to(tea)
    found = read_plugin_list(tmp_path / "also", "tea")
    assert found is not None
    assert found.requirements == ("flask",)


def test_the_message_names_the_link_its_end_and_what_to_do(tea: Path, secret: Path) -> None:
    link(tea, "devstack/files/debs/tea", secret)
    with pytest.raises(ConfigError) as caught:
        read_plugin_lists(tea, "tea", read_distros(IMAGES)["debian-12"])
    place = tea / "devstack/files/debs/tea"
    assert caught.value.message == (
        f"plugin tea: {place} is a link that leads out of {tea}, to '{secret}'"
    )
    assert caught.value.hint == (
        "put the file itself in its place, or let the link point to a file in that folder"
    )


def test_of_a_path_through_a_link_the_link_is_named(tea: Path, secret: Path) -> None:
    link(tea, "devstack/files", secret.parent)
    with pytest.raises(Refused) as caught:
        read_plugin_lists(tea, "tea", read_distros(IMAGES)["debian-12"])
    assert caught.value.path == tea / "devstack/files"


def test_a_link_to_nothing_outside_is_refused_as_well(tea: Path) -> None:
    link(tea, "pyproject.toml", "/nowhere/at/all")
    for read in (read_stated, lambda name, folder: read_plugin_list(folder, name)):
        with pytest.raises(Refused, match="leads out"):
            read("tea", tea)
    with pytest.raises(Refused, match="leads out"):
        read_project(tea)


def test_a_link_to_nothing_inside_is_nothing(tea: Path) -> None:
    link(tea, "pyproject.toml", "nothing")
    assert read_stated("tea", tea) == ()


def test_links_in_a_circle_are_unreadable(tea: Path) -> None:
    link(tea, "a", "b")
    link(tea, "b", "a")
    with pytest.raises(OSError, match="Too many levels"):
        read_inside(tea, "a", whose="plugin tea")


@pytest.fixture(params=["fifo", "folder", "socket", "device"])
def odd(request: pytest.FixtureRequest, tea: Path) -> Iterator[Path]:
    path = tea / "odd"
    match request.param:
        case "fifo":
            os.mkfifo(path)
        case "folder":
            path.mkdir()
        case "device":
            try:
                os.mknod(path, 0o20600, os.makedev(1, 5))  # /dev/zero, which has no end
            except PermissionError:
                pytest.skip("to make a device takes rights")
        case _:
            with socket.socket(socket.AF_UNIX) as bound:
                bound.bind("odd")
                yield path
                return
    yield path


def test_what_is_no_regular_file_is_refused(tea: Path, odd: Path) -> None:
    with pytest.raises(Refused, match=r"is a (folder|device, a pipe or a socket)") as caught:
        read_inside(tea, "odd", whose="plugin tea")
    assert (caught.value.path, bool(caught.value.hint)) == (odd, True)


def test_a_gigantic_file_is_refused_and_not_read(tea: Path) -> None:
    with (tea / "big").open("wb") as file:
        file.truncate(100 << 30)  # a hole, which takes no room
    with pytest.raises(Refused, match=r"larger than 4 MiB"):
        read_inside(tea, "big", whose="plugin tea")
    (tea / "big").write_bytes(b"x" * LIMIT)
    assert len(read_inside(tea, "big", whose="plugin tea") or b"") == LIMIT


def test_a_local_conf_that_was_found_is_the_folders_own(tea: Path, secret: Path) -> None:
    link(tea, "local.conf", secret)
    with pytest.raises(Refused, match="leads out") as caught:
        read_local_conf(tea / "local.conf", within=tea)
    assert "-c " in (caught.value.hint or "")


def test_constraints_of_a_checkout_are_its_own(tmp_path: Path, tea: Path, secret: Path) -> None:
    link(tea, "upper-constraints.txt", secret)
    with pytest.raises(Refused, match="leads out"):
        read_requirements(tea, tmp_path / "cache")
    assert SECRET in read_requirements(secret, tmp_path / "cache").constraints.text


def test_one_function_opens_all_that_we_read_of_a_plugin(tmp_path: Path, tea: Path) -> None:
    """Whoever opens a file of the folder in another way has to answer for it here."""
    for name in (*READ_BY_LINT, *READ_BY_A_RUN, "README.rst", ".zuul.yaml", "doc/source/a.rst"):
        path = tea / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    (tea / "local.conf").write_text("[[local|localrc]]\nenable_plugin tea .\n")
    (tea / "pyproject.toml").write_text('[project]\nname = "tea"\n[tool.devstack-runner]\n')
    watched = f"""
import os, sys, traceback
from pathlib import Path

def look(event, arguments):
    if event != "open" or not isinstance(arguments[0], (str, bytes)):
        return
    path = Path(os.fsdecode(arguments[0])).absolute()
    if path.is_relative_to({str(tea)!r}):
        frames = [frame.filename for frame in traceback.extract_stack()]
        ours = any(name.endswith("runner/sources/inside.py") for name in frames)
        print("inside" if ours else "UNGUARDED", path, file=sys.stderr)

sys.addaudithook(look)
from runner.cli import main
sys.argv[0] = "devstack-runner"
main()
"""
    opened = ""
    for arguments in (["lint"], ["render", "-p", "tea=."], ["render"]):
        command = [sys.executable, "-c", watched, *arguments]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        opened += done.stderr
    assert "UNGUARDED" not in opened
    for name in {*READ_BY_LINT, *READ_BY_A_RUN, "README.rst"}.difference(
        # of which only one counts at a time
        ["devstack/files/rpms/tea", "devstack/files/rpms-suse/tea"]
    ):
        assert f"inside {tea / name}" in opened, name
