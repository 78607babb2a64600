"""Which frames of a run are asked for: all, until somebody says less."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from blender_addon.contract.asked import ASKED, asked_frames, write_asked
from blender_addon.contract.run import RunError, View, write_plan

from .small_run import a_plan

PLAN = replace(a_plan(), views=tuple(View(frame, 1, "Camera", str(frame)) for frame in (1, 2, 3)))
ALL = frozenset(PLAN.by_frame)


def test_all_frames_are_asked_for_where_nobody_says_less(tmp_path):
    assert asked_frames(tmp_path, PLAN) == ALL == {1, 2, 3}
    write_asked(tmp_path, [1])  # no run
    assert not (tmp_path / ASKED).exists()


@pytest.mark.parametrize("frames", [[], [2], [3, 1], [1, 2, 3], [-5, 2, 3, 1000]])
def test_what_is_asked_is_read_as_far_as_the_plan_has_it(tmp_path, frames):
    write_plan(tmp_path, PLAN)
    write_asked(tmp_path, [1, 2])
    write_asked(tmp_path, frames)  # in the place of the other
    assert asked_frames(tmp_path, PLAN) == ALL & set(frames)
    assert [path.name for path in tmp_path.glob(".*")] == []


def test_ranges_are_as_short_as_they_can_be(tmp_path):
    write_plan(tmp_path, PLAN)
    write_asked(tmp_path, [7, 1, 2, 3, 9, 8])
    assert json.loads((tmp_path / ASKED).read_text())["frames"] == [[1, 3], [7, 9]]


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{}", '{"schema": 1}', '{"schema": 1, "frames": [1]}', '{"schema": 1, "frames": [[1, "2"]]}',
     '{"schema": 1, "frames": [[1, 2]], "checksum": "another"}'],
)  # fmt: skip
def test_what_is_damaged_is_told_with_what_to_do(tmp_path, text):
    (tmp_path / ASKED).write_text(text)
    with pytest.raises(RunError, match=r"asked\.json.*; where it is removed, all 3 frames of the plan are asked for"):
        asked_frames(tmp_path, PLAN)


def test_a_range_without_end_takes_no_time(tmp_path):
    (tmp_path / ASKED).write_text(json.dumps({"schema": 1, "frames": [[2, 10**18]]}))
    assert asked_frames(tmp_path, PLAN) == {2, 3}
