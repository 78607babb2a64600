"""What a folder says of itself: what counts as done, who was slow, what failed, and in which words."""

from __future__ import annotations

import pytest

from blender_addon.contract.run import RECORD, frame_folder, has_frame
from farm.status import lines, status_of
from farm.units import RUNS, Scene, UnitPlan, cut, units_left, write_units
from tests.farm.fake_blender import a_frame


@pytest.fixture
def out(tmp_path):
    """A farm of five units of two frames, all of which are there."""
    write_units(tmp_path / "farm", UnitPlan((Scene("/flat.blend", "flat", ()),), tuple(cut(range(1, 11), 0, 2)), 600.0))
    for frame in range(1, 11):
        a_frame(tmp_path / "farm" / RUNS / "flat", frame)
    return tmp_path / "farm"


def run_in(out):
    return out / RUNS / "flat"


def _empty(folder):
    (folder / RECORD).unlink()


def _a_file(folder):
    _empty(folder)
    folder.rmdir()
    folder.write_text("{}")


def _a_folder(folder):
    _empty(folder)
    (folder / RECORD).mkdir()


@pytest.mark.parametrize(
    "damage",
    [
        _empty,
        _a_file,
        _a_folder,
        lambda folder: (folder / RECORD).write_text(""),
        lambda folder: (folder / RECORD).write_text('{"schema": 1'),
        lambda folder: (folder / RECORD).write_bytes(bytes(100)),
    ],
)
def test_a_damaged_frame_is_none_for_all_that_count_frames(out, damage):
    assert status_of(out).done == 10 and units_left(out) == []
    damage(frame_folder(run_in(out), 3))
    assert not has_frame(run_in(out), 3) and units_left(out) == [1]
    status = status_of(out)
    assert (status.done, status.frames) == (9, 10) and status.units["missing"] == 1
    assert lines(out, status)[0] == f"{out}: 9 of 10 frames (90.0 %); units: 4 done, 1 missing"


def test_a_record_that_ends_in_line_breaks_is_whole(out):
    for end in ("}", "}\n"):
        (frame_folder(run_in(out), 1) / RECORD).write_text('{"schema": 1' + end)
        assert has_frame(run_in(out), 1)
