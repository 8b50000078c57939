"""A plugin whose files only their owner may read: root's umask was 077."""

from pathlib import Path

from tests.container.harness import Runner, job_name, write_plugin

JOB = job_name("closed")
PLUGIN = 'if [[ "$1 $2" == "stack extra" ]]; then echo "it says {word}"; fi\n'


def close(folder: Path) -> None:
    """Let nobody but the owner read what is there."""
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o700 if path.is_dir() else 0o600)


def test_a_plugin_that_only_root_may_read_runs_as_it_is_on_the_host(runner: Runner) -> None:
    checkout = write_plugin(runner.folder, "closed", plugin=PLUGIN.format(word="one"))
    close(checkout)
    runner.passes("stack", "-p", "./closed")
    assert "it says one" in runner.log(JOB)
    script = checkout / "devstack" / "plugin.sh"
    script.write_text(PLUGIN.format(word="two"))
    runner.passes("stack", "-p", "./closed")
    assert "it says two" in runner.log(JOB)
    script.with_suffix(".new").write_text(PLUGIN.format(word="three"))
    script.with_suffix(".new").replace(script)
    close(checkout)
    runner.passes("stack", "-p", "./closed")
    assert "it says three" in runner.log(JOB)
    (checkout / "devstack" / "settings").write_text("enable_service closed-one\n")
    close(checkout)
    runner.passes("stack", "-p", "./closed")
    (checkout / "devstack" / "settings").unlink()
    runner.passes("stack", "-p", "./closed")
    listed = runner.inside(JOB, 'ls "$HOME/closed/devstack"').split()
    assert listed == ["plugin.sh"], "what the host has removed is gone"
