"""A process that has grown gives way to a fresh one, which goes on where it was."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import bpy
import pytest
from scenery import camera, rectangle

from blender_addon import scene_labels
from blender_addon.contract import run as run_folder
from blender_addon.contract.labels import built_in
from render_scripts import session
from render_scripts.renewal import AGAIN, ROOM, SETTLED, resident_bytes, worn_out
from render_scripts.request import Request

ROOT = Path(__file__).resolve().parents[2]
AS_BLENDER = Path(__file__).with_name("as_blender.py")
OPTIONS = ["--size", "16x12", "--samples", "1", "--no-denoise", "--device", "cpu", "--renew-after", "1"]


@pytest.fixture
def three_views(empty_scene, tmp_path):
    for x in (0, 1, 2):
        camera(empty_scene, at=(x, 0, 5))
    rectangle(empty_scene, 0, 9, label=7)
    scene_labels.set_label_set(empty_scene, built_in("nyu40"))
    path = tmp_path / "scene.blend"
    bpy.ops.wm.save_as_mainfile(filepath=str(path))
    return path


def test_it_is_worn_out_when_memory_has_doubled_and_grown_by_much():
    sizes = iter([ROOM, ROOM * 2, ROOM, ROOM * 2, ROOM * 2 + 1])
    is_worn_out = worn_out(None, lambda: next(sizes))
    assert [is_worn_out() for _ in range(5)] == [False] * 4 + [True]
    small = iter([1] * SETTLED + [ROOM])
    is_worn_out = worn_out(None, lambda: next(small))
    assert not any(is_worn_out() for _ in range(SETTLED + 1))
    unknown = worn_out(None, lambda: 0)
    assert not any(unknown() for _ in range(9))
    told = worn_out(2, lambda: 0)
    assert [told(), told()] == [False, True]


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the file is Linux's")
def test_the_memory_is_that_of_this_process():
    before = resident_bytes()
    more = bytearray(b"\1") * (64 * 2**20)
    assert 60 * 2**20 < resident_bytes() - before < 200 * 2**20
    assert len(more)


def test_a_session_says_that_it_wants_a_fresh_process(three_views, tmp_path):
    request = Request(tmp_path / "run", size=(16, 12), samples=1, denoise=False, device="cpu", renew_after=2)
    assert session.render(request) == AGAIN
    assert run_folder.finished_frames(request.out) == [1, 2]
    assert session.render(request) == 0  # the last frame of a run needs none
    assert run_folder.finished_frames(request.out) == [1, 2, 3]


@pytest.mark.parametrize("door", [pytest.param("front door", marks=pytest.mark.slow), "render.py"])
def test_the_process_begins_again_and_ends_with_what_the_last_one_says(three_views, tmp_path, door):
    run = tmp_path / "run"
    if door == "front door":
        if bpy.app.binary_path:
            pytest.skip("the front door needs the bpy module")
        command = [sys.executable, str(ROOT / "labelpass.py"), "render", str(three_views), "--out", str(run), *OPTIONS]
    else:
        program = [bpy.app.binary_path] if bpy.app.binary_path else [sys.executable, str(AS_BLENDER)]
        entry = str(ROOT / "render_scripts" / "render.py")
        command = [*program, "-b", str(three_views), "-P", entry, "--", "--out", str(run), *OPTIONS]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("labelpass: goes on in a fresh process") == 2
    assert run_folder.finished_frames(run) == [1, 2, 3]
