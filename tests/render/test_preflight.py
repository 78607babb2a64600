"""Each thing that would render wrong data is told, once, in words; a clean scene gives no words at all."""

from __future__ import annotations

import platform
from pathlib import Path

import bpy
import pytest
from scenery import camera, copies_on, in_collection, instance, main_file, new_scene, rectangle, write_library

from blender_addon.contract.labels import built_in
from blender_addon.occurrences import occurrences
from render_scripts import compat, preflight
from render_scripts.request import Request

REQUEST = Request(Path("run"), device="cpu")


@pytest.fixture
def scene(empty_scene):
    """A labelled floor and a camera: nothing to say."""
    camera(empty_scene)
    rectangle(empty_scene, -1, 1, label=2, name="floor")
    return empty_scene


def told(scene, label_set=None, alpha_threshold=0.5):
    layer = scene.view_layers[0]
    things = list(occurrences(layer, bpy.context.evaluated_depsgraph_get()))
    return list(preflight.check_scene(scene, layer, label_set or built_in("nyu40"), things, alpha_threshold))


def one(scene, *, fatal, label_set=None):
    """The words of the only problem."""
    (problem,) = told(scene, label_set)
    assert problem.fatal == fatal
    assert str(problem) == f"{'error' if fatal else 'warning'}: {problem.message}"
    return problem.message


def part(label, name="part"):
    material = bpy.data.materials.new(name)
    material.pass_index = label
    return material


def test_a_clean_scene_has_no_problems(scene):
    assert told(scene) == []


def test_some_objects_without_a_label(scene):
    for number in range(7):
        rectangle(scene, 0, 1, name=f"box {number}")
    assert one(scene, fatal=False) == (
        "7 objects without a label will come out unlabelled: 'box 0', 'box 1', 'box 2', 'box 3', 'box 4' and 2 more; "
        "label them, or hide them in renders"
    )


def test_one_object_without_a_label(scene):
    rectangle(scene, 0, 1, name="box")
    assert (
        one(scene, fatal=False)
        == "1 object without a label will come out unlabelled: 'box'; label it, or hide it in renders"
    )


def test_hidden_objects_need_no_label(scene):
    rectangle(scene, 0, 1).hide_render = True
    assert told(scene) == []


def test_nothing_labelled_at_all(scene):
    scene.objects["floor"].pass_index = 0
    rectangle(scene, 0, 1)
    assert "nothing in this scene is labelled (2 objects)" in one(scene, fatal=True)


def test_labels_on_parts_are_labels(scene):
    floor = scene.objects["floor"]
    floor.pass_index = 0
    floor.data.materials.append(part(2))
    floor.data.materials.append(None)
    assert "1 object without a label" in one(scene, fatal=False)


def test_labels_through_an_instancer_are_labels(scene):
    floor = scene.objects["floor"]
    floor.pass_index = 0
    chairs = in_collection("chairs", floor)
    scene.collection.children.link(chairs)  # shown as it is, without a label, and as a copy with one
    instance(scene, chairs, "copy", 5)
    assert "1 object without a label" in one(scene, fatal=False)


def test_ids_outside_the_label_set(scene):
    rectangle(scene, 0, 1, label=57, name="Lamp.003")
    assert one(scene, fatal=True) == (
        "object 'Lamp.003' has pass index 57, which label set 'nyu40' does not define; relabel it or add id 57"
    )


def test_ids_outside_the_label_set_on_materials(scene):
    scene.objects["floor"].data.materials.append(part(99, "wood"))
    assert "material 'wood' has pass index 99" in one(scene, fatal=True)


def test_ids_outside_the_label_set_on_instancers(scene):
    instance(scene, in_collection("boxes", rectangle(scene, 0, 1)), "rack", 57)
    assert "object 'rack' has pass index 57" in one(scene, fatal=True)


def test_copies_that_blender_cannot_tell_apart(scene):
    source = rectangle(scene, 0, 1, name="book")
    source.hide_render = True
    copies_on(scene, "shelf", source, 3)
    assert told(scene) == []
    copies_on(scene, "desk", source, 14)
    said = one(scene, fatal=True)
    assert "'book': copies by geometry nodes or particles are under different labels" in said
    assert "('cabinet' from 'shelf', 'desk' from 'desk')" in said
    source.pass_index = 23
    assert told(scene) == []


