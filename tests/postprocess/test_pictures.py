"""Pictures of a dataset: copied, linked, or encoded anew."""

from __future__ import annotations

import errno
import io
import os
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from exported import manifest, read_png, refused
from label_sources import png_that_claims
from PIL import Image
from small_inputs import some_image, write_exr

from blender_addon.contract.labels import built_in
from blender_addon.contract.run import frame_folder
from postprocess import encoded, jpeg, pictures
from postprocess.dataset import export
from postprocess.errors import ExportError
from postprocess.exporters import FORMATS
from postprocess.exporters.nyu import Nyu
from postprocess.index_passes import IndexPasses
from postprocess.layout import Places
from postprocess.png import Scanlines


def jpeg_of(image: np.ndarray, **notes) -> bytes:
    file = io.BytesIO()
    Image.fromarray(image).save(file, "JPEG", quality=90, **notes)
    return file.getvalue()


def passes(folder: Path, *endings: str) -> Path:
    """Index passes with pictures of these endings beside them."""
    folder.mkdir()
    for at, ending in enumerate(endings):
        image = some_image(np.random.default_rng(at))
        write_exr(folder / f"{at:02}.exr", {"V": np.full(image.shape[:2], 3, np.float32)})
        if ending == ".png":
            Image.fromarray(image).save(folder / f"{at:02}.png")
        else:
            (folder / f"{at:02}{ending}").write_bytes(jpeg_of(image, comment=b"secret.blend", exif=b"Exif\0\0secret"))
    return folder


def of_passes(folder: Path, out: Path, **options) -> None:
    export(IndexPasses(folder, built_in("nyu40")), out, "nyu", split=(1, 0, 0), **options)


@pytest.mark.parametrize("way", ["copy", "link", "png"])
def test_nothing_is_lost(run: Path, tmp_path: Path, way: str) -> None:
    export([run], tmp_path / "out", "nyu", images=way)
    for number in range(1, 11):
        source = frame_folder(run, number) / "image.png"
        written = tmp_path / "out" / "images" / f"kitchen-run_{number:06d}.png"
        np.testing.assert_array_equal(read_png(written), read_png(source))
        assert written.samefile(source) == (way == "link")
    assert manifest(tmp_path / "out")["image_files"] == {"ending": ".png", "made_by": way}


def test_copy_is_the_default(run: Path, tmp_path: Path) -> None:
    export([run], tmp_path / "out", "segnet")
    assert manifest(tmp_path / "out")["image_files"]["made_by"] == "copy"


def test_jpeg_has_its_ending_in_the_lists(run: Path, tmp_path: Path) -> None:
    export([run], tmp_path / "out", "segnet", images="jpeg", jpeg_quality=100, split=(1, 0, 0))
    assert manifest(tmp_path / "out")["image_files"] == {"ending": ".jpg", "made_by": "jpeg", "jpeg_quality": 100}
    for line in (tmp_path / "out" / "train.txt").read_text().splitlines():
        image, label = line.split()
        pixels = cv2.imread(str(tmp_path / "out" / image))
        source = cv2.imread(str(frame_folder(run, int(image[-10:-4])) / "image.png"))
        assert image.endswith(".jpg") and label.endswith(".png") and pixels.shape == source.shape
        expected = cv2.imdecode(cv2.imencode(".jpg", source, (cv2.IMWRITE_JPEG_QUALITY, 100))[1], cv2.IMREAD_COLOR)
        np.testing.assert_array_equal(pixels, expected)


def test_a_jpeg_stays_the_jpeg_that_it_is_without_notes(tmp_path: Path) -> None:
    folder = passes(tmp_path / "passes", ".jpg", ".jpeg")
    of_passes(folder, tmp_path / "out", images="jpeg", jpeg_quality=3)
    for name in ("00.jpg", "01.jpeg"):
        written = tmp_path / "out" / "images" / f"{name[:2]}.jpg"
        np.testing.assert_array_equal(read_png(written), read_png(folder / name))
        assert b"secret" in (folder / name).read_bytes() and b"secret" not in written.read_bytes()
    of_passes(folder, tmp_path / "small", images="jpeg", size=(20, 15))
    assert read_png(tmp_path / "small" / "images" / "00.jpg").shape == (15, 20, 3)


def test_copies_of_jpegs_are_png_of_the_same_pixels(tmp_path: Path) -> None:
    folder = passes(tmp_path / "passes", ".jpg", ".png")
    of_passes(folder, tmp_path / "out")
    for name in ("00.jpg", "01.png"):
        written = tmp_path / "out" / "images" / f"{name[:2]}.png"
        assert written.read_bytes()[:4] == b"\x89PNG"
        np.testing.assert_array_equal(read_png(written), cv2.imread(str(folder / name))[..., ::-1])


