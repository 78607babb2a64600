"""Things under empties, as importers leave them: what moves as one, what hangs together, and where it goes."""

from __future__ import annotations

from math import radians

import bpy
import numpy as np
import pytest
from mathutils import Matrix
from scenery import camera
from standing_blocks import LABELS, block, walked

from render_scripts.randomization.poses import Poses

FLOOR, CHAIR, BOX, PILLOW, LAMP = (LABELS.find(name).id for name in ("floor", "chair", "box", "pillow", "lamp"))
MOVES = Poses(("*",), moved=0.3, turned=60)
IMPORTED = Matrix.Translation((0.5, -0.2, 0)) @ Matrix.Rotation(radians(90), 4, "X") @ Matrix.Scale(0.01, 4)


def empty(scene, name: str, parent=None, matrix: Matrix | None = None) -> bpy.types.Object:
    obj = bpy.data.objects.new(name, None)
    scene.collection.objects.link(obj)
    obj.parent = parent
    if matrix:
        obj.matrix_world = matrix
    bpy.context.view_layer.update()
    return obj


def hang(parent: bpy.types.Object, *objects: bpy.types.Object, inverse: bool = False) -> None:
    """Onto a parent, without moving: by their own transform, as importers do, or by the inverse, as a person does."""
    bpy.context.view_layer.update()
    for obj in objects:
        at = obj.matrix_world.copy()
        obj.parent = parent
        if inverse:
            obj.matrix_parent_inverse = parent.matrix_world.inverted()
        obj.matrix_world = at
    bpy.context.view_layer.update()


@pytest.fixture
def scene(empty_scene):
    camera(empty_scene, ortho=8.0)
    return empty_scene


def floor(scene) -> bpy.types.Object:
    return block(scene, "Floor", (6, 6, 0.2), (0, 0, -0.2), FLOOR)


@pytest.mark.parametrize("inverse", [False, True])
@pytest.mark.parametrize("mode", ["XYZ", "QUATERNION"])
@pytest.mark.parametrize("mirrored", [False, True])
def test_things_under_one_root_go_where_they_would_go_without_it(scene, inverse, mode, mirrored):
    """A Y-up root of scale 0.01: the same draws put the same corners at the same places."""
    things = [floor(scene), block(scene, "Chair", (0.4, 0.4, 1), (-1, 0, 0), CHAIR),
              block(scene, "Box", (0.3, 0.2, 0.2), (1, 0, 0), BOX)]  # fmt: skip
    for thing in things:
        thing.rotation_mode = mode
    spec = Poses(("*",), moved=0.3, turned=60, dropped=0.5)
    plain = walked(scene, spec, range(1, 6))
    flip = Matrix.Diagonal((-1, 1, 1, 1)) if mirrored else Matrix()
    hang(empty(scene, "Root", matrix=IMPORTED @ flip), *things, inverse=inverse)
    before = {obj.name: obj.matrix_basis.copy() for obj in scene.objects}
    hung = walked(scene, spec, range(1, 6))
    assert {obj.name: obj.matrix_basis for obj in scene.objects} == before
    assert len({str(drawn.placed) for drawn, *_ in hung.values()}) > 2
    for frame, (drawn, places, _) in hung.items():
        assert {*drawn.placed, *drawn.dropped, *drawn.stayed} == {"Chair", "Box"}
        assert drawn.placed == plain[frame][0].placed
        for name in ("Floor", "Chair", "Box"):
            assert places[name] == pytest.approx(plain[frame][1][name], abs=2e-5)


def test_what_has_one_label_moves_as_one_under_empties_of_empties(scene):
    root = empty(scene, "Root", matrix=IMPORTED)
    group = empty(scene, "Group", root)
    seat, leg = block(scene, "Seat", (0.4, 0.4, 0.1), (0, 0, 0.4), CHAIR), block(scene, "Leg", (0.05, 0.05, 0.4),
                                                                                 (0, 0, 0), CHAIR)  # fmt: skip
    hang(group, seat, leg)
    hang(root, floor(scene))
    for drawn, places, _ in walked(scene, MOVES, range(1, 4)).values():
        assert drawn.placed.keys() == {"Group"}
        x, y, _ = drawn.placed["Group"]
        for name, z in (("Seat", 0.45), ("Leg", 0.2)):
            assert places[name].mean(axis=0) == pytest.approx((x, y, z), abs=1e-5)


