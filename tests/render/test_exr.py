"""EXR files against the OpenEXR library and real Blender: bit for bit, and never wrong data from half a file."""

from __future__ import annotations

import struct
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from blender_addon.label_render.exr import ExrError, read_uncompressed, read_zip, write_zip

OpenEXR = pytest.importorskip("OpenEXR")
in_one_folder = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])

names = st.text("ABCxyz.019 ", min_size=1, max_size=12)
shapes = st.tuples(st.integers(1, 50), st.integers(1, 20))
bits = arrays.from_dtype(np.dtype("<u4"))
"""Any 32 bits are a float32: NaNs with payloads, infinities, -0 and denormals among them."""


@st.composite
def channel_sets(draw):
    shape, seed = draw(shapes), draw(st.integers(0, 99))
    noise = np.random.default_rng(seed)

    def pixels(kind):
        if kind == "noise":  # does not compress, so its blocks are stored as they are
            return noise.integers(0, 2**32, shape, dtype=np.uint32).view(np.float32)
        if kind == "flat":
            return np.full(shape, noise.integers(0, 32767), np.float32)
        return draw(arrays.arrays(np.uint32, shape, elements=bits)).view(np.float32)

    kinds = draw(st.dictionaries(names, st.sampled_from(["noise", "flat", "any"]), min_size=1, max_size=3))
    return {name: pixels(kind) for name, kind in kinds.items()}


def same_bits(found, expected) -> bool:
    return found.dtype == np.float32 and (found.view(np.uint32) == expected.view(np.uint32)).all()


def library_reads(path: Path) -> dict[str, np.ndarray]:
    with OpenEXR.File(str(path), separate_channels=True) as file:
        channels = (item for part in file.parts for item in part.channels.items())
        return {name: np.array(channel.pixels) for name, channel in channels}


def library_writes(path: Path, channels, *, compression=None, parts=None, **header) -> None:
    def made(pixels):
        return {name: OpenEXR.Channel(np.ascontiguousarray(of)) for name, of in pixels.items()}

    head = {"compression": OpenEXR.NO_COMPRESSION if compression is None else compression}
    head |= {"type": OpenEXR.scanlineimage} | header
    if parts:
        OpenEXR.File([OpenEXR.Part(dict(head), made(of), name) for name, of in parts.items()]).write(str(path))
    else:
        OpenEXR.File(head, made(channels)).write(str(path))


@in_one_folder
@given(channels=channel_sets())
def test_what_is_written_is_read_back_by_the_library(tmp_path, channels):
    write_zip(tmp_path / "a.exr", channels)
    found = library_reads(tmp_path / "a.exr")
    assert sorted(found) == sorted(channels)
    assert all(same_bits(found[name], pixels) for name, pixels in channels.items())


@in_one_folder
@given(channels=channel_sets())
def test_what_is_written_is_read_back_here(tmp_path, channels):
    write_zip(tmp_path / "a.exr", channels)
    found = read_zip(tmp_path / "a.exr")
    assert sorted(found) == sorted(channels)
    assert all(same_bits(found[name], pixels) for name, pixels in channels.items())


@in_one_folder
@given(channels=channel_sets())
def test_what_the_library_packed_is_read(tmp_path, channels):
    library_writes(tmp_path / "a.exr", channels, compression=OpenEXR.ZIP_COMPRESSION)
    found = read_zip(tmp_path / "a.exr")
    assert sorted(found) == sorted(channels)
    assert all(same_bits(found[name], pixels) for name, pixels in channels.items())


@pytest.mark.parametrize("dtype", [np.uint32, np.float16])
def test_whole_numbers_and_halves_come_back(tmp_path, dtype):
    channels = {name: np.random.default_rng(n).integers(0, 2**15, (35, 9)).astype(dtype) for n, name in enumerate("AB")}
    if dtype == np.uint32:
        channels["A"] += np.uint32(2**31 + 2**24)
    write_zip(tmp_path / "a.exr", channels)
    for found in (library_reads(tmp_path / "a.exr"), read_zip(tmp_path / "a.exr")):
        assert all(found[name].dtype == dtype and (found[name] == channels[name]).all() for name in channels)


