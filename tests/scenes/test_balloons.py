"""Balloons on real bpy: what each frame shows is what was drawn for it, labels and colours as known on paper."""

from __future__ import annotations

from math import pi, sqrt

import bpy
import numpy as np
import pytest
from scenery import labels_of, new_scene

from blender_addon import scene_labels
from blender_addon.audit.audit import audit
from blender_addon.contract.labels import BACKGROUND
from blender_addon.label_render.image_labels import why_own_render
from scenes import balloons
from scenes.balloons import LABEL_SET, Settings, look
from scenes.balloons.draws import draw
from scenes.balloons.settings import NOISES

SIDE = 96
ALONE = {"count": (1, 1), "reach": 0.0, "depth": 0.0, "lean": 0.0, "scale": (0.7, 0.7), "elongation_deviation": 0.0}


def built(frames: int, seed: int = 5, scene_number: int = 1, **asked) -> bpy.types.Scene:
    new_scene()
    return balloons.build(Settings(**asked), seed, scene_number, frames)


def shown() -> dict[str, tuple]:
    """Of all that the current frame renders: where it is, and what its shader reads."""
    found = {}
    for obj in bpy.context.scene.objects:
        if obj.type != "CAMERA" and not obj.hide_render:
            place = tuple(round(value, 5) for row in obj.matrix_world for value in row)
            read = [round(value, 4) for name in (look.GRAIN, look.START) for value in obj.get(name, ())]
            light = (round(obj.data.energy, 5), *obj.data.color) if obj.type == "LIGHT" else ()
            found[obj.name] = (place, round(obj.get(look.HUE, 0), 5), *read, *light, obj.pass_index)
    nodes = bpy.context.scene.world.node_tree.nodes
    for name in (look.BACKGROUND_MAPPING, look.DARK, look.LIGHT):
        values = [socket.default_value for socket in nodes[name].inputs if not socket.is_linked]
        found[name] = tuple(np.round(np.hstack([np.ravel(value) for value in values]), 4))
    return found


def frames_of(scene: bpy.types.Scene, count: int) -> list[dict[str, tuple]]:
    found = []
    for frame in range(1, count + 1):
        scene.frame_set(frame)
        found.append(shown())
    return found


def picture(folder) -> np.ndarray:
    """The image that `labels_of` left, (SIDE, SIDE, 3) from 0 to 1, the highest row first."""
    image = bpy.data.images.load(str(folder / "image.png"))
    pixels = np.array(image.pixels[:]).reshape(SIDE, SIDE, 4)
    bpy.data.images.remove(image)
    return pixels[::-1, :, :3]


def test_each_frame_shows_what_was_drawn_for_it():
    scene = built(4)
    assert (scene.frame_start, scene.frame_end) == (1, 4)
    for frame in range(1, 5):
        scene.frame_set(frame)
        drawn = draw(Settings(), 5, 1, frame)
        there = [obj for obj in scene.objects if obj.type == "MESH" and not obj.hide_render]
        found = sorted((obj.pass_index, *obj.location, *obj.scale) for obj in there)
        meant = sorted((each.kind + 1, *each.at, *each.half_axes) for each in drawn.balloons)
        np.testing.assert_allclose(found, meant, atol=1e-5)
        assert sum(obj.type == "LIGHT" and not obj.hide_render for obj in scene.objects) == len(drawn.lamps)
        for obj in there:
            scale = obj[look.GRAIN][0] / obj.scale[0]
            assert any(scale == pytest.approx(each.noise_scale, rel=1e-4) for each in drawn.balloons)


def test_the_same_words_make_the_same_scene_and_more_frames_change_none():
    two = frames_of(built(2), 2)
    assert frames_of(built(3), 2) == two
    assert frames_of(built(2, seed=6), 2)[0] != two[0]
    assert frames_of(built(2, scene_number=2), 2)[0] != two[0]


def test_the_other_noise_is_on_the_same_balloons():
    assert frames_of(built(2, noise=NOISES[1]), 2) == frames_of(built(2, noise=NOISES[0]), 2)


@pytest.mark.parametrize("noise", NOISES)
def test_the_audit_finds_nothing_and_labels_need_no_render_of_their_own(noise):
    scene = built(3, noise=noise)
    assert scene_labels.read_label_set(scene) == LABEL_SET
    assert [found for found in audit(scene, scene.view_layers[0]) if found.severity != "note"] == []
    assert why_own_render(scene, [scene.camera], 1, LABEL_SET) == ""


@pytest.mark.parametrize("elongation", [0.0, 0.5])
def test_a_balloon_alone_covers_an_ellipse(tmp_path, elongation):
    scene = built(1, elongation=(elongation,) * 3, **ALONE)
    codes, _ = labels_of(scene, tmp_path, LABEL_SET, size=(SIDE, SIDE))
    kind = draw(Settings(elongation=(elongation,) * 3, **ALONE), 5, 1, 1).balloons[0].kind
    assert set(np.unique(codes)) == {kind + 1, BACKGROUND}
    covered = codes == kind + 1
    # The picture is 4.4 units at 10 from the camera; a half axis is seen as its tangent.
    tall, wide = (half / sqrt(1 - (half / 10) ** 2) * SIDE / 4.4 for half in (0.7, 0.7 * (1 - elongation)))
    assert covered.sum() == pytest.approx(pi * tall * wide, rel=0.03)
    assert covered.any(axis=1).sum() == pytest.approx(2 * tall, abs=1.5)
    assert covered.any(axis=0).sum() == pytest.approx(2 * wide, abs=1.5)


@pytest.mark.parametrize(("hue", "channel"), [(0, 0), (120, 1), (240, 2)])
def test_hues_are_those_of_a_screen(tmp_path, hue, channel):
    scene = built(1, hue=(hue,) * 3, hue_deviation=0, **ALONE)
    codes, _ = labels_of(scene, tmp_path, LABEL_SET, size=(SIDE, SIDE))
    color = np.median(picture(tmp_path)[codes < BACKGROUND], axis=0)
    others = np.delete(color, channel)
    assert color[channel] > 2 * others.max()


@pytest.mark.parametrize("noise", NOISES)
def test_grain_is_finer_where_the_noise_scale_is_larger(tmp_path, noise):
    def roughness(scale: float) -> float:
        scene = built(1, noise=noise, noise_scale=(scale,) * 3, noise_scale_deviation=0, elongation=(0,) * 3, **ALONE)
        codes, _ = labels_of(scene, tmp_path, LABEL_SET, size=(SIDE, SIDE), samples=4)
        inside = picture(tmp_path)[44:52, 40:56].max(axis=-1)
        assert (codes[44:52, 40:56] < BACKGROUND).all()
        return float(np.abs(np.diff(inside, axis=1)).mean())

    assert roughness(10) > 2 * roughness(1)


@pytest.mark.parametrize("noise", NOISES)
def test_the_background_is_noise_between_two_colours(tmp_path, noise):
    scene = built(1, noise=noise, background_scale=(2, 2), **ALONE | {"scale": (0.01, 0.01)})
    labels_of(scene, tmp_path, LABEL_SET, size=(SIDE, SIDE))
    world = draw(Settings(background_scale=(2, 2)), 5, 1, 1).background
    brightest = picture(tmp_path).max(axis=-1)  # of HSV that is the value
    assert world.dark[2] - 0.04 <= np.percentile(brightest, 1) < world.dark[2] + 0.15
    assert world.light[2] - 0.15 < np.percentile(brightest, 99) <= world.light[2] + 0.04
