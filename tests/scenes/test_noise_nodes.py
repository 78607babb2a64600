"""Noise made of nodes, rendered on a plane, against the same noise in NumPy."""

from __future__ import annotations

import bpy
import numpy as np
import pytest
import reference_noise
from scenery import camera, rectangle

from blender_addon.compat import set_file_format
from blender_addon.label_render.exr import read_uncompressed
from scenes import noise_nodes
from scenes.shader_nodes import add, use, vector

WIDTH, HEIGHT = 48, 40
ACROSS = (3.0, -4.0, 9.0)
REFERENCES = {
    "perlin": reference_noise.perlin,
    "sparse_convolution": lambda points: reference_noise.sparse_convolution(points, noise_nodes.DEVIATION),
}


def points(start: np.ndarray) -> np.ndarray:
    """Where in the noise the middles of the pixels are, (HEIGHT * WIDTH, 3), the highest row first: a slant."""
    x = (np.arange(WIDTH) + 0.5) / WIDTH * 2 - 1
    y = (HEIGHT - np.arange(HEIGHT)[:, None] - 0.5) / WIDTH * 2 - HEIGHT / WIDTH
    flat = np.stack(np.broadcast_arrays(x, y, 0.0), axis=-1).reshape(-1, 3)
    return np.cross(flat, ACROSS) + start


def rendered(scene, name: str, start: np.ndarray, path) -> np.ndarray:
    """What the nodes say at those points, (HEIGHT * WIDTH,)."""
    camera(scene, ortho=2)
    material = bpy.data.materials.new("noise")
    material.use_nodes = True
    tree = material.node_tree
    tree.nodes.clear()
    where = add(tree, "TexCoord").outputs["Object"]
    where = vector(tree, "ADD", vector(tree, "CROSS_PRODUCT", where, ACROSS), tuple(start))
    value = use(tree, getattr(noise_nodes, name)(), Vector=where)
    light = add(tree, "Emission", {"Color": value}).outputs[0]
    tree.links.new(light, add(tree, "OutputMaterial").inputs["Surface"])
    rectangle(scene, -1, 1, -1, 1).data.materials.append(material)
    render, cycles = scene.render, scene.cycles
    render.resolution_x, render.resolution_y, render.filepath = WIDTH, HEIGHT, str(path)
    cycles.samples, cycles.pixel_filter_type, cycles.filter_width, cycles.use_denoising = 1, "BOX", 0.01, False
    set_file_format(render.image_settings, "OPEN_EXR_MULTILAYER")
    render.image_settings.exr_codec, render.image_settings.color_depth = "NONE", "32"
    bpy.ops.render.render(write_still=True)
    channels = read_uncompressed(path)
    return next(pixels for name, pixels in channels.items() if name.endswith("Combined.R")).ravel()


@pytest.mark.parametrize("name", REFERENCES)
@pytest.mark.parametrize("start", [(0.21, 0.37, 0.11), (-41.3, 63.9, 17.02)], ids=["near", "far"])
def test_nodes_and_numpy_agree(empty_scene, tmp_path, name, start):
    found = rendered(empty_scene, name, np.array(start), tmp_path / "noise.exr")
    assert np.ptp(found) > 0.4
    np.testing.assert_allclose(found, REFERENCES[name](points(np.array(start))), atol=1e-3)  # a hundredth of a pixel


@pytest.mark.parametrize("name", REFERENCES)
def test_either_noise_has_the_same_mean_and_deviation(name):
    values = REFERENCES[name](np.random.default_rng(0).uniform(-50, 50, (200_000, 3)))
    assert abs(values.mean() - 0.5) < 0.002
    assert abs(values.std() - noise_nodes.DEVIATION) < 0.002
