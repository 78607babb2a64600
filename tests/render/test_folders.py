"""Folders that draws choose from: where they are may differ from machine to machine, what is in them may not."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import bpy
import pytest
from painted_room import picture_of
from scenery import camera, rectangle

from blender_addon.contract.endings import NOT_HERE
from blender_addon.contract.labels import built_in
from blender_addon.contract.run import read_plan
from blender_addon.scene_labels import set_label_set
from render_scripts.job_check import check_job
from render_scripts.job_file import read_job, tasks
from render_scripts.randomization.backgrounds import Backgrounds
from render_scripts.randomization.distractors import Distractors
from render_scripts.randomization.folders import BLENDERS_OWN, differences, why_other_draws, with_folders
from render_scripts.randomization.materials import Materials, TexturePool
from render_scripts.randomization.pools import PIECE, fingerprint
from render_scripts.randomization.sensor import Sensor
from render_scripts.randomization.spec import Randomization, to_plan, without
from render_scripts.randomization.world import World
from render_scripts.request import Request
from render_scripts.session import render


def spec(root: str) -> Randomization:
    here = Path(root)
    return Randomization(
        world=World(here / "skies"),
        materials=Materials(textures=(TexturePool(("sofa",), here / "cloth"), TexturePool(("*",), here / "any"))),
        distractors=Distractors(models=(here / "toys",)),
        backgrounds=Backgrounds(here / "views"),
    )


def test_all_folders_of_a_spec_go_elsewhere():
    assert with_folders(spec("/mnt/a"), lambda folder: Path("/b") / folder.name) == spec("/b")
    assert with_folders(Randomization(world=World()), Path.absolute) == Randomization(world=World())


def stored(root: str, names=("a.png", "b.png"), of="x") -> dict:
    pictures = {f"{root}/{folder}": dict.fromkeys(names, of) for folder in ("skies", "cloth", "any", "toys", "views")}
    return json.loads(json.dumps(to_plan(spec(root), pictures)))


def test_the_same_pictures_elsewhere_give_the_same_draws():
    assert why_other_draws(stored("/mnt/a"), stored("/data/b")) == ""


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"names": ("a.png", "b.png", "c.png")}, "'c.png' is new"),
        ({"names": ("a.png",)}, "'b.png' is gone"),
        ({"of": "y"}, "'a.png' is another file"),
    ],
)
def test_other_pictures_give_other_draws(changes, why):
    assert why_other_draws(stored("/mnt/a"), stored("/data/b", **changes)) == (
        f"randomization draws from /data/b/skies, where {why}"
    )


def test_what_specs_differ_in_is_told_by_its_key():
    one = Randomization(materials=Materials(hue=(-9, 9)), sensor=Sensor(), keep=("sofa",))
    other = Randomization(materials=Materials(hue=(-5, 5)), world=World(Path("/skies")))
    assert differences(one, other) == [
        "randomize.world is off there and on here",
        "randomize.sensor is on there and off here",
        "randomize.materials.hue is [-9, 9] there and [-5, 5] here",
        'randomize.keep is ["sofa"] there and [] here',
    ]
    assert differences(one, without(one, ["lights"])) == ['without is [] there and ["lights"] here']
    assert differences(other, other) == []


def test_pictures_that_come_with_blender_may_differ_too():
    one, other = (to_plan(Randomization(world=World()), {BLENDERS_OWN: {"city.exr": size}}) for size in "12")
    assert "'city.exr' is another file" in why_other_draws(one, other)


def test_a_fingerprint_tells_files_of_one_size_apart(tmp_path):
    path = tmp_path / "a"
    seen = set()
    for at in (None, 0, 2 * PIECE, 4 * PIECE - 1):
        content = bytearray(4 * PIECE)
        if at is not None:
            content[at] = 1
        path.write_bytes(content)
        seen.add(fingerprint(path))
    path.write_bytes(b"")
    assert len({*seen, fingerprint(path)}) == 5


JOB = """
scene: scene.blend
out: {out}
size: 8x6
samples: 1
device: cpu
denoise: false
draws: 2
thin_labels: [sofa, chair]
label_supersample: 3
randomize: {{materials: {{textures: {{labels: sofa, folder: cloth}}, textured: 1}}}}
"""


@pytest.fixture
def node(empty_scene, tmp_path):
    """A folder with a scene, a job and pictures beside it, whose run is elsewhere."""
    camera(empty_scene)
    floor = rectangle(empty_scene, -1, 1, -1, 1, label=built_in("nyu40").find("sofa").id)
    floor.data.materials.append(bpy.data.materials.new("paint"))
    set_label_set(empty_scene, built_in("nyu40"))
    folder = tmp_path / "one"
    folder.mkdir()
    picture_of(folder / "cloth", "wool.png", 0.5, 0.5, 0.5)
    bpy.ops.wm.save_as_mainfile(filepath=str(folder / "scene.blend"))
    (folder / "job.yaml").write_text(JOB.format(out=tmp_path / "run"))
    return folder


def start(folder: Path, *frames: int) -> int:
    """Render these frames of the job of a folder, in the Blender that has the scene open."""
    (task,) = tasks(read_job(folder / "job.yaml"))
    return render(replace(task.request, frames=frames))


def test_another_node_has_its_folders_elsewhere(node, tmp_path, capfd, monkeypatch):
    monkeypatch.chdir(node.parent)
    assert start(Path("one"), 1) == 0
    plan = read_plan(tmp_path / "run")
    assert str(node / "cloth") in plan.settings.randomization["pictures"]  # wherever one goes on from
    other = tmp_path / "mnt" / "other"
    shutil.copytree(node, other)
    shutil.rmtree(node / "cloth")
    bpy.ops.wm.open_mainfile(filepath=str(other / "scene.blend"))
    assert check_job(other / "job.yaml")[1] == []
    assert start(other, 2) == 0
    assert read_plan(tmp_path / "run") == plan
    picture_of(other / "cloth", "wool.png", 0.9, 0.5, 0.5)
    assert start(other, 2) == 1
    assert f"draws from {other / 'cloth'}, where 'wool.png' is another file" in capfd.readouterr().err


def test_a_folder_that_is_not_here_is_said_with_what_helps(node, tmp_path, capfd):
    assert start(node, 1) == 0
    shutil.move(node / "cloth", node / "silk")
    assert render(Request(tmp_path / "run", frames=(2,))) == NOT_HERE
    assert "is no folder here; put it there, or name a job" in capfd.readouterr().err
