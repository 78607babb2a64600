"""The frames of a run: one appears whole or not at all, and what was killed is swept; checksums tell pixels apart."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from blender_addon.contract import run as run_folder
from blender_addon.contract.machine import this_machine
from blender_addon.contract.run import (
    FRAMES,
    PLAN,
    RECORD,
    finished_frames,
    frame_folder,
    new_frame,
    pixel_checksum,
    read_record,
    sweep_partial_frames,
    write_plan,
)

from .small_run import REPOSITORY, a_plan, partial_name, write_frame


@pytest.mark.parametrize("frame", [0, 1, -1, -12, 999_999, 1_000_000, -99_999, -100_000, 2**20, -(2**20)])
def test_a_finished_frame_is_found_again(tmp_path, frame):
    write_frame(tmp_path, frame)
    assert finished_frames(tmp_path) == [frame]
    assert read_record(tmp_path, frame)["labels"] == []
    assert os.listdir(tmp_path / FRAMES) == [frame_folder(tmp_path, frame).name]


def test_finished_frames_are_sorted_and_nothing_else(tmp_path):
    for frame in (10, -3, 2, 1_000_000, -20):
        write_frame(tmp_path, frame)
    for stray in (
        ".partial-7-host-1",
        "7",
        "notes",
        "000007.bak",
        "--00007",
        "-7",
        "\uff10\uff10\uff10\uff10\uff10\uff12",
    ):
        (tmp_path / FRAMES / stray).mkdir()
    assert finished_frames(tmp_path) == [-20, -3, 2, 10, 1_000_000]


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt, SystemExit])
def test_a_frame_that_fails_leaves_nothing(tmp_path, error):
    with pytest.raises(error):
        with new_frame(tmp_path, 1) as folder:
            (folder / "image.png").write_bytes(b"half")
            assert finished_frames(tmp_path) == []
            raise error
    assert os.listdir(tmp_path / FRAMES) == []


def test_leftovers_of_an_earlier_try_do_not_get_into_the_frame(tmp_path):
    left = tmp_path / FRAMES / partial_name(1, os.getpid())
    left.mkdir(parents=True)
    (left / "stale.png").write_bytes(b"")
    write_frame(tmp_path, 1)
    assert os.listdir(frame_folder(tmp_path, 1)) == [RECORD]


def test_the_second_to_finish_a_frame_loses_without_damage(tmp_path):
    with new_frame(tmp_path, 1) as folder:
        (folder / RECORD).write_text("second")
        (folder / "more").write_text("second")
        place = frame_folder(tmp_path, 1)
        place.mkdir()
        (place / RECORD).write_text("first")
    assert {path.name: path.read_text() for path in place.iterdir()} == {RECORD: "first"}
    assert os.listdir(tmp_path / FRAMES) == ["000001"]


def test_a_frame_is_never_put_over_something_that_is_none(tmp_path):
    place = frame_folder(tmp_path, 1)
    place.mkdir(parents=True)
    (place / "a person's notes").write_text("keep")
    with pytest.raises(OSError):
        write_frame(tmp_path, 1)
    assert (place / "a person's notes").read_text() == "keep"
    assert os.listdir(tmp_path / FRAMES) == ["000001"]


def test_only_what_dead_processes_of_this_machine_left_is_swept(tmp_path):
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    alive = os.getppid()
    ours, host = os.getpid(), this_machine()
    swept = [partial_name(1, dead.pid), partial_name(-5, dead.pid), partial_name(2, ours)]
    kept = [
        partial_name(3, alive),
        partial_name(4, 1),  # alive, and another user's where we are not root
        partial_name(1, dead.pid, "elsewhere"),
        partial_name(1, dead.pid, f"x-{host}"),
        f".partial-1-{host}-",
        "000001",
    ]
    for name in (*swept, *kept):
        (tmp_path / FRAMES / name).mkdir(parents=True)
        (tmp_path / FRAMES / name / RECORD).write_text("")
    assert sweep_partial_frames(tmp_path) == len(swept)
    assert sorted(os.listdir(tmp_path / FRAMES)) == sorted(kept)


PLANNER = """
import os, signal, sys
from pathlib import Path
from blender_addon.contract import run as run_folder
from blender_addon.contract.run import write_plan, read_plan
run_folder._put_in_place = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
write_plan(Path(sys.argv[2]), read_plan(Path(sys.argv[1])))
"""


def test_what_a_kill_leaves_of_a_plan_is_swept(tmp_path):
    write_plan(tmp_path / "model", a_plan())
    run = tmp_path / "run"
    subprocess.run([sys.executable, "-c", PLANNER, tmp_path / "model", run], cwd=REPOSITORY, check=False)
    (left,) = run.glob(".*")
    elsewhere = run / f".{PLAN}-elsewhere-1"
    elsewhere.write_text("another machine is at work")
    assert left.name.startswith(".plan.json-")
    assert sweep_partial_frames(run) == 1
    assert sorted(os.listdir(run)) == [elsewhere.name, FRAMES]


def test_there_may_be_nothing_to_sweep(tmp_path):
    assert sweep_partial_frames(tmp_path / "not there") == 0


WRITER = """
import itertools, sys
from pathlib import Path
from blender_addon.contract.run import RECORD, new_frame
run = Path(sys.argv[1])
for frame in itertools.count(int(sys.argv[2])):
    with new_frame(run, frame) as folder:
        for name in ("image.png", "labels.exr"):
            (folder / name).write_bytes(b"x" * 5000)
        (folder / RECORD).write_text("whole")
    if frame == int(sys.argv[2]):
        print("going", flush=True)
