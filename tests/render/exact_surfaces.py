"""Cases of what blurs, and of surfaces that light passes through or comes back from."""

from __future__ import annotations

from dataclasses import replace

import bpy
import numpy as np
from exact_cases import (
    HEIGHT,
    ORTHO,
    OTHER,
    THING,
    THIRD,
    WIDTH,
    Answer,
    Case,
    box,
    floor,
    layers,
    material,
    put,
    rectangle,
    thing,
    turned,
)

from blender_addon.compat import fcurves
from blender_addon.contract.labels import IGNORE, Label, LabelSet

# What blurs


def out_of_focus(scene):
    below = floor(scene)
    _, shape = thing(scene)
    scene.camera.data.dof.use_dof = True
    scene.camera.data.dof.focus_distance, scene.camera.data.dof.aperture_fstop = 3.0, 0.05
    return Answer(layers((shape, THING), below))


def shutter(scene, position, length=0.5):
    """Opens the shutter around frame 10; how many frames after it the middle of the shutter is."""
    scene.render.use_motion_blur, scene.render.motion_blur_shutter = True, length
    scene.render.motion_blur_position = position
    scene.frame_set(10)
    return {"START": length / 2, "CENTER": 0.0, "END": -length / 2}[position]


def keyed(owner, path, values, index=-1):
    """Linear keys on frames 9, 10 and 11."""
    for frame, value in zip((9, 10, 11), values):
        if index < 0:
            setattr(owner, path, value)
        else:
            getattr(owner, path)[index] = value
        owner.keyframe_insert(path, frame=frame, index=index)
    block = owner.id_data
    for curve in fcurves(block):
        for point in curve.keyframe_points:
            point.interpolation = "LINEAR"


def moved(position):
    def build(scene):
        below = floor(scene)
        obj = rectangle(scene, -2.1, 2.2, -3.3, 3.1, label=THING)
        keyed(obj, "location", (-4.0, 0.0, 4.0), index=0)
        at = 4.0 * shutter(scene, position)
        return Answer(layers((box(at - 2.1, at + 2.2, -3.3, 3.1), THING), below))

    return build


def spun(scene):
    below = floor(scene)
    obj = rectangle(scene, -5.3, 6.2, -1.1, 1.4, label=THING)
    keyed(obj, "rotation_euler", (-1.0, 0.0, 1.0), index=2)
    return Answer(layers((turned(box(-5.3, 6.2, -1.1, 1.4), shutter(scene, "START")), THING), below))


def deformed(scene):
    below = floor(scene)
    obj = rectangle(scene, -2.1, 2.2, -3.3, 3.1, label=THING)
    obj.shape_key_add(name="Basis")
    wide = obj.shape_key_add(name="wide")
    for corner in (1, 2):
        wide.data[corner].co.x = 8.2
    wide.slider_min = -1
    keyed(wide, "value", (0.0, 0.5, 1.0))
    at = 0.5 + 0.5 * shutter(scene, "START")
    return Answer(layers((box(-2.1, 2.2 + 6.0 * at, -3.3, 3.1), THING), below))


def driven_past(scene):
    """The camera moves."""
    floor(scene)
    thing(scene)
    keyed(scene.camera, "location", (-3.0, 0.0, 3.0), index=0)
    at = 3.0 * shutter(scene, "END")
    return Answer(layers((turned(box(-5.3, 6.2, -2.1, 2.4), 0.31, (-at, 0)), THING), (box(-99, 5.1 - at), 2)))


# What light passes


PICTURE = -ORTHO / 2, ORTHO / 2, -ORTHO * HEIGHT / WIDTH / 2, ORTHO * HEIGHT / WIDTH / 2
"""What `looking_down` sees: from and to, in x and in y."""


