"""Frames are finished in a thread while the next one renders: in order, whole, and with what went wrong told."""

from __future__ import annotations

import os
import threading

import bpy
import pytest
from scenery import camera, rectangle

from blender_addon import scene_labels
from blender_addon.contract import run as run_folder
from blender_addon.contract.labels import built_in
from blender_addon.contract.records import damaged_frames
from render_scripts import session
from render_scripts.modalities import catalogue
from render_scripts.one_behind import one_behind
from render_scripts.request import Request
from render_scripts.threads import allocated, on_threads


def test_each_is_told_when_it_is_done_and_in_order():
    told, threads = [], set()

    def finish(number):
        threads.add(threading.current_thread())
        return {"s": number}

    with one_behind() as take:
        for number in (1, 2, 3):
            take(lambda number=number: finish(number), told.append)
            assert number - 1 <= len(told) <= number  # not more than one waits
    assert told == [{"s": 1}, {"s": 2}, {"s": 3}]
    assert len(threads) == 1 and threading.current_thread() not in threads


def test_what_finishing_raises_is_raised_by_the_next_or_at_the_end():
    seen = threading.Event()

    def fail():
        seen.wait(10)
        raise ValueError("no room")

    told, done = [], []
    with pytest.raises(ValueError, match="no room"), one_behind() as take:
        take(fail, told.append)
        seen.set()
        take(lambda: done.append(None), told.append)
        raise AssertionError("nobody heard of the first")
    assert done == [None]
    with pytest.raises(ValueError, match="no room"), one_behind() as take:
        take(fail, told.append)
    assert not told


def test_where_rendering_fails_what_is_being_finished_still_is():
    done = threading.Event()
    began = threading.Event()

    def finish():
        began.wait(10)
        done.set()
        return {}

    with pytest.raises(RuntimeError, match="the render"), one_behind() as take:
        take(finish, lambda _: None)
        began.set()
        raise RuntimeError("the render")
    assert done.is_set()


@pytest.fixture
def two_views(empty_scene, tmp_path):
    for x in (0, 1):
        camera(empty_scene, at=(x, 0, 5))
    rectangle(empty_scene, 0, 9, label=7)
    scene_labels.set_label_set(empty_scene, built_in("nyu40"))
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "scene.blend"))
    return Request(tmp_path / "run", size=(16, 12), samples=1, denoise=False, device="cpu", modalities=("depth",))


def test_a_frame_renders_while_the_one_before_is_written(two_views, tmp_path, monkeypatch):
    """Blender lets go of Python's lock while it renders, in every version."""
    second = threading.Event()
    write, taken = catalogue.WRITERS["depth"], session.render_frame

    def write_when_the_second_has_rendered(folder, rendered):
        assert second.wait(60)
        return write(folder, rendered)

    def render_frame(*arguments):
        finish = taken(*arguments)
        if arguments[2].frame == 2:
            assert run_folder.finished_frames(tmp_path / "run") == []
            second.set()
        return finish

    monkeypatch.setitem(catalogue.WRITERS, "depth", write_when_the_second_has_rendered)
    monkeypatch.setattr(session, "render_frame", render_frame)
    assert session.render(two_views) == 0
    plan = run_folder.read_plan(tmp_path / "run")
    assert run_folder.finished_frames(tmp_path / "run") == [1, 2]
    assert not damaged_frames(tmp_path / "run", plan, [1, 2])


def test_rendering_and_writing_go_on_at_the_same_time(empty_scene, tmp_path):
    """A thread counts while Blender renders: it could not, if the render kept Python's lock."""
    camera(empty_scene)
    rectangle(empty_scene, -9, 9)
    render = empty_scene.render
    render.engine, render.resolution_x, render.resolution_y = "CYCLES", 64, 48
    render.filepath, empty_scene.cycles.samples = str(tmp_path / "image.png"), 256
    empty_scene.cycles.use_denoising = False
    counted, during, stop = [0], [], threading.Event()

    def count():
        while not stop.is_set():
            counted[0] += 1
            stop.wait(0.001)

    def note(*_):
        during.append(counted[0])

    thread = threading.Thread(target=count)
    bpy.app.handlers.render_pre.append(note)
    bpy.app.handlers.render_post.append(note)
    thread.start()
    try:
        bpy.ops.render.render(write_still=True)
    finally:
        stop.set()
        thread.join()
        bpy.app.handlers.render_pre.remove(note)
        bpy.app.handlers.render_post.remove(note)
    assert during[1] - during[0] > 2


def test_a_frame_that_cannot_be_written_is_exit_code_74(two_views, tmp_path, monkeypatch, capfd):
    def full(folder, rendered):
        raise OSError(28, "No space left on device")

    monkeypatch.setitem(catalogue.WRITERS, "depth", full)
    assert session.render(two_views) == 74
    assert f"frame 1 could not be written: {tmp_path / 'run'}: the disk is full" in capfd.readouterr().err
    assert not list((tmp_path / "run" / "frames").iterdir())


def test_threads_are_what_a_scheduler_leaves(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(12)), raising=False)
    assert allocated({}, tmp_path) == 12
    assert allocated({"SLURM_CPUS_PER_TASK": "8"}, tmp_path) == 8
    assert allocated({"SLURM_CPUS_PER_TASK": "many"}, tmp_path) == 12
    (tmp_path / "cpu").mkdir()
    for name, text in (("quota", "-1\n"), ("period", "100000\n")):
        (tmp_path / "cpu" / f"cpu.cfs_{name}_us").write_text(text)
    assert allocated({}, tmp_path) == 12
    (tmp_path / "cpu" / "cpu.cfs_quota_us").write_text("350000\n")
    assert allocated({}, tmp_path) == 4  # 3.5 cores keep four threads busy
    (tmp_path / "cpu.max").write_text("max 100000\n")
    assert allocated({}, tmp_path) == 12
    (tmp_path / "cpu.max").write_text("50000 100000\n")
    assert allocated({"SLURM_CPUS_PER_TASK": "8"}, tmp_path) == 1


def test_a_scene_renders_on_these_and_has_its_own_back_afterwards(empty_scene, monkeypatch):
    render = empty_scene.render
    render.threads_mode = "AUTO"
    by_itself = min(render.threads, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1024)
    render.threads_mode, render.threads = "FIXED", by_itself + 7
    for given, asked, mode, expected in (
        (by_itself + 1, None, "AUTO", by_itself),
        (1, None, "FIXED" if by_itself > 1 else "AUTO", 1),
        (1, by_itself + 3, "FIXED", by_itself + 3),
    ):
        monkeypatch.setattr("render_scripts.threads.allocated", lambda *_, given=given: given)
        with on_threads(empty_scene, asked) as threads:
            assert (threads, render.threads_mode) == (expected, mode)
            assert mode == "AUTO" or render.threads == expected
    assert (render.threads_mode, render.threads) == ("FIXED", by_itself + 7)
