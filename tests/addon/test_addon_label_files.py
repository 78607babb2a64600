"""Label sets from files: both formats, the wheel straight from a checkout, and errors that name file and line."""

import json

import pytest
from hypothesis import given

from blender_addon.contract.labels import LabelSetError, built_in, built_in_names
from blender_addon.label_sets import label_files
from tests.contract.strategies import label_sets

ROWS = "- {id: 3, name: chair, color: '#0a0b0c', aliases: [seat]}\n- name: off\n"


def write(tmp_path, name, text):
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_a_built_in_set_by_name():
    assert label_files.read("nyu40") == built_in("nyu40")
    titles = label_files.built_in_titles()
    assert sorted(name for name, _ in titles) == list(built_in_names())
    sizes = [len(built_in(name).labels) for name, _ in titles]
    assert sizes == sorted(sizes) and all(title for _, title in titles)


def test_json_and_yaml_give_the_same_set(tmp_path):
    from_yaml = label_files.read(write(tmp_path, "mine.yaml", "labels:\n" + ROWS))
    rows = [{"id": 3, "name": "chair", "color": [10, 11, 12], "aliases": ["seat"]}, "off"]
    assert label_files.read(write(tmp_path, "mine.json", json.dumps(rows))) == from_yaml
    assert from_yaml.name == "mine" and [label.name for label in from_yaml.labels] == ["chair", "off"]


@pytest.mark.parametrize("name", ["mine.json", "mine.yaml"])
def test_what_windows_editors_write(tmp_path, name):
    text = '["Bücherregal", "椅子", "стул", "📚"]\n'
    with_mark = label_files.read(write(tmp_path, name, ("\ufeff" + text.replace(", ", ",\r\n")).encode()))
    assert [label.name for label in with_mark.labels] == ["Bücherregal", "椅子", "стул", "📚"]
    assert with_mark == label_files.read(write(tmp_path, name, text))


def test_a_built_in_set_survives_yaml(tmp_path):
    text = "%YAML 1.2\n---\n" + built_in("nyu40").to_json()  # JSON is YAML
    assert label_files.read(write(tmp_path, "x.yml", text)) == built_in("nyu40")


def test_yaml_words_of_other_versions_are_names(tmp_path):
    read = label_files.read(write(tmp_path, "x.yml", "- no\n- On\n- y\n- ~tilde\n- Bücherregal\n"))
    assert [label.name for label in read.labels] == ["no", "On", "y", "~tilde", "Bücherregal"]


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("a.json", '[\n"x"\n"y"]', r"a\.json, line 3"),
        ("a.json", "[" * 100_000, "nested too deeply"),
        ("a.json", '[{"name": "x", "id": 0}]', r"a\.json, line 1: label 'x': id 0"),
        ("a.json", b"\xff\xfe[", "not UTF-8"),
        ("a.json", '["x"]'.encode("utf-16"), r"a\.json: not UTF-8 text \(byte 0\); save it as UTF-8"),
        ("a.yaml", "- Bücherregal\n".encode("latin-1"), r"a\.yaml: not UTF-8 text \(byte 3\)"),
        ("a.yaml", "- 椅子\n".encode("shift-jis"), r"a\.yaml: not UTF-8"),
        ("a.json", '["x\\ud800"]', r"a\.json.*label 1"),
        ("a.yaml", "- x\n- {name: y\n- z", r"a\.yaml, line 3"),
        ("a.yaml", "- x\n- name: y\n  id: 012\n", r"a\.yaml, line 3: 012 is another number"),
        ("a.yaml", "- {name: y, id: 0x" + "f" * 10_000 + "}", r"a\.yaml, line 1: 0xf+ is another number"),
        ("a.csv", "id,name\n1,cha\0ir\n", r"a\.csv, line 2, column name"),
        ("a.yaml", "- &a x\n- *a\n", r"a\.yaml, line 1: .*anchors"),
        ("a.yaml", "- !!python/object/apply:os.system ['true']\n", r"a\.yaml, line 1"),
        ("a.yaml", "labels:\n- x\nlabels:\n- y\n", r"a\.yaml, line 3"),
        ("a.yaml", "- x\n- name: y\n  id: 40000\n", r"a\.yaml, line 2: label 'y': id 40000"),
        ("a.yaml", "[" * 50 + "]" * 50, r"a\.yaml.*(deep|depth)"),
        ("a.yaml", "- 2020-01-01\n", r"a\.yaml: label 1"),
        ("a.yaml", "", "a mapping with a list 'labels'"),
        ("a.yaml", "- x\n---\n- y\n", r"a\.yaml, line 2"),
        ("a.yaml", "- a\n- \x00", r"^a\.yaml, line 2: character '\\x00' cannot stand in YAML; remove it$"),
        ("a.yaml", "- {name: x, id: 1_0}", r"a\.yaml, line 1: 1_0 is another number"),
        ("a.yaml", "- {name: x, id: " + "1" * 5000 + "}", r"^a\.yaml, line 1: 1{20} is another number[^\n]*$"),
        ("a.yaml", "- {name: x, id: !!int '12'}", r"a\.yaml, line 1: a label set has no tags"),
        ("a.yaml", "- {name: x, id: \uff11\uff12}", "'\uff11\uff12' is not a whole number"),
        ("a.yaml", "- {name: x, color: '#\uff11\uff12\uff13\uff14\uff15\uff16'}", "color"),
        ("a.yaml", "- {name: x, color: [\uff11, 2, 3]}", "color"),
        ("a.json", '[{"name": "x", "id": ' + "1" * 5000 + "}]", r"^a\.json: a number of 5000 digits[^\n]*$"),
        ("a.json", '{"labels": ["x"], "labels": ["y"]}', r"a\.json: key 'labels' is there twice"),
        ("a.json", '[{"name": "x", "id": NaN}]', r"a\.json: NaN is no number"),
    ],
)
def test_errors_name_file_and_line(tmp_path, name, text, message):
    with pytest.raises(LabelSetError, match=message):
        label_files.read(write(tmp_path, name, text))


