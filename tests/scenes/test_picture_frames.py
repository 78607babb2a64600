"""Walls with pictures on real bpy: labels to the pixel, a wall for each frame, the same from the same seed."""

from __future__ import annotations

from types import SimpleNamespace

import bpy
import numpy as np
import pytest

from blender_addon import scene_labels
from blender_addon.audit.audit import audit
from blender_addon.label_render.seen import look
from blender_addon.label_render.viewpoints import find_views
from scenes import picture_frames
from scenes.books import make_book_meshes
from scenes.images import to_image
from scenes.materials import make_materials
from scenes.picture_frames import LABEL_SET, Settings
from scenes.picture_frames.arrangements import Place
from scenes.picture_frames.finishes import Finishes
from scenes.picture_frames.gallery import Art, open_gallery
from scenes.picture_frames.in_the_face import hidden_share, put_unless_in_the_face
from scenes.picture_frames.models import Models, open_models
from scenes.picture_frames.obstructions import FURNITURE, HELD_OUT, KINDS, View
from scenes.picture_frames.pictures import Hanging, hang
from scenes.picture_frames.shots import Shot
from scenes.picture_frames.styles import Style, draw_style
from scenes.picture_frames.walls import Wall
from scenes.pieces import Room, start
from scenes.shapes import box

BORDER = 0.06 / 0.52  # 6 cm of the shorter side inside the bars
PLAIN = Style("framed", "rectangle", "flat", "oak", 0.04, 0.02, BORDER, "white", "", False, "rectangle", 1, None, 0.0)
MATERIALS = ("paper", "cardboard", "steel", "oak", "leather", "mirror", "white paint")


@pytest.fixture
def room(empty_scene):
    """A white wall of 4 x 3 metres, its middle at the origin, and little else."""
    materials = {name: bpy.data.materials.new(name) for name in MATERIALS}
    room = Room(empty_scene, np.random.default_rng(0), materials, [], {})
    box(start(room, "shell", "wall"), "wall", (4, 0.1, 3), (0, 0.051, -1.5), "white paint", 0)
    return room


def _art(name: str = "art", aspect: float = 1.5) -> Art:
    pixels = np.random.default_rng(1).random((8, 8, 4))
    return Art(to_image(name, pixels), aspect)


def _hang(room: Room, style: Style, place: Place = Place(0, 0, 0.8, 0.6), turn=0.0, lean=0.0) -> list:  # noqa: B008
    arts = tuple(_art(f"art {number}") for number in range(style.windows if style.border else 1))
    hang(room, Finishes(), Hanging(place, style, arts, turn, lean), "number 1")
    return room.labelled.get("art", [])


def _pixels(room: Room) -> dict[str, int]:
    """Pixels of each label, of 80 x 60 that are 2 cm each, seen straight on."""
    scene = room.scene
    scene_labels.set_label_set(scene, LABEL_SET)
    for name, things in room.labelled.items():
        scene_labels.assign(things, LABEL_SET.find(name).id)
    data = bpy.data.cameras.new("Camera")
    data.type, data.ortho_scale = "ORTHO", 1.6
    scene.camera = bpy.data.objects.new("Camera", data)
    scene.camera.location, scene.camera.rotation_euler = (0, -3, 0), (np.pi / 2, 0, 0)
    scene.collection.objects.link(scene.camera)
    (seen,) = look(scene, scene.view_layers[0], find_views(scene), (80, 60), label_set=LABEL_SET)
    ids, counts = np.unique(seen.labels, return_counts=True)
    return {LABEL_SET.by_id[int(id_)].name: int(count) for id_, count in zip(ids, counts)}


def test_art_mat_and_frame_are_as_large_as_they_were_cut(room):
    """80 x 60 cm outside, bars of 4 cm, a mat of 6 cm: 30 x 20 pixels of art are left."""
    _hang(room, PLAIN)
    assert _pixels(room) == {"art": 600, "mat": 36 * 26 - 600, "frame": 40 * 30 - 36 * 26, "wall": 80 * 60 - 40 * 30}


def test_labels_look_through_glass(room):
    _hang(room, SimpleNamespace(**{**vars(PLAIN), "glass": 0.0}))
    assert _pixels(room)["art"] == 600


def test_art_behind_something_is_art_where_it_shows(room):
    _hang(room, PLAIN)
    box(start(room, "post", "thing", (0.4, -0.5, 0)), "post", (0.8, 0.1, 4), (0, 0, -2), "oak", 0)
    counts = _pixels(room)
    assert (counts["art"], counts["thing"]) == (300, 40 * 60)


