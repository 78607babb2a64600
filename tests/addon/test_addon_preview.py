"""The label preview: colours and rows known on paper, the buttons, and a file that is none the wiser."""

from __future__ import annotations

from collections import Counter

import bpy
import numpy as np
import pytest
from scenery import camera, rectangle

from blender_addon.audit import current_audit
from blender_addon.contract.labels import BACKGROUND, Label, LabelSet, built_in
from blender_addon.contract.run import View
from blender_addon.preview import label_picture, preview_image, previews
from blender_addon.preview.label_picture import Row
from blender_addon.scene_labels import set_label_set

TWO = LabelSet("two", (Label(1, "wall", (10, 20, 30)), Label(7, "chair", (200, 100, 0))))


def test_rows_are_largest_first_and_all_named():
    counts = Counter({7: 30, BACKGROUND: 40, 0: 20, 9: 10, 1: 0})
    assert label_picture.rows_of(counts, TWO) == (
        Row(BACKGROUND, "background", (24, 24, 24), 40, 0.4),
        Row(7, "chair", (200, 100, 0), 30, 0.3),
        Row(0, "unlabelled", (255, 0, 255), 20, 0.2),
        Row(9, "pass index 9", (255, 255, 255), 10, 0.1, known=False),
    )


def test_a_picture_has_the_colours_of_the_labels():
    colors = label_picture.painted(np.array([[1, 7, 0], [BACKGROUND, 9, 7]], np.uint16), TWO)
    assert (colors.shape, colors.dtype) == ((2, 3, 4), np.uint8)
    assert colors[..., :3].tolist() == [
        [[10, 20, 30], [200, 100, 0], [255, 0, 255]],
        [[24, 24, 24], [255, 255, 255], [200, 100, 0]],
    ]
    assert (colors[..., 3] == 255).all()


def test_codes_are_counted():
    assert label_picture.count_codes(np.array([[1, 1], [0, BACKGROUND]], np.uint16)) == {1: 2, 0: 1, BACKGROUND: 1}


@pytest.fixture
def half(scene):
    """A chair in the left half of what the camera sees, in a scene of 4 : 3 that was made for EEVEE."""
    set_label_set(scene, TWO)
    scene.render.resolution_x, scene.render.resolution_y = 1600, 1200
    camera(scene, ortho=16)
    rectangle(scene, -8, 0, label=7, name="seat")
    scene.frame_set(1)
    return scene


def test_the_preview_of_a_half(half):
    engine = half.render.engine
    bpy.context.window_manager.labelpass_preview.width = "160"
    assert bpy.ops.labelpass.preview() == {"FINISHED"}
    seen = previews.last()
    assert seen.size == (160, 120)
    assert [(row.name, row.pixels, row.share) for row in seen.rows] == [
        ("chair", 9600, 0.5),
        ("background", 9600, 0.5),
    ]
    assert seen.pixels == {"seat": 9600}
    assert seen.views == (View(1, 1, "Camera", "frame 1"),)
    assert seen.seconds > 0
    assert half.render.engine == engine


def test_the_image_shows_it_and_stays_out_of_the_file(half, tmp_path):
    bpy.context.window_manager.labelpass_preview.width = "160"
    bpy.ops.labelpass.preview()
    image = preview_image.image()
    assert (image.name, tuple(image.size), image.is_dirty, image.users) == ("Label Preview", (160, 120), False, 0)
    pixels = np.rint(np.array(image.pixels).reshape(120, 160, 4) * 255).astype(int)
    assert pixels[0, 0, :3].tolist() == [200, 100, 0] and pixels[119, 159, :3].tolist() == [24, 24, 24]
    image.use_fake_user = True  # as little as an image editor that shows it
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "saved.blend"), copy=True)
    assert not image.is_dirty
    with bpy.data.libraries.load(str(tmp_path / "saved.blend")) as (inside, _):
        assert list(inside.images) == []


def test_the_image_is_used_again_in_another_size(half):
    state = bpy.context.window_manager.labelpass_preview
    for width, size in (("160", (160, 120)), ("480", (480, 360)), ("320", (320, 240))):
        state.width = width
        bpy.ops.labelpass.preview()
        assert [tuple(each.size) for each in bpy.data.images if each.name.startswith("Label Preview")] == [size]
        bottom_left = np.array(preview_image.image().pixels[:3]) * 255
        assert np.rint(bottom_left).tolist() == [200, 100, 0]


def test_an_image_of_that_name_is_left_alone(half):
    own = bpy.data.images.new("Label Preview", 4, 4)
    bpy.ops.labelpass.preview()
    assert tuple(own.size) == (4, 4) and preview_image.image() != own


