"""The run folder: a plan never changes, a frame appears whole or not at all, and what is damaged says so."""

from __future__ import annotations

import json
import os
import random
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from blender_addon.contract import run as run_folder
from blender_addon.contract.labels import Label, LabelSet
from blender_addon.contract.run import (
    FRAMES,
    PLAN,
    RECORD,
    Plan,
    RunError,
    Settings,
    View,
    finished_frames,
    frame_folder,
    new_frame,
    pixel_checksum,
    read_plan,
    read_record,
    sweep_partial_frames,
    to_json,
    write_plan,
)

from .strategies import plans, texts

REPOSITORY = Path(__file__).parents[2]
in_one_folder = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50, deadline=None)


def a_plan(scene: str = "room.blend") -> Plan:
    return Plan(
        label_set=LabelSet("mine", (Label(3, "wall", (1, 2, 3)),)),
        scene=scene,
        scene_sha256="0" * 64,
        views=(View(1, 1, "Camera", "[ 1, 2 ]"),),
        settings=Settings((8, 6), 1, 0, 1, "CPU", False, 0.5, "ViewLayer"),
        versions={"labelpass": "0"},
    )


def write_frame(run: Path, frame: int, text: str = '{"schema": 1, "files": {}, "labels": []}') -> None:
    with new_frame(run, frame) as folder:
        (folder / RECORD).write_text(text)


def partial_name(frame: int, pid: int, host: str | None = None) -> str:
    return f".partial-{frame}-{host or socket.gethostname()}-{pid}"


# The plan


@in_one_folder
@given(plan=plans)
def test_a_plan_survives_the_disk(tmp_path, plan):
    (tmp_path / PLAN).unlink(missing_ok=True)
    write_plan(tmp_path, plan)
    assert read_plan(tmp_path) == plan
    assert sorted(entry.name for entry in tmp_path.iterdir()) == [FRAMES, PLAN]


def test_a_plan_is_written_once(tmp_path):
    write_plan(tmp_path, a_plan())
    before = (tmp_path / PLAN).read_bytes()
    with pytest.raises(RunError, match=r"plan\.json is there already"):
        write_plan(tmp_path, a_plan("other.blend"))
    assert (tmp_path / PLAN).read_bytes() == before
    assert sorted(entry.name for entry in tmp_path.iterdir()) == [FRAMES, PLAN]


def test_a_plan_is_written_once_without_hard_links(tmp_path, monkeypatch):
    def no_links(*_):
        raise PermissionError("this file system has no hard links")

    monkeypatch.setattr(os, "link", no_links)
    write_plan(tmp_path, a_plan())
    with pytest.raises(RunError, match=r"plan\.json is there already"):
        write_plan(tmp_path, a_plan("other.blend"))
    assert read_plan(tmp_path) == a_plan()
    assert sorted(entry.name for entry in tmp_path.iterdir()) == [FRAMES, PLAN]


def test_a_plan_that_cannot_be_written_leaves_nothing(tmp_path):
    with pytest.raises(UnicodeEncodeError):
        write_plan(tmp_path, a_plan("not \udcff utf-8.blend"))
    assert sorted(entry.name for entry in tmp_path.iterdir()) == [FRAMES]


RACER = """
import sys
from pathlib import Path
from tests.contract.test_run import RunError, a_plan, write_plan
for line in sys.stdin:
    try:
        write_plan(Path(line.strip()), a_plan(sys.argv[1]))
        print("won", flush=True)
    except RunError:
        print("lost", flush=True)
"""


def test_of_two_racing_plans_one_wins_whole(tmp_path):
    scenes = ("one.blend", "two.blend")
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True, "cwd": REPOSITORY}
    pipes["env"] = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}  # a Blender's own Python finds no pytest
    racers = [subprocess.Popen([sys.executable, "-c", RACER, scene], **pipes) for scene in scenes]
    for attempt in range(20):
        run = tmp_path / str(attempt)
        for racer in racers:
            racer.stdin.write(f"{run}\n")
        for racer in racers:
            racer.stdin.flush()
        ends = [racer.stdout.readline().strip() for racer in racers]
        assert sorted(ends) == ["lost", "won"]
        assert read_plan(run) == a_plan(scenes[ends.index("won")])
    for racer in racers:
        racer.communicate()
        assert racer.returncode == 0


