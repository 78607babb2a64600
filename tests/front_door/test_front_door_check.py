"""`labelpass check` as a person or a CI job types it: sentences, JSON, exit codes, and a file that stays as it was."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import bpy
import pytest
from command_line import ROOT, labelpass
from saved_scenes import save_table
from scenery import camera, rectangle

from blender_addon.audit.findings import KINDS, SEVERITIES
from scenes import room

SMALL = ("--size", "16x12")


def check(*arguments, code: int = 0) -> subprocess.CompletedProcess[str]:
    return labelpass("check", *arguments, check=code)


@pytest.fixture(scope="module")
def clean(tmp_path_factory) -> Path:
    return save_table(tmp_path_factory.mktemp("clean") / "a scene.blend")


@pytest.fixture(scope="module")
def bare(tmp_path_factory) -> Path:
    return save_table(tmp_path_factory.mktemp("bare") / "a scene.blend", bare=True)


def test_a_clean_scene(clean):
    done = check(clean, *SMALL, "--strict")
    assert done.stdout == (
        "labelpass: a scene.blend: nothing wrong; 2 labelled, 0 unlabelled; pixels from 1 view at 16x12\n"
    )
    assert done.stderr == ""


def test_a_finding_a_line_with_its_pixels(bare):
    first, last = check(bare, *SMALL).stdout.splitlines()
    assert first.startswith("warning: 1 object without a label will come out unlabelled: \"Table 'x'\\n行\"; label it")
    assert first.endswith("[50% of the pixels]")
    assert "1 warning; 1 labelled, 1 unlabelled" in last


def test_warnings_count_with_strict(bare):
    check(bare, "--fast")
    check(bare, "--fast", "--strict", code=1)


def test_errors_count(tmp_path):
    done = check(save_table(tmp_path / "a scene.blend", table=57), "--fast", code=1)
    assert "error: object" in done.stdout and "has pass index 57" in done.stdout


def test_fast_leaves_the_pixels_out(bare):
    done = check(bare, "--fast")
    assert "pixels" not in done.stdout


def check_types(document: dict) -> None:
    assert document["schema"] == "labelpass.check/1"
    for finding in document["findings"]:
        assert set(finding) == {"kind", "severity", "message", "objects", "materials", "pixels", "share", "fix"}
        assert finding["kind"] in KINDS and finding["severity"] in SEVERITIES
        assert isinstance(finding["message"], str) and finding["message"]
        assert all(isinstance(name, str) for name in (*finding["objects"], *finding["materials"]))
        assert finding["pixels"] is None or isinstance(finding["pixels"], int)


def test_json_is_all_of_stdout(bare):
    document = json.loads(check(bare, *SMALL, "--json").stdout)
    check_types(document)
    (finding,) = document["findings"]
    assert finding["objects"] == ["Table 'x'\n行"]
    assert (finding["pixels"], finding["share"]) == (96, 0.5)
    assert document["looks"] == {"size": [16, 12], "views": 1, "all_views": 1}
    assert (document["ok"], document["counts"]) == (True, {"error": 0, "warning": 1, "note": 0})
    assert json.loads(check(bare, "--fast", "--json", "--strict", code=1).stdout)["ok"] is False


def test_the_file_is_not_changed_and_its_scripts_do_not_run(tmp_path):
    trace = tmp_path / "trace"
    scene = save_table(tmp_path / "a scene.blend", script=trace)
    before = (hashlib.sha256(scene.read_bytes()).digest(), sorted(path.name for path in tmp_path.iterdir()))
    done = check(scene, *SMALL)
    assert "scripts or scripted drivers, which were not run" in done.stdout
    after = (hashlib.sha256(scene.read_bytes()).digest(), sorted(path.name for path in tmp_path.iterdir()))
    assert after == before
    assert not trace.exists()


def test_a_scene_without_a_label_set_or_camera(tmp_path):
    bpy.ops.wm.read_factory_settings(use_empty=True)
    rectangle(bpy.context.scene, 0, 1, label=2)
    path = tmp_path / "bare.blend"
    bpy.ops.wm.save_as_mainfile(filepath=str(path))
    done = check(path, code=1)
    assert "error: this scene carries no label set" in done.stdout
    assert "error: scene 'Scene' has no camera" in done.stdout
    assert "no label set" not in check(path, "--label-set", "nyu40", code=1).stdout


@pytest.mark.parametrize(
    ("arguments", "said", "code"),
    [
        (["nothing.blend"], "nothing.blend: no such file", 1),
        (["text.blend"], "text.blend", 1),
        (["clean", "--view-layer", "sky"], "has no view layer 'sky'", 1),
        (["clean", "--label-set", "nyu4"], "nyu4", 1),
        (["clean", "--blender", "no-such-blender"], "--blender no-such-blender: no such program", 1),
        (["clean", "--blender", __file__], "test_front_door_check.py: this file may not be executed", 1),
        (["clean", "--blender", "true"], "--blender true: exit code 0 and no report", 3),
        (["clean", "--size", "2x2"], "a look has 4 to 4096 pixels a side", 2),
        (["clean", "--unheard-of"], "unrecognized arguments", 2),
        ([], "required: scene", 2),
    ],
)
@pytest.mark.parametrize("json_too", [True, False])
def test_what_cannot_be_checked_is_one_clear_line(clean, tmp_path, arguments, said, code, json_too):
    (tmp_path / "text.blend").write_text("no blend")
    words = [str(clean) if word == "clean" else word for word in arguments]
    words = [str(tmp_path / word) if word.endswith("text.blend") else word for word in words]
    done = check(*words, *(["--json"] if json_too else []), code=code)
    assert said in done.stderr
    assert done.stdout == ""
    if code != 2:
        assert len(done.stderr.splitlines()) == 1 and done.stderr.startswith("labelpass: ")


def test_exit_codes_are_in_the_help():
    assert "Exit codes: 0 " in " ".join(check("--help").stdout.split())


@pytest.fixture
def blender(tmp_path_factory) -> Path:
    """The Blender in BLENDER, else a program that plays one with the bpy module."""
    if os.environ.get("BLENDER"):
        return Path(os.environ["BLENDER"])
    program = tmp_path_factory.mktemp("bin") / "blender"
    program.write_text(
        f'#!/bin/sh\necho chatter\nexec "{sys.executable}" "{ROOT / "tests/render/as_blender.py"}" "$@"\n'
    )
    program.chmod(0o755)
    return program


@pytest.mark.slow
def test_an_installed_blender_says_the_same(bare, blender):
    ours, theirs = check(bare, *SMALL), check(bare, *SMALL, "--blender", blender)
    assert theirs.stdout == ours.stdout
    document = json.loads(check(bare, *SMALL, "--json", "--strict", "--blender", blender, code=1).stdout)
    check_types(document)
    assert document["findings"][0]["pixels"] == 96


def test_an_installed_blender_refuses_in_one_line(blender, tmp_path):
    (tmp_path / "text.blend").write_text("no blend")
    done = check(tmp_path / "text.blend", "--blender", blender, code=1)
    assert done.stdout == "" and len(done.stderr.splitlines()) == 1


@pytest.fixture
def long_look(tmp_path) -> Path:
    """A scene whose check would take minutes: as many views as it looks through, each as large as may be."""
    path = save_table(tmp_path / "a scene.blend")
    for number in range(24):
        camera(bpy.context.scene, at=(number / 10, 0, 5))
    bpy.ops.wm.save_as_mainfile(filepath=str(path))
    return path


@pytest.mark.parametrize("seconds", [0, 2])
def test_an_installed_blender_ends_with_the_check_that_is_terminated(long_look, blender, tmp_path, seconds):
    """At its start Blender dies of the signal; later our script in it hears of it."""
    told = tmp_path / "pid"
    program = tmp_path / "program"
    program.write_text(f'#!/bin/sh\necho $$ > "{told}.part"; mv "{told}.part" "{told}"\nexec "{blender}" "$@"\n')
    program.chmod(0o755)
    command = [sys.executable, str(ROOT / "labelpass.py"), "check", str(long_look), "--size", "4096x4096"]
    with subprocess.Popen(
        [*command, "--blender", str(program)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        deadline = time.monotonic() + 30
        while not told.exists() and time.monotonic() < deadline:
            time.sleep(0.01)
        time.sleep(seconds)
        assert process.poll() is None
        process.terminate()
        out, err = process.communicate(timeout=30)
    with pytest.raises(ProcessLookupError):
        os.kill(int(told.read_text()), signal.SIGKILL)  # so that nothing is left where this fails
    assert (process.returncode, out, err) == (1, "", f"labelpass: {program} was ended by SIGTERM\n")


@pytest.mark.parametrize(
    ("script", "code", "said"),
    [
        ("kill -SEGV $$", 1, "was ended by SIGSEGV"),
        ("exit 143", 1, "was ended by SIGTERM"),
        ("exit 255", 3, "exit code 255 and no report; is it a Blender?"),
        ("exit 128", 3, "exit code 128 and no report"),
    ],
)
def test_what_ended_a_blender_is_said(clean, tmp_path, script, code, said):
    program = tmp_path / "blender"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    done = check(clean, "--blender", program, code=code)
    assert said in done.stderr and len(done.stderr.splitlines()) == 1


@pytest.mark.slow
def test_the_sample_room_has_no_errors(tmp_path):
    bpy.ops.wm.read_factory_settings(use_empty=True)
    room.save(tmp_path / "room.blend", 0)
    document = json.loads(check(tmp_path / "room.blend", "--fast", "--json").stdout)
    assert document["unlabelled"] == 0
    assert {finding["kind"] for finding in document["findings"]} <= {"name"}
