"""The sample room on real bpy: the same every time, labelled throughout, with every hard case a label can meet."""

from __future__ import annotations

from collections import Counter

import bpy
import numpy as np
import pytest

from blender_addon import scene_labels
from blender_addon.audit.audit import audit
from blender_addon.contract.labels import built_in
from blender_addon.occurrences import occurrences
from scenes import room, shell, views

SURFACES = {"MESH", "CURVE", "FONT"}
STREET = ("Street", "House")


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """The room of seed 0 as a file: opening it is quicker than building it."""
    path = tmp_path_factory.mktemp("room") / "room.blend"
    room.save(path, 0)
    return path


@pytest.fixture
def scene(built):
    bpy.ops.wm.read_factory_settings(use_empty=True)
    bpy.ops.wm.open_mainfile(filepath=str(built))
    return bpy.context.scene


def _build(seed: int) -> bpy.types.Scene:
    bpy.ops.wm.read_factory_settings(use_empty=True)
    return room.build(np.random.default_rng(seed))


def _summary() -> dict[str, tuple]:
    """Where everything is, how its points lie, what it is made of, and its label."""
    found = {}
    for obj in bpy.data.objects:
        points = ()
        if obj.type == "MESH":
            flat = np.empty(3 * len(obj.data.vertices), np.float32)
            obj.data.vertices.foreach_get("co", flat)
            points = (len(obj.data.polygons), flat.tobytes())
        elif obj.type == "CURVE":
            points = tuple(tuple(point.co) for spline in obj.data.splines for point in spline.points)
        slots = tuple(slot.material.name for slot in obj.material_slots)
        placed = tuple(round(value, 6) for row in obj.matrix_world for value in row)
        found[obj.name] = (obj.type, placed, points, slots, obj.pass_index)
    return found


def _pixels() -> dict[str, bytes]:
    found = {}
    for image in bpy.data.images:
        flat = np.empty(len(image.pixels), np.float32)
        image.pixels.foreach_get(flat)
        found[image.name] = flat.tobytes()
    return found


def _surfaces() -> list[bpy.types.Object]:
    return [obj for obj in bpy.data.objects if obj.type in SURFACES]


def _indoors() -> list[bpy.types.Object]:
    return [obj for obj in bpy.context.scene.objects if obj.type in SURFACES and not obj.name.startswith(STREET)]


def _corners(obj: bpy.types.Object) -> np.ndarray:
    """The eight corners of an object's box, modifiers included, in world metres, (8, 3)."""
    matrix = np.array(obj.matrix_world)
    return np.array(obj.bound_box) @ matrix[:3, :3].T + matrix[:3, 3]


def test_building_again_gives_the_room_of_the_file(scene):
    first, first_pixels = _summary(), _pixels()
    _build(seed=0)
    assert _summary() == first
    assert _pixels() == first_pixels
    _build(seed=8)
    assert _summary() != first


def test_everything_with_a_surface_has_a_label_of_nyu40(scene):
    labels = scene_labels.read_label_set(scene)
    assert labels == built_in("nyu40")
    unlabelled = [obj.name for obj in _surfaces() if obj.pass_index not in labels.by_id]
    assert not unlabelled
    assert {material.pass_index for material in bpy.data.materials} <= {0, labels.find("mirror").id}
    assert not [found.obj.name for found in occurrences(scene.view_layers[0]) if found.unlabelled]


def test_the_audit_finds_nothing_wrong(scene):
    assert [found for found in audit(scene, scene.view_layers[0]) if found.severity != "note"] == []


def test_all_sixteen_classes_are_there(scene):
    present = {obj.pass_index for obj in _surfaces()}
    onto = built_in("nyu40").crosswalk(built_in("syntrain16"))
    assert {onto[id_] for id_ in present if id_ in onto} == set(built_in("syntrain16").by_id)


def test_every_view_has_a_name_and_constant_keys(scene):
    assert (scene.frame_start, scene.frame_end) == (1, 12)
    assert {marker.frame: marker.name for marker in scene.timeline_markers} == dict(enumerate(views.VIEWS, start=1))
    for frame, (eye, _, focal) in enumerate(views.VIEWS.values(), start=1):
        for when in (frame, frame + 0.9):
            scene.frame_set(int(when), subframe=when - int(when))
            assert np.allclose(scene.camera.matrix_world.translation, eye, atol=1e-5)
            assert scene.camera.data.lens == pytest.approx(focal)
    scene.frame_set(1)