@pytest.mark.parametrize("file", [PLAN, RECORD])
def test_a_truncated_file_is_an_error_that_names_it(tmp_path, file):
    write_plan(tmp_path, a_plan())
    write_frame(tmp_path, 1)
    path = next(tmp_path.rglob(file))
    read = read_plan if file == PLAN else lambda run: read_record(run, 1)
    whole = path.read_bytes().rstrip()
    read(tmp_path)
    for size in range(len(whole)):
        path.write_bytes(whole[:size])
        with pytest.raises(RunError, match=file.replace(".", r"\.")):
            read(tmp_path)


def _without(key: str, *path: str | int):
    def damage(data):
        for step in path:
            data = data[step]
        del data[key]

    return damage


def _with(value: object, *path: str | int):
    def damage(data):
        for step in path[:-1]:
            data = data[step]
        data[path[-1]] = value

    return damage


@pytest.mark.parametrize(
    "damage",
    [
        *[_without(key) for key in ("schema", "scene", "scene_sha256", "settings", "views", "versions", "label_set")],
        _without("size", "settings"),
        _without("denoise", "settings"),
        _without("camera", "views", 0),
        _without("labels", "label_set"),
        _with(2, "schema"),
        _with("1", "schema"),
        _with([], "settings"),
        _with(None, "settings", "size"),
        _with(1, "settings", "unheard_of"),
        _with({"frame": 1}, "views"),
        _with("abc", "views"),
        _with([1], "views"),
        _with(7, "views"),
        _with(0, "label_set", "labels", 0, "id"),
    ],
)
def test_a_damaged_plan_is_an_error_that_names_the_file(tmp_path, damage):
    write_plan(tmp_path, a_plan())
    data = json.loads((tmp_path / PLAN).read_text())
    damage(data)
    (tmp_path / PLAN).write_text(json.dumps(data))
    with pytest.raises(RunError, match=r"plan\.json"):
        read_plan(tmp_path)


@pytest.mark.parametrize(
    ("value", "path", "words"),
    [
        ("2", ("views", 0, "frame"), r"views\[0\]\.frame must be a whole number, not '2'"),
        (True, ("views", 0, "scene_frame"), r"views\[0\]\.scene_frame must be a whole number, not True"),
        (1.0, ("views", 0, "frame"), r"views\[0\]\.frame must be a whole number, not 1\.0"),
        (7, ("views", 0, "camera"), r"views\[0\]\.camera must be text, not 7"),
        ("half \ud83d", ("views", 0, "name"), r"views\[0\]\.name holds half of a character"),
        ([480, "360"], ("settings", "size"), r"settings\.size\[1\] must be a whole number, not '360'"),
        ([480, -360], ("settings", "size"), r"settings\.size\[1\] must be from 1 to 65536, not -360"),
        ([480], ("settings", "size"), r"settings\.size must be a list of 2"),
        ("48", ("settings", "size"), r"settings\.size must be a list of 2"),
        (0, ("settings", "samples"), r"settings\.samples must be from 1"),
        (-1, ("settings", "seed"), r"settings\.seed must be from 0"),
        (True, ("settings", "seed"), r"settings\.seed must be a whole number, not True"),
        (0, ("settings", "denoise"), r"settings\.denoise must be true or false, not 0"),
        (None, ("settings", "device"), r"settings\.device must be text, not None"),
        (1.5, ("settings", "alpha_threshold"), r"settings\.alpha_threshold must be from 0 to 1, not 1\.5"),
        (float("nan"), ("settings", "alpha_threshold"), "NaN is no number"),
        (3, ("versions", "blender"), r"versions\.blender must be text, not 3"),
        ([], ("versions",), r"versions must be a mapping"),
        (["x.blend"], ("scene",), r"scene must be text"),
        (True, ("schema",), "schema"),
        (10**40, ("settings", "seed"), "a number of 41 digits"),
    ],
)
def test_an_edited_plan_is_refused_in_words_that_name_the_key(tmp_path, value, path, words):
    write_plan(tmp_path, a_plan())
    data = json.loads((tmp_path / PLAN).read_text())
    _with(value, *path)(data)
    (tmp_path / PLAN).write_text(json.dumps(data))
    with pytest.raises(RunError, match=rf"plan\.json is damaged: .*{words}"):
        read_plan(tmp_path)


