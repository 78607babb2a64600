"""What a 3D view shows and what label each face of it gets: the resolver's answers for what evaluation lists."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, MutableMapping, Sequence

import bpy
from mathutils import Matrix

from ..occurrences import Occurrence, occurrences, shown_by
from ..scene_labels import resolve
from .chunks import Key, Thing
from .triangles import Geometry, geometry_of

Geometries = MutableMapping[Key, Geometry]
Index = dict[tuple[int, int], list[Occurrence]]
"""{(session id of what shows it, of the object): how a render may reach it}."""

EDITED = 0.5  # of the opacity on what is in edit mode, where the selection must show
_NO_SURFACE = {"WIRE", "BOUNDS"}


def look(
    view_layer: bpy.types.ViewLayer, depsgraph: bpy.types.Depsgraph, geometries: Geometries, *, wires: bool = False
) -> list[Thing]:
    """All that the depsgraph lists and a render shows, too, with triangles; their geometry is put into `geometries`.

    What is there already is taken from there, what nothing uses any more is taken out. `wires`: also what a 3D view
    draws as wires or as a box, which are surfaces to a render.
    """
    index = index_of(occurrences(view_layer, depsgraph))
    found = []
    for instance in depsgraph.object_instances:
        shown = instance.object
        if shown.type != "MESH" or not instance.show_self or (shown.display_type in _NO_SURFACE and not wires):
            continue  # curves, text, metaballs are listed again, as the mesh that they are drawn as
        obj = host = shown.original
        if instance.is_instance and instance.parent:
            obj, host = instance.instance_object.original, instance.parent.original
        host_id = host.session_uid
        reached = index.get((host_id, obj.session_uid))
        if not reached:
            continue
        made = obj.type != "MESH" or (instance.is_instance and obj == host)
        key = geometry_key(shown, obj, made)
        if key not in geometries and not read_geometry(shown, key, geometries):
            continue
        if not geometries[key].triangles:
            continue
        matrix = instance.matrix_world
        which = reached[0] if len(reached) == 1 else nearest(reached, matrix, depsgraph)
        name = (
            (host_id, obj.session_uid, tuple(instance.persistent_id), len(found)) if instance.is_instance else host_id
        )
        found.append(thing(name, host_id, key, shown, which, matrix, geometries[key].slots, made))
    used = {each.geometry for each in found}
    for key in [key for key in geometries if key not in used]:
        del geometries[key]
    return found


def look_again(
    obj: bpy.types.Object,
    depsgraph: bpy.types.Depsgraph,
    trees: Collection[bpy.types.NodeTree],
    geometries: Geometries,
) -> Thing | None:
    """One mesh of the scene that nothing instances and that shows nothing else, anew; None where that is not so."""
    shown, copying = shown_by(obj, trees, depsgraph)
    if copying or len(shown) != 1 or shown[0].obj != obj or obj.type != "MESH" or obj.display_type in _NO_SURFACE:
        return None
    evaluated, host_id = obj.evaluated_get(depsgraph), obj.session_uid
    key = geometry_key(evaluated, obj, False)
    if key not in geometries and not read_geometry(evaluated, key, geometries):
        return None
    if not geometries[key].triangles:
        return None
    matrix, slots = evaluated.matrix_world, geometries[key].slots
    return thing(host_id, host_id, key, evaluated, shown[0], matrix, slots, False)


def index_of(found: Iterable[Occurrence]) -> Index:
    """Occurrences by what a person knows them as, and by their object."""
    index: Index = defaultdict(list)
    for each in found:
        top = each.instancers[0] if each.instancers else each.obj
        index[top.session_uid, each.obj.session_uid].append(each)
    return index


def thing(
    name: Key,
    host: int,
    geometry: Key,
    shown: bpy.types.Object,
    which: Occurrence,
    matrix: Matrix,
    slots: Sequence[int],
    made: bool,
) -> Thing:
    """A thing with the labels of its slots, as the resolver says for `which`. `made`: its mesh is evaluation's own."""
    labels = tuple(
        resolve(which.obj, material=material, instancers=which.instancers).label_id
        for material in materials_of(shown, which.obj, slots, made)
    )
    numbers = (*matrix[0], *matrix[1], *matrix[2])
    return Thing(name, host, geometry, numbers, labels, EDITED if which.obj.mode == "EDIT" else 1.0)


def materials_of(
    shown: bpy.types.Object, obj: bpy.types.Object, slots: Sequence[int], made: bool
) -> list[bpy.types.Material | None]:
    """The materials of slots of an evaluated object: the mesh's own where nodes made that, else the object's."""
    objects, meshes = shown.material_slots, shown.data.materials
    of_nodes = made and obj.type == "MESH"
    found = []
    for slot in slots:
        if of_nodes or len(objects) <= slot < len(meshes):
            material = meshes[min(slot, len(meshes) - 1)] if meshes else None
        else:
            material = objects[min(slot, len(objects) - 1)].material if objects else None
        found.append(material and material.original)
    return found


def geometry_key(shown: bpy.types.Object, obj: bpy.types.Object, made: bool) -> Key:
    """What names an evaluated geometry until its object or data is evaluated anew: (owner, data, its address)."""
    own = made or bool(obj.modifiers) or obj.mode == "EDIT"
    return obj.session_uid if own else 0, obj.data.session_uid, shown.data.as_pointer()


def read_geometry(shown: bpy.types.Object, key: Key, geometries: Geometries) -> bool:
    """Read the triangles of an evaluated object into `geometries`; False where it has none."""
    direct = (
        shown.type == "MESH" and shown.mode != "EDIT" and not any(each.type == "SUBSURF" for each in shown.modifiers)
    )
    if direct:
        geometries[key] = geometry_of(shown.data)
        return True
    try:
        mesh = shown.to_mesh()  # also of a mesh in edit mode, and of what the graphics card subdivides
    except RuntimeError:
        return False
    if mesh:
        geometries[key] = geometry_of(mesh)
    shown.to_mesh_clear()
    return bool(mesh)


def nearest(reached: Sequence[Occurrence], matrix: Matrix, depsgraph: bpy.types.Depsgraph) -> Occurrence:
    """Of several ways to reach a copy, the one that leads to where it is, if it matters which."""
    if len({each.label_id for each in reached}) == 1:
        return reached[0]
    return min(reached, key=lambda each: _distance(_place(each, depsgraph), matrix))


def _place(each: Occurrence, depsgraph: bpy.types.Depsgraph) -> Matrix:
    """Where collection instances put an object."""
    place = Matrix()
    for instancer in each.instancers:
        offset = instancer.instance_collection.instance_offset if instancer.instance_collection else (0, 0, 0)
        place = place @ instancer.evaluated_get(depsgraph).matrix_world @ Matrix.Translation(offset).inverted()
    return place @ each.obj.evaluated_get(depsgraph).matrix_world


def _distance(one: Matrix, other: Matrix) -> float:
    return sum(abs(a - b) for rows in zip(one, other) for a, b in zip(*rows))