def test_the_camera_stands_in_the_room_clear_of_things(scene):
    boxes = [_corners(obj) for obj in _indoors() if obj.pass_index > 2 and obj.name != "Ceiling slab"]
    for name, (eye, _, focal) in views.VIEWS.items():
        assert 1.2 <= eye[2] <= 1.7 and 22 <= focal <= 35, name
        assert 0.3 < eye[0] < shell.WIDTH - 0.3 and 0.3 < eye[1] < shell.DEPTH - 0.3, name
        inside = [box for box in boxes if (box.min(0) - 0.1 < eye).all() and (eye < box.max(0) + 0.1).all()]
        assert not inside, name


def test_hard_cases_are_there(scene):
    objects = list(bpy.data.objects)
    instancers = [obj for obj in objects if obj.instance_type == "COLLECTION"]
    assert len(instancers) == 4 and len({obj.instance_collection for obj in instancers}) == 1
    assert max(Counter(obj.data for obj in objects if obj.type == "MESH").values()) > 10
    assert {obj.type for obj in objects} >= {"MESH", "CURVE", "FONT", "EMPTY", "LIGHT", "CAMERA"}
    assert any(modifier.type == "SUBSURF" for obj in objects for modifier in obj.modifiers)


def test_one_object_carries_two_labels_through_its_slots(scene):
    door = bpy.data.objects["Wardrobe door glass"]
    labels = {scene_labels.resolve(door, material=slot.material).label_id for slot in door.material_slots}
    nyu40 = built_in("nyu40")
    assert labels == {nyu40.find("cabinet").id, nyu40.find("mirror").id}
    assert {face.material_index for face in door.data.polygons} == {0, 1}


def test_leaves_are_cut_out_by_a_packed_image(scene):
    for name in ("leaf", "frond"):
        nodes = bpy.data.materials[name].node_tree.nodes
        shader = next(node for node in nodes if node.type == "BSDF_PRINCIPLED")
        image = shader.inputs["Alpha"].links[0].from_node.image
        assert image.packed_file
        alpha = np.array(image.pixels[:]).reshape(-1, 4)[:, 3]
        assert 0.1 < alpha.mean() < 0.9


def test_no_image_and_no_library_lies_outside_the_file(scene):
    assert not bpy.data.libraries
    assert not [image.name for image in bpy.data.images if image.source == "FILE" and not image.packed_file]


@pytest.mark.parametrize("seed", [0, *(pytest.param(seed, marks=pytest.mark.slow) for seed in (1, 2))])
def test_nothing_sticks_out_of_the_room(seed):
    """Through the floor, the ceiling or a wall by more than 3 cm; what stands on the sill may reach for the pane."""
    _build(seed)
    shell_parts = (" wall ", "Floor boards", "Ceiling slab", " window ", "Front door ")
    low, high = np.array([-0.03] * 3), np.array([shell.WIDTH, shell.DEPTH, shell.HEIGHT]) + 0.03
    for obj in _indoors():
        if any(part in obj.name for part in shell_parts):
            continue
        corners = _corners(obj)
        reach = (0, 0.1, 0) if _is_in_the_north_window(corners) else (0, 0, 0)
        assert (corners.min(0) > low).all(), (obj.name, corners.min(0))
        assert (corners.max(0) < high + reach).all(), (obj.name, corners.max(0))


def _is_in_the_north_window(corners: np.ndarray) -> bool:
    left, right, bottom, top = shell.WINDOWS["north"]
    (x0, _, z0), (x1, _, z1) = corners.min(0), corners.max(0)
    return left < x0 and x1 < right and bottom - 0.1 < z0 and z1 < top


def test_nothing_floats(scene):
    """Every piece that stands on the floor touches it, to 2 cm."""
    floor = (
        "Sofa",
        "Armchair",
        "Coffee table",
        "Dining table",
        "Bed",
        "Desk",
        "Dresser",
        "Wardrobe",
        "Bookcase",
        "Basket",
    )
    for name in floor:
        lowest = min(_corners(obj)[:, 2].min() for obj in bpy.data.collections[name].objects if obj.type in SURFACES)
        assert abs(lowest) < 0.02, (name, lowest)