"""


def test_a_kill_at_any_moment_leaves_whole_frames_only(tmp_path):
    rng, start, interrupted = random.Random(0), 0, 0
    for _ in range(25):
        writer = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(tmp_path), str(start)], stdout=subprocess.PIPE, cwd=REPOSITORY
        )
        writer.stdout.readline()
        time.sleep(rng.random() * 0.02)
        writer.send_signal(signal.SIGKILL)
        writer.wait()
        writer.stdout.close()
        done = finished_frames(tmp_path)
        assert done == list(range(len(done)))
        assert len(done) > start, "the writer was killed before its first frame was done"
        for frame in range(start, len(done)):
            sizes = {path.name: path.stat().st_size for path in frame_folder(tmp_path, frame).iterdir()}
            assert sizes == {"image.png": 5000, "labels.exr": 5000, RECORD: 5}
        interrupted += sweep_partial_frames(tmp_path)
        assert not list((tmp_path / FRAMES).glob(".*"))
        start = len(done)
    assert interrupted, "no kill came in the middle of a frame, so nothing was tested"


# Checksums


def test_the_checksum_is_the_documented_one():
    import hashlib

    pixels = np.arange(6, dtype="<u2").reshape(2, 3)
    by_hand = hashlib.sha256(b"2x3 uint16\n" + bytes([0, 0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0])).hexdigest()
    assert pixel_checksum((2, 3), "uint16", pixels.data) == by_hand


def test_the_checksum_tells_shapes_dtypes_and_pixels_apart():
    pixels = bytes(range(24))
    kinds = [
        ((4, 6), "uint8"),
        ((6, 4), "uint8"),
        ((24,), "uint8"),
        ((2, 2, 6), "uint8"),
        ((2, 6), "uint16"),
        ((2, 6), "int16"),
        ((2, 3), "float32"),
        ((12,), "uint16"),
        ((1, 12), "uint16"),
        ((112,), "uint16"),
    ]
    sums = [pixel_checksum(shape, dtype, pixels) for shape, dtype in kinds]
    sums += [pixel_checksum((4, 6), "uint8", pixels[::-1]), pixel_checksum((4, 6), "uint8", bytes(24))]
    assert len(set(sums)) == len(sums)


def test_the_checksum_refuses_pixels_out_of_order():
    with pytest.raises((ValueError, BufferError)):
        pixel_checksum((3, 2), "uint16", np.zeros((2, 3), "<u2").T.data)


def test_names_are_what_the_documentation_of_a_run_folder_says():
    assert run_folder.__doc__.count("frames/000001/") == 1
    assert frame_folder(Path("RUN"), 1) == Path("RUN/frames/000001")