def test_a_thing_shown_itself_and_by_a_labelled_host_cannot_be_told_apart(scene):
    source = rectangle(scene, 0, 1, name="book")
    copies_on(scene, "shelf", source, 3)
    messages = [problem.message for problem in told(scene) if problem.fatal]
    assert len(messages) == 1
    assert "(no label where it stands, 'cabinet' from 'shelf')" in messages[0]


@pytest.mark.parametrize(("alpha", "problems"), [(1, 0), (0.6, 0), (0.4, 1), (0, 0)])
def test_constant_alpha_below_the_threshold(scene, alpha, problems):
    glass = bpy.data.materials.new("film")
    glass.use_nodes = True
    glass.node_tree.nodes["Principled BSDF"].inputs["Alpha"].default_value = alpha
    scene.objects["floor"].data.materials.append(glass)
    assert len(told(scene)) == problems
    if problems:
        assert "semi-transparent material 'film' has less alpha than the threshold 0.5" in one(scene, fatal=False)
        assert told(scene, alpha_threshold=0.2) == []


def film(scene):
    """A new material with nodes on the floor: its tree and output."""
    material = bpy.data.materials.new("film")
    material.use_nodes = True
    scene.objects["floor"].data.materials.append(material)
    return material.node_tree, material.node_tree.nodes["Material Output"].inputs["Surface"]


def handed_to_an_output(scene):
    """An output in a group shows what the group is handed, by several materials perhaps."""
    tree, _ = film(scene)
    group = bpy.data.node_groups.new("all of it", "ShaderNodeTree")
    group.interface.new_socket("Shader", in_out="INPUT", socket_type="NodeSocketShader")
    given, output = group.nodes.new("NodeGroupInput"), group.nodes.new("ShaderNodeOutputMaterial")
    group.links.new(given.outputs[0], output.inputs["Surface"])
    tree.nodes.clear()
    node, clear = tree.nodes.new("ShaderNodeGroup"), tree.nodes.new("ShaderNodeBsdfTransparent")
    node.node_tree = group
    tree.links.new(clear.outputs[0], node.inputs[0])


def scripted(scene):
    """A script may do anything."""
    tree, surface = film(scene)
    script = tree.nodes.new("ShaderNodeScript")
    tree.links.new(script.outputs.new("NodeSocketShader", "Out"), surface)


def grouped_script(scene):
    tree, surface = film(scene)
    group = bpy.data.node_groups.new("script", "ShaderNodeTree")
    group.interface.new_socket("Shader", in_out="OUTPUT", socket_type="NodeSocketShader")
    script, out = group.nodes.new("ShaderNodeScript"), group.nodes.new("NodeGroupOutput")
    group.links.new(script.outputs.new("NodeSocketShader", "Out"), out.inputs[0])
    node = tree.nodes.new("ShaderNodeGroup")
    node.node_tree = group
    tree.links.new(node.outputs[0], surface)


@pytest.mark.parametrize("build", [handed_to_an_output, scripted, grouped_script])
def test_alpha_that_cannot_be_read_is_told(scene, build):
    build(scene)
    assert one(scene, fatal=False).startswith("light may pass through material 'film', and its nodes do not say")


def test_alpha_that_is_calculated_is_no_problem(scene):
    tree, surface = film(scene)
    mix, noise = tree.nodes.new("ShaderNodeMixShader"), tree.nodes.new("ShaderNodeTexNoise")
    tree.links.new(noise.outputs[0], mix.inputs[0])
    tree.links.new(tree.nodes.new("ShaderNodeBsdfTransparent").outputs[0], mix.inputs[1])
    tree.links.new(tree.nodes["Principled BSDF"].outputs[0], mix.inputs[2])
    tree.links.new(mix.outputs[0], surface)
    assert told(scene) == []


def test_a_scene_without_any_surface(scene):
    for obj in [obj for obj in scene.objects if obj.type == "MESH"]:
        obj.hide_render = True
    assert one(scene, fatal=True) == "nothing in this scene has a surface that would be rendered"


