"""Labels merged, dropped and kept while exporting: the pixels, what dataset.json says, and what is warned of."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from exported import manifest, read_png, refused
from small_inputs import files_of, write_exr, write_run

import labelpass
from blender_addon.contract.labels import LabelSet, built_in
from blender_addon.contract.run import PLAN, frame_folder
from postprocess.dataset import export
from postprocess.exr import read_labels
from postprocess.index_passes import IndexPasses
from postprocess.regrouping import Regrouping

NYU40 = built_in("nyu40")


def source_of(run: Path, number: int) -> np.ndarray:
    return read_labels(frame_folder(run, number) / "labels.exr", NYU40).pixels


def written(out: Path, run: Path, number: int) -> np.ndarray:
    return read_png(out / "labels" / f"{run.name.replace(' ', '-')}_{number:06d}.png")


def counts_of(run: Path, out: Path) -> Counter[int]:
    """Label pixels of the frames in train, counted by hand."""
    numbers = [int(name[-6:]) for name in (out / "train.txt").read_text().split()]
    found: Counter[int] = Counter()
    for number in numbers:
        found.update(source_of(run, number).ravel().tolist())
    return Counter({id_: count for id_, count in found.items() if id_ in NYU40.by_id})


def test_merged_and_dropped_labels_in_the_files(run: Path, tmp_path: Path) -> None:
    wish = Regrouping(merges=((("chair", "sofa"), "seat"),), dropped=("wall",))
    made = export([run], tmp_path / "out", "nyu", regrouping=wish)
    for number in range(1, 11):
        source, there = source_of(run, number), written(tmp_path / "out", run, number)
        np.testing.assert_array_equal(there == 5, np.isin(source, (5, 6)))
        np.testing.assert_array_equal(there == 0, np.isin(source, (0, 1)))
        for id_ in (2, 3, 4, *range(7, 13)):
            np.testing.assert_array_equal(there == id_, source == id_)
    data = manifest(tmp_path / "out")
    assert data["regrouped"]["merged"] == {"seat": {"id": 5, "members": ["chair", "sofa"]}}
    assert [row["name"] for row in data["classes"]][:5] == ["floor", "cabinet", "bed", "seat", "table"]
    lost = sum(int((source_of(run, number) == 1).sum()) for number in range(1, 11))
    assert f"not kept, written as unlabelled: wall ({lost} pixels)" in made.warnings


def test_the_most_frequent_of_train(run: Path, tmp_path: Path) -> None:
    export([run], tmp_path / "out", "nyu", regrouping=Regrouping(keep_most=4), seed=2)
    counts = counts_of(run, tmp_path / "out")
    best = sorted(counts, key=lambda id_: (-counts[id_], id_))
    data = manifest(tmp_path / "out")
    assert [row["id"] for row in data["classes"]] == sorted(best[:4])
    assert list(data["regrouped"]["most_frequent_of"].items()) == [(NYU40.by_id[id_].name, counts[id_]) for id_ in best]
    for number in range(1, 11):
        source = source_of(run, number)
        np.testing.assert_array_equal(
            written(tmp_path / "out", run, number) == 0, ~np.isin(source, [*best[:4], 65534, 65535])
        )


def test_a_rest_takes_what_is_left_and_what_has_no_parent(run: Path, tmp_path: Path) -> None:
    wish = Regrouping(kept=("person", "sofa"), rest="other")
    made = export([run], tmp_path / "out", "nyu", target=built_in("voc21"), regrouping=wish)
    sofa = built_in("voc21").find("sofa").id
    for number in range(1, 11):
        source, there = source_of(run, number), written(tmp_path / "out", run, number)
        np.testing.assert_array_equal(there == sofa, source == 6)
        np.testing.assert_array_equal(there == 21, np.isin(source, [id_ for id_ in range(1, 41) if id_ != 6]))
        np.testing.assert_array_equal(there == 0, source == 0)
    assert [text.split(":")[0] for text in made.warnings if "written as" in text] == [
        "no parent in 'voc21', written as 'other'",
        "not kept, written as 'other'",
    ]


def test_background_and_ignore_stay_apart(run: Path, tmp_path: Path) -> None:
    export([run], tmp_path / "out", "nyu", regrouping=Regrouping(kept=("wall",), rest="other"))
    for number in range(1, 11):
        source, there = source_of(run, number), written(tmp_path / "out", run, number)
        np.testing.assert_array_equal(there == 255, source == 65534)
        np.testing.assert_array_equal(there == 254, source == 65535)


def test_segnet_counts_the_classes_that_are_left(run: Path, tmp_path: Path) -> None:
    export([run], tmp_path / "out", "segnet", regrouping=Regrouping(kept=("sofa", "wall", "bed")))
    assert (tmp_path / "out" / "classes.txt").read_text() == "0 wall\n1 bed\n2 sofa\n"


def test_same_bytes_however_many_processes_and_however_it_is_said(run: Path, tmp_path: Path) -> None:
    one = Regrouping(merges=((("chair", "sofa"), "seat"),), keep_most=3)
    other = Regrouping(merges=((("sofa",), "seat"), (("chair",), "seat")), keep_most=3)
    export([run], tmp_path / "one", "nyu", regrouping=one)
    export([run], tmp_path / "two", "nyu", regrouping=other, jobs=2)
    assert files_of(tmp_path / "one") == files_of(tmp_path / "two")


def test_index_passes_are_counted_first(tmp_path: Path) -> None:
    folder = tmp_path / "passes"
    folder.mkdir()
    for number in range(4):
        index = np.full((4, 6), 5, np.float32)
        index[:, :2], index[0, 5] = 1, 7
        write_exr(folder / f"view_{number}.exr", {"IndexOB.X": index})
    out = tmp_path / "out"
    export(IndexPasses(folder, NYU40), out, "nyu", split=(1, 0, 0), regrouping=Regrouping(keep_most=2), jobs=2)
    data = manifest(out)
    assert [row["name"] for row in data["classes"]] == ["wall", "chair"]
    assert data["regrouped"]["most_frequent_of"] == {"chair": 60, "wall": 32, "table": 4}


def test_a_record_that_counts_wrong_is_found(run: Path, tmp_path: Path) -> None:
    path = frame_folder(run, 3) / "frame.json"
    record = json.loads(path.read_text())
    record["labels"][0]["pixels"] += 1
    path.write_text(json.dumps(record))
    refused(
        tmp_path, "other pixels than its record counts; remove the folder", [run], regrouping=Regrouping(keep_most=2)
    )
    export([run], tmp_path / "fine", "nyu")  # nobody asked for counts


def test_no_train_no_frequencies(run: Path, tmp_path: Path) -> None:
    refused(tmp_path, "no frame is in train", [run], split=(0, 0, 1), regrouping=Regrouping(keep_most=2))


def test_a_run_of_an_older_version_has_the_parents_of_today(run: Path, tmp_path: Path) -> None:
    """Its plan keeps the label set as it was."""
    older = LabelSet("nyu40", tuple(replace(label, parents={}) for label in NYU40.labels))
    old = write_run(tmp_path / "old", older, scene="old.blend")
    assert json.loads((old / PLAN).read_text())["label_set"]["labels"][0].get("parents") is None
    export([old], tmp_path / "voc", "nyu", target=built_in("voc21"))
    assert export([run, old], tmp_path / "both", "nyu").label_set == "nyu40"


# the words


def told(*words: str) -> int:
    return labelpass.main(["export", *map(str, words)])


def test_the_words_of_the_command(run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "out"
    words = ("--merge", "chair, couch=seat", "--merge", "table,desk=table", "--drop", "wall,floor", "--drop", "bed")
    assert told(run, "--format", "nyu", "--out", out, "--keep-most", "3", "--rest", "other", *words) == 0
    data = manifest(out)
    assert data["regrouped"]["merged"]["seat"] == {"id": 5, "members": ["chair", "sofa"]}
    assert data["regrouped"]["left_out_written_as"] == "other"
    assert len(data["classes"]) == 4
    assert "written as 'other'" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--merge", "chair"), "chair,sofa=seat"),
        (("--merge", "=seat"), "names no labels"),
        (("--drop", " , "), "names no labels"),
        (("--keep", '"wall'), "names no labels"),
    ],
)
def test_words_that_say_nothing(words, said, run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        told(run, "--format", "nyu", "--out", tmp_path / "out", *words)
    assert ended.value.code == 2 and said in capsys.readouterr().err


def test_a_name_with_a_comma_stands_in_quotes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    label_set = LabelSet("mine", (replace(NYU40.by_id[1], name="a, b"), NYU40.by_id[2]))
    run = write_run(tmp_path / "run", label_set)
    assert told(run, "--format", "nyu", "--out", tmp_path / "out", "--drop", '"a, b"') == 0
    assert [row["name"] for row in manifest(tmp_path / "out")["classes"]] == ["floor"]


def test_a_wrong_name_is_one_line(run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert told(run, "--format", "nyu", "--out", tmp_path / "out", "--drop", "chiar") == 1
    line = capsys.readouterr().err
    assert line.startswith("labelpass: --drop: label set 'nyu40' has no label 'chiar'; did you mean chair")
    assert line.count("\n") == 1 and not (tmp_path / "out").exists()
