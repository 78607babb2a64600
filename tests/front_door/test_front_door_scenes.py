"""Scenes that would render wrong data are refused, and what a file holds, scripts or names, does no harm."""

from __future__ import annotations

import bpy
import pytest
from command_line import SMALL, labelpass
from saved_scenes import variant

from blender_addon import scene_labels
from blender_addon.contract import run as run_folder


def _without_labels(scene):
    for obj in scene.objects:
        obj.pass_index = 0


def _without_camera(scene):
    bpy.data.objects.remove(scene.camera)


def _with_strange_id(scene):
    bpy.data.objects["Table"].pass_index = 57


def _without_label_set(scene):
    del scene[scene_labels.PROPERTY]


def _with_an_id_beyond_the_pass_index(scene):
    scene[scene_labels.PROPERTY] = '{"name": "mine", "labels": [{"id": 32768, "name": "chair"}]}'


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (_with_an_id_beyond_the_pass_index, "label 'chair': id 32768 is not a whole number from 1 to 32767"),
        (_without_labels, "nothing in this scene is labelled"),
        (_without_camera, "no camera"),
        (_with_strange_id, "object 'Table' has pass index 57, which label set 'nyu40' does not define"),
        (_without_label_set, "carries no label set"),
    ],
)
def test_what_would_render_wrong_data_is_refused_before_the_first_frame(scene_file, tmp_path, change, told):
    scene = variant(scene_file, tmp_path / "scene.blend", change)
    done = labelpass("render", scene, "--out", tmp_path / "run", *SMALL, check=1)
    assert told in done.stderr
    assert not (tmp_path / "run").exists()


def test_strict_makes_warnings_errors(scene_file, tmp_path):
    def half_labelled(scene):
        bpy.data.objects["Table"].pass_index = 0

    scene = variant(scene_file, tmp_path / "scene.blend", half_labelled)
    strict = labelpass("render", scene, "--out", tmp_path / "run", *SMALL, "--strict", check=1)
    assert "1 object without a label will come out unlabelled: 'Table'" in strict.stderr
    done = labelpass("render", scene, "--out", tmp_path / "run", *SMALL, "--frames", "1")
    assert "warning: 1 object without a label" in done.stderr
    assert run_folder.read_record(tmp_path / "run", 1)["unlabelled"] > 0


def test_scripts_in_a_file_run_only_when_told_to(scene_file, tmp_path):
    mark = tmp_path / "the script ran"

    def with_script(scene):
        text = bpy.data.texts.new("on load.py")
        text.write(f"open({str(mark)!r}, 'w').close()\n")
        text.use_module = True

    scene = variant(scene_file, tmp_path / "scene.blend", with_script)
    labelpass("render", scene, "--out", tmp_path / "run", *SMALL, "--frames", "1")
    assert not mark.exists()
    labelpass("render", scene, "--out", tmp_path / "run2", *SMALL, "--frames", "1", "--allow-scripts")
    assert mark.exists()


def test_a_name_that_the_terminal_cannot_spell_ends_no_run(scene_file, tmp_path, monkeypatch):
    def named(scene):
        scene.timeline_markers[0].name = "Küche 台所"

    monkeypatch.setenv("PYTHONIOENCODING", "ascii:strict")
    scene = variant(scene_file, tmp_path / "scene.blend", named)
    done = labelpass("render", scene, "--out", tmp_path / "run", *SMALL, "--frames", "1")
    assert "K\\xfcche" in done.stdout
