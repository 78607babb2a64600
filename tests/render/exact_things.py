"""Cases of things: what geometry is made of, how it is copied, and what cameras do not see."""

from __future__ import annotations

import bpy
import numpy as np
from exact_cases import (
    OTHER,
    THING,
    THIRD,
    Answer,
    Case,
    box,
    disc,
    either,
    floor,
    layers,
    material,
    put,
    rectangle,
    thing,
    turned,
)

from blender_addon.contract.labels import BACKGROUND, UNLABELLED

# What it is made of


def nodes_that(name, *steps):
    """A geometry node tree of one node after another, each (kind, {input: value}) from geometry to geometry."""
    tree = bpy.data.node_groups.new(name, "GeometryNodeTree")
    tree.interface.new_socket("Geometry", in_out="OUTPUT", socket_type="NodeSocketGeometry")
    before = None
    for kind, inputs in steps:
        node = tree.nodes.new(kind)
        for key, value in inputs.items():
            node.inputs[key].default_value = value
        if before:
            tree.links.new(before.outputs[0], node.inputs[0])
        before = node
    tree.links.new(before.outputs[0], tree.nodes.new("NodeGroupOutput").inputs[0])
    return tree


def made_by_nodes(scene, tree, label=THING):
    host = rectangle(scene, 0, 1, label=label, name=tree.name)
    host.modifiers.new(tree.name, "NODES").node_group = tree
    return host


def hair_curve(scene):
    """Two strands across the picture, 2.2 and 1.3 pixels wide; Blender versions end them differently."""
    below = floor(scene)
    for number, width in enumerate((0.55, 0.325)):
        tree = nodes_that(
            "strand",
            ("GeometryNodeCurvePrimitiveLine", {"Start": (-30, 0, 0), "End": (30, 0, 0)}),
            ("GeometryNodeSetCurveRadius", {"Radius": width / 2}),
        )
        strand = put(scene, bpy.data.objects.new("strand", bpy.data.hair_curves.new("strand")), label=THING)
        strand.modifiers.new("strand", "NODES").node_group = tree
        strand.rotation_euler.z, strand.location.y = 0.31, 2.0 - 4.0 * number
    shapes = [turned(box(-30, 30, -w / 2, w / 2), 0.31, (0, y)) for w, y in ((0.55, 2.0), (0.325, -2.0))]
    return Answer(layers((either(*shapes), THING), below))


def particle_hair(scene):
    below = floor(scene)
    strand(scene).pass_index = THING
    return Answer(layers((box(-5.1, 3.2, -0.3, 0.3), THING), below))


def strand(scene):
    """An object with one strand of hair, grown from x = -5.1 to 3.2 along the normal of a face that is not shown."""
    scalp = rectangle(scene, -0.01, 0.01, -0.01, 0.01, name="scalp")
    scalp.rotation_euler.y, scalp.location.x = np.pi / 2, -5.1
    scalp.modifiers.new("hair", "PARTICLE_SYSTEM")
    hair = scalp.particle_systems[0].settings
    hair.type, hair.count, hair.emit_from, hair.hair_length = "HAIR", 1, "FACE", 8.3
    hair.use_advanced_hair, hair.hair_step = True, 4
    hair.root_radius = hair.tip_radius = 0.6
    hair.radius_scale, hair.use_close_tip = 1.0, False
    scalp.show_instancer_for_render = False
    return scalp


def points(scene):
    """A cloud of three points, which Cycles renders as round as on paper."""
    below = floor(scene)
    places = ((-3.2, 1.3), (1.1, -2.2), (4.4, 2.1))
    mesh = bpy.data.meshes.new("points")
    mesh.from_pydata([(x, y, 2.0) for x, y in places], [], [])
    cloud = put(scene, bpy.data.objects.new("points", mesh), label=THING)
    tree = nodes_that("cloud", ("NodeGroupInput", {}), ("GeometryNodeMeshToPoints", {"Radius": 1.57}))
    tree.interface.new_socket("Geometry", in_out="INPUT", socket_type="NodeSocketGeometry")
    (given,) = [node for node in tree.nodes if node.bl_idname == "NodeGroupInput"]
    (cast,) = [node for node in tree.nodes if node.bl_idname == "GeometryNodeMeshToPoints"]
    tree.links.new(given.outputs[0], cast.inputs[0])
    cloud.modifiers.new("cloud", "NODES").node_group = tree
    return Answer(layers((either(*(disc(at, 1.57) for at in places)), THING), below))


