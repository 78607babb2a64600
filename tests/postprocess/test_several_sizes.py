"""Frames of several sizes, as a run draws them or several runs have them: exported, resized, shown, compared."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from exported import manifest, read_png, refused
from PIL import Image
from small_inputs import some_image, some_labels, write_frame

from blender_addon.contract.labels import built_in
from blender_addon.contract.records import damaged_frames, read_frame
from blender_addon.contract.run import Plan, RunError, Settings, View, finished_frames, frame_folder, write_plan
from postprocess.contact_sheet import contact_sheet
from postprocess.dataset import export
from postprocess.exr import read_labels
from postprocess.labelmap import resize_labels
from postprocess.proof import damaged_pixels

SIZES = {1: (40, 30), 2: (30, 40), 3: (20, 16), 4: (40, 30)}
LABELS = built_in("nyu40")
PLAN = Plan(
    LABELS,
    "room.blend",
    "a" * 64,
    tuple(View(frame, frame, "Camera", f"view {frame}") for frame in SIZES),
    Settings((40, 30), 8, 0, 1, "CPU", False, 0.5, "ViewLayer", randomization={"resolution": {"scale": [0.5, 1]}}),
    {"blender": "4.5.15"},
)


@pytest.fixture
def drawn(tmp_path: Path) -> Path:
    """A run whose frames are of the sizes that were drawn for them."""
    run, rng = tmp_path / "drawn", np.random.default_rng(0)
    write_plan(run, PLAN)
    for view in PLAN.views:
        size = SIZES[view.frame]
        draw = {"noise_seed": 7, "resolution": {"size": list(size)}}
        write_frame(run, view, some_labels(rng, LABELS, size), some_image(rng, size), draw=draw)
    return run


def edit(run: Path, frame: int, change: Callable[[dict], None]) -> None:
    place = frame_folder(run, frame) / "frame.json"
    record = json.loads(place.read_text())
    change(record)
    place.write_text(json.dumps(record))


def test_frames_are_whole_at_the_size_that_was_drawn(drawn: Path) -> None:
    assert damaged_frames(drawn, PLAN, finished_frames(drawn)) == {}
    assert damaged_pixels(drawn, PLAN, finished_frames(drawn)) == {}
    assert read_frame(drawn, 2, PLAN).draw.resolution.size == (30, 40)


def test_a_file_of_another_size_than_was_drawn_is_found(drawn: Path) -> None:
    edit(drawn, 2, lambda record: record["files"]["labels.exr"].update(shape=[30, 40]))
    with pytest.raises(RunError, match=r"files.labels.exr.shape \(30, 40\), the plan \(40, 30\)"):
        read_frame(drawn, 2, PLAN)


@pytest.mark.parametrize(
    ("frame", "wrong", "why"),
    [
        (2, lambda record: record["draw"].pop("resolution"), "draw.resolution 'missing', the plan 'there'"),
        (3, lambda record: record["draw"]["resolution"].update(size=[20]), "draw.resolution.size must be a list of 2"),
        (3, lambda record: record["draw"]["resolution"].update(size=[0, 16]), "must be from 1 to 65536"),
    ],
)
def test_a_record_without_a_size_of_its_own_is_of_another_run(drawn: Path, frame: int, wrong, why: str) -> None:
    edit(drawn, frame, wrong)
    with pytest.raises(RunError, match=why):
        read_frame(drawn, frame, PLAN)


def test_a_size_that_no_plan_drew_is_of_another_run(drawn: Path) -> None:
    one_size = replace(PLAN, settings=replace(PLAN.settings, randomization={}))
    assert set(damaged_frames(drawn, one_size, [1, 2, 3, 4])) == {1, 2, 3, 4}


def test_formats_that_can_keep_each_picture_as_it_is(drawn: Path, tmp_path: Path) -> None:
    made = export([drawn], tmp_path / "out", "nyu")
    assert made.sizes == ((20, 16), (30, 40), (40, 30))
    assert any("of 3 sizes, 20x16 to 40x30 pixels" in text and "--size" in text for text in made.warnings)
    assert not any("squashed" in text for text in made.warnings)
    data = manifest(tmp_path / "out")
    assert data["size"] is None and data["sizes"] == {"20x16": 1, "30x40": 1, "40x30": 2}
    for frame, (width, height) in SIZES.items():
        name = f"drawn_{frame:06d}.png"
        labels = read_labels(frame_folder(drawn, frame) / "labels.exr", LABELS).pixels
        written = read_png(tmp_path / "out" / "labels" / name)
        assert written.shape == (height, width)
        np.testing.assert_array_equal(written[labels < 41], labels[labels < 41])
        image = read_png(tmp_path / "out" / "images" / name)
        np.testing.assert_array_equal(image, read_png(frame_folder(drawn, frame) / "image.png"))


def test_formats_of_one_size_say_so_in_a_sentence(drawn: Path, tmp_path: Path) -> None:
    why = r"is 30x40 and .* 40x30; segnet wants one size, since caffe takes .*: say which \(--size WxH\)"
    refused(tmp_path, why, [drawn], "segnet", jobs=2)


@pytest.mark.parametrize("format", ["nyu", "segnet"])
def test_a_size_makes_all_alike(drawn: Path, tmp_path: Path, format: str) -> None:
    made = export([drawn], tmp_path / "out", format, size=(20, 15), split=(1, 0, 0))
    assert made.sizes == ((20, 15),) and manifest(tmp_path / "out")["size"] == [20, 15]
    squashed = [text for text in made.warnings if "squashed" in text]
    assert len(squashed) == 2 and squashed[0].startswith("20x16 pixels") and squashed[1].startswith("30x40 pixels")
    if format == "nyu":
        for frame in SIZES:
            labels = resize_labels(read_labels(frame_folder(drawn, frame) / "labels.exr", LABELS).pixels, (20, 15))
            written = read_png(tmp_path / "out" / "labels" / f"drawn_{frame:06d}.png")
            np.testing.assert_array_equal(written[labels < 41], labels[labels < 41])


def test_two_runs_of_two_sizes_may_become_one_dataset(make_run: Callable[..., Path], tmp_path: Path) -> None:
    runs = [make_run("a"), make_run("b", scene="other", size=(20, 24))]
    assert export(runs, tmp_path / "out", "nyu").sizes == ((20, 24), (40, 30))


def test_a_line_of_a_sheet_has_room_for_its_tallest(drawn: Path, tmp_path: Path) -> None:
    """Frames of one shape but the second, whose panels at 40 pixels are 53 high instead of 30 (and 32)."""
    sheet = np.asarray(Image.open(contact_sheet(drawn, tmp_path / "sheet.png", columns=1, width=40)))
    image = np.asarray(Image.open(frame_folder(drawn, 4) / "image.png"))
    windows = np.lib.stride_tricks.sliding_window_view(sheet, (30, 40, 3))[..., 0, :, :, :]
    first = (windows[..., 0, 0, :] == image[0, 0]).all(-1)
    places = [(y, x) for y, x in np.argwhere(first) if np.array_equal(windows[y, x], image)]
    assert len(places) == 1
    (_, x), white = places[0], 255
    tall = sheet[:, x : x + 40].reshape(len(sheet), -1)
    runs = np.flatnonzero(np.diff(np.r_[0, (tall < white).mean(1) > 0.5, 0].astype(int)))
    assert {stop - start for start, stop in runs.reshape(-1, 2)} >= {53, 32, 30}