def test_a_key_or_a_frame_that_is_there_twice_is_refused(tmp_path):
    write_plan(tmp_path, a_plan())
    text = (tmp_path / PLAN).read_text()
    (tmp_path / PLAN).write_text(text.replace('"samples": 1,', '"samples": 1, "samples": 2,'))
    with pytest.raises(RunError, match="'samples' is there twice"):
        read_plan(tmp_path)
    data = json.loads(text)
    data["views"] *= 2
    (tmp_path / PLAN).write_text(json.dumps(data))
    with pytest.raises(RunError, match="frame 1 is there twice"):
        read_plan(tmp_path)


def test_a_whole_number_is_a_number(tmp_path):
    write_plan(tmp_path, a_plan())
    text = (tmp_path / PLAN).read_text()
    (tmp_path / PLAN).write_text(text.replace('"alpha_threshold": 0.5', '"alpha_threshold": 1'))
    assert read_plan(tmp_path).settings.alpha_threshold == 1.0


@pytest.mark.parametrize("text", ["[]", "3", "null", '"plan"', "\xff", "[" * 100_000, "", "{}"])
def test_what_is_no_plan_or_record_is_an_error_that_names_the_file(tmp_path, text):
    frame_folder(tmp_path, 5).mkdir(parents=True)
    for path in (tmp_path / PLAN, frame_folder(tmp_path, 5) / RECORD):
        path.write_text(text, encoding="latin-1")
    with pytest.raises(RunError, match=r"plan\.json"):
        read_plan(tmp_path)
    with pytest.raises(RunError, match=r"000005.*frame\.json"):
        read_record(tmp_path, 5)


def test_what_is_missing_says_so(tmp_path):
    with pytest.raises(RunError, match=r"is no run folder: it has no plan\.json"):
        read_plan(tmp_path)
    with pytest.raises(RunError, match=r"frame 5 of .* has no frame\.json"):
        read_record(tmp_path, 5)
    assert finished_frames(tmp_path) == []


# Frames


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
    ours, host = os.getpid(), socket.gethostname()
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


# JSON for people

scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8)
bracketed = st.text(st.sampled_from('[]{}", \n\r\t\\\x85\xa0\u2028-+.eE0123truefalsn'), max_size=24)
documents = st.recursive(
    scalars | bracketed,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(bracketed | texts, inner, max_size=4),
    max_leaves=20,
)


@given(documents)
def test_json_for_people_says_the_same(data):
    assert json.loads(to_json(data)) == data


@pytest.mark.parametrize("text", ["[ 1,  2 ]", "[\n 1,\n 2\n]", '[\n "', "[\x85 1\x85 ]", "[\u2028null\u2028]"])
def test_json_for_people_leaves_texts_alone(text):
    for data in (text, [text], {text: text}, [1, text, 2], [[1, 2], text, [3]]):
        assert json.loads(to_json(data)) == data


def test_json_for_people_keeps_flat_lists_on_a_line():
    data = {"K": [[1.5, -2.0, 1e-07], [0, True, None]], "empty": [], "names": ["a"]}
    lines = ["{", ' "K": [', "  [1.5, -2.0, 1e-07],", "  [0, true, null]", " ],", ' "empty": [],', ' "names": [']
    assert to_json(data) == "\n".join([*lines, '  "a"', " ]", "}", ""])


def test_json_for_people_keeps_long_lists_that_are_not_flat():
    data = [-1.5] * 2000 + ["end"]
    assert json.loads(to_json(data)) == data


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