def bevelled_curve(scene):
    below = floor(scene)
    curve = bpy.data.curves.new("cable", "CURVE")
    curve.dimensions, curve.bevel_depth, curve.bevel_resolution = "3D", 0.4, 8
    spline = curve.splines.new("POLY")
    spline.points.add(1)
    spline.points[0].co, spline.points[1].co = (-6.1, 0, 0, 1), (6.3, 0, 0, 1)
    put(scene, bpy.data.objects.new("cable", curve), label=THING).rotation_euler.z = 0.31
    return Answer(layers((turned(box(-6.1, 6.3, -0.4, 0.4), 0.31), THING), below))


def smoothed(scene):
    """The outline of a flat square under Catmull-Clark is a closed cubic B-spline of its corners."""
    below = floor(scene)
    square = rectangle(scene, -5.1, 5.1, -5.1, 5.1, label=THING)
    subdivision = square.modifiers.new("smooth", "SUBSURF")
    subdivision.levels, subdivision.render_levels, subdivision.boundary_smooth = 1, 6, "ALL"
    corners = np.array([(5.1, 5.1), (-5.1, 5.1), (-5.1, -5.1), (5.1, -5.1)])
    t = np.linspace(0, 1, 200, endpoint=False)[:, None]
    basis = ((1 - t) ** 3, 3 * t**3 - 6 * t**2 + 4, -3 * t**3 + 3 * t**2 + 3 * t + 1, t**3)
    outline = np.concatenate([sum(b * corners[(i + j) % 4] for j, b in enumerate(basis)) / 6 for i in range(4)])
    angles, radii = np.arctan2(outline[:, 1], outline[:, 0]), np.hypot(*outline.T)
    order = np.argsort(angles)

    def shape(x, y):
        return np.hypot(x, y) < np.interp(np.arctan2(y, x), angles[order], radii[order], period=2 * np.pi)

    return Answer(layers((shape, THING), below))


def roof(scene, rise, dicing_rate=1.0):
    """A square that adaptive subdivision cuts into pixels and a displacement stretches: in its own axes y becomes
    y * (1 + `rise`(x)), `rise` being built of shader nodes from a function that makes them and the socket of x."""
    square = rectangle(scene, -5.2, 5.2, -2.3, 2.3, label=THING)
    made, _ = material("displaced")
    made.displacement_method = "DISPLACEMENT"
    nodes, links = made.node_tree.nodes, made.node_tree.links

    def calculate(operation, *values):
        node = nodes.new("ShaderNodeMath")
        node.operation = operation
        for socket, value in zip(node.inputs, values):
            if isinstance(value, float):
                socket.default_value = value
            else:
                links.new(value, socket)
        return node.outputs[0]

    place, split, join, vector = (
        nodes.new(f"ShaderNode{kind}") for kind in ("TexCoord", "SeparateXYZ", "CombineXYZ", "VectorDisplacement")
    )
    links.new(place.outputs["Object"], split.inputs[0])
    links.new(calculate("MULTIPLY", rise(calculate, split.outputs["X"]), split.outputs["Y"]), join.inputs["Y"])
    links.new(join.outputs[0], vector.inputs["Vector"])
    vector.inputs["Midlevel"].default_value, vector.inputs["Scale"].default_value = 0.0, 1.0
    vector.space = "OBJECT"
    (output,) = [each for each in nodes if each.type == "OUTPUT_MATERIAL"]
    links.new(vector.outputs[0], output.inputs["Displacement"])
    square.data.materials.append(made)
    subdivision = square.modifiers.new("dice", "SUBSURF")
    subdivision.subdivision_type = "SIMPLE"
    if hasattr(subdivision, "use_adaptive_subdivision"):
        subdivision.use_adaptive_subdivision = True
    else:
        scene.cycles.feature_set = "EXPERIMENTAL"
        square.cycles.use_adaptive_subdivision = True
    scene.cycles.dicing_rate = dicing_rate


def displaced(scene):
    """Into a roof and a cellar: straight lines with a kink, which nothing but the cutting can follow."""
    below = floor(scene)
    roof(scene, lambda calculate, x: calculate("MULTIPLY", calculate("ABSOLUTE", x), 1 / 8))
    stretched = layers((lambda x, y: (np.abs(x) < 5.2) & (np.abs(y) < 2.3 * (1 + np.abs(x) / 8)), THING), below)
    return Answer(stretched)


