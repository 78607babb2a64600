"""Whatever happens to the files of a run, `labelpass verify --rays` ends with words for a person and its exit code."""

from __future__ import annotations

import json
import shutil
import warnings
from pathlib import Path

import bpy
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scenery import camera, new_scene, rectangle

import labelpass
from blender_addon import scene_labels
from blender_addon.contract import run as run_folder
from blender_addon.contract.labels import built_in
from blender_addon.contract.seal import SEAL, sealed
from render_scripts import session

FILES = ("labels.exr", "purity.exr", "depth.exr", "normals.exr", "image.png", "frame.json", "plan.json")


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Path:
    """A folder with `scene.blend` and `run`, two frames of 16x12 pixels with all that rays judge."""
    folder = tmp_path_factory.mktemp("made")
    scene = new_scene()
    camera(scene)
    rectangle(scene, -9, 9, label=2)
    rectangle(scene, -9, 0.3, z=1, label=7).rotation_euler.y = 0.2
    scene_labels.set_label_set(scene, built_in("nyu13"))
    bpy.ops.wm.save_as_mainfile(filepath=str(folder / "scene.blend"))
    options = ["--size", "16x12", "--samples", "1", "--no-denoise", "--label-supersample", "3"]
    options += ["--frames", "1-2", "--with", "depth,normals"]
    assert session.main(["--out", str(folder / "run"), *options]) == 0
    return folder


@pytest.fixture
def run(made, tmp_path) -> Path:
    shutil.copytree(made, tmp_path / "made")
    return tmp_path / "made" / "run"


def verified(run: Path, capfd, *options: str) -> tuple[int, str, str]:
    """Exit code, stdout and stderr; a warning of Python's would be noise on the latter."""
    capfd.readouterr()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        code = labelpass.main(["verify", str(run), "--rays", "8", *options])
    return code, *capfd.readouterr()


def place(run: Path, name: str) -> Path:
    return run / name if name == "plan.json" else run_folder.frame_folder(run, 1) / name


@pytest.mark.parametrize("damage", ["missing", "empty", "cut", "a folder", "noise"])
@pytest.mark.parametrize("name", FILES)
def test_one_line_names_the_file_and_the_other_frames_are_judged(run, capfd, name, damage):
    path = place(run, name)
    whole = path.read_bytes()
    path.unlink()
    if damage == "a folder":
        path.mkdir()
    elif damage != "missing":
        path.write_bytes({"empty": b"", "cut": whole[: len(whole) // 2], "noise": bytes(range(256)) * 3}[damage])
    code, out, err = verified(run, capfd)
    if name == "image.png" and damage in {"cut", "noise"}:
        assert code == 1 and "image.png has " in out
        return
    assert code == 1
    if name == "plan.json":
        assert out == "" and len(err.splitlines()) == 1 and "plan.json" in err
        return
    lines = [line for line in out.splitlines() if line.startswith("labelpass: ")]
    assert len(lines) == 2 and "frame 1 is damaged: " in lines[0] and name in lines[0] and err == ""
    assert "       2  labels         8       0" in out and "render" in lines[0]


def edit(path: Path, change) -> None:
    data = json.loads(path.read_text())
    change(data)
    path.write_text(json.dumps(data))


@pytest.mark.parametrize("key", ["camera", "view_layer"])
def test_what_the_file_has_no_more_is_named(run, capfd, key):
    def change(plan):
        if key == "camera":
            plan["views"][1]["camera"] = "Another"
        else:
            plan["settings"]["view_layer"] = "Another"

    edit(run / "plan.json", change)
    code, out, err = verified(run, capfd)
    assert (code, out) == (1, "") and len(err.splitlines()) == 1
    assert f"scene.blend has no {key.replace('_', ' ')} 'Another', which {run}/plan.json names" in err


def test_a_view_of_a_camera_of_its_own_that_the_file_has(run, capfd):
    def change(plan):
        for view in plan["views"]:
            view["pose"] = {"matrix": [[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 5], [0, 0, 0, 1]], "lens": 50}

    edit(run / "plan.json", change)
    code, out, err = verified(run, capfd)
    assert (code, out) == (1, "") and "a camera 'Camera' of its own, and the file has an object of this name" in err


def test_a_randomisation_that_is_none_is_damage(run, capfd):
    edit(run / "plan.json", lambda plan: plan["settings"].update(randomization={"lights": 5}))
    code, out, err = verified(run, capfd)
    assert (code, out) == (1, "") and "plan.json is damaged: settings.randomization: lights" in err


def test_an_edited_record_is_told(run, capfd):
    edit(place(run, "frame.json"), lambda record: record["camera"]["K"][0].__setitem__(0, 1.0))
    code, out, _ = verified(run, capfd)
    assert code == 1 and "frame.json is damaged: it does not say what was written (wrong checksum)" in out


def test_a_record_with_another_lens_is_held_against_the_picture(run, capfd):
    """Where somebody made a new seal, the rays through that lens tell."""
    path = place(run, "frame.json")
    record = json.loads(path.read_text())
    record["camera"]["K"][0][2] += 6  # pixels
    path.write_text(json.dumps(sealed(record)))
    code, out, _ = verified(run, capfd, "--rays", "192")
    assert code == 1 and "1 frame not as the scene says" in out


values = st.none() | st.booleans() | st.integers(-(10**20), 10**20) | st.floats() | st.text(max_size=6)
values |= st.lists(values, max_size=3) | st.dictionaries(st.text(max_size=3), values, max_size=2)


def leaves(data, path=()):
    """All places in parsed JSON, containers among them."""
    parts = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, part in parts:
        yield (*path, key)
        yield from leaves(part, (*path, key))


@settings(max_examples=20, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_random_damage_never_gives_a_traceback(made, tmp_path_factory, capfd, data):
    run = tmp_path_factory.mktemp("damaged") / "run"
    shutil.copytree(made / "run", run)
    path = place(run, data.draw(st.sampled_from(FILES)))
    whole = path.read_bytes()
    if path.suffix == ".json" and data.draw(st.booleans()):
        record = json.loads(whole)
        *to, key = data.draw(st.sampled_from(list(leaves(record))))
        inside = record
        for step in to:
            inside = inside[step]
        if data.draw(st.booleans()):
            inside[key] = data.draw(values)
        else:
            del inside[key]
        if path.name == run_folder.RECORD:  # else the seal alone would tell
            record.pop(SEAL, None)
        path.write_text(json.dumps(record))
    else:
        start = data.draw(st.integers(0, len(whole) - 1))
        path.write_bytes(
            whole[:start] + data.draw(st.binary(max_size=9)) + whole[start + data.draw(st.integers(0, 9)) :]
        )
        if path.name not in {"frame.json", "plan.json"} and data.draw(st.booleans()):  # a size that fits
            edit(place(run, "frame.json"), lambda record: fit(record, path))
    code, out, err = verified(run, capfd, "--scene", str(made / "scene.blend"))
    assert code in {0, 1} and "Traceback" not in err
    assert out.endswith("\n") and err == "" if out else code == 1 and len(err.splitlines()) == 1
    shutil.rmtree(run)


def fit(record: dict, path: Path) -> None:
    record.pop(SEAL)
    record["files"][path.name]["bytes"] = path.stat().st_size