def test_no_part_of_a_packed_file_is_read_as_the_whole(tmp_path):
    path = tmp_path / "a.exr"
    write_zip(path, {"Label": np.random.default_rng(0).choice(np.array([0, 3, 40], np.float32), (40, 9))})
    data = path.read_bytes()
    for end in range(len(data)):
        path.write_bytes(data[:end])
        with pytest.raises(ExrError):
            read_zip(path)


def test_each_dialect_is_refused_by_the_other(tmp_path):
    pixels = {"Label": np.zeros((3, 4), np.float32)}
    write_zip(tmp_path / "packed.exr", pixels)
    library_writes(tmp_path / "plain.exr", pixels)
    library_writes(tmp_path / "lines.exr", pixels, compression=OpenEXR.ZIPS_COMPRESSION)
    for name in ("plain", "lines"):
        with pytest.raises(ExrError):
            read_zip(tmp_path / f"{name}.exr")
    with pytest.raises(ExrError):
        read_uncompressed(tmp_path / "packed.exr")


@pytest.mark.parametrize("shape", [(1, 1), (1, 7), (15, 3), (16, 3), (17, 3), (32, 1), (33, 64)])
@pytest.mark.parametrize("kind", ["noise", "labels"])
def test_heights_around_the_block_size(tmp_path, shape, kind):
    rng = np.random.default_rng(1)
    pixels = rng.integers(0, 2**32, shape, dtype=np.uint32).view(np.float32)
    if kind == "labels":
        pixels = rng.choice(np.array([0, 3, 40, 65534, 65535], np.float32), shape)
    write_zip(tmp_path / "a.exr", {"Label": pixels})
    assert same_bits(library_reads(tmp_path / "a.exr")["Label"], pixels)
    with OpenEXR.File(str(tmp_path / "a.exr")) as file:
        assert file.header()["compression"] == OpenEXR.ZIP_COMPRESSION


def test_flat_labels_become_small_files(tmp_path):
    write_zip(tmp_path / "a.exr", {"Label": np.full((480, 640), 40, np.float32)})
    assert (tmp_path / "a.exr").stat().st_size < 480 * 640 * 4 / 100


@in_one_folder
@given(channels=channel_sets())
def test_what_the_library_wrote_is_read(tmp_path, channels):
    library_writes(tmp_path / "a.exr", channels)
    found = read_uncompressed(tmp_path / "a.exr")
    assert sorted(found) == sorted(channels)
    assert all(same_bits(found[name], pixels) for name, pixels in channels.items())


def test_scan_lines_may_be_stored_from_below(tmp_path):
    pixels = np.arange(35, dtype=np.float32).reshape(7, 5)
    library_writes(tmp_path / "a.exr", {"Y": pixels}, lineOrder=OpenEXR.DECREASING_Y)
    data = (tmp_path / "a.exr").read_bytes()
    assert data.index(struct.pack("<f", 34)) < data.index(struct.pack("<f", 7)), "the library stored it from above"
    assert same_bits(read_uncompressed(tmp_path / "a.exr")["Y"], pixels)


def test_parts_are_read_together(tmp_path):
    rng = np.random.default_rng(2)
    parts = {name: {f"{name}.{c}": rng.random((9, 4), np.float32) for c in "XYZ"} for name in ("Depth", "Object Index")}
    library_writes(tmp_path / "a.exr", None, parts=parts)
    found = read_uncompressed(tmp_path / "a.exr")
    for name, channels in parts.items():
        # the library calls a channel by its part's name where the channel's own name lacks it
        assert all(same_bits(found[channel], pixels) for channel, pixels in channels.items()), name


def test_what_blender_wrote_is_read(tmp_path, empty_scene):
    bpy = pytest.importorskip("bpy")
    from scenery import camera, rectangle

    from blender_addon import compat

    camera(empty_scene, ortho=8)
    rectangle(empty_scene, 0, 9, label=7)
    layer = empty_scene.view_layers[0]
    layer.use_pass_object_index = layer.use_pass_z = True
    empty_scene.cycles.samples, empty_scene.cycles.use_denoising = 1, False
    render = empty_scene.render
    render.resolution_x, render.resolution_y, render.filepath = 8, 5, str(tmp_path / "a.exr")
    compat.set_file_format(render.image_settings, "OPEN_EXR_MULTILAYER")
    render.image_settings.color_depth, render.image_settings.exr_codec = "32", "NONE"
    bpy.ops.render.render(write_still=True)
    ours, theirs = read_uncompressed(tmp_path / "a.exr"), library_reads(tmp_path / "a.exr")
    assert sorted(ours) == sorted(theirs)
    assert all(same_bits(ours[name], theirs[name].astype(np.float32)) for name in ours)
    assert (compat.pass_channels(ours)["IndexOB.X"] == np.repeat([0, 7], 4)).all()