@pytest.mark.parametrize(
    ("kind", "counts"),
    [
        ("canvas", {"art": 1200}),
        ("poster", {"art": 1200}),
        ("empty", {"frame": 264}),
        ("mirror", {"mirror": 936, "frame": 264}),
    ],
)
def test_what_is_no_frame_has_no_frame(room, kind, counts):
    _hang(room, SimpleNamespace(**{**vars(PLAIN), "kind": kind, "border": 0.0}))
    found = _pixels(room)
    assert found.pop("wall") == 80 * 60 - sum(counts.values())
    assert found == counts


def test_art_without_a_mat_fills_the_frame(room):
    _hang(room, SimpleNamespace(**{**vars(PLAIN), "border": 0.0}))
    assert _pixels(room)["art"] == 36 * 26


@pytest.mark.parametrize("seed", range(40))
def test_whatever_hangs_stays_in_its_place_and_shows_its_front(room, seed):
    rng = np.random.default_rng(seed)
    style = draw_style(rng, Settings(), ("mirror",) if seed % 10 == 9 else ())
    place = Place(0.1, -0.2, rng.uniform(0.2, 1.2), rng.uniform(0.2, 1.2))
    art = _hang(room, style, place)
    bpy.context.view_layer.update()
    windows = style.windows if style.kind == "framed" and style.border and not style.floating else 1
    assert len(art) == (0 if style.kind == "mirror" else windows)
    left, bottom, right, top = place.box
    for piece in art:
        points = np.array([piece.matrix_world @ vert.co for vert in piece.data.vertices])
        assert (points[:, 0] > left - 1e-4).all() and (points[:, 0] < right + 1e-4).all()
        assert (points[:, 2] > bottom - 1e-4).all() and (points[:, 2] < top + 1e-4).all()
        assert (points[:, 1] < 0.001).all() and (points[:, 1] > -0.2).all()
        front = max(piece.data.polygons, key=lambda face: face.area)
        assert front.normal.y < -0.9


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """Three walls of seed 4, as a file: opening it is quicker than building it."""
    path = tmp_path_factory.mktemp("walls") / "walls.blend"
    _build(4, 3)
    bpy.ops.wm.save_as_mainfile(filepath=str(path))
    return path


@pytest.fixture
def scene(built):
    bpy.ops.wm.open_mainfile(filepath=str(built))
    return bpy.context.scene


def _build(seed: int, frames: int, settings: Settings = Settings(), number: int = 0) -> bpy.types.Scene:  # noqa: B008
    bpy.ops.wm.read_factory_settings(use_empty=True)
    return picture_frames.build(settings, seed, number, frames)


def _wall(frame: int) -> dict[str, tuple]:
    """What there is of a wall: where, how its points lie, of what, and its label; lamps by what they give."""
    found = {}
    for obj in bpy.data.collections[f"wall {frame:03d}"].all_objects:
        points: object = ()
        if obj.type == "MESH":
            flat = np.empty(3 * len(obj.data.vertices), np.float32)
            obj.data.vertices.foreach_get("co", flat)
            points = flat.tobytes()
        elif obj.type == "LIGHT":
            points = (obj.data.energy, tuple(obj.data.color))
        slots = tuple(slot.material.name for slot in obj.material_slots)
        placed = tuple(round(value, 5) for row in obj.matrix_world for value in row)
        found[obj.name] = (obj.type, placed, points, slots, obj.pass_index)
    found["camera"] = tuple(round(value, 5) for row in bpy.context.scene.camera.matrix_world for value in row)
    return found


def _pictures_of(frame: int) -> dict[str, bytes]:
    wanted = [image for image in bpy.data.images if image.name.startswith(f"wall {frame:03d}")]
    return {image.name: np.array(image.pixels[:], np.float32).tobytes() for image in wanted}


@pytest.mark.slow
def test_a_frame_is_the_same_however_many_there_are(scene):
    first, painted = _wall(1), _pictures_of(1)
    _build(4, 1)
    assert _wall(1) == first
    assert painted and _pictures_of(1) == painted
    _build(4, 1, number=1)
    assert _wall(1) != first


def test_each_frame_shows_its_own_wall(scene):
    assert (scene.frame_start, scene.frame_end) == (1, 3)
    assert [marker.name for marker in scene.timeline_markers] == ["wall 001", "wall 002", "wall 003"]
    assert [view.frame for view in find_views(scene)] == [1, 2, 3]
    for frame in (1, 2, 3):
        scene.frame_set(frame)
        for number in (1, 2, 3):
            things = [obj for obj in bpy.data.collections[f"wall {number:03d}"].all_objects if obj.type != "EMPTY"]
            assert {obj.hide_render for obj in things} == {number != frame}
            assert {obj.hide_viewport for obj in things} == {number != frame}