def test_what_is_no_label_file(tmp_path):
    with pytest.raises(LabelSetError, match="No such file"):
        label_files.read(tmp_path / "missing.yaml")
    with pytest.raises(LabelSetError, match=r"room\.blend: a label set is a \.json"):
        label_files.read(tmp_path / "room.blend")
    with pytest.raises(LabelSetError, match=r"known: ade150, .*nyu13"):
        label_files.read("nyu41")
    big = write(tmp_path, "big.json", b" " * (label_files.MAX_BYTES + 1))
    with pytest.raises(LabelSetError, match="larger than"):
        label_files.read(big)


@given(label_sets)
def test_what_is_written_is_what_is_read(tmp_path_factory, label_set):
    for suffix in (".json", ".yaml"):
        path = tmp_path_factory.getbasetemp() / f"set{suffix}"
        label_files.write(label_set, path)
        assert label_files.read(path) == label_set
        once = path.read_bytes()
        label_files.write(label_files.read(path), path)
        assert path.read_bytes() == once


@given(label_sets)
def test_a_table_keeps_the_labels(tmp_path_factory, label_set):
    path = tmp_path_factory.getbasetemp() / "table.csv"
    label_files.write(label_set, path)
    found = label_files.read(path)
    assert found.labels == label_set.labels and (found.name, found.title, found.source) == ("table", "", "")


@pytest.mark.parametrize("suffix", [".json", ".yml", ".csv"])
@pytest.mark.parametrize("name", ["nyu40", pytest.param("nyu894", marks=pytest.mark.slow)])
def test_built_in_sets_in_all_formats(tmp_path, name, suffix):
    path = tmp_path / f"{name}{suffix}"
    label_files.write(built_in(name), path)
    assert label_files.read(path).labels == built_in(name).labels and label_files.read(path).name == name
    assert [each.name for each in tmp_path.iterdir()] == [path.name]


def test_how_a_set_is_written(tmp_path):
    read = label_files.read(write(tmp_path, "shop.yaml", "labels:\n" + ROWS))
    label_files.write(read, tmp_path / "out.yaml")
    assert (tmp_path / "out.yaml").read_text() == (
        "schema: 1\nname: shop\nlabels:\n"
        '  - {id: 3, name: chair, color: "#0a0b0c", aliases: [seat]}\n'
        '  - {id: 2, name: "off", color: "#008000"}\n'
    )
    label_files.write(read, tmp_path / "out.csv")
    assert (tmp_path / "out.csv").read_bytes() == (
        b"id,name,color,aliases,parents,transparency\r\n3,chair,#0a0b0c,seat,,\r\n2,off,#008000,,,\r\n"
    )


def test_where_nothing_can_be_written(tmp_path):
    with pytest.raises(LabelSetError, match=r"x\.xml: write a label set as \.json"):
        label_files.write(built_in("nyu13"), tmp_path / "x.xml")
    with pytest.raises(LabelSetError, match="No such file"):
        label_files.write(built_in("nyu13"), tmp_path / "none" / "x.json")


@pytest.mark.parametrize("suffix", [".json", ".yaml", ".csv"])
def test_paths_that_cannot_be_written_leave_nothing_beside(tmp_path, suffix):
    (tmp_path / "file").write_text("mine")
    with pytest.raises(LabelSetError, match=rf"file/x\{suffix}: Not a directory"):
        label_files.write(built_in("nyu13"), tmp_path / "file" / f"x{suffix}")
    with pytest.raises(LabelSetError, match=rf"x{{300}}\{suffix}: File name too long"):
        label_files.write(built_in("nyu13"), tmp_path / f"{'x' * 300}{suffix}")
    (tmp_path / f"folder{suffix}").mkdir()
    with pytest.raises(LabelSetError, match=rf"folder\{suffix}: Is a directory"):
        label_files.write(built_in("nyu13"), tmp_path / f"folder{suffix}")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", f"folder{suffix}"]
    assert (tmp_path / "file").read_text() == "mine"
