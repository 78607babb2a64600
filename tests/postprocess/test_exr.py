"""Index passes of both dialects, File Output files, and every kind of damage."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
from small_inputs import write_exr, write_parts

from blender_addon.contract.labels import BACKGROUND, IGNORE, Label, LabelSet, built_in
from postprocess.errors import ExportError
from postprocess.exr import read_index_pass, read_labels, read_purity

NYU40 = built_in("nyu40")
OBJECT = np.array([[0, 5, 7], [0, 5, 3]], np.float32)
MATERIAL = np.array([[0, 0, 9], [0, 2, 0]], np.float32)
DEPTH = np.array([[1e10, 2, 2], [4, 2, 2]], np.float32)
EXPECTED = np.array([[BACKGROUND, 5, 9], [0, 2, 3]], np.uint16)
COLOR = np.full((2, 3), 0.25, np.float32)

LAYERS = ["ViewLayer", "my.layer v2", "Ebene Ä", "IndexOB"]


def blender4(layer: str) -> dict[str, np.ndarray]:
    return {
        f"{layer}.Combined.R": COLOR,
        f"{layer}.IndexOB.X": OBJECT,
        f"{layer}.IndexMA.X": MATERIAL,
        f"{layer}.Depth.Z": DEPTH,
        f"{layer}.Noisy Image.R": COLOR,
    }


def blender5(layer: str) -> list[tuple[str, dict[str, np.ndarray]]]:
    passes = {"Combined.R": COLOR, "Depth.Z": DEPTH, "Object Index.X": OBJECT, "Material Index.X": MATERIAL}
    return [(f"{layer}.{name.rpartition('.')[0]}", {f"{layer}.{name}": of}) for name, of in passes.items()]


@pytest.mark.parametrize("layer", LAYERS)
def test_blender_4_single_part(tmp_path: Path, layer: str) -> None:
    write_exr(tmp_path / "a.exr", blender4(layer))
    found = read_index_pass(tmp_path / "a.exr", NYU40)
    np.testing.assert_array_equal(found.labels.pixels, EXPECTED)
    assert found.labels.pixels.dtype == np.uint16
    assert (found.layer, found.background_known) == (layer, True)


@pytest.mark.parametrize("layer", LAYERS)
def test_blender_5_several_parts(tmp_path: Path, layer: str) -> None:
    write_parts(tmp_path / "a.exr", blender5(layer))
    found = read_index_pass(tmp_path / "a.exr", NYU40)
    np.testing.assert_array_equal(found.labels.pixels, EXPECTED)
    assert (found.layer, found.background_known) == (layer, True)


def test_parts_that_name_the_layer_where_channels_do_not(tmp_path: Path) -> None:
    write_parts(
        tmp_path / "a.exr", [("Lay.er.Object Index", {"X": OBJECT}), ("Lay.er.Material Index", {"X": MATERIAL})]
    )
    found = read_index_pass(tmp_path / "a.exr", NYU40)
    np.testing.assert_array_equal(found.labels.pixels, np.where(MATERIAL > 0, MATERIAL, OBJECT))
    assert found.layer == "Lay.er"


@pytest.mark.parametrize("name", ["V", "IndexOB.V", "Y", "anything at all"])
def test_file_output_of_one_channel(tmp_path: Path, name: str) -> None:
    write_exr(tmp_path / "a.exr", {name: OBJECT})
    found = read_index_pass(tmp_path / "a.exr", NYU40)
    np.testing.assert_array_equal(found.labels.pixels, OBJECT)
    assert not found.background_known


def test_file_output_as_equal_rgb(tmp_path: Path) -> None:
    write_exr(tmp_path / "a.exr", {"R": OBJECT, "G": OBJECT, "B": OBJECT, "A": np.ones_like(OBJECT)})
    np.testing.assert_array_equal(read_index_pass(tmp_path / "a.exr", NYU40).labels.pixels, OBJECT)
    write_exr(tmp_path / "b.exr", {"R": OBJECT, "G": OBJECT, "B": MATERIAL})
    with pytest.raises(ExportError, match=r"b\.exr: R, G and B differ"):
        read_index_pass(tmp_path / "b.exr", NYU40)


def test_whole_numbers_of_other_types(tmp_path: Path) -> None:
    for dtype in (np.uint32, np.float16):
        write_exr(tmp_path / "a.exr", {"V": OBJECT.astype(dtype)})
        np.testing.assert_array_equal(read_index_pass(tmp_path / "a.exr", NYU40).labels.pixels, OBJECT)


def test_half_floats_cannot_hold_large_ids(tmp_path: Path) -> None:
    large = LabelSet("large", (Label(5, "a", (1, 2, 3)), Label(2049, "b", (4, 5, 6))))
    write_exr(tmp_path / "a.exr", {"V": np.full((2, 2), 5, np.float16)})
    with pytest.raises(ExportError, match="half float"):
        read_index_pass(tmp_path / "a.exr", large)


def test_every_id_of_the_range_is_read_exactly(tmp_path: Path) -> None:
    everything = LabelSet("all", tuple(Label(n, f"l{n}", (0, 0, 0)) for n in range(1, 32768)))
    values = np.arange(32768, dtype=np.float32).reshape(128, 256)
    write_exr(tmp_path / "a.exr", {"L.IndexOB.X": values})
    np.testing.assert_array_equal(read_index_pass(tmp_path / "a.exr", everything).labels.pixels, values)


def test_several_view_layers_need_a_choice(tmp_path: Path) -> None:
    path = tmp_path / "a.exr"
    write_exr(path, {"one.IndexOB.X": OBJECT, "two.v.IndexOB.X": np.full_like(OBJECT, 4), "two.v.Depth.Z": DEPTH})
    with pytest.raises(ExportError, match=r"'one', 'two\.v'.*--layer"):
        read_index_pass(path, NYU40)
    chosen = read_index_pass(path, NYU40, "two.v")
    assert set(np.unique(chosen.labels.pixels)) == {4} and chosen.background_known
    with pytest.raises(ExportError, match=r"no index pass of view layer 'three'.*'one', 'two.v'"):
        read_index_pass(path, NYU40, "three")


def test_no_index_pass_says_what_is_there(tmp_path: Path) -> None:
    write_exr(tmp_path / "a.exr", {"ViewLayer.Combined.R": COLOR, "ViewLayer.Depth.Z": DEPTH})
    with pytest.raises(ExportError, match=r"no index pass among its channels .*Depth.Z.*turn on"):
        read_index_pass(tmp_path / "a.exr", NYU40)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (2.5, "value 2.5 .*no whole number"),
        (np.nan, "value nan .*no whole number"),
        (np.inf, "value inf .*no whole number"),
        (-np.inf, "value -inf .*no whole number"),
        (-1, "value -1 .*outside 0..32767"),
        (40000, "value 40000 .*outside 0..32767"),
        (65535, "value 65535 .*outside"),
        (65536 + 5, "value 65541 .*outside"),
        (1e10, "value 10000000000 .*outside"),
        (1e30, "value 1.00000002e\\+30 .*outside"),
        (41, "value 41 .*'nyu40' does not define"),
        (np.nextafter(np.float32(5), np.float32(6)), "value 5.00000048 .*no whole number"),
    ],
)
@pytest.mark.parametrize("several_parts", [False, True])
def test_what_is_no_id_is_named_with_pixel_and_count(
    tmp_path: Path, value: float, words: str, several_parts: bool
) -> None:
    values = np.full((4, 6), 5, np.float32)
    values[2, 3] = values[3, 1] = value
    channels = {"L.Object Index.X": values}
    if several_parts:
        write_parts(tmp_path / "bad.exr", [("L.Combined", {"L.Combined.R": values}), ("L.Object Index", channels)])
    else:
        write_exr(tmp_path / "bad.exr", channels)
    with pytest.raises(ExportError, match=f"bad.exr: {words}") as caught:
        read_index_pass(tmp_path / "bad.exr", NYU40)
    assert "(x 3, y 2)" in str(caught.value) and "2 such pixels" in str(caught.value)


@pytest.mark.parametrize("value", [2**32 - 1, 2**31 + 1, 2**24 + 1])
def test_large_numbers_are_shown_exactly(tmp_path: Path, value: int) -> None:
    write_exr(tmp_path / "a.exr", {"V": np.full((1, 1), value, np.uint32)})
    with pytest.raises(ExportError, match=f"value {value} .*; 1 such pixel in this file"):
        read_index_pass(tmp_path / "a.exr", NYU40)


def test_no_surface_begins_where_the_contract_says(tmp_path: Path) -> None:
    """At 1e9: a depth just below is a surface that nobody labelled."""
    below = np.nextafter(np.float32(1e9), np.float32(0))
    depth = np.array([[1e9, below, 1e10, np.inf]], np.float32)
    write_exr(tmp_path / "a.exr", {"L.IndexOB.X": np.zeros((1, 4), np.float32), "L.Depth.Z": depth})
    found = read_index_pass(tmp_path / "a.exr", NYU40).labels.pixels
    assert found.tolist() == [[BACKGROUND, 0, BACKGROUND, BACKGROUND]]


@pytest.mark.parametrize("several_parts", [False, True])
def test_the_library_says_nothing_beside_our_message(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], several_parts: bool
) -> None:
    noise = np.random.default_rng(4).integers(0, 41, (40, 50)).astype(np.float32)
    path = tmp_path / "a.exr"
    if several_parts:
        write_parts(path, [("L.Depth", {"L.Depth.Z": noise}), ("L.Object Index", {"L.Object Index.X": noise})])
    else:
        write_exr(path, {"Label": noise})
    data = bytearray(path.read_bytes())
    data[-60] ^= 0x10
    path.write_bytes(data)
    with pytest.raises(ExportError, match=r"a\.exr"):
        read_index_pass(path, NYU40)
    sys.stderr.write("ours")
    sys.stderr.flush()
    out, err = capfd.readouterr()
    assert (out, err) == ("", "ours")


def test_a_bad_object_index_is_found_below_a_good_material_index(tmp_path: Path) -> None:
    write_exr(
        tmp_path / "a.exr",
        {"L.IndexOB.X": np.full((2, 2), 0.5, np.float32), "L.IndexMA.X": np.ones((2, 2), np.float32)},
    )
    with pytest.raises(ExportError, match=r"value 0.5"):
        read_index_pass(tmp_path / "a.exr", NYU40)


def test_codes_are_allowed_in_our_files_alone(tmp_path: Path) -> None:
    codes = np.array([[0, IGNORE, BACKGROUND, 40]], np.float32)
    write_exr(tmp_path / "labels.exr", {"Label": codes})
    np.testing.assert_array_equal(read_labels(tmp_path / "labels.exr", NYU40).pixels, codes)
    with pytest.raises(ExportError, match="outside"):
        read_index_pass(tmp_path / "labels.exr", NYU40)


def test_our_files_have_one_channel_of_one_name(tmp_path: Path) -> None:
    write_exr(tmp_path / "a.exr", {"Label": OBJECT, "Other": OBJECT})
    with pytest.raises(ExportError, match="expected the one channel 'Label', found Label, Other"):
        read_labels(tmp_path / "a.exr", NYU40)
    write_exr(tmp_path / "b.exr", {"Label": OBJECT.astype(np.float16)})
    with pytest.raises(ExportError, match="float16, expected float32"):
        read_labels(tmp_path / "b.exr", NYU40)


@pytest.mark.parametrize("value", [-0.1, 1.5, np.nan])
def test_purity_is_a_share(tmp_path: Path, value: float) -> None:
    write_exr(tmp_path / "p.exr", {"Purity": np.array([[0, 1, value]], np.float32)})
    with pytest.raises(ExportError, match=r"purity outside 0..1"):
        read_purity(tmp_path / "p.exr")


@pytest.mark.parametrize("dialect", ["labels", "blender4", "blender5"])
def test_no_cut_file_is_believed(tmp_path: Path, dialect: str) -> None:
    """OpenEXR's File prints a warning and goes on; a file cut anywhere must be an error here."""
    rng = np.random.default_rng(3)
    noise = rng.integers(0, 41, (40, 50)).astype(np.float32)
    path = tmp_path / "whole.exr"
    if dialect == "labels":
        write_exr(path, {"Label": noise})
    elif dialect == "blender4":
        write_exr(path, {"L.IndexOB.X": noise, "L.Combined.R": rng.random((40, 50), np.float32)})
    else:
        color = rng.random((40, 50), np.float32)
        write_parts(path, [("L.Object Index", {"L.Object Index.X": noise}), ("L.Combined", {"L.Combined.R": color})])
    read = (
        (lambda of: read_labels(of, NYU40)) if dialect == "labels" else (lambda of: read_index_pass(of, NYU40).labels)
    )
    np.testing.assert_array_equal(read(path).pixels, noise)
    data = path.read_bytes()
    cut = tmp_path / "cut.exr"
    for end in [0, 3, 4, 100, *range(200, len(data), len(data) // 25), len(data) - 1]:
        cut.write_bytes(data[:end])
        with pytest.raises(ExportError, match=r"cut\.exr"):
            read(cut)


def test_flipped_bytes_never_change_labels(tmp_path: Path) -> None:
    rng = np.random.default_rng(4)
    noise = rng.integers(0, 41, (40, 50)).astype(np.float32)
    write_exr(tmp_path / "a.exr", {"Label": noise})
    data = (tmp_path / "a.exr").read_bytes()
    refused = 0
    for at in rng.integers(400, len(data), 40):
        broken = bytearray(data)
        broken[at] ^= 0x55
        (tmp_path / "b.exr").write_bytes(broken)
        try:
            np.testing.assert_array_equal(read_labels(tmp_path / "b.exr", NYU40).pixels, noise)
        except ExportError:
            refused += 1
    assert refused > 30


def test_other_files_and_none(tmp_path: Path) -> None:
    (tmp_path / "text.exr").write_text("hello")
    with pytest.raises(ExportError, match=r"text\.exr cannot be read as OpenEXR"):
        read_index_pass(tmp_path / "text.exr", NYU40)
    with pytest.raises(ExportError, match=r"none\.exr is missing"):
        read_labels(tmp_path / "none.exr", NYU40)


def test_a_border_render_is_refused(tmp_path: Path) -> None:
    import OpenEXR

    header = {"displayWindow": (np.array([0, 0], np.int32), np.array([9, 9], np.int32))}
    header["dataWindow"] = (np.array([2, 2], np.int32), np.array([4, 3], np.int32))
    OpenEXR.File(header, {"L.IndexOB.X": OpenEXR.Channel(OBJECT)}).write(str(tmp_path / "crop.exr"))
    with pytest.raises(ExportError, match=r"crop\.exr holds only a part"):
        read_index_pass(tmp_path / "crop.exr", NYU40)


def test_a_file_that_blender_wrote(tmp_path: Path) -> None:
    """A real render of the bpy wheel at hand; the dialect of other versions is checked by their own tests."""
    bpy = pytest.importorskip("bpy")
    bpy.ops.wm.read_factory_settings()
    scene, layer = bpy.context.scene, bpy.context.scene.view_layers[0]
    bpy.data.objects["Cube"].pass_index = 5
    layer.name = "my.layer v2"
    layer.use_pass_object_index = layer.use_pass_material_index = layer.use_pass_z = True
    scene.render.engine, scene.cycles.samples = "CYCLES", 1
    scene.render.resolution_x, scene.render.resolution_y = 32, 24
    settings = scene.render.image_settings
    if hasattr(settings, "media_type"):
        settings.media_type = "MULTI_LAYER_IMAGE"
    settings.file_format, settings.color_depth, settings.exr_codec = "OPEN_EXR_MULTILAYER", "32", "ZIP"
    scene.render.filepath = str(tmp_path / "render.exr")
    bpy.ops.render.render(write_still=True)
    found = read_index_pass(tmp_path / "render.exr", NYU40)
    assert found.layer == "my.layer v2" and found.background_known
    counts = found.labels.counts()
    assert set(counts) == {5, BACKGROUND} and counts[5] > 50
    assert found.labels.pixels[12, 16] == 5 and found.labels.pixels[0, 0] == BACKGROUND
