"""`labelpass labels show|map|check`: what they print, and their exit codes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import labelpass
from blender_addon.contract.labels import built_in, built_in_names, label_set_from_json


@pytest.fixture
def told(capsys: pytest.CaptureFixture[str]):
    def tell(*words: object) -> tuple[int, str, str]:
        code = labelpass.main(["labels", *map(str, words)])
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return tell


def test_the_sets_that_come_with_it(told) -> None:
    code, out, _ = told("show")
    assert code == 0 and [line.split()[0] for line in out.splitlines()[1:]] == list(built_in_names())
    rows = json.loads(told("show", "--json")[1])
    assert [(row["name"], row["labels"]) for row in rows] == [
        (name, len(built_in(name).labels)) for name in built_in_names()
    ]


def test_the_labels_of_a_set(told) -> None:
    code, out, _ = told("show", "nyu13")
    lines = out.splitlines()
    assert code == 0 and lines[0] == "nyu13: 13 labels"
    color = "#{:02x}{:02x}{:02x}".format(*built_in("nyu13").by_id[13].color)
    assert lines[-1].split() == ["13", "window", color, "windowpane"]
    assert label_set_from_json(told("show", "nyu13", "--json")[1]) == built_in("nyu13")


def test_a_name_cannot_move_the_cursor(told, tmp_path: Path) -> None:
    path = tmp_path / "mine.json"
    path.write_text(json.dumps(["a\nb"]))
    assert "'a\\nb'" in told("show", path)[1]
    path.write_text(json.dumps(["\x1b[2J"]))
    code, out, err = told("show", path)
    assert (code, out) == (1, "") and "'\\x1b[2J'" in err and "\x1b" not in err


def test_what_becomes_of_each_label(told) -> None:
    code, out, _ = told("map", "nyu40", "voc21")
    lines = out.splitlines()
    assert code == 0 and lines[0] == "nyu40 -> voc21: 4 of 40 labels mean something there"
    assert " 6  sofa            ->  18  sofa" in lines
    assert " 1  wall            ->      (no parent: unlabelled)" in lines
    assert lines[-3].startswith("no parent (36): wall, floor")
    assert lines[-2] == "several become one (0): none"
    assert lines[-1].startswith("none becomes (16): aeroplane")


def test_what_becomes_of_each_label_as_json(told) -> None:
    data = json.loads(told("map", "sunrgbd37", "ade150", "--json")[1])
    assert data["labels"][5] == {"id": 6, "name": "sofa", "to": {"id": 24, "name": "sofa"}, "through": "nyu40"}
    assert data["labels"][29]["to"] is None and "whiteboard" in data["no_parent"]
    merged = json.loads(told("map", "nyu40", "nyu13", "--json")[1])["merged"]
    assert {"id": 13, "name": "window", "of": ["window", "blinds", "curtain"]} in merged
    assert json.loads(told("map", "nyu40", "nyu40", "--json")[1])["labels"][0]["through"] is None


def test_no_way_is_one_line(told) -> None:
    code, out, err = told("map", "nyu13", "ade150")
    assert (code, out) == (1, "") and err.startswith("labelpass: no cross-walk from 'nyu13' to 'ade150'")


@pytest.mark.parametrize(
    ("text", "words", "code"),
    [
        ("[a, b]", [], 0),
        ("[a, a]", [], 1),
        ("[{name: a, aliases: [b]}, b]", [], 0),
        ("[{name: a, aliases: [b]}, b]", ["--strict"], 1),
    ],
)
def test_exit_codes_of_check(told, tmp_path: Path, text: str, words: list[str], code: int) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(text)
    found, out, _ = told("check", path, *words)
    assert found == code and out.splitlines()[-1].startswith("mine.yaml: ")
    found, out, _ = told("check", path, "--json", *words)
    assert found == code and json.loads(out)["ok"] is (code == 0)


def test_check_of_a_file_that_is_not_there_is_one_line(told, tmp_path: Path) -> None:
    code, out, err = told("check", tmp_path / "none.yaml")
    assert (code, out) == (1, "") and "none.yaml" in err and err.count("\n") == 1