def without_material(scene):
    below = floor(scene)
    obj, shape = thing(scene)
    obj.data.materials.append(None)
    return Answer(layers((shape, THING), below))


def unlabelled(scene):
    below = floor(scene)
    _, shape = thing(scene, label=0)
    return Answer(layers((shape, UNLABELLED), below))


def parts_by_faces(scene):
    below = floor(scene)
    mesh = bpy.data.meshes.new("wall")
    corners = [(x, y, 0) for x in (-5.1, -1.3, 2.2, 6.1) for y in (-3.2, 3.3)]
    mesh.from_pydata(corners, [], [(2 * i, 2 * i + 2, 2 * i + 3, 2 * i + 1) for i in range(3)])
    part, _ = material("window")
    part.pass_index = OTHER
    for slot in (None, part):
        mesh.materials.append(slot)
    mesh.polygons[1].material_index = 1
    put(scene, bpy.data.objects.new("wall", mesh), label=THING).rotation_euler.z = 0.31
    shapes = (turned(box(-1.3, 2.2, -3.2, 3.3), 0.31), OTHER), (turned(box(-5.1, 6.1, -3.2, 3.3), 0.31), THING)
    return Answer(layers(*shapes, below))


# How it is copied


def shared_mesh(scene):
    below = floor(scene)
    first = rectangle(scene, -1.3, 1.2, -1.4, 1.1, label=THING)
    first.location.x = -4
    second = put(scene, bpy.data.objects.new("second", first.data), x=2.1, label=OTHER)
    second.rotation_euler.z = 0.5
    square = box(-1.3, 1.2, -1.4, 1.1)
    return Answer(layers((turned(square, 0, (-4, 0)), THING), (turned(square, 0.5, (2.1, 0)), OTHER), below))


def collected(scene, *objects):
    collection = bpy.data.collections.new("things")
    for obj in objects:
        scene.collection.objects.unlink(obj)
        collection.objects.link(obj)
    return collection


PLACES = ((-5.1, 1.2, 0.3, THING), (-0.4, -2.1, 1.1, OTHER), (4.3, 1.9, 2.0, THIRD))


def collection_instances(scene):
    """One collection of an unlabelled and a labelled member, instanced under three labels."""
    below = floor(scene)
    plain = rectangle(scene, -1.3, 0.2, -1.4, 1.1)
    named = rectangle(scene, 0.2, 1.2, -1.4, 1.1, label=5)
    members = collected(scene, plain, named)
    for x, y, turn, label in PLACES:
        empty = put(scene, bpy.data.objects.new("instancer", None), x=x, y=y, label=label)
        empty.instance_type, empty.instance_collection, empty.rotation_euler.z = "COLLECTION", members, turn
    shapes = [
        (turned(box(*sides, -1.4, 1.1), turn, (x, y)), code or label)
        for x, y, turn, label in PLACES
        for sides, code in (((-1.3, 0.2), 0), ((0.2, 1.2), 5))
    ]
    return Answer(layers(*shapes, below))


def node_copies(scene):
    """Geometry nodes copy an unlabelled thing, which gets the label of what copies it, and a labelled one."""
    below = floor(scene)
    shapes = []
    for label, (x, y, turn, host_label) in zip((0, OTHER), PLACES):
        source = rectangle(scene, -1.3, 1.2, -1.4, 1.1, label=label, name=f"source {label}")
        source.hide_render = True
        tree = nodes_that("copies", ("GeometryNodeObjectInfo", {"Object": source, "As Instance": True}))
        info = next(node for node in tree.nodes if node.bl_idname == "GeometryNodeObjectInfo")
        tree.links.new(info.outputs["Geometry"], next(n for n in tree.nodes if n.type == "GROUP_OUTPUT").inputs[0])
        host = made_by_nodes(scene, tree, host_label)
        host.location.xy, host.rotation_euler.z = (x, y), turn
        shapes.append((turned(box(-1.3, 1.2, -1.4, 1.1), turn, (x, y)), label or host_label))
    return Answer(layers(*shapes, below))


def particle_copies(scene):
    below = floor(scene)
    host, shape = seeded(scene)
    host.pass_index = THING
    return Answer(layers((shape, THING), below))