def test_undo_takes_nothing_of_it_away(half):
    bpy.ops.ed.undo_push(message="before")
    bpy.data.objects["seat"].location.z = 1
    bpy.ops.ed.undo_push(message="moved")
    bpy.ops.labelpass.preview()
    bpy.ops.ed.undo()
    assert bpy.data.objects["seat"].location.z == 0
    assert bpy.data.objects["seat"].pass_index == 7
    assert preview_image.image() is not None
    bpy.ops.ed.redo()
    assert bpy.data.objects["seat"].location.z == 1
    assert preview_image.image() is not None


def test_all_views_are_counted_together(half):
    seat = bpy.data.objects["seat"]
    for frame, half.camera.location.x in ((1, 0), (2, 8)):
        half.camera.keyframe_insert("location", frame=frame)
    for frame in (1, 2):
        half.timeline_markers.new(f"view {frame}", frame=frame).camera = half.camera
    half.frame_start, half.frame_end = 1, 2
    bpy.context.window_manager.labelpass_preview.width = "160"
    assert bpy.ops.labelpass.preview_views() == {"FINISHED"}
    seen = previews.last()
    assert [view.name for view in seen.views] == ["Camera", "Camera"]
    assert seen.wanted == 2
    assert [(row.name, row.pixels) for row in seen.rows] == [("background", 28800), ("chair", 9600)]
    assert seen.pixels == {seat.name_full: 9600}
    assert half.frame_current == 1
    assert half.camera.location.x == 8  # what was set last, over the key of frame 1


def looking(scene, wanted=2):
    views = [View(1, 1, "Camera", str(number)) for number in range(wanted)]
    return previews.looks(scene, bpy.context.view_layer, TWO, views, (16, 12))


@pytest.mark.parametrize("jump", ["undo", "save", "unregister"])
def test_it_ends_before_blender_undoes_or_saves(half, tmp_path, jump):
    """Another window may ask for it between two views: what the render changed is put back first."""
    import blender_addon

    bpy.ops.ed.undo_push(message="before")
    bpy.ops.ed.undo_push(message="now")
    going = looking(half)
    next(going)
    assert half.render.resolution_x == 16
    if jump == "undo":
        bpy.ops.ed.undo()
    elif jump == "save":
        bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "saved.blend"))
    else:
        blender_addon.unregister()
        blender_addon.register()
    assert bpy.context.scene.render.resolution_x == 1600
    assert next(going, None) is None


@pytest.mark.parametrize("first", ["preview", "measure"])
@pytest.mark.parametrize("second", ["preview", "measure"])
def test_one_look_at_a_time(half, first, second):
    """Another window may begin one between two views of the first, which then ends, with the scene put back."""
    begins = {"preview": looking, "measure": lambda _scene: current_audit.measure_views(bpy.context)}
    going = begins[first](half)
    next(going)
    other = begins[second](half)
    assert half.render.resolution_x == 1600
    assert len(list(other)) == (2 if second == "preview" else 1)
    assert list(going) == []
    assert (half.render.resolution_x, current_audit.measuring()) == (1600, False)


def test_why_there_is_none(scene):
    rectangle(scene, -8, 0, label=7)
    assert previews.why_not(scene) == "Choose a label set first"
    set_label_set(scene, built_in("nyu40"))
    assert previews.why_not(scene) == ""
    assert "no camera" in previews.why_no_camera(scene)
    assert not bpy.ops.labelpass.preview.poll()
    with pytest.raises(RuntimeError, match="has no camera"):
        bpy.ops.labelpass.preview_views()
    camera(scene, ortho=16)
    assert previews.why_no_camera(scene) == ""
    assert bpy.ops.labelpass.preview.poll()


def test_an_id_that_no_label_has_is_told(half):
    bpy.data.objects["seat"].pass_index = 9
    bpy.ops.labelpass.preview()
    assert [(row.name, row.known) for row in previews.last().rows] == [("pass index 9", False), ("background", True)]


def test_the_height_follows_the_scene(half):
    assert previews.size_of(half.render, 320) == (320, 240)
    half.render.resolution_x, half.render.resolution_y = 1080, 1920
    assert previews.size_of(half.render, 480) == (480, 853)
    half.render.resolution_x, half.render.resolution_y = 4000, 10
    assert previews.size_of(half.render, 160) == (160, 4)


def test_another_file_has_no_preview(half, tmp_path):
    bpy.ops.labelpass.preview()
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "saved.blend"))
    assert previews.last()
    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "saved.blend"))
    assert previews.last() is None and preview_image.image() is None