def test_everything_is_labelled_and_nothing_is_wrong(scene):
    assert scene_labels.read_label_set(scene) == LABEL_SET
    assert [found.message for found in audit(scene, scene.view_layers[0])] == []


def test_nothing_lies_outside_the_file_or_tells_of_a_folder(scene):
    assert not bpy.data.libraries
    for image in bpy.data.images:
        assert not image.filepath and (image.source != "FILE" or image.packed_file), image.name


def test_hard_walls_have_stripes_and_something_in_the_way():
    scene = _build(0, 2, Settings(hard=True, obstructed=1.0))
    papers = [material for material in bpy.data.materials if material.name.endswith("stripes")]
    assert len(papers) == 2
    for frame in (1, 2):
        scene.frame_set(frame)
        labels = {obj.pass_index for obj in bpy.data.collections[f"wall {frame:03d}"].all_objects if obj.type == "MESH"}
        assert LABEL_SET.find("thing").id in labels


@pytest.mark.slow
def test_hard_walls_hang_and_are_seen_otherwise_than_others_of_the_seed():
    def seen(hard: bool) -> tuple[list[float], int]:
        shares = {"angle": 60.0, "obstructed": 1.0, "blurred": 1.0, "dim": 1.0, "empty": 0.0}
        scene = _build(3, 1, Settings(hard=hard, walls=("stripes",), **shares))
        return [round(float(value), 4) for row in scene.camera.matrix_world for value in row], scene.frame_end

    hard, other = seen(True), seen(False)
    assert hard[0][3::4] != other[0][3::4] and hard[1] == other[1]


def test_labels_are_sharp_where_the_picture_is_not():
    scene = _build(0, 1, Settings(hard=True, blurred=1.0))
    lens = scene.camera.data.dof
    assert lens.use_dof and lens.aperture_fstop < 2

    def labels():
        (seen,) = look(scene, scene.view_layers[0], find_views(scene), (160, 120), label_set=LABEL_SET)
        return seen.labels

    blurred = labels()
    scene.camera.data.animation_data_clear()  # a key would switch it on again
    lens.use_dof = False
    assert np.array_equal(labels(), blurred)


def test_all_that_stands_before_walls_can_be_built_and_labelled(empty_scene):
    materials = make_materials(np.random.default_rng(0))
    room = Room(empty_scene, np.random.default_rng(0), materials, make_book_meshes(materials), {})
    wall = Wall(6.0, 2.7, (-2.6, 0.8, 2.6, 2.5), 0.5)
    shot = Shot((0.3, -3.5, 1.6), (0, 0, 1.5), 0, 28, 3.5, None)
    view = View(room, np.random.default_rng(3), wall, [Place(0.2, 1.5, 0.6, 0.8)], shot, Models(), 10.0)
    for put in dict.fromkeys((*FURNITURE, *KINDS, *HELD_OUT)):
        before = set(bpy.data.objects)
        for _ in range(6 if put is FURNITURE[0] else 1):  # what stands on a sideboard is drawn
            put(view)
        came = [obj for obj in bpy.data.objects if obj not in before and obj.type not in ("EMPTY", "LIGHT")]
        assert came, put.__name__
        assert {*came} <= {thing for things in room.labelled.values() for thing in things}, put.__name__
    assert all(LABEL_SET.find(name) for name in room.labelled)


def test_what_stands_in_the_face_is_taken_away(room):
    shot = Shot((0, -2, 0), (0, 0, 0), 0, 36, 2, None)
    wall = [obj for obj in bpy.data.objects if obj.name == "shell wall"]
    assert hidden_share(shot, wall) == 1
    before = set(bpy.data.objects)
    tries = []

    def near():
        tries.append(1)
        box(start(room, "near", "thing", (0, -1.5, 0)), "box", (0.25, 0.1, 2), (0, 0, -1), "oak", 0)

    # The box, 45 cm before the lens, is 25 cm of the 45 cm that are seen there.
    assert not put_unless_in_the_face(room, shot, near, 0.4)
    assert len(tries) > 1 and set(bpy.data.objects) == before and room.labelled["thing"] == []
    assert put_unless_in_the_face(room, shot, near, 0.6)
    assert len(room.labelled["thing"]) == 1


def _save(path, wide: int, tall: int, color) -> None:
    image = bpy.data.images.new("picture", wide, tall, alpha=True)
    image.pixels.foreach_set(np.broadcast_to(np.array(color, np.float32), (tall, wide, 4)).ravel())
    image.filepath_raw, image.file_format = str(path), "PNG"
    image.save()
    bpy.data.images.remove(image)


