"""Hard cases of label maps, each a tiny scene beside its answer on paper: the label at any point of the picture.

A builder fills an empty scene and says the answer as a function of points, from geometry alone; no render is asked.
`tests/render/test_exactness.py` holds the renderer to it, `benchmarks/exactness.py` prints how far it is off.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import bpy
import numpy as np
from numpy.typing import NDArray

from blender_addon.contract.labels import BACKGROUND, LabelSet, built_in
from blender_addon.contract.run import Settings, View
from blender_addon.label_render import exr, label_maps
from blender_addon.label_render.image_labels import why_own_render
from blender_addon.label_render.label_pass import RenderFailed, label_samples, render_labels, render_still
from blender_addon.label_render.visibility import instancer_labels_of_frames, things_shown
from render_scripts import compat, passes

SIZE = WIDTH, HEIGHT = 64, 48
ORTHO = 16.0  # metres across the picture of `looking_down`: a pixel is a quarter of a metre
FLOOR, THING, OTHER, THIRD = 2, 7, 9, 11

Points = NDArray[np.float64]
Codes = NDArray[np.uint16]
Paper = Callable[[Points, Points], Codes]
"""Label codes at points of the picture: x and y in pixels, (0, 0) the upper left corner, y down."""
Shape = Callable[[Points, Points], NDArray[np.bool_]]
"""Whether points of the floor plan, in metres, are inside."""


@dataclass(frozen=True)
class Answer:
    """What a scene must show: the label by points, and what to render it with beside `Settings`' defaults.

    `slack`: pixels of an edge that may fall either way where geometry is round and Blender's is not, as a distance.
    """

    paper: Paper
    label_set: LabelSet | None = None
    settings: dict[str, Any] = field(default_factory=dict)
    slack: float = 0.01


@dataclass(frozen=True)
class Case:
    """`k` x `k` samples a pixel; their majority on paper is the right label."""

    name: str
    build: Callable[[bpy.types.Scene], Answer]
    k: int = 1

    def __str__(self) -> str:
        return self.name


# On paper


def layers(*shown: tuple[Shape, int]) -> Paper:
    """The nearest first, seen by `looking_down`; background where nothing is."""

    def paper(x: Points, y: Points) -> Codes:
        metres = (x - WIDTH / 2) * ORTHO / WIDTH, (HEIGHT / 2 - y) * ORTHO / WIDTH
        codes = np.full(x.shape, BACKGROUND, np.uint16)
        for shape, code in reversed(shown):
            codes[shape(*metres)] = code
        return codes

    return paper


def box(x0: float, x1: float, y0: float = -99.0, y1: float = 99.0) -> Shape:
    return lambda x, y: (x > x0) & (x < x1) & (y > y0) & (y < y1)


def disc(at: tuple[float, float], radius: float) -> Shape:
    return lambda x, y: np.hypot(x - at[0], y - at[1]) < radius


def turned(shape: Shape, angle: float, at: tuple[float, float] = (0.0, 0.0)) -> Shape:
    """The shape turned counter-clockwise about the origin, then moved."""
    c, s = np.cos(angle), np.sin(angle)
    return lambda x, y: shape(c * (x - at[0]) + s * (y - at[1]), c * (y - at[1]) - s * (x - at[0]))


def either(*shapes: Shape) -> Shape:
    return lambda x, y: np.any([shape(x, y) for shape in shapes], axis=0)


def samples_on(paper: Paper, k: int, off: tuple[float, float] = (0.0, 0.0)) -> Codes:
    """The label at the centre of each of the k x k parts of all pixels, or `off` it by pixels: (k H, k W)."""
    y, x = (np.mgrid[: HEIGHT * k, : WIDTH * k] + 0.5) / k
    return paper(x + off[0], y + off[1])


def right_labels(case: Case, answer: Answer) -> Codes:
    """The right label of each pixel, (H, W), as the case's samples see what is on paper."""
    thin = answer.settings.get("thin_labels", ()), answer.settings.get("min_presence", 0.0)
    return label_maps.reduced(samples_on(answer.paper, case.k), case.k, *thin)[0]


def settled(case: Case, answer: Answer) -> NDArray[np.bool_]:
    """Pixels, (H, W), of which no sample lies within the `slack` of an edge, where rounding may decide."""
    plain = samples_on(answer.paper, case.k)
    around = [answer.slack * np.array((np.cos(angle), np.sin(angle))) for angle in np.arange(16) * np.pi / 8]
    same = np.all([samples_on(answer.paper, case.k, tuple(off)) == plain for off in around], axis=0)
    return same.reshape(HEIGHT, case.k, WIDTH, case.k).all(axis=(1, 3))


def interior(paper: Paper) -> NDArray[np.bool_]:
    """Pixels, (H, W), that are a pixel or more away from any edge on paper."""
    fine = samples_on(paper, 4)
    window = np.lib.stride_tricks.sliding_window_view(np.pad(fine, 4, mode="edge"), (12, 12))[::4, ::4]
    return (window == window[..., :1, :1]).all(axis=(2, 3))


# In Blender


def looking_down(scene: bpy.types.Scene) -> bpy.types.Object:
    data = bpy.data.cameras.new("Camera")
    data.type, data.ortho_scale = "ORTHO", ORTHO
    return put(scene, bpy.data.objects.new("Camera", data), z=20.0, camera=True)


