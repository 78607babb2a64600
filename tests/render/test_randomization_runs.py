"""Randomisation of whole runs: stored, compared, resumed, the same on every node; what cannot be done is refused."""

from __future__ import annotations

import argparse
import json

import bpy
import numpy as np
import pytest
from painted_room import picture_of
from scenery import camera, rectangle

from blender_addon.contract.labels import built_in
from blender_addon.contract.records import damaged_frames
from blender_addon.contract.run import finished_frames, frame_folder, pixel_checksum, read_plan, read_record
from blender_addon.scene_labels import KEPT, set_label_set
from render_scripts.arguments import add_arguments, request_from, to_arguments
from render_scripts.session import render

SPEC = {"lights": {}, "exposure": {}, "materials": {"hue": [-60, 60]}, "camera": {}, "sensor": {}}


def asked(*arguments: str):
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    return request_from(parser.parse_args(arguments))


@pytest.fixture
def start(empty_scene, tmp_path):
    """Start a render of a still scene, `run` being its folder: the exit code."""
    scene = empty_scene
    camera(scene)
    box = rectangle(scene, -1, 1, -1, 1, label=2, name="floor")
    box.data.materials.append(bpy.data.materials.new("paint"))
    box.data.materials[0].use_nodes = True
    sun = bpy.data.objects.new("Sun", bpy.data.lights.new("Sun", "SUN"))
    scene.collection.objects.link(sun)
    set_label_set(scene, built_in("nyu40"))
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "scene.blend"))

    def start(run: str, *arguments: str, spec: dict | None = None) -> int:
        given = [f"--randomize={json.dumps(spec)}"] if spec is not None else []
        fixed = ["--out", str(tmp_path / run), "--size", "24x16", "--samples", "2", "--device", "cpu", "--no-denoise"]
        return render(asked(*fixed, *given, *arguments))

    return start


def checksums(run, frame: int) -> dict[str, str]:
    return {name: stored["checksum"] for name, stored in read_record(run, frame)["files"].items()}


def pixels_of(run, frame: int) -> np.ndarray:
    """(H, W, 3) uint8 of a frame's picture, its checksum held against the record's."""
    image = bpy.data.images.load(str(frame_folder(run, frame) / "image.png"))
    pixels = np.rint(np.array(image.pixels[:]).reshape(image.size[1], image.size[0], -1)[::-1, :, :3] * 255)
    bpy.data.images.remove(image)
    found = np.ascontiguousarray(pixels.astype(np.uint8))
    assert pixel_checksum(found.shape, "uint8", found.data) == checksums(run, frame)["image.png"]
    return found


def test_a_frame_alone_is_the_frame_of_the_whole_run(start, tmp_path):
    assert start("whole", "--frames", "1-4", "--with", "depth,linear,stereo", spec=SPEC) == 0
    assert start("alone", "--only-frame", "4", "--with", "depth,linear,stereo", spec=SPEC) == 0
    whole, alone = tmp_path / "whole", tmp_path / "alone"
    assert finished_frames(whole) == [1, 2, 3, 4]
    assert finished_frames(alone) == [4]
    assert checksums(whole, 4) == checksums(alone, 4)
    assert read_record(whole, 4)["draw"] == read_record(alone, 4)["draw"]
    assert len({checksums(whole, frame)["image.png"] for frame in range(1, 5)}) == 4
    assert damaged_frames(whole, read_plan(whole), range(1, 5)) == {}
    record = read_record(whole, 4)
    pixels = pixels_of(whole, 4)
    assert pixels.shape == (16, 24, 3)
    assert {"lights", "exposure", "materials", "camera", "sensor", "noise_seed", "metered_stops"} <= set(record["draw"])
    assert "world" not in record["draw"]