def squares(name):
    """An image whose texels, four by four pixels if it fills the picture, are there or not; and what is there."""
    there = np.random.default_rng(4).random((HEIGHT // 4, WIDTH // 4)) < 0.5  # rows from the top
    image = bpy.data.images.new(name, WIDTH // 4, HEIGHT // 4, alpha=True)
    pixels = np.ones((*there.shape, 4), np.float32)
    pixels[..., 3] = there[::-1]
    image.pixels.foreach_set(pixels.ravel())
    image.pack()

    def shape(x, y):
        column, row = np.floor(x - PICTURE[0]).astype(int), np.floor(PICTURE[3] - y).astype(int)
        inside = (column >= 0) & (column < WIDTH // 4) & (row >= 0) & (row < HEIGHT // 4)
        return inside & there[np.clip(row, 0, HEIGHT // 4 - 1), np.clip(column, 0, WIDTH // 4 - 1)]

    return image, shape


def leaf(scene):
    below = floor(scene)
    image, shape = squares("leaf")
    made, shader = material("leaf", "BsdfPrincipled")
    texture = made.node_tree.nodes.new("ShaderNodeTexImage")
    texture.image, texture.interpolation = image, "Closest"
    made.node_tree.links.new(texture.outputs["Alpha"], shader.inputs["Alpha"])
    rectangle(scene, *PICTURE, label=THING).data.materials.append(made)
    return Answer(layers((shape, THING), below))


def told(policy):
    """A label set in which the thing's label has the policy."""
    labels = [Label(label, str(label), (0, 0, 0)) for label in (2, THING, OTHER, THIRD)]
    return LabelSet(
        "told", tuple(replace(each, transparency=policy if each.id == THING else "alpha") for each in labels)
    )


def half_there(alpha, policy="alpha"):
    def build(scene):
        below = floor(scene)
        obj, shape = thing(scene)
        obj.data.materials.append(material("film", "BsdfPrincipled", Alpha=alpha)[0])
        there = {"alpha": alpha >= 0.5, "surface": True, "see-through": False, "ignore": True}[policy]
        code = IGNORE if policy == "ignore" else THING
        return Answer(layers(*[(shape, code)] * there, below), told(policy))

    return build


def fading(scene):
    """Alpha from 0 at the left to 1 at the right of the thing's box, half way at the origin's x in its own axes."""
    below = floor(scene)
    obj, shape = thing(scene)
    made, shader = material("fading", "BsdfPrincipled")
    nodes, links = made.node_tree.nodes, made.node_tree.links
    place, split, scale = (nodes.new(f"ShaderNode{kind}") for kind in ("TexCoord", "SeparateXYZ", "MapRange"))
    scale.inputs["From Min"].default_value, scale.inputs["From Max"].default_value = -3.03, 4.37
    links.new(place.outputs["Object"], split.inputs[0])
    links.new(split.outputs["X"], scale.inputs["Value"])
    links.new(scale.outputs[0], shader.inputs["Alpha"])
    obj.data.materials.append(made)
    right = turned(box(0.67, 99), 0.31)
    return Answer(layers((lambda x, y: shape(x, y) & right(x, y), THING), below))


def glass(policy="alpha"):
    def build(scene):
        below = floor(scene)
        obj, shape = thing(scene)
        obj.data.materials.append(material("glass", "BsdfGlass")[0])
        shown = {"alpha": [(shape, THING)], "see-through": []}[policy]
        return Answer(layers(*shown, below), told(policy))

    return build


def mirror(scene):
    """Tilted, so that the camera looks past it at a wall: labels show the mirror itself."""
    below = floor(scene)
    obj = rectangle(scene, -3.1, 3.2, -2.3, 2.4, z=3, label=THING)
    obj.rotation_euler.y = 0.6
    kind = next(name for name in ("BsdfGlossy", "BsdfAnisotropic") if hasattr(bpy.types, f"ShaderNode{name}"))
    obj.data.materials.append(material("mirror", kind, Roughness=0.0)[0])
    wall = rectangle(scene, -20, 20, z=0, label=OTHER, name="wall")
    wall.rotation_euler.y, wall.location.x = np.pi / 2, 12.0
    c = np.cos(0.6)
    return Answer(layers((box(-3.1 * c, 3.2 * c, -2.3, 2.4), THING), below))


def solid(scene, x0, x1, y0, y1, z0, z1, label=0, name="solid"):
    mesh = bpy.data.meshes.new(name)
    corners = [(x, y, z) for x in (x0, x1) for y in (y0, y1) for z in (z0, z1)]
    faces = [(0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3)]
    mesh.from_pydata(corners, [], faces)
    return put(scene, bpy.data.objects.new(name, mesh), label=label)


def smoke(scene):
    """Fog in all of the room, a column of smoke before the thing: both looked through."""
    below = floor(scene)
    _, shape = thing(scene)
    solid(scene, -4, 4, -3, 3, 1, 2, label=OTHER).data.materials.append(
        material("smoke", "VolumeScatter", Density=3.0)[0]
    )
    solid(scene, -30, 30, -30, 30, -5, 5, label=THIRD).data.materials.append(
        material("fog", "VolumeScatter", Density=0.2)[0]
    )
    return Answer(layers((shape, THING), below))


def glowing(scene):
    """A lamp's glow is no surface, an emitting surface is one."""
    below = floor(scene)
    obj, shape = thing(scene)
    obj.data.materials.append(material("glow", "Emission", Strength=50.0)[0])
    lamp = bpy.data.lights.new("lamp", "AREA")
    lamp.size = 9.0
    put(scene, bpy.data.objects.new("lamp", lamp), z=3.0)
    return Answer(layers((shape, THING), below))


def backface_only(scene):
    """Seen from behind, a face is a surface, too."""
    below = floor(scene)
    obj, shape = thing(scene)
    obj.data.flip_normals()
    return Answer(layers((shape, THING), below))


CASES = (
    Case("depth of field", out_of_focus),
    Case("motion blur, shutter centred", moved("CENTER")),
    Case("motion blur, shutter after the frame", moved("START")),
    Case("motion blur, shutter before the frame", moved("END")),
    Case("motion blur, turning", spun),
    Case("motion blur, deforming", deformed),
    Case("motion blur, moving camera", driven_past),
    Case("alpha cut-out (leaf)", leaf),
    Case("half transparent, alpha 0.4", half_there(0.4)),
    Case("half transparent, alpha 0.6", half_there(0.6)),
    Case("half transparent, label: surface", half_there(0.4, "surface")),
    Case("half transparent, label: see-through", half_there(0.6, "see-through")),
    Case("half transparent, label: ignore", half_there(0.6, "ignore")),
    Case("alpha that fades", fading),
    Case("glass", glass()),
    Case("glass, label: see-through", glass("see-through")),
    Case("mirror", mirror),
    Case("emitting surface, lamp", glowing),
    Case("back of a face", backface_only),
    Case("smoke and fog", smoke),
)
