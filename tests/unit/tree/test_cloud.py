"""What the tree's tools/cloud.py makes of the services' answers."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.unit.treetools import load_tool

CLOUD = load_tool("cloud")


class Answers:
    """Services that answer what a test says, by the last part of the path."""

    def __init__(self, **answers: object) -> None:
        self.answers = answers
        self.sent: list[object] = []

    def has(self, service: str) -> bool:
        return service != "compute" or "flavors" in self.answers

    def ask(self, method: str, _service: str, path: str, body: object = None) -> Any:
        name = path.partition("?")[0].removesuffix("/detail").rpartition("/")[2]
        if method != "GET":
            self.sent.append(body)
        answer = self.answers[name]
        if isinstance(answer, Exception):
            raise answer
        return answer if isinstance(answer, dict) else {name: answer}


def image(name: str, number: int, disk_format: str = "qcow2") -> dict[str, object]:
    return {"id": f"{name}{number}", "name": name, "disk_format": disk_format, "created_at": number}


def find(function: Callable[..., Any], name: str = "", **answers: object) -> list[str]:
    return list(function(Answers(**answers), name))


def test_the_default_image_comes_first_then_the_oldest() -> None:
    found = find(CLOUD.images, "d", images=[image("b", 2), image("a", 1), image("d", 3)])
    assert found == ["image d3", "image_alt a1"]


def test_one_image_serves_twice_and_kernels_do_not_count() -> None:
    found = find(CLOUD.images, images=[image("k", 1, "aki"), image("r", 2, "ari"), image("a", 3)])
    assert found == ["image a3", "image_alt a3"]
    assert find(CLOUD.images, images=[]) == []


def test_the_smallest_flavors_are_named() -> None:
    flavors = [{"id": n, "ram": ram, "disk": disk} for n, ram, disk in ((1, 512, 1), (2, 64, 1))]
    flavors.append({"id": 3, "ram": 64, "disk": 0})
    assert find(CLOUD.flavors, flavors=flavors) == ["flavor 3", "flavor_alt 2"]


def test_networks_are_told_with_their_extensions() -> None:
    aliases = [{"alias": "router"}, {"alias": "agent"}]
    found = find(CLOUD.networks, "public", networks=[{"id": "p"}], extensions=aliases)
    assert found == ["public_network p", "network_extensions agent,router"]


def test_a_service_that_does_not_answer_hides_no_other(capsys: pytest.CaptureFixture[str]) -> None:
    answers = Answers(images=OSError("503"), networks=[], extensions=[])
    assert list(CLOUD.facts(answers, "d", "public")) == ["network_extensions "]
    assert capsys.readouterr().err == "image: 503\n"


def test_a_volume_type_is_made_once() -> None:
    answer = {"volume_types": [{"name": "other"}], "volume_type": {"id": "v"}}
    answers = Answers(types=answer)
    CLOUD.make_volume_type(answers, "t")
    wanted = {"volume_type": {"name": "t", "extra_specs": {"volume_backend_name": "t"}}}
    assert answers.sent == [wanted]
    answer["volume_types"] = [{"name": "t"}]
    CLOUD.make_volume_type(answers, "t")
    assert answers.sent == [wanted]