def test_a_plan_keeps_its_randomisation(start, tmp_path, capsys):
    assert start("run", "--frames", "1-2", spec=SPEC) == 0
    stored = read_plan(tmp_path / "run").settings.randomization
    assert stored["materials"]["hue"] == [-60, 60]
    assert start("run", "--frames", "1-2", spec=SPEC | {"lights": {"off": 0.5}}) == 1
    assert "planned differently: randomize.lights.off is 0.15 there and 0.5 here; name a new" in capsys.readouterr().err
    assert start("run", "--frames", "1-2", spec=SPEC) == 0
    assert start("run", "--frames", "1-2") == 0  # as the plan says
    assert start("run", "--frames", "1-2", "--without", "lights") == 1
    assert "planned differently: randomize.lights is on there and off here; name a new --out" in capsys.readouterr().err
    assert start("run", "--frames", "1-2", "--without", "distractors") == 1
    assert 'without is [] there and ["distractors"] here' in capsys.readouterr().err


def test_families_are_switched_off_for_a_comparison(start, tmp_path):
    assert start("all", "--frames", "3", spec=SPEC) == 0
    assert start("some", "--frames", "3", "--without", "lights,materials", spec=SPEC) == 0
    everything, some = (read_record(tmp_path / run, 3)["draw"] for run in ("all", "some"))
    assert {name: everything[name] for name in some} | {"metered_stops": 0} == some | {"metered_stops": 0}
    assert everything.keys() - some.keys() == {"lights", "materials"}
    assert read_plan(tmp_path / "some").settings.randomization["without"] == ["lights", "materials"]


def test_without_randomisation_nothing_is_written_of_it(start, tmp_path):
    assert start("plain", "--frames", "1") == 0
    assert read_plan(tmp_path / "plain").settings.randomization == {}
    assert set(read_record(tmp_path / "plain", 1)["draw"]) == {"noise_seed"}


def test_a_camera_that_does_nothing_to_the_light_takes_the_same_picture(start, tmp_path):
    """What goes through `develop` and comes out as it went in is what Blender itself writes, but for its rounding."""
    nothing = {"stops": [0, 0], "metered": 0, "white": [0, 0], "tint": [0, 0]}
    start("plain", "--frames", "1")
    start("developed", "--frames", "1", spec={"exposure": nothing})
    one, other = (pixels_of(tmp_path / run, 1) for run in ("plain", "developed"))
    assert np.abs(one.astype(int) - other).max() <= 1
    assert one.std() > 10


@pytest.mark.parametrize(
    ("spec", "why"),
    [
        ({"keep": ["sofaa"], "lights": {}}, "'sofaa', which label set 'nyu40' does not have; did you mean sofa?"),
        (
            {"poses": {"labels": "*", "onto": ["tabel"]}},
            "'nyu40' does not have; did you mean table or",
        ),
        ({"distractors": {"label": "sfoa"}}, "'sfoa', which label set 'nyu40' does not have; did you mean sofa"),
        ({"materials": {"textures": [{"labels": ["wal"], "folder": "."}]}}, "'wal', which label set"),
        ({"world": {"hdris": "/nowhere/skies"}}, "skies is no folder"),
        ({"materials": {"textures": [{"labels": ["*"], "folder": "/dev"}]}}, "/dev holds no picture"),
    ],
)
def test_what_is_not_there_is_refused_before_anything_is_rendered(start, tmp_path, capsys, spec, why):
    assert start("run", spec=spec) == 1
    assert why in capsys.readouterr().err
    assert not (tmp_path / "run").exists()


def test_a_folder_that_has_changed_is_another_run(start, tmp_path, capsys):
    picture_of(tmp_path / "skies", "a.exr", 0.5, 0.5, 0.5)
    spec = {"world": {"hdris": str(tmp_path / "skies"), "share": 0}}
    assert start("run", "--frames", "1", spec=spec) == 0
    picture_of(tmp_path / "skies", "c.exr", 0.5, 0.5, 0.5)
    assert start("run", "--frames", "2", spec=spec) == 1
    assert "planned differently" in capsys.readouterr().err


