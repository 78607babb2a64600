"""Shapes that furniture is made of: bevelled boxes, turned and bent things, cushions and cloth.

Each function adds one part to a piece, in metres. UVs are in metres too, with U along a part's long side: wood grain
then runs the way a joiner would have cut it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import bmesh
import bpy
import numpy as np
from mathutils import Euler, Matrix, Vector, noise

from scenes.pieces import Piece, Vec, put

SHARP = np.radians(35)
Surface = Callable[[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray, np.ndarray]]


def box_mesh(name: str, size: Vec, bevel: float = 0.004) -> bpy.types.Mesh:
    """A box that stands on z = 0, centred in x and y, its edges rounded by `bevel`."""
    form = bmesh.new()
    bmesh.ops.create_cube(form, size=1.0, matrix=Matrix.Translation((0, 0, size[2] / 2)) @ Matrix.Diagonal((*size, 1)))
    if bevel:
        width = min(bevel, 0.45 * min(size))
        found = bmesh.ops.bevel(form, geom=form.edges[:], offset=width, segments=3, profile=0.5, affect="EDGES")
        for face in found["faces"]:
            face.smooth = True
    _lay_out(form, size)
    return _to_mesh(form, name)


def box(piece: Piece, name: str, size: Vec, at: Vec, material: str, bevel=0.004, turn=(0, 0, 0), label=None):
    """A bevelled box whose bottom centre stands at `at`."""
    return put(piece, name, box_mesh(name, size, bevel), at, turn, label, material)


def boxes(piece: Piece, name: str, parts: Sequence[tuple[Vec, Vec]], material: str, bevel=0.004, label=None):
    """Several (size, bottom centre) boxes as one object: a frame, a carcass, a row of shelves."""
    whole = bmesh.new()
    for size, at in parts:
        mesh = box_mesh("part", size, bevel)
        mesh.transform(Matrix.Translation(at))
        whole.from_mesh(mesh)
        bpy.data.meshes.remove(mesh)
    return put(piece, name, _to_mesh(whole, name), label=label, material=material)


def lathe(
    piece: Piece, name: str, profile: Sequence[Vec], at: Vec, material: str, segments=28, turn=(0, 0, 0), label=None
):
    """A profile of (radius, z) points turned about Z; a radius of 0 closes it to a point."""
    angles = np.linspace(0, 2 * np.pi, segments, endpoint=False)
    rings, verts = [], []
    for radius, z in profile:
        ring = [(radius * np.cos(a), radius * np.sin(a), z) for a in angles] if radius else [(0.0, 0.0, z)]
        rings.append(range(len(verts), len(verts) + len(ring)))
        verts += ring
    faces = [face for low, high in zip(rings, rings[1:]) for face in _band(low, high, segments)]
    mesh = bpy.data.meshes.new(name)
    mesh.from_pydata(verts, [], faces)
    uv = mesh.uv_layers.new(name="UVMap")
    spots = np.array([verts[loop.vertex_index] for loop in mesh.loops])
    around = np.arctan2(spots[:, 1], spots[:, 0]) * max(radius for radius, _ in profile)
    uv.data.foreach_set("uv", np.column_stack([spots[:, 2], around]).astype(np.float32).ravel())
    _smooth(mesh)
    return put(piece, name, mesh, at, turn, label, material)


def loft(
    piece: Piece, name: str, rings: Sequence[Vec], at: Vec, material: str, segments=48, turn=(0, 0, 0), label=None
):
    """Rounded rectangles joined from one to the next: a bathtub, a basin, a bin.

    A ring is (width, depth, z, roundness, x, y): roundness 2 is an ellipse, 8 nearly a rectangle. The last one is
    closed, and so is the first.
    """
    angles = np.linspace(0, 2 * np.pi, segments, endpoint=False)
    c, s = np.cos(angles), np.sin(angles)
    verts: list[tuple[float, ...]] = []
    for wide, deep, z, roundness, x, y in rings:
        power = 2 / roundness
        xs = x + wide / 2 * np.sign(c) * np.abs(c) ** power
        ys = y + deep / 2 * np.sign(s) * np.abs(s) ** power
        verts += zip(xs.tolist(), ys.tolist(), [z] * segments)
    count = len(rings)
    bands = [range(row * segments, (row + 1) * segments) for row in range(count)]
    faces = [face for low, high in zip(bands, bands[1:]) for face in _band(low, high, segments)]
    mesh = bpy.data.meshes.new(name)
    mesh.from_pydata(verts, [], [tuple(bands[0])[::-1], *faces, tuple(bands[-1])])
    spots = np.array([verts[loop.vertex_index] for loop in mesh.loops])
    mesh.uv_layers.new(name="UVMap").data.foreach_set("uv", spots[:, [2, 0]].astype(np.float32).ravel())
    _smooth(mesh)
    return put(piece, name, mesh, at, turn, label, material)


def tube(piece: Piece, name: str, points: Sequence[Vec], radius: float, material: str, bent=False, label=None):
    """A round bar or cable through `points`, as a bevelled curve; `bent` lets it swing in an arc between its ends."""
    curve = bpy.data.curves.new(name, "CURVE")
    curve.dimensions, curve.bevel_depth, curve.bevel_resolution, curve.use_fill_caps = "3D", radius, 3, True
    curve.resolution_u = 6
    spline = curve.splines.new("NURBS" if bent else "POLY")
    spline.points.add(len(points) - 1)
    for point, spot in zip(spline.points, points):
        point.co = (*spot, 1)
    if bent:
        spline.order_u, spline.use_endpoint_u = min(4, len(points)), True
    return put(piece, name, curve, label=label, material=material)


def sheet(
    piece: Piece,
    name: str,
    surface: Surface,
    size: Vec,
    material: str,
    steps=(24, 24),
    at=(0, 0, 0),
    turn=(0, 0, 0),
    thickness=0.0,
    label=None,
):
    """A cloth or card: `surface(u, v)` gives x, y, z for u and v in 0..1; UVs span 0..1, as pictures need them."""
    across, along = steps
    u, v = np.meshgrid(np.linspace(0, 1, across + 1), np.linspace(0, 1, along + 1))
    spots = np.stack(np.broadcast_arrays(*surface(u, v)), axis=-1).reshape(-1, 3) * size
    row = across + 1
    faces = [(i, i + 1, i + 1 + row, i + row) for j in range(along) for i in range(j * row, j * row + across)]
    mesh = bpy.data.meshes.new(name)
    mesh.from_pydata(spots.tolist(), [], faces)
    flat = np.stack([u, v], axis=-1).reshape(-1, 2)[[loop.vertex_index for loop in mesh.loops]]
    mesh.uv_layers.new(name="UVMap").data.foreach_set("uv", flat.astype(np.float32).ravel())
    mesh.shade_smooth()
    cloth = put(piece, name, mesh, at, turn, label, material)
    if thickness:
        solid = cloth.modifiers.new("Thickness", "SOLIDIFY")
        solid.thickness, solid.offset = thickness, 1.0
    return cloth


def card(piece: Piece, name: str, size: Vec, at: Vec, material: str, turn=(0, 0, 0), label=None):
    """A flat print facing -y, (width, height) in size, its middle at `at`; the picture fills it."""
    return sheet(
        piece, name, lambda u, v: (u - 0.5, 0 * u, v - 0.5), (size[0], 1, size[1]), material, (1, 1), at, turn, 0, label
    )


def soft_box(
    piece: Piece, name: str, size: Vec, at: Vec, material: str, round_by=0.06, crown=0.03, turn=(0, 0, 0), label=None
):
    """An upholstered block on `at`: rounded, crowned and a little creased, under a subdivision surface."""
    form = bmesh.new()
    bmesh.ops.create_cube(form, size=1.0)
    bmesh.ops.subdivide_edges(form, edges=form.edges[:], cuts=7, use_grid_fill=True)
    half = Vector(size) / 2
    inner = Vector(max(side - round_by, side * 0.2) for side in half)
    seed = piece.room.rng.uniform(-50, 50, 3)
    for vert in form.verts:
        spot = Vector(2 * c * h for c, h in zip(vert.co, half))
        core = Vector(np.clip(c, -i, i) for c, i in zip(spot, inner))
        away = spot - core
        spot = core + away.normalized() * min(round_by, min(half)) if away.length else spot
        puff = (1 - (2 * vert.co.x) ** 2) * (1 - (2 * vert.co.y) ** 2) * 2 * vert.co.z
        crease = noise.noise(Vector(seed) + spot * 5) * crown * 0.35
        vert.co = spot + Vector((0, 0, crown * puff + half.z)) + crease * away
    _lay_out(form, size)
    return _subdivided(put(piece, name, _to_mesh(form, name, smooth=True), at, turn, label, material))


def pillow(piece: Piece, name: str, size: Vec, at: Vec, material: str, turn=(0, 0, 0), label="pillow"):
    """A scatter cushion lying on `at`: full in the middle, thin at the seam, its sides pulled in."""
    form = bmesh.new()
    steps, seed = 12, Vector(piece.room.rng.uniform(-50, 50, 3))
    for side in (1, -1):
        bmesh.ops.create_grid(
            form, x_segments=steps, y_segments=steps, size=1.0, matrix=Matrix.Translation((0, 0, side))
        )
    for vert in form.verts:
        x, y, side = vert.co
        full = max((1 - x * x) * (1 - y * y), 0.0) ** 0.42
        wrinkle = 1 + 0.16 * noise.noise(seed + Vector((x, y, side)) * 1.7)
        pull = Vector((x * (1 - 0.07 * (1 - y * y)), y * (1 - 0.07 * (1 - x * x))))
        vert.co = (pull.x * size[0] / 2, pull.y * size[1] / 2, size[2] / 2 * (1 + side * full * wrinkle))
    bmesh.ops.remove_doubles(form, verts=form.verts[:], dist=1e-5)
    bmesh.ops.recalc_face_normals(form, faces=form.faces[:])
    _lay_out(form, size)
    return _subdivided(put(piece, name, _to_mesh(form, name, smooth=True), at, turn, label, material))


def lean_pillow(piece: Piece, size, centre, material: str, lean) -> None:
    """A cushion leaning with its middle at `centre`: pillows are built lying, from their underside up."""
    up = Euler([np.radians(angle) for angle in lean]).to_matrix() @ Vector((0, 0, size[2] / 2))
    pillow(piece, "scatter cushion", size, tuple(Vector(centre) - up), material, lean)


def drape(
    piece: Piece, name: str, path: Sequence[Vec], width: float, material: str, folds=5, depth=0.015, label=None, **place
):
    """A cloth laid along a path of (y, z) points, `width` wide in x; its ends hang in folds and its hem wanders."""
    knots = np.asarray(path, float)
    length = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(knots, axis=0), axis=1))])
    phase = piece.room.rng.uniform(0, 2 * np.pi, 3)

    def surface(u, v):
        s = v * length[-1] + 0.02 * np.sin(7 * u + phase[0]) * (2 * v - 1)
        y, z = (_eased(s, length, knots[:, axis]) for axis in (0, 1))
        loose = np.abs(2 * v - 1) ** 2
        ripple = np.sin(2 * np.pi * folds * u + phase[1] + 1.3 * np.sin(3 * v + phase[2]))
        push = depth * (0.25 + loose) * ripple
        return width * (u - 0.5) * (1 - 0.05 * loose) + 0.3 * push, y + push * np.sign(v - 0.5), z + 0.3 * np.abs(push)

    return sheet(piece, name, surface, (1, 1, 1), material, (40, 44), thickness=0.008, label=label, **place)


def paint(part: bpy.types.Object, material: bpy.types.Material, chosen: Callable[[bpy.types.MeshPolygon], bool]):
    """Give the faces that `chosen` picks a material slot of their own."""
    part.data.materials.append(material)
    slot = len(part.data.materials) - 1
    for face in part.data.polygons:
        if chosen(face):
            face.material_index = slot


def _eased(s: np.ndarray, length: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Values along a polyline with its corners rounded: the mean over 8 cm of path."""
    return np.mean([np.interp(s + shift, length, values) for shift in np.linspace(-0.04, 0.04, 7)], axis=0)


