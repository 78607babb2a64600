"""Pictures behind a scene: which part of which, its light on paper, and that it shows where labels say background."""

from __future__ import annotations

import json

import bpy
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scenery import camera, rectangle
from test_randomization_runs import asked, checksums, pixels_of

from blender_addon.contract.labels import BACKGROUND, built_in
from blender_addon.contract.run import frame_folder, read_plan, read_record
from blender_addon.label_render import exr
from blender_addon.scene_labels import set_label_set
from render_scripts.randomization.backgrounds import (
    Backgrounds,
    behind,
    draw_backgrounds,
    linear_of_srgb,
    part_of,
    resampled,
)
from render_scripts.randomization.pools import fingerprint
from render_scripts.rays.verify import verify
from render_scripts.rays.verify_request import VerifyRequest
from render_scripts.session import render

WIDTH, HEIGHT = 24, 16
PLAIN = {"zoom": [1, 1], "flip": 0, "stops": [0, 0]}
"""A picture of the frame's own size is seen as it is."""


def test_light_of_srgb_on_paper():
    values = linear_of_srgb(np.float32([0, 0.04045, 0.5, 188 / 255, 1]))
    np.testing.assert_allclose(values, [0, 0.0031308, 0.2140411, 0.5028865, 1], rtol=1e-5)


@pytest.mark.parametrize(
    ("size", "zoom", "place", "part"),
    [
        ((200, 100), 1, (0, 0), (0, 0, 150, 100)),  # a frame of 3 to 2 in a picture of 2 to 1
        ((200, 100), 1, (1, 1), (50, 0, 200, 100)),
        ((100, 200), 1, (0.5, 0), (0, 0, 100, 100 / 1.5)),
        ((300, 200), 2, (0.5, 0.5), (75, 50, 225, 150)),
        ((3, 2), 1, (0.3, 0.9), (0, 0, 3, 2)),
    ],
)
def test_the_part_that_covers_a_frame(size, zoom, place, part):
    np.testing.assert_allclose(part_of(size, (24, 16), zoom, place), part, atol=1e-9)


@given(st.tuples(*[st.integers(1, 300)] * 2), st.tuples(*[st.integers(4, 300)] * 2), st.floats(1, 9), st.floats(0, 1))
def test_a_part_lies_in_the_picture_and_is_of_the_frames_shape(size, frame, zoom, place):
    left, top, right, bottom = part_of(size, frame, zoom, (place, 1 - place))
    assert -1e-9 <= left < right <= size[0] + 1e-9 and -1e-9 <= top < bottom <= size[1] + 1e-9
    assert np.isclose((right - left) / (bottom - top), frame[0] / frame[1])


def test_resampling_on_paper():
    picture = np.random.default_rng(0).random((12, 18, 3), np.float32)
    np.testing.assert_array_equal(resampled(picture, (0, 0, 18, 12), (18, 12)), picture)
    np.testing.assert_array_equal(resampled(picture, (3, 2, 9, 6), (6, 4)), picture[2:6, 3:9])
    ramp = np.broadcast_to(np.arange(18, dtype=np.float32)[None, :, None] + 0.5, (12, 18, 3))
    larger, smaller = resampled(ramp, (0, 0, 18, 12), (72, 48)), resampled(ramp, (0, 0, 18, 12), (6, 4))
    np.testing.assert_allclose(larger[:, 2:-2, 0], np.tile((np.arange(72) + 0.5) / 4, (48, 1))[:, 2:-2], atol=1e-5)
    np.testing.assert_allclose(smaller[:, 1:-1, 0], np.tile((np.arange(6) + 0.5) * 3, (4, 1))[:, 1:-1], atol=1e-5)
    even = resampled(np.full((500, 333, 3), 0.7, np.float32), (10.3, 20.7, 310.3, 220.7), (30, 20))
    np.testing.assert_allclose(even, 0.7, rtol=1e-5)


def test_what_lies_behind_on_paper():
    alpha = np.float32([[1, 0, 0.25, np.nan, 1.01]])
    light = np.full((1, 5, 3), 0.125, np.float32)
    found = behind(light, alpha, np.full((1, 5, 3), 2.0, np.float32))
    np.testing.assert_allclose(found[0, :, 1], [0.125, 2.125, 1.625, 0.125, 0.125])