@pytest.mark.parametrize("family", ["materials", "world", "backgrounds"])
def test_what_is_no_picture_is_refused_before_the_first_frame(start, tmp_path, capsys, family):
    """Blender would render it magenta, or what the memory had there, and say nothing."""
    folder = tmp_path / "pool"
    picture_of(folder, "a.exr", 0.5, 0.5, 0.5)
    (folder / "b.exr").write_bytes((folder / "a.exr").read_bytes()[:-20])
    spec = {
        "materials": {"textures": [{"labels": ["wall"], "folder": str(folder)}]},
        "world": {"hdris": str(folder)},
        "backgrounds": {"folder": str(folder)},
    }
    assert start("run", spec={family: spec[family]}) == 1
    assert "b.exr cannot be read as a picture" in capsys.readouterr().err
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize("evened", [True, False])
def test_surroundings_that_cannot_be_read_after_all_end_the_run_with_their_name(start, tmp_path, capsys, evened):
    (tmp_path / "skies").mkdir()
    (tmp_path / "skies" / "a.hdr").write_bytes(
        b"#?RADIANCE\nFORMAT=32-bit_rle_rgbe\n\n-Y 2 +X 16\n\2\2\0\x10 and so on"
    )
    assert start("run", "--frames", "1", spec={"world": {"hdris": str(tmp_path / "skies"), "evened": evened}}) == 3
    assert "a.hdr cannot be read as a picture" in capsys.readouterr().err


def test_textures_that_cannot_be_read_after_all_end_the_run_with_their_name(start, tmp_path, capsys):
    (tmp_path / "cloth").mkdir()
    (tmp_path / "cloth" / "a.png").write_bytes(b"\x89PNG\r\n\x1a\n and no picture IEND\xaeB`\x82")
    textures = [{"labels": ["*"], "folder": str(tmp_path / "cloth")}]
    assert start("run", "--frames", "1", spec={"materials": {"textures": textures, "textured": 1}}) == 3
    assert "a.png cannot be read as a picture" in capsys.readouterr().err


def test_lights_that_are_animated_are_told_and_left(start, tmp_path, capsys):
    light = bpy.data.lights["Sun"]
    for frame, energy in ((1, 1.0), (5, 3.0)):
        light.energy = energy
        light.keyframe_insert("energy", frame=frame)
    bpy.ops.wm.save_mainfile()
    assert start("run", "--frames", "5", spec={"lights": {}}) == 0
    assert "warning: randomisation: power and colour of Sun are animated" in capsys.readouterr().err
    assert read_record(tmp_path / "run", 5)["draw"]["lights"]["lights"] == {}


def test_the_options_survive_the_way_to_a_blender():
    request = asked("--out", "run", f"--randomize={json.dumps(SPEC)}", "--without", "lights", "--only-frame", "-3")
    assert request.frames == (-3,)
    assert request.without == ("lights",)
    assert asked(*to_arguments(request)) == request


def test_what_is_asked_for_in_vain_is_said(start, capsys):
    assert start("run", "--frames", "1", spec={"poses": {"labels": ["chair"]}}) == 0
    assert "warning: randomisation: nothing that has label chair may move" in capsys.readouterr().err


def test_a_plan_of_another_version_is_refused_with_a_sentence(start, tmp_path, capsys):
    assert start("run", "--frames", "1", spec=SPEC) == 0
    path = tmp_path / "run" / "plan.json"
    path.write_text(path.read_text("utf-8").replace('"sensor": {', '"sensor of tomorrow": {'), "utf-8")
    assert start("run", "--frames", "2") == 1
    assert "randomisation is of another version" in capsys.readouterr().err


def test_kept_labels_that_nobody_can_read_are_refused_before_a_plan_is_written(start, tmp_path, capsys):
    bpy.context.scene[KEPT] = ["chair"]
    assert start("run", spec={"exposure": {}}) == 1
    assert "randomisation: property 'labelpass_kept_labels' of scene 'Scene' is no list" in capsys.readouterr().err
    assert not (tmp_path / "run").exists()
    assert start("plain") == 0  # what randomises nothing needs no such list