@pytest.mark.parametrize("multipart", [False, True])
def test_a_file_cut_anywhere_is_an_error(tmp_path, multipart):
    path = tmp_path / "a.exr"
    pixels = {"A": np.arange(6, dtype=np.float32).reshape(3, 2), "B": np.ones((3, 2), np.float32)}
    library_writes(path, pixels, parts={"one": pixels, "two": pixels} if multipart else None)
    whole = path.read_bytes()
    read_uncompressed(path)
    for size in range(len(whole)):
        path.write_bytes(whole[:size])
        with pytest.raises(ExrError, match=r"a\.exr"):
            read_uncompressed(path)


@pytest.mark.parametrize("height", [1, 3])
def test_a_file_whose_table_was_never_filled_in_is_an_error(tmp_path, height):
    """As a writer leaves it that is killed before it goes back to the offset table."""
    path = tmp_path / "a.exr"
    library_writes(path, {"A": np.ones((height, 2), np.float32)})
    data = bytearray(path.read_bytes())
    table = len(data) - height * (8 + 8 + 8)
    assert struct.unpack_from("<Q", data, table)[0] == table + 8 * height
    data[table : table + 8 * height] = bytes(8 * height)
    path.write_bytes(data)
    with pytest.raises(ExrError):
        read_uncompressed(path)


@pytest.mark.parametrize("height", [1, 4])
def test_tiles_are_refused(tmp_path, height):
    pixels = np.arange(height * 2, dtype=np.float32).reshape(height, 2)
    tiles = OpenEXR.TileDescription()
    tiles.xSize, tiles.ySize = 16, 16
    library_writes(tmp_path / "a.exr", {"A": pixels}, type=OpenEXR.tiledimage, tiles=tiles)
    with pytest.raises(ExrError):
        read_uncompressed(tmp_path / "a.exr")


@pytest.mark.parametrize("compression", ["ZIP", "ZIPS", "RLE", "PIZ", "PXR24", "DWAA"])
def test_compression_is_refused(tmp_path, compression):
    pixels = {"A": np.zeros((4, 4), np.float32)}
    library_writes(tmp_path / "a.exr", pixels, compression=getattr(OpenEXR, f"{compression}_COMPRESSION"))
    with pytest.raises(ExrError, match="compressed"):
        read_uncompressed(tmp_path / "a.exr")


@pytest.mark.parametrize("dtype", [np.float16, np.uint32])
def test_other_numbers_than_float32_are_refused(tmp_path, dtype):
    library_writes(tmp_path / "a.exr", {"A": np.ones((4, 4), np.float32), "B": np.ones((4, 4), dtype)})
    with pytest.raises(ExrError, match="float32"):
        read_uncompressed(tmp_path / "a.exr")


@pytest.mark.parametrize("data", [b"", b"\x76\x2f\x31\x01", b"\x89PNG\r\n\x1a\n" + bytes(99), bytes(500)])
def test_other_files_are_refused(tmp_path, data):
    (tmp_path / "a.exr").write_bytes(data)
    with pytest.raises(ExrError):
        read_uncompressed(tmp_path / "a.exr")


@in_one_folder
@given(at=st.integers(0, 400), value=st.integers(0, 255))
def test_a_wrong_byte_is_an_error_or_a_picture_and_never_a_crash(tmp_path, at, value):
    path = tmp_path / "a.exr"
    library_writes(path, {"A": np.ones((3, 2), np.float32)})
    data = bytearray(path.read_bytes())
    data[at % len(data)] = value
    path.write_bytes(data)
    with suppress(ExrError):
        read_uncompressed(path)