def test_missing_volumes(scene, tmp_path):
    smoke = bpy.data.volumes.new("smoke")
    smoke.filepath = str(tmp_path / "smoke.vdb")
    assert told(scene) == []
    scene.collection.objects.link(bpy.data.objects.new("smoke", smoke))
    assert one(scene, fatal=False) == "missing volume 'smoke': nothing of it renders"


def test_every_tile_of_a_texture_is_looked_for(scene, tmp_path):
    image = bpy.data.images.new("tiles", 2, 2, tiled=True)
    image.tiles.new(1002)
    image.filepath_raw = str(tmp_path / "tiles.<UDIM>.png")
    for number in (1001, 1002):
        (tmp_path / f"tiles.{number}.png").write_bytes(b"x")
    material = bpy.data.materials.new("m")
    material.use_nodes = True
    material.node_tree.nodes.new("ShaderNodeTexImage").image = image
    scene.objects["floor"].data.materials.append(material)
    assert told(scene) == []
    (tmp_path / "tiles.1002.png").unlink()
    assert one(scene, fatal=False) == "missing texture 'tiles': its surfaces render pink"


def test_tiles_may_be_numbered_by_column_and_row(scene, tmp_path):
    image = bpy.data.images.new("tiles", 2, 2, tiled=True)
    image.tiles.new(1012)
    image.filepath_raw = str(tmp_path / "tiles_<UVTILE>.png")
    for tile in ("u1_v1", "u2_v2"):
        (tmp_path / f"tiles_{tile}.png").write_bytes(b"x")
    material = bpy.data.materials.new("m")
    material.use_nodes = True
    material.node_tree.nodes.new("ShaderNodeTexImage").image = image
    scene.objects["floor"].data.materials.append(material)
    assert told(scene) == []


def test_missing_textures(scene, tmp_path):
    image = bpy.data.images.new("wood", 2, 2)
    image.filepath_raw = str(tmp_path / "wood.png")
    image.file_format = "PNG"
    image.save()
    loaded = bpy.data.images.load(str(tmp_path / "wood.png"))
    assert told(scene) == []  # nobody uses it yet
    node_material = bpy.data.materials.new("m")
    node_material.use_nodes = True
    node_material.node_tree.nodes.new("ShaderNodeTexImage").image = loaded
    assert told(scene) == []
    (tmp_path / "wood.png").unlink()
    assert told(scene) == []  # a leftover that nothing shows
    scene.objects["floor"].data.materials.append(node_material)
    assert one(scene, fatal=False) == "missing texture 'wood.png': its surfaces render pink"


def test_missing_libraries(tmp_path):
    write_library(tmp_path / "library.blend")
    scene = main_file(tmp_path / "main.blend", tmp_path / "library.blend", "things")
    assert told(scene) == []
    (tmp_path / "library.blend").unlink()
    assert "missing library '//library.blend'" in one(scene, fatal=True)


def test_a_packed_library_needs_no_file(tmp_path):
    write_library(tmp_path / "library.blend")
    main_file(tmp_path / "main.blend", tmp_path / "library.blend", "things")
    bpy.ops.file.pack_libraries()
    bpy.ops.wm.save_mainfile()
    (tmp_path / "library.blend").unlink()
    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "main.blend"))
    assert told(bpy.context.scene) == []


def test_what_a_library_no_longer_holds(tmp_path):
    write_library(tmp_path / "library.blend")
    main_file(tmp_path / "main.blend", tmp_path / "library.blend", "things")
    bpy.ops.wm.read_factory_settings(use_empty=True)
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "library.blend"))
    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "main.blend"))
    assert any("'things' is linked from a library that no longer" in str(each) for each in told(bpy.context.scene))


def test_a_library_of_a_library_in_another_folder_is_not_missing(tmp_path):
    (tmp_path / "assets").mkdir()
    write_library(tmp_path / "assets" / "inner.blend")
    write_library(tmp_path / "assets" / "outer.blend", linked_from=tmp_path / "assets" / "inner.blend")
    scene = main_file(tmp_path / "main.blend", tmp_path / "assets" / "outer.blend", "more things")
    assert len(bpy.data.libraries) == 2
    assert told(scene) == []