def test_draws_go_by_their_shares():
    names = ("a.png", "b.png", "c.png")
    spec = Backgrounds("photos", share=0.75, flip=0.25, zoom=(1, 4))
    drawn = [draw_backgrounds(spec, names, 3, frame) for frame in range(2000)]
    assert abs(np.mean([bool(each.picture) for each in drawn]) - 0.75) < 0.04
    assert all(abs(np.mean([each.picture == name for each in drawn]) - 0.25) < 0.04 for name in names)
    assert abs(np.mean([each.flipped for each in drawn]) - 0.25) < 0.04
    assert abs(np.mean([each.zoom < 2 for each in drawn]) - 0.5) < 0.04
    everywhere = draw_backgrounds(Backgrounds("photos", share=1.0, flip=0.25, zoom=(1, 4)), names, 3, 5)
    assert (everywhere.zoom, everywhere.place) == (drawn[5].zoom, drawn[5].place)


def save_picture(path, values: np.ndarray) -> None:
    """(H, W, 3) uint8 into a PNG."""
    height, width, _ = values.shape
    image = bpy.data.images.new("picture", width, height)
    pixels = np.ones((height, width, 4), np.float32)
    pixels[..., :3] = values[::-1] / np.float32(255)
    image.pixels.foreach_set(pixels.ravel())
    image.filepath_raw, image.file_format = str(path), "PNG"
    image.save()
    bpy.data.images.remove(image)


def emitting(name: str, color) -> bpy.types.Material:
    material = bpy.data.materials.new(name)
    material.use_nodes = True
    nodes, links = material.node_tree.nodes, material.node_tree.links
    nodes.clear()
    light, output = nodes.new("ShaderNodeEmission"), nodes.new("ShaderNodeOutputMaterial")
    light.inputs["Color"].default_value = (*color, 1)
    links.new(light.outputs[0], output.inputs["Surface"])
    return material


def shiny(name: str, kind: str, **inputs: float) -> bpy.types.Material:
    material = bpy.data.materials.new(name)
    material.use_nodes = True
    nodes, links = material.node_tree.nodes, material.node_tree.links
    nodes.clear()
    shader, output = nodes.new(kind), nodes.new("ShaderNodeOutputMaterial")
    for key, value in {"Roughness": 0, **inputs}.items():
        shader.inputs[key].default_value = value
    links.new(shader.outputs[0], output.inputs["Surface"])
    return material


@pytest.fixture
def photo(tmp_path):
    """A picture of the frame's size, in its folder: (H, W, 3) uint8."""
    values = np.random.default_rng(1).integers(0, 256, (HEIGHT, WIDTH, 3), np.uint8)
    (tmp_path / "photos").mkdir()
    bpy.ops.wm.read_factory_settings(use_empty=True)
    save_picture(tmp_path / "photos" / "a.png", values)
    return values


@pytest.fixture
def start(photo, empty_scene, tmp_path):
    """Start a render of a plane that fills the left half and gives light of 0.5, before a world that is red."""
    scene = empty_scene
    scene.view_settings.view_transform = "Standard"
    scene.render.dither_intensity = 0
    scene.world = bpy.data.worlds.new("red")
    scene.world.use_nodes = True
    scene.world.cycles.sampling_method = "NONE"  # a table of its light takes seconds
    scene.world.node_tree.nodes["Background"].inputs["Color"].default_value = (1, 0, 0, 1)
    camera(scene, ortho=6)
    rectangle(scene, -9, 0, label=2, name="floor").data.materials.append(emitting("lit", (0.5, 0.5, 0.5)))
    set_label_set(scene, built_in("nyu40"))

    def start(run: str, *arguments: str, spec: dict | None = None, families: dict | None = None) -> int:
        if not (tmp_path / "scene.blend").exists():
            bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "scene.blend"))
        folder = {"folder": str(tmp_path / "photos")}
        given = {"backgrounds": PLAIN | folder | (spec or {}), **(families or {})}
        fixed = ["--out", str(tmp_path / run), "--size", f"{WIDTH}x{HEIGHT}", "--samples", "4", "--device", "cpu"]
        return render(asked(*fixed, "--no-denoise", f"--randomize={json.dumps(given)}", *arguments))

    return start


