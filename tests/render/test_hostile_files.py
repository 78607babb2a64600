"""What a stranger's .blend would have Blender run does not run: rendered, checked, verified, shown as a model."""

from __future__ import annotations

import bpy
import pytest
from hostile_files import WAYS, save_hostile
from scenery import new_scene
from test_entry import ENTRY, blender

from blender_addon.label_render.line_styles import no_style_modules
from render_scripts.randomization.distractor_models import _read
from scenes.rooms import assets

SMALL = ("--size", "16x12", "--samples", "1", "--no-denoise")


@pytest.fixture
def hostile(tmp_path):
    (tmp_path / "traces").mkdir()
    return save_hostile(tmp_path / "hostile.blend", tmp_path / "traces")


def traces(hostile) -> set[str]:
    return {path.name for path in (hostile.parent / "traces").iterdir()}


def test_nothing_of_it_runs_in_a_render(hostile):
    done = blender("-Y", "-b", hostile, "-P", ENTRY, "--", "--out", hostile.parent / "run", *SMALL)
    assert done.returncode == 0, done.stdout + done.stderr
    assert not traces(hostile)
    assert "which were not run" in done.stderr
    assert "Freestyle draws by the script 'lines.py', which was not run" in done.stderr


def test_all_of_it_runs_where_it_is_allowed(hostile):
    """Or the other tests would prove nothing."""
    told = ("--out", hostile.parent / "run", *SMALL, "--allow-scripts")
    done = blender("--enable-autoexec", "-b", hostile, "-P", ENTRY, "--", *told)
    assert done.returncode == 0, done.stdout + done.stderr
    assert traces(hostile) == WAYS
    assert "Freestyle" not in done.stderr


def test_a_warning_that_strict_minds(hostile):
    told = ("--out", hostile.parent / "run", *SMALL, "--strict")
    assert blender("-Y", "-b", hostile, "-P", ENTRY, "--", *told).returncode == 1
    assert not (hostile.parent / "run").exists()


@pytest.mark.parametrize("entry", ["check.py", "rays/verify.py"])
def test_nothing_of_it_runs_where_it_is_only_looked_at(hostile, entry):
    run, report = hostile.parent / "run", hostile.parent / "report"
    asked = [hostile]
    if entry != "check.py":
        blender("-Y", "-b", hostile, "-P", ENTRY, "--", "--out", run, *SMALL)
        asked = [run, "--rays", "20", "--scene", hostile]
    done = blender("-Y", "-b", "-P", ENTRY.parent / entry, "--", *asked, f"--report={report}")
    assert report.is_file(), done.stdout + done.stderr
    assert not traces(hostile)
    if entry == "check.py":
        assert "note: Freestyle draws by the script 'lines.py', which runs in no render" in report.read_text()


@pytest.mark.parametrize("bring", [_read, assets._bring])
def test_nothing_of_it_runs_as_a_model_of_another_scene(hostile, bring):
    scene = new_scene()
    with no_style_modules():
        brought = bring(hostile)
        if isinstance(brought, bpy.types.Collection):
            scene.collection.children.link(brought)
        scene.frame_set(3)
    assert not traces(hostile)
    assert not [text for text in bpy.data.texts if text.use_module]


def test_style_modules_come_back(hostile):
    with no_style_modules() as names:
        assert names == ("lines.py",)
        with no_style_modules() as left:
            assert left == ()
    with no_style_modules() as names:
        assert names == ("lines.py",)
