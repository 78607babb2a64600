"""All flaws of a label set file at once, each with its line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given

from blender_addon.contract.labels import LabelSetError, built_in, built_in_names
from blender_addon.label_sets import label_check, label_files
from blender_addon.label_sets.label_check import ERROR, WARNING, Flaw, check, fails, to_json, to_text
from tests.contract.strategies import label_sets


def flaws_of(tmp_path: Path, name: str, text: str) -> list[tuple[str, int, str]]:
    path = tmp_path / name
    path.write_bytes(text.encode())
    return [(flaw.severity, flaw.line, flaw.text) for flaw in check(path)]


BAD_YAML = """\
name: my set
labels:
  - {id: 1, name: wall}
  - id: 1
    name: floor
  - {id: x, name: lamp}
  - {id: 4, name: Wall, colour: red}
  - {name: WALL}
"""


def test_all_errors_of_a_yaml_file_with_their_lines(tmp_path: Path) -> None:
    found = flaws_of(tmp_path, "bad.yaml", BAD_YAML)
    assert [(severity, line) for severity, line, _ in found] == [(ERROR, line) for line in (0, 4, 6, 7, 8)]
    words = (
        "'my set'",
        "id 1 is used in line 3",
        "'lamp': id 'x'",
        "unknown key 'colour'",
        "name 'wall' is used in line 3",
    )
    assert all(word in text for word, (_, _, text) in zip(words, found))


def test_all_errors_of_a_json_file_with_their_lines(tmp_path: Path) -> None:
    text = '{"labels": [\n {"name": "a", "id": 0},\n "b",\n {"name": "c", "color": "red"}\n]}\n'
    found = flaws_of(tmp_path, "bad.json", text)
    assert [(line, text.split(":")[0]) for _, line, text in found] == [(2, "label 'a'"), (4, "label 'c'")]


def test_json_with_tabs_has_no_lines_and_all_errors(tmp_path: Path) -> None:
    found = flaws_of(tmp_path, "bad.json", '{\n\t"labels": [\n\t\t{"name": "a", "id": 0},\n\t\t7\n\t]\n}')
    assert [severity for severity, _, _ in found] == [ERROR, ERROR]


def test_all_errors_of_a_csv_file_with_their_lines(tmp_path: Path) -> None:
    text = "id,name,color\n1,wall,#ffffff\nx,floor,\n3,lamp,red\n1,bed,\n5,WALL,\n6,a,b,c\n"
    found = flaws_of(tmp_path, "bad.csv", text)
    assert [line for _, line, _ in found] == [3, 4, 5, 6, 7]
    assert found[0][2].startswith("column id: 'x'") and "'WALL' is in line 2 already" in found[3][2]


@pytest.mark.parametrize(
    ("name", "text", "line", "words"),
    [
        ("a.json", '{"labels": [\n"a",,]}', 2, ""),
        ("a.yaml", "labels:\n  - [unclosed\n", 3, ""),
        ("a.csv", "id,nome\n1,wall\n", 1, "unknown column 'nome'"),
        ("a.yaml", "labels: wall\n", 0, "a list 'labels'"),
        ("a.yaml", "labels: []\n", 0, "has no labels"),
        ("a.yaml", "labels: [wall]\nNames: 3\n", 0, "unknown key 'Names'"),
    ],
)
def test_a_file_with_one_error(tmp_path: Path, name: str, text: str, line: int, words: str) -> None:
    [(severity, there, said)] = flaws_of(tmp_path, name, text)
    assert (severity, there) == (ERROR, line) and words in said


@pytest.mark.parametrize(
    ("text", "line", "severity", "words"),
    [
        ("[{name: wall, aliases: [floor]}, {name: floor}]", 1, WARNING, "alias 'floor' of 'wall' is found as 'floor'"),
        ("[{name: a, aliases: [X]}, {name: b, aliases: [x]}]", 1, WARNING, "'x' of 'b' is found as 'a'"),
        ("[{name: a, color: '#010203'}, {name: b, color: '#010203'}]", 1, WARNING, "one colour, .*: 'a', 'b'"),
        ("[{name: Unlabelled}]", 1, WARNING, "'Unlabelled' is an ordinary label here"),
        ("[{name: a, parents: {nyu40: 41}}]", 1, ERROR, "'a' has the parent 41 in nyu40, which has no such id"),
        ("[{name: a, parents: {nyu4O: 4}}]", 0, WARNING, "did you mean nyu40"),
        ("[{name: a, parents: {nyu40: 5}}, b]", 0, WARNING, "1 label without a parent in nyu40.*: 'b'"),
        ("[{name: a, parents: {nyu40: 5, nyu13: 1}}]", 1, WARNING, "'a' is 1 in nyu13, and 'chair' of nyu40 is 4"),
        ("{name: nyu40, labels: [chair]}", 0, WARNING, "name 'nyu40' of another"),
    ],
)
def test_what_would_surprise(tmp_path: Path, text: str, line: int, severity: str, words: str) -> None:
    import re

    found = flaws_of(tmp_path, "mine.yaml", text)
    assert any((how, at) == (severity, line) and re.search(words, said) for how, at, said in found), found


def test_a_set_in_order_has_none(tmp_path: Path) -> None:
    assert flaws_of(tmp_path, "mine.yaml", "labels: [{name: a, parents: {nyu40: 5, nyu13: 4}}, {name: b, parents: "
                    "{nyu40: 6, nyu13: 9}}]\n") == []  # fmt: skip


@pytest.mark.parametrize("name", built_in_names())
def test_built_in_sets_have_no_errors_and_only_published_colours_to_warn_of(name: str) -> None:
    found = check(name)
    assert all(flaw.severity == WARNING and flaw.text.startswith("one colour") for flaw in found)
    assert bool(found) == (name in {"ade150", "cityscapes34"})


def test_missing_files_and_names_are_refused(tmp_path: Path) -> None:
    for source in (tmp_path / "missing.yaml", "nyu41", tmp_path / "room.blend"):
        with pytest.raises(LabelSetError):
            check(source)


@given(label_sets)
def test_no_error_exactly_where_the_file_is_read(tmp_path_factory: pytest.TempPathFactory, label_set) -> None:
    folder = tmp_path_factory.mktemp("set")
    for name in ("set.json", "set.yaml", "set.csv"):
        label_files.write(label_set, folder / name)
        errors = [flaw for flaw in check(folder / name) if flaw.severity == ERROR]
        assert all("which has no such id" in flaw.text for flaw in errors), errors


def test_text_and_json_and_when_it_fails() -> None:
    flaws = [Flaw(ERROR, 3, "a"), Flaw(WARNING, 0, "b")]
    assert to_text(flaws, "/some/set.yaml") == (
        "set.yaml:3: error: a\nset.yaml: warning: b\nset.yaml: 1 error, 1 warning\n"
    )
    document = json.loads(to_json(flaws, "/some/set.yaml", strict=False))
    assert document["ok"] is False and document["findings"][0] == {"severity": "error", "line": 3, "text": "a"}
    assert [fails(flaws[at:], strict) for at in (0, 1, 2) for strict in (False, True)] == [
        True, True, False, True, False, False,
    ]  # fmt: skip


def test_what_is_read_has_no_error_and_what_is_refused_has_one(tmp_path: Path) -> None:
    for text in (
        "[a, b]",
        "{labels: [a, a]}",
        "3",
        "[{id: 5}]",
        "[]",
        "{labels: [{name: a, id: 1}, {name: b, id: 1}]}",
    ):
        path = tmp_path / "set.yaml"
        path.write_text(text)
        try:
            label_files.read(path)
            read = True
        except LabelSetError:
            read = False
        assert read is not fails(label_check.check(path), strict=False), text


def test_a_name_of_this_version() -> None:
    assert check("nyu40") == [] and built_in("nyu40").name == "nyu40"