def labels_of(run, frame: int = 1) -> np.ndarray:
    return exr.read_zip(frame_folder(run, frame) / "labels.exr")["Label"]


@pytest.mark.parametrize("labels", ["image", "own"])
def test_a_picture_shows_its_very_colours_where_nothing_is(start, photo, tmp_path, labels):
    others = "depth,linear,normals" if labels == "own" else "depth,linear"
    more = ("--frames", "1", "--with", others, "--label-render", labels)
    assert start("with", *more) == 0 and start("without", *more, "--without", "backgrounds") == 0
    shown, plain = tmp_path / "with", tmp_path / "without"
    image, before = pixels_of(shown, 1), pixels_of(plain, 1)
    np.testing.assert_array_equal(image[:, 13:], photo[:, 13:])
    np.testing.assert_array_equal(image[:, :11], before[:, :11])
    assert (before[:, 13:] == (255, 0, 0)).all() and (before[:, :11] == 188).all()
    one, other = checksums(shown, 1), checksums(plain, 1)
    same = {name for name in one if not name.startswith("image")}
    assert {name: one[name] for name in same} == {name: other[name] for name in same} and len(same) >= 2
    assert (labels_of(shown)[:, 13:] == BACKGROUND).all() and (labels_of(shown)[:, :11] == 2).all()
    light = exr.read_zip(frame_folder(shown, 1) / "image.exr")
    wanted = linear_of_srgb(photo[:, 13:].astype(np.float32) / 255)
    np.testing.assert_allclose(np.stack([light[name] for name in "RGB"], -1)[:, 13:], wanted, atol=1e-3)
    assert "backgrounds" not in read_record(plain, 1)["draw"]
    assert read_record(shown, 1)["draw"]["backgrounds"]["picture"] == "a.png"


def test_edges_are_mixed_by_the_renders_own_alpha(start, photo, tmp_path):
    """The edge lies in the middle between two pixels, where the filter of 1.5 pixels mixes both in each."""
    save_picture(tmp_path / "photos" / "a.png", np.zeros((HEIGHT, WIDTH, 3), np.uint8))
    assert start("run", "--samples", "256", "--with", "linear", "--frames", "1") == 0
    light = exr.read_zip(frame_folder(tmp_path / "run", 1) / "image.exr")["R"]
    assert (light[:, :11] == 0.5).all() and (light[:, 13:] == 0).all()
    mixed = light[:, 11:13].mean(axis=0)
    assert 0.4 < mixed[0] < 0.49 and 0.01 < mixed[1] < 0.1 and abs(mixed.sum() - 0.5) < 0.02


def test_light_and_mirrors_see_the_world_and_glass_the_picture(start, photo, tmp_path):
    """On the right: a mirror in the upper third, glass in the middle, a holdout in the lower one."""
    scene = bpy.context.scene
    rectangle(scene, 1, 9, 0.7, 9, label=5, name="mirror").data.materials.append(shiny("m", "ShaderNodeBsdfGlossy"))
    glass = shiny("g", "ShaderNodeBsdfRefraction", IOR=1)
    rectangle(scene, 1, 9, -0.7, 0.7, label=6, name="pane").data.materials.append(glass)
    held = rectangle(scene, 1, 9, -9, -0.7, label=7, name="held")
    held.is_holdout = True
    assert start("with", "--frames", "1") == 0 and start("without", "--frames", "1", "--without", "backgrounds") == 0
    image, labels = pixels_of(tmp_path / "with", 1), labels_of(tmp_path / "with")
    np.testing.assert_array_equal(labels, labels_of(tmp_path / "without"))
    assert [set(labels[rows, 18:].ravel()) for rows in (slice(0, 4), slice(7, 9), slice(12, 16))] == [
        {5}, {6}, {BACKGROUND},
    ]  # fmt: skip
    assert (image[:4, 18:, 1:] == 0).all() and (image[:4, 18:, 0] > 150).all()
    np.testing.assert_allclose(image[7:9, 18:].astype(int), photo[7:9, 18:], atol=1)
    np.testing.assert_array_equal(image[12:, 18:], photo[12:, 18:])


