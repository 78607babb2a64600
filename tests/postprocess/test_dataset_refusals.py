"""Exports that make no sense: refused with a word on what to ask for instead, and nothing that is there is touched."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from exported import manifest, refused
from small_inputs import files_of

from blender_addon.contract.labels import Label, LabelSet, built_in
from postprocess.dataset import export
from postprocess.errors import ExportError


def test_a_format_of_one_size_is_told_which(make_run: Callable[..., Path], tmp_path: Path) -> None:
    runs = [make_run("a"), make_run("b", scene="other", size=(20, 24))]
    refused(tmp_path, r"is 20x24 and .* 40x30; segnet wants one size, .*--size", runs, "segnet")
    assert export(runs, tmp_path / "out", "segnet", size=(16, 16), split=(0.5, 0.5, 0)).sizes == ((16, 16),)


def test_a_run_named_twice_or_copied(run: Path, tmp_path: Path) -> None:
    refused(tmp_path, "would both be named 'kitchen-run_000001'", [run, run])
    (tmp_path / "copy").mkdir()
    shutil.copytree(run, tmp_path / "copy" / "another name")
    refused(tmp_path, "would both be named", [run, tmp_path / "copy" / "another name"])


def test_an_existing_target_is_left_alone(run: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "thesis.txt").write_text("years of work")
    with pytest.raises(ExportError, match="out is there already and not empty"):
        export([run], out, "nyu")
    assert files_of(out) == {"thesis.txt": b"years of work"}
    (out / "thesis.txt").unlink()
    export([run], out, "nyu")
    assert (out / "dataset.json").is_file()


@pytest.mark.parametrize("place", ["dataset", "frames/dataset", "frames/000003/dataset"])
def test_no_dataset_is_written_into_a_run(run: Path, make_run: Callable[..., Path], tmp_path: Path, place: str) -> None:
    other = make_run("other", views=3)
    (tmp_path / "link").symlink_to(run)
    before = files_of(run), files_of(other)
    for out in (run / place, other / place, tmp_path / "link" / place):
        with pytest.raises(ExportError, match=r"dataset lies in the run .*, which holds what was rendered"):
            export([run], out, "nyu")
    assert (files_of(run), files_of(other)) == before


def test_nothing_to_export(make_run: Callable[..., Path], tmp_path: Path) -> None:
    refused(tmp_path, "no finished frame", [make_run("r", skip=range(1, 11))])
    refused(tmp_path, "no run folder", [tmp_path])
    refused(tmp_path, "no finished frame in no run at all", [])


def test_label_sets_that_differ_need_a_target(make_run: Callable[..., Path], tmp_path: Path) -> None:
    runs = [make_run("a"), make_run("b", built_in("nyu13"), scene="other")]
    refused(tmp_path, "a is labelled with 'nyu40' and b with 'nyu13'; say into which", runs)
    refused(tmp_path, "b: no cross-walk from 'nyu13' to 'sunrgbd37'", runs, target=built_in("sunrgbd37"))
    export(runs, tmp_path / "out", "nyu", target=built_in("nyu13"))
    assert [source["label_set"] for source in manifest(tmp_path / "out")["sources"]] == ["nyu40", "nyu13"]


def test_label_sets_of_one_name_that_differ(make_run: Callable[..., Path], tmp_path: Path) -> None:
    one = LabelSet("mine", (Label(1, "cat", (1, 1, 1)), Label(2, "dog", (2, 2, 2))))
    other = LabelSet("mine", (Label(1, "dog", (1, 1, 1)), Label(2, "cat", (2, 2, 2))))
    runs = [make_run("a", one), make_run("b", other, scene="other")]
    refused(tmp_path, "another 'mine'", runs)
    refused(tmp_path, "b: id 1 is 'dog' there and 'cat' in the label set 'mine'", runs, target=one)


def test_purity_that_was_not_rendered(run: Path, tmp_path: Path) -> None:
    refused(tmp_path, "no purity beside it.*--label-supersample 3", [run], ignore_impure=0.6)


@pytest.mark.parametrize(
    ("wish", "words"),
    [
        ({"size": (0, 5)}, "size 0x5: a dataset's pictures have 1 to 16384 pixels a side"),
        ({"size": (5, -1)}, "size 5x-1"),
        ({"size": (5, 16385)}, "size 5x16385"),
        ({"jobs": 0}, "0 jobs"),
        ({"ignore_impure": 1.5}, "threshold 1.5"),
        ({"seed": -1}, "seed -1"),
        ({"split": (0.5, 0.4, 0.2)}, "sum 1"),
        ({"split_by": "scene"}, "1 scene cannot fill 3"),
        ({"options": {"prefix": "x"}}, "format nyu has no option 'prefix'; it has void"),
        ({"options": {"void": "nil"}}, "'apart' or 'zero'"),
    ],
)
def test_wishes_that_make_no_sense(run: Path, tmp_path: Path, wish: dict, words: str) -> None:
    refused(tmp_path, words, [run], **wish)


def test_unknown_format(run: Path, tmp_path: Path) -> None:
    refused(tmp_path, "format 'betamax': known are .*nyu, ", [run], "betamax")


def test_folders_above_and_below_a_run_are_told_where_it_is(make_run: Callable[..., Path], tmp_path: Path) -> None:
    run = make_run("runs/room")
    refused(tmp_path, f"runs is no run folder: .*; name those in it: {run}$", [run.parent])
    refused(tmp_path, f"frames is no run folder: .*; name {run}$", [run / "frames"])
