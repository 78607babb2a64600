"""Labels of runs with distractors: exact by rays, the same as without beside them, and no instance where ignored."""

from __future__ import annotations

import json

import bpy
import numpy as np
import pytest
from scenery import camera, copies_on
from test_randomization_poses import block
from test_randomization_runs import asked, checksums

from blender_addon.contract.labels import IGNORE, UNLABELLED, built_in
from blender_addon.contract.run import frame_folder, read_plan, read_record
from blender_addon.label_render import exr
from blender_addon.label_render.thing_ids import whole
from blender_addon.scene_labels import set_label_set
from render_scripts.rays.lidar import POINT
from render_scripts.rays.verify import verify
from render_scripts.rays.verify_request import VerifyRequest
from render_scripts.session import render

LABELS = built_in("nyu40")
FLOOR, BOX, WALL, OTHER = (LABELS.find(name).id for name in ("floor", "box", "wall", "otherprop"))
MANY = {"count": [4, 6], "size": [0.2, 0.7], "distance": [0.8, 6]}
CODES = {"ignore": IGNORE, "unlabelled": UNLABELLED, "otherprop": OTHER}


@pytest.fixture
def start(empty_scene, tmp_path):
    """Start a render of a room with a box in it, `run` being its folder: the exit code."""
    scene = empty_scene
    block(scene, "Floor", (8, 8, 0.2), (0, 0, -0.2), FLOOR)
    block(scene, "Box", (1.6, 1.2, 0.7), (0.6, 0.5, 0), BOX)
    block(scene, "Wall", (40, 0.2, 20), (0, 3.1, -5), WALL)
    eye = camera(scene, at=(0, -4, 1.6))
    eye.rotation_euler, eye.data.lens = (np.radians(80), 0, 0), 24
    set_label_set(scene, LABELS)

    def start(run: str, *arguments: str, **distractors) -> int:
        if not (tmp_path / "scene.blend").exists():
            bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "scene.blend"))
        spec = f"--randomize={json.dumps({'distractors': MANY | distractors})}"
        fixed = ["--out", str(tmp_path / run), "--size", "48x32", "--samples", "1", "--device", "cpu", "--no-denoise"]
        return render(asked(*fixed, spec, *arguments))

    return start


def labels_of(run, frame: int) -> np.ndarray:
    return exr.read_zip(frame_folder(run, frame) / "labels.exr")["Label"].astype(int)


@pytest.mark.parametrize("how", ["image", "own", "3"])
@pytest.mark.parametrize("label", CODES)
def test_pixels_of_distractors_have_the_label_that_was_asked_for(start, tmp_path, label, how):
    """Rays say so, which know nothing of how the label came into the file; and beside them nothing has changed."""
    more = ["--label-supersample", "3"] if how == "3" else ["--label-render", how]
    fixed = ["--frames", "1-2", "--verify-rays", "1536", "--strict", *more]
    assert start("with", *fixed, label=label) == 0
    assert start("without", *fixed, "--without", "distractors", label=label) == 0
    for frame in (1, 2):
        record = read_record(tmp_path / "with", frame)
        score = record["verified"]["labels"]
        assert score["differing"] == []
        assert score["agreed"] > 1450
        assert set(score["not_judged"]) <= {"edge of a surface"}
        labels, plain = (labels_of(tmp_path / run, frame) for run in ("with", "without"))
        theirs = labels == CODES[label]
        drawn = record["draw"]["distractors"]
        assert 0 < theirs.mean() <= drawn["hidden"] + 0.02
        assert (labels == plain)[~theirs].all()
        assert not (plain == CODES[label]).any()
        assert drawn["label"] == label
        assert {"shape", "size", "location", "rotation", "placed", "paint"} <= drawn["things"][0].keys()


def test_a_frame_alone_is_the_frame_of_the_whole_run(start, tmp_path):
    assert start("whole", "--frames", "1-3", "--with", "depth,linear") == 0
    assert start("alone", "--only-frame", "3", "--with", "depth,linear") == 0
    assert checksums(tmp_path / "whole", 3) == checksums(tmp_path / "alone", 3)
    drawn = [read_record(tmp_path / run, 3)["draw"]["distractors"] for run in ("whole", "alone")]
    assert drawn[0] == drawn[1]
    assert len({checksums(tmp_path / "whole", frame)["labels.exr"] for frame in (1, 2, 3)}) == 3


def test_who_verifies_later_finds_the_same(start, tmp_path):
    assert start("run", "--frames", "1-2") == 0
    text, code = verify(tmp_path / "run", VerifyRequest(1536, 0, None, tmp_path / "scene.blend", True, False))
    assert code == 0, text
    assert all(score["labels"]["agreed"] > 1450 for score in json.loads(text)["frames"].values())


@pytest.mark.parametrize("label", ["ignore", "otherprop"])
def test_labelled_distractors_are_instances_and_ignored_ones_are_not(start, tmp_path, label):
    assert start("run", "--frames", "1", "--with", "instances,amodal,parts,points,lidar,stereo", label=label) == 0
    folder = frame_folder(tmp_path / "run", 1)
    rows = json.loads((folder / "instances.json").read_text("utf-8"))["instances"]
    ids, labels = whole(exr.read_zip(folder / "instances.exr")), labels_of(tmp_path / "run", 1)
    theirs = {row["id"]: row for row in rows if "distractor" in row["object"]}
    assert {row["object"] for row in rows} - {row["object"] for row in theirs.values()} == {"Floor", "Box", "Wall"}
    assert (ids[labels == IGNORE] == 0).all()
    assert set(np.unique(ids[labels == OTHER]).astype(int)) == set(theirs)
    assert bool(theirs) == (label == "otherprop")
    assert all(row["label"] == OTHER and row["visible_fraction"] for row in theirs.values())
    parts = exr.read_zip(folder / "parts.exr")["Object"].astype(int)
    assert set(np.unique(parts)) <= {0, FLOOR, BOX, WALL, OTHER}
    points = np.frombuffer((folder / "lidar.ply").read_bytes().split(b"end_header\n", 1)[1], POINT)
    assert CODES[label] in points["label"]
    assert ((points["instance"] == 0) == (points["label"] == IGNORE)).all()
    right = exr.read_zip(folder / "labels_right.exr")["Label"].astype(int)
    assert set(np.unique(right)) <= {FLOOR, BOX, WALL, CODES[label]}
    assert CODES[label] in right