def test_both_eyes_see_the_picture_in_one_place(start, photo, tmp_path):
    scene = bpy.context.scene
    scene.camera.data.type = "PERSP"
    scene.camera.location.z = 500  # the plane is the left half of both
    rectangle(scene, -900, 0, -900, 900, label=2).data.materials.append(bpy.data.materials["lit"])
    assert start("run", "--frames", "1", "--with", "stereo") == 0
    image = bpy.data.images.load(str(frame_folder(tmp_path / "run", 1) / "image_right.png"))
    right = np.rint(np.array(image.pixels[:]).reshape(HEIGHT, WIDTH, -1)[::-1, :, :3] * 255)
    np.testing.assert_array_equal(right[:, 13:], photo[:, 13:])


def test_a_frame_alone_is_the_frame_of_the_whole_run(start, tmp_path):
    """Frames before the world and before a picture take turns, which Blender must not carry over."""
    more, families = ("--with", "linear,depth"), {"exposure": {}, "sensor": {}}
    spec = {"share": 0.5, "zoom": [1, 3], "flip": 0.5, "stops": [-1, 1]}
    assert start("whole", "--frames", "1-8", *more, spec=spec, families=families) == 0
    draws = [read_record(tmp_path / "whole", frame)["draw"]["backgrounds"]["picture"] for frame in range(1, 9)]
    assert set(draws) == {"", "a.png"}
    for frame in (draws.index("") + 1, draws.index("a.png") + 1, 8):
        assert start(f"alone{frame}", "--only-frame", str(frame), *more, spec=spec, families=families) == 0
        assert checksums(tmp_path / "whole", frame) == checksums(tmp_path / f"alone{frame}", frame)


def test_the_scenes_exposure_leaves_pictures_as_bright_as_they_are(start, photo, tmp_path):
    bpy.context.scene.view_settings.exposure = 1.5
    assert start("run", "--frames", "1") == 0
    np.testing.assert_allclose(pixels_of(tmp_path / "run", 1)[:, 13:].astype(int), photo[:, 13:], atol=1)


def test_one_stop_more_is_twice_the_light(start, tmp_path):
    save_picture(tmp_path / "photos" / "a.png", np.full((HEIGHT, WIDTH, 3), 137, np.uint8))  # 0.25 of light
    assert start("run", "--frames", "1", spec={"stops": [1, 1]}) == 0
    assert (pixels_of(tmp_path / "run", 1)[:, 13:] == 188).all()


def test_a_sensor_treats_both_alike(start, tmp_path):
    """Of the same light, before it and behind: the same mean, and the same noise."""
    save_picture(tmp_path / "photos" / "a.png", np.full((HEIGHT, WIDTH, 3), 188, np.uint8))
    sensor = {"sensor": {"iso": [6400, 6400], "vignetting": [0, 0], "fringe": [0, 0], "blur": [0, 0]}}
    assert start("run", "--size", "120x80", "--frames", "1", families=sensor) == 0
    image = pixels_of(tmp_path / "run", 1).astype(float)
    left, right = image[:, :55], image[:, 65:]
    assert abs(left.mean() - right.mean()) < 0.5
    assert 0.95 < left.std() / right.std() < 1.05 and left.std() > 2


