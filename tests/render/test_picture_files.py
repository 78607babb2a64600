"""Pictures that are cut, or are something else: told by their names before a frame, and never rendered."""

from __future__ import annotations

import bpy
import numpy as np
import pytest

from blender_addon.label_render.label_pass import RenderFailed
from render_scripts.own_images import size_of
from render_scripts.randomization.picture_files import is_whole
from render_scripts.randomization.pools import pictures_in

FORMATS = {
    ".png": "PNG",
    ".jpg": "JPEG",
    ".exr": "OPEN_EXR",
    ".hdr": "HDR",
    ".tif": "TIFF",
    ".bmp": "BMP",
    ".webp": "WEBP",
}


def saved(folder, suffix: str):
    """Noise, which no format makes small."""
    settings = bpy.context.scene.render.image_settings
    if "media_type" in settings.bl_rna.properties:  # since 5.0
        settings.media_type = "IMAGE"
    settings.file_format = FORMATS[suffix]
    image = bpy.data.images.new("noise", 64, 48)
    image.pixels.foreach_set(np.random.default_rng(0).random(64 * 48 * 4).astype(np.float32))
    image.save_render(str(folder / f"a{suffix}"), scene=bpy.context.scene)
    return folder / f"a{suffix}"


@pytest.mark.parametrize("suffix", FORMATS)
def test_a_picture_is_whole_and_a_part_of_it_is_not(empty_scene, tmp_path, suffix):
    path = saved(tmp_path, suffix)
    content = path.read_bytes()
    assert is_whole(path)
    ends = [0, 7, 30, len(content) // 2, len(content) - 1]
    for end in ends[:2] if suffix == ".hdr" else ends:
        path.write_bytes(content[:end])
        assert not is_whole(path), end
    path.write_bytes(b"<html>Not found</html>" * 99)
    assert not is_whole(path)


def test_an_hdr_without_rows_is_not_whole(tmp_path):
    (tmp_path / "x.hdr").write_bytes(b"#?RADIANCE\nFORMAT=32-bit_rle_rgbe\n\n-Y 512 +X 1024\n")
    assert not is_whole(tmp_path / "x.hdr")


@pytest.mark.parametrize("order", ["<", ">"])
def test_a_large_tiff_says_where_its_strips_are(tmp_path, order):
    """BigTIFF as its specification has it: one strip of 10 bytes, behind a directory of two entries."""
    kinds = [order + "u2", order + "u2", order + "u8", order + "u8"]
    header = (b"II+\0\x08\0\0\0" if order == "<" else b"MM\0+\0\x08\0\0") + np.array([16], order + "u8").tobytes()
    directory = np.array([2], order + "u8").tobytes()
    for tag, value in ((273, 72), (279, 10)):
        directory += b"".join(np.array([v], k).tobytes() for v, k in zip((tag, 16, 1, value), kinds))
    content = header + directory + bytes(8) + bytes(10)
    (tmp_path / "a.tif").write_bytes(content)
    assert is_whole(tmp_path / "a.tif")
    (tmp_path / "a.tif").write_bytes(content[:-1])
    assert not is_whole(tmp_path / "a.tif")


def test_words_behind_a_picture_do_no_harm(empty_scene, tmp_path):
    for suffix in (".png", ".jpg"):
        path = saved(tmp_path, suffix)
        path.write_bytes(path.read_bytes() + b"some program's own words")
        assert is_whole(path)


def test_the_file_is_named(empty_scene, tmp_path):
    path = saved(tmp_path, ".exr")
    path.write_bytes(path.read_bytes()[:2000])
    with pytest.raises(ValueError, match=r"a\.exr cannot be read as a picture: no exr file, or cut"):
        pictures_in(tmp_path, (".exr",))


def test_what_is_whole_and_cannot_be_read_is_named_too(empty_scene, tmp_path):
    path = saved(tmp_path, ".hdr")
    path.write_bytes(path.read_bytes()[:3000])
    with pytest.raises(RenderFailed, match=r"a\.hdr cannot be read as a picture") as caught:
        size_of(bpy.data.images.load(str(path)))
    assert "name a new --out" in caught.value.advice  # the same command would meet the same file