def put(scene, obj, *, x=0.0, y=0.0, z=0.0, label=0, camera=False):
    obj.location, obj.pass_index = (x, y, z), label
    scene.collection.objects.link(obj)
    if camera:
        scene.camera = obj
    return obj


def rectangle(scene, x0, x1, y0=-99.0, y1=99.0, *, z=0.0, label=0, name="rectangle"):
    mesh = bpy.data.meshes.new(name)
    mesh.from_pydata([(x0, y0, 0), (x1, y0, 0), (x1, y1, 0), (x0, y1, 0)], [], [(0, 1, 2, 3)])
    mesh.uv_layers.new().uv.foreach_set("vector", [0, 0, 1, 0, 1, 1, 0, 1])
    return put(scene, bpy.data.objects.new(name, mesh), z=z, label=label)


def floor(scene):
    """A camera above a floor that leaves a strip of background at the right; and the floor on paper."""
    looking_down(scene)
    rectangle(scene, -99, 5.1, z=-1, label=FLOOR, name="floor")
    return box(-99, 5.1), FLOOR


def thing(scene, *, z=0.0, label=THING, name="thing"):
    """A slanted rectangle over floor and background; and its shape on paper."""
    obj = rectangle(scene, -5.3, 6.2, -2.1, 2.4, z=z, label=label, name=name)
    obj.rotation_euler.z = 0.31
    return obj, turned(box(-5.3, 6.2, -2.1, 2.4), 0.31)


def material(name, kind="BsdfDiffuse", **inputs):
    """A material that is one shader node; and the node."""
    made = bpy.data.materials.new(name)
    with suppress(AttributeError):
        made.use_nodes = True
    tree = made.node_tree
    tree.nodes.clear()
    shader = tree.nodes.new(f"ShaderNode{kind}")
    for key, value in inputs.items():
        shader.inputs[key].default_value = value
    output = tree.nodes.new("ShaderNodeOutputMaterial")
    tree.links.new(shader.outputs[0], output.inputs["Volume" if kind.startswith("Volume") else "Surface"])
    return made, shader


def settings_of(case: Case, answer: Answer) -> Settings:
    layer = bpy.context.view_layer
    plain = Settings(SIZE, 16, 0, case.k, "CPU", False, 0.5, layer.name)
    return Settings(**{**vars(plain), **answer.settings})


def image_has_labels(scene: bpy.types.Scene, case: Case, answer: Answer) -> bool:
    """Whether a plan would take the labels from the image render."""
    label_set = answer.label_set or built_in("nyu40")
    return not why_own_render(scene, [scene.camera], settings_of(case, answer).label_supersample, label_set)


def rendered(scene: bpy.types.Scene, case: Case, answer: Answer, folder: Path, label_render: str = "own"):
    """Image (H, W, 3) uint8, label codes and purity (H, W) as a run has them, of the frame that the scene is at."""
    chosen, frame = settings_of(case, answer), scene.frame_current
    layer, view = scene.view_layers[chosen.view_layer], View(frame, frame, scene.camera.name, "view")
    things = things_shown(scene, layer, [view])
    with instancer_labels_of_frames(layer, things) as labelled, passes.prepared(scene, chosen):
        scene.frame_set(frame)
        if label_render == "image":
            image, channels = passes.render_image_and_passes(scene, folder / "image.png", chosen.size)
            return image, *label_maps.reduced(label_samples(channels, ""), chosen.label_supersample)
        image = passes.render_image(scene, folder / "image.png", chosen.size)
        return image, *labelled(view, partial(render_labels, scene, chosen, answer.label_set))


def naive(scene: bpy.types.Scene, folder: Path, size: tuple[int, int] = SIZE) -> Codes | None:
    """Label codes of the index pass of the image render itself, the scene's settings as they are; None where that
    gives no picture of this size. Background is where the depth pass says so."""
    layer = bpy.context.view_layer
    layer.use_pass_object_index = layer.use_pass_z = True
    scene.render.resolution_x, scene.render.resolution_y = size
    scene.cycles.samples, scene.cycles.use_denoising = 16, False
    image_settings = scene.render.image_settings
    passes.set_file_format(image_settings, "OPEN_EXR_MULTILAYER")
    image_settings.color_depth, image_settings.exr_codec = "32", "NONE"
    path = folder / "naive.exr"
    with suppress(RenderFailed):  # of two eyes, each has a file of its own
        render_still(scene, path)
    found = sorted(folder.glob("naive*.exr"))
    if not found:
        return None
    channels = passes_of(found[0])
    if channels["IndexOB.X"].shape != size[::-1]:
        return None
    return np.where(channels["Depth.Z"] >= 1e9, BACKGROUND, np.rint(channels["IndexOB.X"])).astype(np.uint16)


def passes_of(path: Path):
    from blender_addon.compat import pass_channels

    return pass_channels(exr.read_uncompressed(path))


def carried() -> set[int]:
    """The ids that anything in the file has."""
    return {thing.pass_index for kind in (bpy.data.objects, bpy.data.materials) for thing in kind}


def version() -> str:
    return compat.versions()["blender"]