def test_links_keep_the_ending_of_all(tmp_path: Path) -> None:
    folder = passes(tmp_path / "passes", ".jpg", ".jpeg")
    of_passes(folder, tmp_path / "out", images="link")
    assert (tmp_path / "out" / "images" / "01.jpg").samefile(folder / "01.jpeg")
    with pytest.raises(ExportError, match=r"pictures are \.jpg and \.png, and links leave them so; use --images png"):
        of_passes(passes(tmp_path / "both", ".jpg", ".png"), tmp_path / "no", images="link")


def test_links_that_cannot_be(run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    refused(tmp_path, "a linked picture keeps its size", [run], images="link", size=(20, 15))

    def refuse(source: Path, place: Path) -> None:
        raise OSError(errno.EXDEV, os.strerror(errno.EXDEV), str(source))

    monkeypatch.setattr(pictures.os, "link", refuse)
    refused(tmp_path, "image.png: .*no hard link from there.*use --images copy", [run], images="link")


def test_a_link_to_what_trainers_misread_is_refused(tmp_path: Path) -> None:
    folder = passes(tmp_path / "passes", ".png")
    Image.open(folder / "00.png").convert("RGBA").save(folder / "00.png")
    of_passes(folder, tmp_path / "copied")
    assert Image.open(tmp_path / "copied" / "images" / "00.png").mode == "RGB"
    with pytest.raises(ExportError, match=r"00\.png is no plain 8-bit RGB"):
        of_passes(folder, tmp_path / "linked", images="link")


@pytest.mark.parametrize("way", ["png", "jpeg"])
def test_an_encoder_that_lies_is_found(run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str) -> None:
    encode, deflate = cv2.imencode, encoded.png.encode

    def other_pixel(of: Scanlines) -> bytes:
        if of.rows.shape[1] == 1 + of.shape[1]:  # a label map, which is not what this is about
            return deflate(of)
        rows = of.rows.copy()
        rows[0, 1] ^= 1
        return deflate(replace(of, rows=rows))

    monkeypatch.setattr(encoded.cv2, "imencode", lambda ending, pixels, *rest: encode(ending, pixels[:, 1:], *rest))
    monkeypatch.setattr(encoded.png, "encode", other_pixel)
    refused(tmp_path, r"image\.png would not decode to what it was made of", [run], images=way)


def test_a_tiff_that_lies_is_found(run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    encode = cv2.imencode
    monkeypatch.setattr(encoded.cv2, "imencode", lambda ending, pixels, *rest: encode(ending, pixels ^ 1, *rest))
    refused(tmp_path, r"\.tif would not decode to what it was made of", [run], "fastai-tif")


def test_without_pictures_lists_name_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Listing(Nyu):
        def side_files(self, encoding, frames, weights) -> dict[str, str]:
            return {"list.txt": repr([frame.files for frame in frames["train"]])}

    monkeypatch.setitem(FORMATS, "nyu", Listing)
    folder = passes(tmp_path / "passes", ".png")
    (folder / "00.png").unlink()
    of_passes(folder, tmp_path / "out")
    said = repr([Places(None, "labels/00.png", "colors/00.png")])
    assert (tmp_path / "out" / "list.txt").read_text() == said
    assert manifest(tmp_path / "out")["image_files"] is None


def test_words_and_numbers(run: Path, tmp_path: Path) -> None:
    refused(tmp_path, "images 'webp': known are copy, link, png, jpeg", [run], images="webp")
    refused(tmp_path, "JPEG quality 101", [run], images="jpeg", jpeg_quality=101)


@pytest.mark.parametrize(
    ("endings", "way", "said"),
    [
        ((".png",), "jpeg", r"x takes no \.jpg pictures, and --images jpeg gives such; use --images png"),
        ((".jpg",), "copy", r"x takes no \.png pictures, and --images copy gives such; use --images jpeg"),
        ((".jpg",), "link", r"x takes no \.png pictures, and --images link gives such; use --images jpeg"),
    ],
)
def test_formats_whose_readers_know_one_kind(endings: tuple[str, ...], way: str, said: str) -> None:
    with pytest.raises(ExportError, match=said):
        pictures.settled(way, 95, "x", endings, [Path("a.png")], False)
    assert pictures.settled(None, 95, "x", endings, [Path("a.png")], False).ending == endings[0]


def test_every_cut_of_a_jpeg_is_told_or_leaves_its_pixels() -> None:
    data = jpeg_of(some_image(np.random.default_rng(0)), comment=b"note")
    scan = data.index(b"\xff\xda")
    for end in range(scan):
        with pytest.raises(ValueError, match="cut short"):
            jpeg.without_notes(data[:end])
    assert jpeg.without_notes(data).endswith(data[scan:])


def test_a_picture_that_claims_a_billion_pixels(tmp_path: Path) -> None:
    folder = passes(tmp_path / "passes", ".png")
    (folder / "00.png").write_bytes(png_that_claims(40_000, 40_000))
    with pytest.raises(ExportError, match=r"00\.png says that it has 40000x40000 pixels"):
        of_passes(folder, tmp_path / "out")
