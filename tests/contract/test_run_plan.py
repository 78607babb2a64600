"""The plan of a run: it is written once and whole, and one that is damaged or edited says so."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings

from blender_addon.contract.run import (
    FRAMES,
    PLAN,
    RECORD,
    RunError,
    finished_frames,
    frame_folder,
    read_plan,
    read_record,
    write_plan,
)

from .small_run import REPOSITORY, a_plan, write_frame
from .strategies import plans

in_one_folder = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


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
from blender_addon.contract.run import RunError, write_plan
from tests.contract.small_run import a_plan
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
        ([4], ("settings", "thin_labels"), r"settings\.thin_labels names id 4, which its label set lacks"),
        (["wall"], ("settings", "thin_labels"), r"settings\.thin_labels\[0\] must be a whole number"),
        (1.5, ("settings", "min_presence"), r"settings\.min_presence must be from 0 to 1, not 1\.5"),
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


def test_a_plan_from_before_there_were_thin_labels_is_read(tmp_path):
    write_plan(tmp_path, a_plan())
    data = json.loads((tmp_path / PLAN).read_text())
    del data["settings"]["thin_labels"], data["settings"]["min_presence"]
    (tmp_path / PLAN).write_text(json.dumps(data))
    assert read_plan(tmp_path) == a_plan()


def test_thin_labels_come_back_as_they_were(tmp_path):
    plan = replace(a_plan(), settings=replace(a_plan().settings, thin_labels=(3,), min_presence=0.2))
    write_plan(tmp_path, plan)
    assert read_plan(tmp_path) == plan


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


def test_a_view_without_a_pose_says_nothing_of_one_and_an_old_plan_has_none(tmp_path):
    write_plan(tmp_path, a_plan())
    data = json.loads((tmp_path / PLAN).read_text())
    assert set(data["views"][0]) == {"frame", "scene_frame", "camera", "name"}
    del data["settings"]["sample_views"]
    (tmp_path / PLAN).write_text(json.dumps(data))
    assert read_plan(tmp_path) == a_plan()


@pytest.mark.parametrize(
    ("pose", "told"),
    [
        ({"matrix": [[1, 0, 0, 0]] * 3, "lens": 24}, r"views\[0\]\.pose\.matrix must be a list of 4"),
        ({"matrix": [[1, 0, 0, "x"]] * 4, "lens": 24}, r"views\[0\]\.pose\.matrix\[0\]\[3\] must be a number"),
        ({"matrix": [[1, 0, 0, 0]] * 4}, r"views\[0\]\.pose\.lens is missing"),
        (24, r"views\[0\]\.pose must be a mapping"),
    ],
)
def test_a_pose_that_is_none_is_damage(tmp_path, pose, told):
    write_plan(tmp_path, a_plan())
    data = json.loads((tmp_path / PLAN).read_text())
    data["views"][0]["pose"] = pose
    (tmp_path / PLAN).write_text(json.dumps(data))
    with pytest.raises(RunError, match=told):
        read_plan(tmp_path)