def test_parts_of_several_labels_hang_together(scene):
    """Under one empty: a lamp and its bulb, which touches nothing; a chair whose legs have another label."""
    floor(scene)
    lamp = empty(scene, "Lamp")
    hang(lamp, block(scene, "Shade", (0.4, 0.4, 0.5), (-1, 0, 0), LAMP),
         block(scene, "Bulb", (0.1, 0.1, 0.1), (-1, 0, 0.8), BOX))  # fmt: skip
    chair = empty(scene, "Chair")
    hang(chair, block(scene, "Seat", (0.5, 0.5, 0.1), (1, 0, 0.4), CHAIR),
         *(block(scene, f"Leg {x} {y}", (0.02, 0.02, 0.4), (1 + x * 0.24, y * 0.24, 0), BOX)
           for x in (-1, 1) for y in (-1, 1)))  # fmt: skip
    bed = empty(scene, "Bed")
    hang(bed, block(scene, "Frame", (1, 1.5, 0.5), (0, 2, 0), LABELS.find("bed").id),
         block(scene, "Pillow", (0.3, 0.3, 0.1), (0, 2, 0.5), PILLOW))  # fmt: skip
    for drawn, *_ in walked(scene, MOVES, range(1, 4)).values():
        assert {*drawn.placed, *drawn.stayed} == {"Pillow"}  # which lies on what it hangs together with


def test_furniture_of_one_file_on_a_floor_of_another_moves(scene):
    floor(scene)
    hang(empty(scene, "Root", matrix=IMPORTED), block(scene, "Chair", (0.4, 0.4, 1), (-1, 0, 0), CHAIR),
         block(scene, "Box", (0.3, 0.2, 0.2), (1, 0, 0), BOX))  # fmt: skip
    for drawn, *_ in walked(scene, MOVES, range(1, 4)).values():
        assert drawn.placed.keys() == {"Chair", "Box"}


@pytest.mark.parametrize("how", ["sheared", "moving", "locked", "corner", "camera", "cutter"])
def test_what_cannot_go_by_itself_stays(scene, how):
    root, chair = empty(scene, "Root"), block(scene, "Chair", (0.4, 0.4, 1), (-1, 0, 0), CHAIR)
    if how == "sheared":
        root.scale = (1, 2, 1)
    elif how == "moving":
        root.keyframe_insert("location", frame=1)
    elif how == "locked":
        root["labelpass_locked"] = True
    elif how == "camera":
        hang(chair, scene.camera)
    elif how == "cutter":
        cutter = empty(scene, "Cutter")
        chair.modifiers.new("mirror", "MIRROR").mirror_object = cutter
    hang(root, floor(scene), chair, block(scene, "Box", (0.3, 0.2, 0.2), (1, 0, 0), BOX))
    if how == "corner":
        lattice = bpy.data.objects.new("Lattice", bpy.data.lattices.new("Lattice"))
        scene.collection.objects.link(lattice)
        hang(root, lattice)
        chair.parent, chair.parent_type = lattice, "VERTEX"
    bpy.context.view_layer.update()
    for drawn, *_ in walked(scene, MOVES, range(1, 3)).values():
        stays = {"Chair"} if how in {"corner", "camera", "cutter"} else {"Chair", "Box"}
        assert not stays & {*drawn.placed, *drawn.stayed}
        assert {"Chair", "Box"} - stays <= {*drawn.placed, *drawn.stayed}


def test_labels_and_numbers_of_a_thing_are_those_of_its_own_name(scene):
    """Who puts all of it under a root gets the same draw for what keeps its name."""
    things = floor(scene), block(scene, "Chair", (0.4, 0.4, 1), (-1, 0, 0), CHAIR)
    before = walked(scene, MOVES, [1])[1][0].placed
    hang(empty(scene, "Root"), *things)
    assert np.allclose(walked(scene, MOVES, [1])[1][0].placed["Chair"], before["Chair"])