def _band(low: range, high: range, segments: int):
    if len(low) == len(high) == 1:
        return
    for i in range(segments):
        j = (i + 1) % segments
        if len(low) == 1:
            yield (low[0], high[i], high[j])[::-1]
        elif len(high) == 1:
            yield (low[i], low[j], high[0])
        else:
            yield (low[i], low[j], high[j], high[i])


def _lay_out(form: bmesh.types.BMesh, size: Vec) -> None:
    """UVs in metres by box projection, U along the longer side of each face's plane."""
    uv = form.loops.layers.uv.verify()
    form.normal_update()
    for face in form.faces:
        facing = max(range(3), key=lambda axis: abs(face.normal[axis]))
        along, across = sorted((axis for axis in range(3) if axis != facing), key=lambda axis: -size[axis])
        for loop in face.loops:
            loop[uv].uv = loop.vert.co[along], loop.vert.co[across]


def _to_mesh(form: bmesh.types.BMesh, name: str, smooth: bool = False) -> bpy.types.Mesh:
    mesh = bpy.data.meshes.new(name)
    form.to_mesh(mesh)
    form.free()
    if smooth:
        mesh.shade_smooth()
    return mesh


def _smooth(mesh: bpy.types.Mesh) -> None:
    mesh.shade_smooth()
    mesh.set_sharp_from_angle(angle=SHARP)


def _subdivided(part: bpy.types.Object) -> bpy.types.Object:
    modifier = part.modifiers.new("Subdivision", "SUBSURF")
    modifier.levels = modifier.render_levels = 1
    return part