@pytest.mark.parametrize("kind", ["PNG", "OPEN_EXR", "JPEG"])
def test_pictures_of_any_depth_have_their_light(start, tmp_path, kind):
    """A 16-bit PNG of 0.5 in sRGB, an EXR of as much light, and a JPEG: all of them the same grey."""
    (tmp_path / "photos" / "a.png").unlink()
    scene, ending = bpy.context.scene, {"PNG": "png", "OPEN_EXR": "exr", "JPEG": "jpg"}[kind]
    image = bpy.data.images.new("grey", 40, 40, float_buffer=True)
    image.pixels.foreach_set([float(linear_of_srgb(np.float32(0.5)))] * (40 * 40 * 4))
    settings = scene.render.image_settings
    settings.file_format, settings.color_mode = kind, "RGB"
    settings.color_depth = "8" if kind == "JPEG" else "16"
    image.save_render(str(tmp_path / "photos" / f"a.{ending}"), scene=scene)
    bpy.data.images.remove(image)
    assert start("run", "--frames", "1") == 0
    assert np.abs(pixels_of(tmp_path / "run", 1)[:, 13:].astype(int) - 127.5).max() <= 1.5


def test_a_folder_is_part_of_the_plan(start, photo, tmp_path, capsys):
    assert start("run", "--frames", "1") == 0
    stored = read_plan(tmp_path / "run").settings.randomization
    folder = str(tmp_path / "photos")
    assert stored["pictures"] == {folder: {"a.png": fingerprint(tmp_path / "photos" / "a.png")}}
    save_picture(tmp_path / "photos" / "b.png", photo)
    assert start("run", "--frames", "1") == 1
    assert "'b.png' is new" in capsys.readouterr().err


def test_one_folder_may_be_that_of_two_families(start, tmp_path):
    """Skies are drawn from what is one, and pictures of the folder from all of it."""
    image = bpy.data.images.new("sky", 8, 4, float_buffer=True)
    image.filepath_raw, image.file_format = str(tmp_path / "photos" / "sky.exr"), "OPEN_EXR"
    image.save()
    bpy.data.images.remove(image)
    assert start("run", "--frames", "1-6", families={"world": {"hdris": str(tmp_path / "photos")}}) == 0
    drawn = [read_record(tmp_path / "run", frame)["draw"] for frame in range(1, 7)]
    assert {each["world"]["hdri"] for each in drawn} == {"sky.exr"}
    assert {each["backgrounds"]["picture"] for each in drawn} == {"a.png", "sky.exr"}


def test_what_cannot_be_seen_is_told(start, tmp_path, capsys):
    rectangle(bpy.context.scene, -9, 9, z=-1, label=1, name="wall")
    assert start("run", "--frames", "1-2") == 0
    said = capsys.readouterr().err
    assert said.count("frame 1 shows nothing of the picture behind it") == 1 and "frame 2 shows" not in said
    image = pixels_of(tmp_path / "run", 1)
    assert start("without", "--frames", "1", "--without", "backgrounds") == 0
    np.testing.assert_array_equal(image, pixels_of(tmp_path / "without", 1))


def test_what_is_no_picture_ends_the_run_with_its_name(start, tmp_path, capsys):
    (tmp_path / "photos" / "a.png").write_bytes(b"\x89PNG\r\n\x1a\n and no picture IEND\xaeB`\x82")
    assert start("run", "--frames", "1") == 3
    assert "a.png cannot be read as a picture" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("spec", "why"),
    [
        ({"folder": "/nowhere/photos"}, "photos is no folder"),
        ({"folder": "/dev"}, "/dev holds no picture"),
    ],
)
def test_a_folder_that_is_not_there_is_refused_before(start, tmp_path, capsys, spec, why):
    assert start("run", spec=spec) == 1
    assert why in capsys.readouterr().err
    assert not (tmp_path / "run").exists()


def test_rays_agree_and_want_no_pictures(start, tmp_path):
    """Not even those of the folder that a run drew from."""
    assert start("run", "--frames", "1", "--with", "depth", families={"resolution": {}}) == 0
    (tmp_path / "photos").rename(tmp_path / "moved")
    text, code = verify(tmp_path / "run", VerifyRequest(50, 0, None, None, True, False))
    assert code == 0 and json.loads(text)["ok"], text


def test_the_scene_is_as_it_was_afterwards(start):
    scene = bpy.context.scene
    assert start("run", "--frames", "1-2") == 0
    assert not scene.render.film_transparent and not scene.cycles.film_transparent_glass
    assert not [image for image in bpy.data.images if image.type != "RENDER_RESULT"]
