"""Ctrl-C and SIGTERM in the middle of a render that would take hours."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import bpy
import pytest
from scenery import camera, rectangle

from blender_addon import scene_labels
from blender_addon.contract import run as run_folder
from blender_addon.contract.labels import built_in
from render_scripts.interrupts import ends_at_once
from render_scripts.watchdog import watchdog

ENTRY = Path(__file__).resolve().parents[2] / "render_scripts" / "render.py"
AS_BLENDER = Path(__file__).with_name("as_blender.py")


@pytest.fixture
def slow_scene(empty_scene, tmp_path) -> Path:
    camera(empty_scene)
    rectangle(empty_scene, 0, 9, label=7)
    empty_scene.cycles.samples, empty_scene.cycles.use_adaptive_sampling = 1 << 24, False
    scene_labels.set_label_set(empty_scene, built_in("nyu40"))
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "scene.blend"))
    return tmp_path / "scene.blend"


@pytest.mark.skipif(os.name == "nt", reason="Windows has no signals to send")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_a_render_at_once_and_leaves_nothing_half_done(slow_scene, tmp_path, number):
    program = [bpy.app.binary_path] if bpy.app.binary_path else [sys.executable, str(AS_BLENDER)]
    run = tmp_path / "run"
    command = [*program, "-b", str(slow_scene), "-P", str(ENTRY), "--", "--out", str(run), "--no-denoise"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as child:
        begun = time.monotonic()
        while not list(run.glob("frames/.partial-*")):
            assert child.poll() is None and time.monotonic() - begun < 60
            time.sleep(0.05)
        time.sleep(0.5)  # well into the render
        child.send_signal(number)
        _, told = child.communicate(timeout=60)
    assert child.returncode == 128 + number
    assert "labelpass: stopped; what is done stays, run the same command to go on" in told
    assert "Traceback" not in told
    assert run_folder.read_plan(run).views and not list((run / "frames").iterdir())


def test_a_frame_that_takes_too_long_ends_the_run(slow_scene, tmp_path):
    program = [bpy.app.binary_path] if bpy.app.binary_path else [sys.executable, str(AS_BLENDER)]
    run = tmp_path / "run"
    command = [*program, "-b", str(slow_scene), "-P", str(ENTRY), "--", "--out", str(run), "--no-denoise"]
    done = subprocess.run([*command, "--frame-timeout", "1.5"], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 3, done.stderr
    assert "labelpass: frame 1 '1' took longer than --frame-timeout 1.5 s; what is done stays" in done.stderr
    assert run_folder.read_plan(run).views and not list((run / "frames").iterdir())


def test_who_is_in_time_hears_nothing(tmp_path):
    with watchdog(60, tmp_path) as watched, watched("this"):
        assert any(isinstance(thread, threading.Timer) for thread in threading.enumerate())
    with watchdog(None, tmp_path) as watched, watched("this"):
        assert not any(isinstance(thread, threading.Timer) for thread in threading.enumerate())
    assert not any(isinstance(thread, threading.Timer) for thread in threading.enumerate())


def test_afterwards_signals_are_what_they_were(tmp_path):
    signals = signal.SIGINT, signal.SIGTERM
    # Blender's own handler, which Python cannot put back, leaves a terminal's Ctrl-C as every program has it.
    before = tuple(signal.SIG_DFL if signal.getsignal(each) is None else signal.getsignal(each) for each in signals)
    with ends_at_once(tmp_path):
        assert signal.getsignal(signal.SIGINT) != before[0]
    assert tuple(signal.getsignal(each) for each in signals) == before
