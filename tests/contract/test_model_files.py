"""Models that are cut, or are something else, are told from whole ones by what their formats say of themselves."""

from __future__ import annotations

import json

import bpy
import pytest

from blender_addon.contract.model_files import is_whole


@pytest.fixture(params=["plain.blend", "packed.blend", "m.glb", "m.gltf", "m.obj"])
def model(request, empty_scene, tmp_path):
    """A cube in a file of this format."""
    path = tmp_path / request.param
    bpy.ops.mesh.primitive_cube_add()
    if path.suffix == ".blend":
        bpy.data.libraries.write(str(path), {bpy.context.object}, compress=path.stem == "packed")
    elif path.suffix == ".obj":
        bpy.ops.wm.obj_export(filepath=str(path))
    else:
        bpy.ops.export_scene.gltf(filepath=str(path), export_format="GLB" if path.suffix == ".glb" else "GLTF_SEPARATE")
    return path


def test_a_model_is_whole_and_what_is_cut_or_no_model_is_not(model):
    content = model.read_bytes()
    assert is_whole(model)
    ends = [0, 5, 30, len(content) // 2, len(content.rstrip()) - 1]
    for end in ends[:3] if model.suffix == ".obj" else ends:  # of text, where faces come last
        model.write_bytes(content[:end])
        assert not is_whole(model), end
    for other in (b"<html>Not found</html>" * 99, b"\0" * 999):
        model.write_bytes(other)
        assert not is_whole(model)


def test_a_gltf_without_its_buffer_is_not_whole(tmp_path):
    path, data = tmp_path / "a.gltf", {"asset": {}, "buffers": [{"uri": "a.bin"}], "images": [{"uri": "a.png"}]}
    path.write_text(json.dumps(data))
    assert not is_whole(path)
    (tmp_path / "a.bin").write_bytes(b"")
    assert is_whole(path)


def test_a_file_that_blender_2_compressed_is_taken(tmp_path):
    (tmp_path / "old.blend").write_bytes(b"\x1f\x8b\x08" + bytes(99))
    assert is_whole(tmp_path / "old.blend")


def test_other_formats_are_not_judged(tmp_path):
    (tmp_path / "a.fbx").write_bytes(b"")
    assert is_whole(tmp_path / "a.fbx")
