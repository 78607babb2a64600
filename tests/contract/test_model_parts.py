"""What models are made of beside their own file is a part of what identifies them."""

from __future__ import annotations

import json
from struct import pack

import pytest

from blender_addon.contract.model_parts import parts_of
from render_scripts.randomization.pools import fingerprint

GLTF = {
    "buffers": [{"uri": "m.bin", "byteLength": 3}, {"uri": "data:application/octet-stream;base64,AAAA"}],
    "images": [{"uri": "sub/wood%20dark.png"}, {"bufferView": 0}],
}


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "sub").mkdir()
    (tmp_path / "m.obj").write_bytes(b"# a model\r\nmtllib sub/two words.mtl\r\nusemtl A\r\nv 0 0 0\r\n")
    (tmp_path / "sub" / "two words.mtl").write_bytes(
        b"newmtl A\nKd 1 0 0\nmap_Kd -s 2 2 1 -o 0 0 0 wood dark.png\n  bump -bm 0.5 gone.png\nmap_Kd wood dark.png\n"
    )
    (tmp_path / "sub" / "wood dark.png").write_bytes(b"wood")
    (tmp_path / "m.bin").write_bytes(b"\0\1\2")
    text = json.dumps(GLTF)
    (tmp_path / "m.gltf").write_text(text)
    (tmp_path / "m.glb").write_bytes(b"glTF" + pack("<III", 2, 20 + len(text), len(text)) + b"JSON" + text.encode())
    return tmp_path


def test_parts(folder):
    wood = folder / "sub" / "wood dark.png"
    assert parts_of(folder / "m.obj") == [folder / "sub" / "two words.mtl", wood, folder / "sub" / "-bm 0.5 gone.png"]
    assert parts_of(folder / "m.gltf") == parts_of(folder / "m.glb") == [folder / "m.bin", wood]
    assert parts_of(wood) == []


@pytest.mark.parametrize(
    ("model", "part"),
    [
        ("m.obj", "sub/two words.mtl"),
        ("m.obj", "sub/wood dark.png"),
        ("m.gltf", "m.bin"),
        ("m.glb", "sub/wood dark.png"),
    ],
)
def test_another_part_makes_another_model(folder, model, part):
    seen = [fingerprint(folder / model)]
    assert seen == [fingerprint(folder / model)]
    content = (folder / part).read_bytes()
    (folder / part).write_bytes(content[:-1] + b"?")
    seen.append(fingerprint(folder / model))
    (folder / part).write_bytes(b"")
    seen.append(fingerprint(folder / model))
    (folder / part).unlink()
    seen.append(fingerprint(folder / model))
    assert len(set(seen)) == 4


@pytest.mark.parametrize("content", ["", "{", "[]", '{"buffers": 3, "images": [4, {"uri": 5}]}', "[" * 100_000])
def test_a_model_that_is_none_has_no_parts(tmp_path, content):
    for name in ("a.gltf", "a.obj"):
        (tmp_path / name).write_text(content)
        assert parts_of(tmp_path / name) == []
    (tmp_path / "a.glb").write_bytes(b"glTF" + content.encode())
    assert parts_of(tmp_path / "a.glb") == []


def test_names_that_no_file_can_have(tmp_path):
    (tmp_path / "a.obj").write_bytes(b"mtllib " + b"x" * 5000 + b"\nmtllib \0\nmtllib ../..\n")
    assert len(fingerprint(tmp_path / "a.obj").split()) == 2
