"""Services that nothing enables, and types that OpenStack does not know."""

from pathlib import Path

import pytest

from runner.lint.finding import Finding
from runner.lint.services import check_service_types, check_services
from tests.unit.linting import brief, plugin

START = 'run_process tea "sleep 1"\n'


def services(folder: Path, files: dict[str, str], localrc: str = "") -> list[Finding]:
    return list(check_services(plugin(folder, files), localrc))


def test_a_process_that_nothing_enables(tmp_path: Path) -> None:
    (found,) = services(tmp_path, {"plugin.sh": f":\n{START}{START}"})
    assert brief([found]) == [("DSR501", "warning", "plugin.sh", 2)]
    assert found.fix.startswith("enable_service tea ")


def test_it_may_stand_in_a_library_behind_the_guard_that_stops_it(tmp_path: Path) -> None:
    files = {"lib/tea": f"function start_tea {{\n    {START}}}\n"}
    guard = "if is_service_enabled tea; then\n    start_tea\nfi\n"
    (found,) = services(tmp_path, {**files, "plugin.sh": guard})
    assert brief([found]) == [("DSR501", "warning", "tea", 2)]
    others = {**files, "plugin.sh": guard, "settings": "enable_service coffee\n"}
    (found,) = services(tmp_path / "2", others)
    assert brief([found]) == [("DSR501", "note", "tea", 2)]


@pytest.mark.parametrize(
    "files",
    [
        {"settings": "enable_service tea\n"},
        {"settings": "enable_service coffee \\\n    tea\n"},
        {"settings": 'if [[ $x ]]; then enable_service "tea"; fi\n'},
        {"settings": "enable_service $TEA_SERVICES\n"},
        {"settings": "ENABLED_SERVICES+=,coffee,tea\n"},
        {"settings": "# enable_service tea, if you want it\n"},
        {"README.md": "add `enable_service tea`\n"},
        {"local.conf.sample": "[[local|localrc]]\nenable_service coffee tea\n"},
        {"lib/x": "function is_tea_enabled {\n    return 0\n}\n"},
        {"plugin.sh": 'run_process $NAME "x"\nrun_process n-novnc "x"\n'},
        {"plugin.sh": f"cat <<EOF\n{START}EOF\n# {START}"},
    ],
)
def test_a_process_that_somebody_enables(tmp_path: Path, files: dict[str, str]) -> None:
    assert services(tmp_path, {"plugin.sh": START, **files}) == []


def test_the_local_conf_and_job_definitions_count(tmp_path: Path) -> None:
    assert services(tmp_path, {"plugin.sh": START}, "enable_service tea\n") == []
    (tmp_path / "tea" / ".zuul.yaml").write_text("    devstack_services:\n      tea: true\n")
    assert services(tmp_path, {"plugin.sh": START}) == []


def test_a_plugins_name_in_its_pages_enables_nothing(tmp_path: Path) -> None:
    assert len(services(tmp_path, {"plugin.sh": START, "README.md": "tea\n===\n"})) == 1


def types(folder: Path, text: str) -> list[Finding]:
    found = plugin(folder, {"plugin.sh": text})
    return [finding for file in found.scripts for finding in check_service_types(file)]


def test_a_type_with_a_typing_error(tmp_path: Path) -> None:
    (found,) = types(tmp_path, ':\nget_or_create_service "tea" "orchestraton" "Tea"\n')
    assert brief([found]) == [("DSR502", "warning", "plugin.sh", 2)]
    assert found.fix == "write 'orchestration'"


def test_a_type_of_its_own_is_noted(tmp_path: Path) -> None:
    text = 'x=$(get_or_create_service "tea" \\\n    "hot-drinks" "Tea")\n'
    assert brief(types(tmp_path, text)) == [("DSR502", "note", "plugin.sh", 2)]


@pytest.mark.parametrize(
    "text",
    [
        'get_or_create_service "heat" "orchestration" "x"',
        "get_or_create_service manilav2 sharev2 x",
        'get_or_create_service "tea" "$TEA_TYPE" "x"',
        '# get_or_create_service "tea" "nonsense" "x"',
        "get_or_create_service tea",
    ],
)
def test_types_and_aliases_that_are_known(tmp_path: Path, text: str) -> None:
    assert types(tmp_path, f"{text}\n") == []
