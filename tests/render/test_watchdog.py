"""A frame that hangs ends the process: with its exit code, whatever hangs, and whether or not anybody listens."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import bpy
import pytest
from scenery import camera, rectangle

from blender_addon import scene_labels
from blender_addon.contract import run as run_folder
from blender_addon.contract.labels import built_in

ROOT = Path(__file__).resolve().parents[2]
HEAD = f"""
import ctypes, sys, threading, time
from pathlib import Path
sys.path.insert(0, {str(ROOT)!r})
from blender_addon.contract import run as run_folder
from render_scripts import interrupts, watchdog
interrupts.PATIENCE, watchdog.GRACE = 1.0, 4.0
run = Path(sys.argv[-1])
"""
posix = pytest.mark.skipif(os.name == "nt", reason="Windows has neither SIGALRM nor pipes that a test can fill")


def program(folder: Path, text: str) -> list[str]:
    """The command of a process with Blender in it, which hangs as `text` says."""
    script = folder / "hangs.py"
    script.write_text(HEAD + text, encoding="utf-8")
    run = str(folder / "run")
    if bpy.app.binary_path:
        return [bpy.app.binary_path, "-b", "--factory-startup", "-P", str(script), "--", run]
    return [sys.executable, str(script), run]


HANGS = """
with watchdog.watchdog(1, run) as watched, watched("frame 1"), run_folder.new_frame(run, 1) as folder:
    (folder / "image.png").write_bytes(b"half of it")
    {how}
"""


def test_what_waits_for_ever_is_ended_and_told(tmp_path):
    command = program(tmp_path, HANGS.format(how="threading.Event().wait()"))
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 3, done.stderr
    assert "labelpass: frame 1 took longer than --frame-timeout 1 s; what is done stays" in done.stderr
    assert not list((tmp_path / "run" / run_folder.FRAMES).iterdir())


@posix
@pytest.mark.parametrize("reader", ["gone", "asleep"])
def test_nobody_has_to_hear_it(tmp_path, reader):
    """stderr becomes a pipe whose reader has died, or reads no more and lets it fill; Blender's own start is over."""
    reads, writes = os.pipe()
    if reader == "asleep":
        os.set_blocking(writes, False)
        with pytest.raises(BlockingIOError):
            while True:
                os.write(writes, b"." * 4096)
        os.set_blocking(writes, True)
    turned = f"import os; os.dup2({writes}, 2)\n"
    command = program(tmp_path, turned + HANGS.format(how="threading.Event().wait()"))
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, pass_fds=[writes]) as child:
        os.close(writes)
        if reader == "gone":
            os.close(reads)
        try:
            assert child.wait(timeout=60) == 3
        finally:
            child.kill()
    if reader == "asleep":
        os.close(reads)
    assert not run_folder.finished_frames(tmp_path / "run")


@posix
def test_what_hangs_with_pythons_lock_held_is_ended_by_the_system(tmp_path):
    """No other thread of Python runs then."""
    command = program(tmp_path, HANGS.format(how="ctypes.PyDLL(None).sleep(50)"))
    begun = time.monotonic()
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == -signal.SIGALRM and time.monotonic() - begun < 40
    assert not run_folder.finished_frames(tmp_path / "run")
    assert run_folder.sweep_partial_frames(tmp_path / "run") == 1  # as the next start does


STEPS = """
from contextlib import contextmanager
import bpy
from render_scripts import session

def hang(*_):
    threading.Event().wait()

@contextmanager
def frames_that_hang(*_):
    yield hang

bpy.ops.wm.open_mainfile(filepath={scene!r})
{patch}
sys.exit(session.main(["--out", str(run), "--size", "16x12", "--frame-timeout", "2", *{options}]))
"""


@pytest.mark.parametrize(
    ("patch", "options", "told"),
    [
        ("session.instancer_labels_of_frames = frames_that_hang", (), "frame 1 '1' took longer"),
        ("session.look_ahead = hang", ("--preset", "draft"), "the small look for --preset draft took longer"),
    ],
)
def test_what_comes_before_a_render_is_watched_too(empty_scene, tmp_path, patch, options, told):
    camera(empty_scene)
    rectangle(empty_scene, 0, 9, label=7)
    scene_labels.set_label_set(empty_scene, built_in("nyu40"))
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "scene.blend"))
    text = STEPS.format(scene=str(tmp_path / "scene.blend"), patch=patch, options=options)
    done = subprocess.run(program(tmp_path, text), capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 3 and f"labelpass: {told} than --frame-timeout 2 s" in done.stderr, done.stderr
    assert not run_folder.finished_frames(tmp_path / "run")


def test_who_is_in_time_is_not_ended_later(tmp_path):
    text = (
        "with watchdog.watchdog(1, run) as watched, watched('frame 1'):\n    pass\ntime.sleep(4)\nprint('still here')\n"
    )
    done = subprocess.run(program(tmp_path, text), capture_output=True, text=True, timeout=60, check=False)
    assert "still here" in done.stdout and done.returncode == 0