def test_nobody_misses_a_label_on_them(start, tmp_path, capsys, empty_scene):
    """In scenes with copies every frame is looked through for things without a label."""
    copies_on(empty_scene, "host", bpy.data.objects["Box"], BOX)
    assert start("run", "--frames", "1-3", "--strict", label="unlabelled") == 0
    assert "no label" not in capsys.readouterr().err


def test_what_cannot_be_is_refused(start, tmp_path, capsys):
    assert start("run", label="otherpropp") == 1
    assert "'otherpropp', which label set 'nyu40' does not have" in capsys.readouterr().err
    bpy.data.objects["Box"].pass_index = 32767
    assert start("run") == 1
    assert "'Box' has pass index 32767, which distractors need" in capsys.readouterr().err
    bpy.data.objects["Box"].pass_index = BOX
    assert start("run", models=["/nowhere"]) == 1
    assert "/nowhere is no folder" in capsys.readouterr().err


# --- models ---------------------------------------------------------------------------------------------------------


def write_models(folder):
    """A cube in red with a transparent side, as .blend and as .glb, and a triangle as .obj."""
    folder.mkdir()
    (folder / "flag.obj").write_text("v 0 0 0\nv 2 0 0\nv 0 0 1\nf 1 2 3\n")
    obj = block(bpy.context.scene, "crate", (1, 1, 1), (0, 0, 0), 0)
    paints = [bpy.data.materials.new(name) for name in ("red", "glass")]
    for paint in paints:
        paint.use_nodes = True
        obj.data.materials.append(paint)
    paints[0].pass_index = 3
    paints[1].node_tree.nodes["Principled BSDF"].inputs["Alpha"].default_value = 0.3
    obj.data.polygons[0].material_index = 1
    bpy.data.libraries.write(str(folder / "crate.blend"), {obj})
    bpy.context.view_layer.objects.active = obj
    obj.select_set(True)
    bpy.ops.export_scene.gltf(filepath=str(folder / "crate.glb"), use_selection=True)
    bpy.data.objects.remove(obj)
    for paint in paints:
        bpy.data.materials.remove(paint)


def test_models_are_labelled_as_our_shapes_are(start, tmp_path):
    write_models(tmp_path / "things")
    before = {kind: len(getattr(bpy.data, kind)) for kind in ("objects", "meshes", "materials", "scenes", "libraries")}
    more = ["--frames", "1-4", "--verify-rays", "1536"]
    assert start("run", *more, models=[str(tmp_path / "things")], painted=0.3) == 0
    assert {kind: len(getattr(bpy.data, kind)) for kind in before} == before
    stored = read_plan(tmp_path / "run").settings.randomization["pictures"]
    assert stored[str(tmp_path / "things")].keys() == {"crate.blend", "crate.glb", "flag.obj"}
    shapes, looks = set(), set()
    for frame in range(1, 5):
        record = read_record(tmp_path / "run", frame)
        assert record["verified"]["labels"]["differing"] == []
        assert record["ignore"] > 0
        assert {row["name"] for row in record["labels"]} == {"floor", "box", "wall"}
        shapes |= {one["shape"] for one in record["draw"]["distractors"]["things"]}
        looks |= {one["own_look"] for one in record["draw"]["distractors"]["things"]}
    assert shapes == {"things/crate.blend", "things/crate.glb", "things/flag.obj"}
    assert looks == {True, False}


def test_a_folder_in_which_a_model_comes_is_another_run(start, tmp_path, capsys):
    write_models(tmp_path / "things")
    assert start("run", "--frames", "1", models=[str(tmp_path / "things")]) == 0
    (tmp_path / "things" / "one more.obj").write_text("v 0 0 0\nv 2 0 0\nv 0 0 1\nf 1 2 3\n")
    assert start("run", "--frames", "2", models=[str(tmp_path / "things")]) == 1
    assert "planned differently" in capsys.readouterr().err


def test_a_model_without_a_surface_stops_the_run(start, tmp_path, capsys):
    (tmp_path / "things").mkdir()
    bpy.data.libraries.write(str(tmp_path / "things" / "nothing.blend"), {bpy.data.objects.new("empty", None)})
    assert start("run", "--frames", "1", models=[str(tmp_path / "things")]) == 3
    told = capsys.readouterr().err
    assert "nothing.blend has no surface; what is done stays, mend that file or take it away, and name a new" in told


def test_a_model_that_is_cut_is_refused_before_the_first_frame(start, tmp_path, capsys):
    write_models(tmp_path / "things")
    cut = tmp_path / "things" / "crate.glb"
    cut.write_bytes(cut.read_bytes()[:-100])
    assert start("run", "--frames", "1", models=[str(tmp_path / "things")]) == 1
    assert f"{cut} cannot be read as a model: no glb file, or cut; replace it" in capsys.readouterr().err