def test_another_engine(scene):
    scene.render.engine = "BLENDER_WORKBENCH"
    assert "the scene is set to BLENDER_WORKBENCH" in one(scene, fatal=False)


def test_other_view_layers(scene):
    scene.view_layers.new("foreground")
    scene.view_layers.new("unused").use = False
    assert one(scene, fatal=False) == "only view layer 'ViewLayer' is rendered, not 'foreground'; see --view-layer"


def test_scripts_that_were_not_run(tmp_path):
    scene = bpy.context.scene
    scene = new_scene()
    rectangle(scene, 0, 1, label=2)
    text = bpy.data.texts.new("startup.py")
    text.use_module = True
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "a.blend"))
    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "a.blend"), use_scripts=False)
    message = one(bpy.context.scene, fatal=False)
    assert "startup.py" in message
    assert "--allow-scripts" in message


# What the scene leaves open


def test_devices(monkeypatch, empty_scene):
    monkeypatch.setattr(compat, "gpu_devices", lambda back_end: ["A GPU"] if back_end in {"CUDA", "HIP"} else [])
    assert preflight.resolve_device("cpu") == ("CPU", [])
    assert preflight.resolve_device("auto") == ("CUDA", [])
    assert preflight.resolve_device("gpu") == ("CUDA", [])
    assert preflight.resolve_device("hip") == ("HIP", [])
    device, (problem,) = preflight.resolve_device("optix")
    assert (device, problem.fatal) == ("CPU", True)
    assert problem.message == "--device optix: Cycles finds no optix device on this machine"
    monkeypatch.setattr(compat, "gpu_devices", lambda back_end: [])
    assert preflight.resolve_device("auto") == ("CPU", [])
    assert [problem.message for problem in preflight.resolve_device("gpu")[1]] == [
        "--device gpu: Cycles finds no GPU on this machine"
    ]


def test_every_back_end_can_be_asked_for(empty_scene):
    for back_end in (*compat.GPU_BACK_ENDS, "UNHEARD_OF"):
        assert isinstance(compat.gpu_devices(back_end), list)


@pytest.mark.parametrize("in_scene", [True, False])
@pytest.mark.parametrize("in_build", [True, False])
@pytest.mark.parametrize("asked", [None, True, False])
def test_denoising(empty_scene, monkeypatch, in_scene, in_build, asked):
    monkeypatch.setattr(compat, "has_denoiser", lambda: in_build)
    empty_scene.cycles.use_denoising = in_scene
    request = REQUEST.__class__(**{**vars(REQUEST), "denoise": asked})
    denoise, problems = preflight.resolve_denoising(empty_scene, request)
    wanted = in_scene if asked is None else asked
    if wanted and not in_build:
        assert [problem.fatal for problem in problems] == [asked is True]
        assert "no OpenImageDenoise" in problems[0].message
    else:
        assert (denoise, problems) == (wanted, [])


def test_this_build_says_whether_it_denoises(empty_scene):
    assert compat.has_denoiser() in (True, False)


def test_a_run_that_another_version_began():
    planned = {"labelpass": "0.1.0", "blender": "4.5.1 LTS", "build": "abc"}
    assert not list(preflight.check_versions(planned, dict(planned)))
    (problem,) = preflight.check_versions(planned, {**planned, "blender": "5.2.2 LTS"})
    assert not problem.fatal and "blender 4.5.1 LTS and not 5.2.2 LTS" in problem.message


def test_kinds_of_processors_are_told_apart(monkeypatch):
    here = compat.kernel("CPU")
    assert here.split()[0] == platform.machine() and here == compat.kernel("CPU", 1)
    if platform.machine() == "x86_64":
        assert {"AVX2", "SSE42"} & set(here.split())
    compat.kernel.cache_clear()
    monkeypatch.setenv("CYCLES_CPU_NO_AVX2", "1")
    planned, slower = {"kernel": here}, {"kernel": compat.kernel("CPU")}
    compat.kernel.cache_clear()
    (problem,) = preflight.check_versions(planned, slower)
    assert not problem.fatal and f"planned with kernel {here} and not {here} CYCLES_CPU_NO_AVX2" in problem.message
