"""The contact sheet shows every frame, in the label set's colours."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw
from small_inputs import files_of, write_frame

from blender_addon.contract.labels import built_in
from blender_addon.contract.run import frame_folder, read_plan, write_plan
from postprocess.contact_sheet import contact_sheet
from postprocess.errors import ExportError
from postprocess.exr import read_labels
from postprocess.layout import CODE_COLORS
from postprocess.lettering import lacking


@pytest.mark.parametrize(("columns", "ending"), [(1, "png"), (3, "png"), (None, "jpg")])
def test_a_sheet_is_written(run: Path, tmp_path: Path, columns: int | None, ending: str) -> None:
    out = contact_sheet(run, tmp_path / "new" / f"sheet.{ending}", columns=columns, width=40)
    picture = Image.open(out)
    assert picture.mode == "RGB" and picture.format == ("PNG" if ending == "png" else "JPEG")


def test_panels_are_image_and_colours_at_full_size(run: Path, tmp_path: Path) -> None:
    sheet = np.asarray(Image.open(contact_sheet(run, tmp_path / "sheet.png", columns=2, width=40)))
    labels = read_labels(frame_folder(run, 1) / "labels.exr", built_in("nyu40")).pixels
    colors = {id_: label.color for id_, label in built_in("nyu40").by_id.items()} | dict(CODE_COLORS)
    panel = np.array([[colors[id_] for id_ in row] for row in labels.tolist()], np.uint8)
    image = np.asarray(Image.open(frame_folder(run, 1) / "image.png"))
    windows = np.lib.stride_tricks.sliding_window_view(sheet, (30, 40, 3))[..., 0, :, :, :]
    for wanted in (image, panel):
        first = (windows[..., 0, 0, :] == wanted[0, 0]).all(-1)
        assert sum(np.array_equal(windows[y, x], wanted) for y, x in np.argwhere(first)) == 1


def test_more_frames_than_asked_for_are_thinned_out(make_run: Callable[..., Path], tmp_path: Path) -> None:
    run = make_run("r", views=30)
    small = Image.open(contact_sheet(run, tmp_path / "few.png", columns=1, most=3, width=40))
    large = Image.open(contact_sheet(run, tmp_path / "all.png", columns=1, most=30, width=40))
    assert (large.height - small.height) % 27 == 0 and large.height > small.height


def test_wrong_wishes(make_run: Callable[..., Path], run: Path, tmp_path: Path) -> None:
    with pytest.raises(ExportError, match=r"\.png or a \.jpg"):
        contact_sheet(run, tmp_path / "sheet.gif")
    with pytest.raises(ExportError, match="no finished frame"):
        contact_sheet(make_run("empty", skip=range(1, 11)), tmp_path / "sheet.png")
    with pytest.raises(ExportError, match="no run folder"):
        contact_sheet(tmp_path, tmp_path / "sheet.png")
    (frame_folder(run, 3) / "image.png").write_bytes(b"")
    with pytest.raises(ExportError, match=r"000003.image\.png is missing or empty"):
        contact_sheet(run, tmp_path / "sheet.png")
    assert not (tmp_path / "sheet.png").exists()


@pytest.mark.parametrize("name", ["image.png", "labels.exr"])
def test_a_damaged_frame_is_named(run: Path, tmp_path: Path, name: str) -> None:
    other = frame_folder(run, 4) / name
    (frame_folder(run, 3) / name).write_bytes(other.read_bytes())
    with pytest.raises(ExportError, match=rf"000003.{name}: its pixels are not those that were rendered"):
        contact_sheet(run, tmp_path / "sheet.png")
    (frame_folder(run, 3) / name).write_bytes(other.read_bytes()[:-30])
    with pytest.raises(ExportError, match=rf"000003.{name}"):
        contact_sheet(run, tmp_path / "sheet.png")
    assert not (tmp_path / "sheet.png").exists()


# What stands where the sheet should go.


@pytest.mark.parametrize("place", ["000003/image.png", "sheet.png", "000003/sheet.jpg", "new/sheet.png"])
def test_nothing_is_written_among_frames(run: Path, make_run: Callable[..., Path], tmp_path: Path, place: str) -> None:
    other = make_run("other", views=3)
    (tmp_path / "link").symlink_to(run / "frames")
    before = files_of(run), files_of(other)
    for out in (run / "frames" / place, other / "frames" / place, tmp_path / "link" / place):
        with pytest.raises(ExportError, match="lies among the frames of a run"):
            contact_sheet(run, out, width=40)
    assert (files_of(run), files_of(other)) == before


def test_frames_on_another_disk_are_frames(run: Path, tmp_path: Path) -> None:
    (run / "frames").rename(tmp_path / "disk")
    (run / "frames").symlink_to(tmp_path / "disk")
    with pytest.raises(ExportError, match="lies among the frames of a run"):
        contact_sheet(run, tmp_path / "disk" / "000003" / "image.png", width=40)


@pytest.mark.parametrize("ending", ["png", "jpg"])
def test_a_sheet_is_replaced_by_a_sheet_alone(run: Path, tmp_path: Path, ending: str) -> None:
    out = tmp_path / f"sheet.{ending}"
    for width in (30, 40):
        contact_sheet(run, out, width=width)
    assert out.read_bytes() == contact_sheet(run, tmp_path / f"other.{ending}", width=40).read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([run.name, out.name, f"other.{ending}"])
    Image.new("RGB", (8, 8)).save(out)
    photo = out.read_bytes()
    for there in (photo, b"thesis"):
        out.write_bytes(there)
        with pytest.raises(ExportError, match="is there already and no contact sheet"):
            contact_sheet(run, out, width=40)
        assert out.read_bytes() == there
    default = run / "contact_sheet.jpg"
    default.write_bytes(b"half a sheet of an earlier version")
    assert Image.open(contact_sheet(run, default, width=40)).format == "JPEG"


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_a_full_disk_keeps_the_sheet_that_was_there(
    run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    out = contact_sheet(run, tmp_path / "sheet.png", width=30)
    before = files_of(tmp_path)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, step, full)
    with pytest.raises(ExportError, match=r"No space left on device.*nothing was written to"):
        contact_sheet(run, out, width=40)
    assert files_of(tmp_path) == before


# What it shows.


@pytest.fixture
def halves(make_run: Callable[..., Path], tmp_path: Path) -> Path:
    """A run of one frame: 1/4 wall, 3/4 bed, black; both labels have names of other scripts."""
    plan = read_plan(make_run("model", views=1, scene="Küche 你好.blend"))
    set_ = built_in("nyu40")
    labels = tuple(
        dataclasses.replace(label, name={1: "mur é", 4: "Кровать"}.get(label.id, label.name)) for label in set_.labels
    )
    write_plan(tmp_path / "halves", dataclasses.replace(plan, label_set=dataclasses.replace(set_, labels=labels)))
    shown = np.full((30, 40), 4, np.uint16)
    shown[:, :10] = 1
    write_frame(tmp_path / "halves", plan.views[0], shown, np.zeros((30, 40, 3), np.uint8))
    return tmp_path / "halves"


def test_the_overlay_has_a_light_line_between_labels(halves: Path, tmp_path: Path) -> None:
    sheet = np.asarray(Image.open(contact_sheet(halves, tmp_path / "sheet.png", width=40))).astype(int)
    wall, bed = (np.array(built_in("nyu40").by_id[id_].color) for id_ in (1, 4))
    dim = [np.rint(color * 0.55).astype(int) for color in (wall, bed)]
    row = np.array([*[dim[0]] * 10, *[dim[1]] * 30])
    row[10] = dim[1] // 3 + 170
    windows = np.lib.stride_tricks.sliding_window_view(sheet, (40, 3), (1, 2))[..., 0, :, :]
    same = np.abs(windows - row).max((-1, -2)) <= 1
    assert same.sum() == 30


def test_the_legend_says_the_shares_and_the_names(
    halves: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    text = ImageDraw.ImageDraw.text

    def listen(self: ImageDraw.ImageDraw, corner: tuple[int, int], words: str, **style: object) -> None:
        said.append(words)
        assert not lacking(words, style["font"]), words  # type: ignore[arg-type]
        text(self, corner, words, **style)  # type: ignore[arg-type]

    monkeypatch.setattr(ImageDraw.ImageDraw, "text", listen)
    contact_sheet(halves, tmp_path / "sheet.png", width=320)
    assert said[-3::2] == ["75.0 %", "25.0 %"]
    assert len([words for words in said if words.startswith("mur ")]) == 1