def seeded(scene):
    """One particle on each vertex of a mesh, each a copy of a square: the emitter, and all copies on paper."""
    source = rectangle(scene, -0.6, 0.7, -0.8, 0.9, name="source")
    source.hide_render = True
    places = ((-5.3, -2.2), (-1.1, 2.3), (3.2, -1.4))
    mesh = bpy.data.meshes.new("seeds")
    mesh.from_pydata([(x, y, 0.0) for x, y in places], [], [(0, 1, 2)])
    host = put(scene, bpy.data.objects.new("seeds", mesh))
    host.show_instancer_for_render = False
    host.modifiers.new("seeds", "PARTICLE_SYSTEM")
    seeds = host.particle_systems[0].settings
    seeds.type, seeds.count, seeds.emit_from, seeds.use_emit_random = "EMITTER", 3, "VERT", False
    seeds.frame_start = seeds.frame_end = 1
    seeds.lifetime, seeds.physics_type, seeds.normal_factor = 100, "NO", 0.0
    seeds.render_type, seeds.instance_object, seeds.particle_size = "OBJECT", source, 1.0
    seeds.use_rotations, seeds.rotation_mode = True, "GLOB_X"
    square = box(-0.6, 0.7, -0.8, 0.9)
    return host, either(*(turned(square, -np.pi / 2, at) for at in places))


def on_vertices(scene):
    below = floor(scene)
    places = ((-5.3, -2.2), (-1.1, 2.3), (3.2, -1.4))
    mesh = bpy.data.meshes.new("seeds")
    mesh.from_pydata([(x, y, 0.0) for x, y in places], [], [])
    host = put(scene, bpy.data.objects.new("seeds", mesh), label=THING)
    host.instance_type = "VERTS"
    child = rectangle(scene, -0.6, 0.7, -0.8, 0.9, name="child")
    child.parent = host
    square = box(-0.6, 0.7, -0.8, 0.9)
    return Answer(layers((either(*(turned(square, 0, at) for at in places)), THING), below))


# What cameras do not see


def hidden(scene):
    """In renders; by its collection; from cameras alone."""
    below = floor(scene)
    _, shape = thing(scene)
    rectangle(scene, -3, 0, z=1, label=OTHER).hide_render = True
    rectangle(scene, 0, 3, z=1, label=OTHER).visible_camera = False
    collected_away = collected(scene, rectangle(scene, -7, -3, z=1, label=OTHER))
    scene.collection.children.link(collected_away)
    collected_away.hide_render = True
    return Answer(layers((shape, THING), below))


def indirect_only(scene):
    below = floor(scene)
    _, shape = thing(scene)
    scene.collection.children.link(collected(scene, rectangle(scene, -3, 3, z=1, label=OTHER)))
    bpy.context.view_layer.layer_collection.children["things"].indirect_only = True
    return Answer(layers((shape, THING), below))


def held_out(kind):
    def build(scene):
        below = floor(scene)
        obj, shape = thing(scene)
        if kind == "object":
            obj.is_holdout = True
        elif kind == "collection":
            scene.collection.children.link(collected(scene, obj))
            bpy.context.view_layer.layer_collection.children["things"].holdout = True
        else:
            obj.data.materials.append(material("holdout", "Holdout")[0])
        return Answer(layers((shape, BACKGROUND), below))

    return build


def shadow_catcher(scene):
    below = floor(scene)
    obj, shape = thing(scene)
    obj.is_shadow_catcher = True
    return Answer(layers((shape, THING), below))


def behind_the_clip(scene):
    """Nearer than the camera's clip start, nothing is seen."""
    below = floor(scene)
    _, shape = thing(scene)
    rectangle(scene, -3, 3, z=15, label=OTHER)
    scene.camera.data.clip_start = 10.0
    return Answer(layers((shape, THING), below))


CASES = (
    Case("hair curves", hair_curve),
    Case("hair of particles", particle_hair),
    Case("point cloud", points),
    Case("curve with a bevel", bevelled_curve),
    Case("subdivision, Catmull-Clark", smoothed),
    Case("displacement, adaptive subdivision", displaced),
    Case("displacement, 3 x 3 samples", displaced, 3),
    Case("no material", without_material),
    Case("no label", unlabelled),
    Case("parts by faces", parts_by_faces),
    Case("shared mesh, two labels", shared_mesh),
    Case("collection instances", collection_instances),
    Case("geometry-node copies", node_copies),
    Case("particle copies", particle_copies),
    Case("copies on vertices", on_vertices),
    Case("hidden objects", hidden),
    Case("indirect only", indirect_only),
    Case("holdout, object", held_out("object")),
    Case("holdout, collection", held_out("collection")),
    Case("holdout, material", held_out("material")),
    Case("shadow catcher", shadow_catcher),
    Case("nearer than the clip start", behind_the_clip),
)
