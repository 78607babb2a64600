"""The contact sheet shows every frame, in the label set's colours."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from blender_addon.contract.labels import built_in
from blender_addon.contract.run import frame_folder
from postprocess.contact_sheet import contact_sheet
from postprocess.errors import ExportError
from postprocess.exr import read_labels
from postprocess.layout import CODE_COLORS


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