def test_a_folder_is_shared_out_between_hard_walls_and_others(empty_scene, tmp_path):
    for number in range(11):
        _save(tmp_path / f"{number}.png", 4, 4, (1, 0, 0, 1))
    (tmp_path / "note.txt").write_text("no picture")
    easy, hard = open_gallery(tmp_path, 0.0, False).files, open_gallery(tmp_path, 0.0, True).files
    assert len(hard) == 2 and len(easy) == 9 and not {*easy} & {*hard}


def test_a_picture_of_a_folder_is_read_once_made_small_and_laid_on_white(empty_scene, tmp_path):
    for name in "ab":
        _save(tmp_path / f"{name}.png", 800, 400, (1, 0, 0, 0.5))
    gallery = open_gallery(tmp_path, 0.0, True)
    art = gallery.pick(np.random.default_rng(0), "wall 001 art 1")
    assert gallery.pick(np.random.default_rng(1), "wall 001 art 2") is art
    assert (tuple(art.image.size), art.aspect, art.image.name) == ((320, 160), 2.0, "picture 1")
    assert np.allclose(np.array(art.image.pixels[:]).reshape(-1, 4).mean(0), (1, 0.5, 0.5, 1), atol=0.01)
    assert [image.name for image in bpy.data.images] == ["picture 1"]


def test_a_picture_hangs_twice_only_where_there_is_no_other(empty_scene, tmp_path):
    for name in "abcde":
        image = bpy.data.images.new(name, 8, 8)
        image.filepath_raw, image.file_format = str(tmp_path / f"{name}.png"), "PNG"
        image.save()
    gallery, rng = open_gallery(tmp_path, 0.0, False), np.random.default_rng(0)
    hung: list[Art] = []
    for _ in range(5):
        hung.append(gallery.pick(rng, "art", hung))
    assert len({art.image for art in hung[:4]}) == len({art.image for art in hung}) == 4


def test_folders_that_will_not_do_are_refused(empty_scene, tmp_path):
    for asked, word in ((open_gallery, "two pictures"), (open_models, "chair_1.glb")):
        rest = (0.0, False) if asked is open_gallery else ()
        with pytest.raises(ValueError, match="no folder"):
            asked(tmp_path / "none", *rest)
        with pytest.raises(ValueError, match=word):
            asked(tmp_path, *rest)
    for name in "ab":
        (tmp_path / f"{name}.png").write_bytes(b"torn")
    with pytest.raises(ValueError, match="cannot read the picture"):
        open_gallery(tmp_path, 0.0, False).pick(np.random.default_rng(0), "art")


@pytest.mark.parametrize("format", ["PNG", "JPEG"])
def test_a_picture_that_was_cut_short_is_refused_and_not_hung_in_gray(empty_scene, tmp_path, format):
    whole, noise = tmp_path / "a.jpg", np.random.default_rng(0).random(4 * 64 * 64)
    image = bpy.data.images.new("noise", 64, 64)
    image.pixels.foreach_set(noise.astype(np.float32))
    image.filepath_raw, image.file_format = str(whole), format
    image.save()
    data = whole.read_bytes()
    (tmp_path / "b.jpg").write_bytes(data)
    open_gallery(tmp_path, 0.0, False).pick(np.random.default_rng(0), "art")
    for name in "ab":
        (tmp_path / f"{name}.jpg").write_bytes(data[: len(data) * 3 // 4])
    with pytest.raises(ValueError, match=r"cannot read the picture [ab]\.jpg"):
        open_gallery(tmp_path, 0.0, False).pick(np.random.default_rng(0), "art")


def test_models_stand_where_they_are_put(empty_scene, tmp_path):
    bpy.ops.mesh.primitive_cube_add(size=1, location=(0, 0, 0.5))
    bpy.ops.export_scene.gltf(filepath=str(tmp_path / "chair_1.glb"))
    bpy.ops.wm.read_factory_settings(use_empty=True)
    room = Room(bpy.context.scene, np.random.default_rng(0), {}, [], {})
    models = open_models(tmp_path)
    assert models.stand(room, np.random.default_rng(0), (1, -2, 0), 90, (0.9, 1.1), 1.5)
    assert not models.stand(room, np.random.default_rng(0), (1, -2, 0), 90, (1.5, 2.0), 1.5)
    (chair,) = room.labelled["seat"]
    bpy.context.view_layer.update()
    corners = np.array([chair.matrix_world @ vert.co for vert in chair.data.vertices])
    assert np.allclose([corners.min(0), corners.max(0)], [(0.5, -2.5, 0), (1.5, -1.5, 1)], atol=1e-5)
    assert list(bpy.data.objects) == [chair] and len(bpy.data.collections) == 0
