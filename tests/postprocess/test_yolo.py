"""Polygons of YOLO, filled as Ultralytics and supervision fill them, against what the run holds."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from exported import manifest, refused
from hypothesis import given
from hypothesis.extra import numpy as hnp
from small_inputs import files_of, write_run
from small_things import things_of, write_run_of_things

from blender_addon.contract.labels import BACKGROUND, IGNORE, UNLABELLED, Label, LabelSet, built_in
from blender_addon.contract.run import frame_folder
from blender_addon.strict_yaml import read_yaml
from postprocess.dataset import export
from postprocess.exporters import yolo
from postprocess.exr import read_labels
from postprocess.outlines import one_way


def filled(way: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    return cv2.fillPoly(np.zeros(shape, np.uint8), [way.astype(np.int32)], 1).astype(bool)


def without_holes(mask: np.ndarray) -> tuple[np.ndarray, int]:
    """And how many pieces there are."""
    contours, _ = cv2.findContours(mask.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    return cv2.drawContours(np.zeros(mask.shape, np.uint8), contours, -1, 1, -1).astype(bool), len(contours)


@given(hnp.arrays(bool, hnp.array_shapes(min_dims=2, max_dims=2, max_side=14)).filter(lambda mask: mask.any()))
def test_a_way_goes_around_the_mask(mask: np.ndarray) -> None:
    way = one_way(mask)
    solid, pieces = without_holes(mask)
    assert len(way) >= 3 and mask[way[:, 1], way[:, 0]].all()
    back = filled(way, mask.shape)
    assert (back >= solid).all()
    if pieces == 1:
        np.testing.assert_array_equal(back, solid)


def test_two_pieces_are_joined_where_they_are_nearest() -> None:
    mask = np.zeros((5, 20), bool)
    mask[:, :4] = mask[2:4, 9:15] = True
    back = filled(one_way(mask), mask.shape)
    np.testing.assert_array_equal(back[:, :4] & back[:, :4], mask[:, :4])
    added = np.argwhere(back & ~mask)
    assert len(added) == 5 and set(added[:, 1]) == {4, 5, 6, 7, 8}


def test_every_line_is_a_thing_of_the_run(tmp_path: Path) -> None:
    run = write_run_of_things(tmp_path / "r", views=6)
    export([run], tmp_path / "out", "yolo")
    names = read_yaml((tmp_path / "out" / "data.yaml").read_text(encoding="utf-8"), "data.yaml")[0]
    assert [names[split] for split in ("train", "val", "test")] == ["images/train", "images/val", "images/test"]
    assert list(names["names"].values()) == [label.name for label in built_in("nyu40").labels]
    seen = 0
    for path in (tmp_path / "out" / "labels").rglob("*.txt"):
        number = int(path.stem[-6:])
        assert (tmp_path / "out" / "images" / path.parent.name / f"{path.stem}.png").is_file()
        labels = read_labels(frame_folder(run, number) / "labels.exr", built_in("nyu40")).pixels
        things = things_of(run, number)
        there = ~np.isin(labels, [UNLABELLED, IGNORE, BACKGROUND])
        kinds = sorted(set(zip(labels[there].tolist(), things[there].tolist())))
        lines = [line.split() for line in path.read_text().splitlines()]
        assert [int(line[0]) + 1 for line in lines] == [label for label, _ in kinds]
        for line, (label, thing) in zip(lines, kinds):
            points = np.array(line[1:], float).reshape(-1, 2)
            assert len(points) >= 3 and (points > 0).all() and (points < 1).all()
            mask = (labels == label) & (things == thing)
            solid, pieces = without_holes(mask)
            back = filled((points * labels.shape[::-1]).astype(int), mask.shape)
            assert (back == solid).all() if pieces == 1 else (back >= solid).all()
            seen += 1
    assert seen > 100 and not list((tmp_path / "out").rglob("labels/*/*.png"))
    assert manifest(tmp_path / "out")["format"] == "yolo"


def test_names_in_yaml_are_any(tmp_path: Path) -> None:
    names = ['a: "b"', "no", "back\\slash #1", "Stühle", "😀", "line\u2028break", "{x}", "- 7"]
    labels = tuple(Label(at, name, (at, 0, 0)) for at, name in enumerate(names, start=1))
    run = write_run_of_things(tmp_path / "r", LabelSet("mine", labels), views=2)
    export([run], tmp_path / "out", "yolo", split=(1, 0, 0))
    found = read_yaml((tmp_path / "out" / "data.yaml").read_text(encoding="utf-8"), "data.yaml")[0]
    assert list(found["names"].values()) == names and "val" not in found


def test_processes_change_no_byte_and_instances_are_needed(tmp_path: Path) -> None:
    run = write_run_of_things(tmp_path / "r")
    export([run], tmp_path / "one", "yolo", size=(33, 21))
    export([run], tmp_path / "two", "yolo", size=(33, 21), jobs=2)
    assert files_of(tmp_path / "one") == files_of(tmp_path / "two")
    refused(tmp_path, "has no instances, which yolo needs.*--with instances", [write_run(tmp_path / "p")], "yolo")


def test_a_line_that_lies_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    line = yolo._line
    monkeypatch.setattr(yolo, "_line", lambda number, way, size: line(number, way + 1, size))
    refused(tmp_path, r"labels/.*\.txt would not decode", [write_run_of_things(tmp_path / "r")], "yolo")
