"""Index passes that somebody rendered without us become a dataset, or an error that says which file is in the way."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from exported import manifest, read_png
from PIL import Image
from small_inputs import SIZE, some_image, some_labels, write_exr

from blender_addon.contract.labels import BACKGROUND, built_in
from postprocess.dataset import export
from postprocess.errors import ExportError
from postprocess.index_passes import IndexPasses

NYU40 = built_in("nyu40")


@pytest.fixture
def passes(tmp_path: Path) -> Path:
    folder = tmp_path / "render out"
    folder.mkdir()
    rng = np.random.default_rng(1)
    for camera in ("left", "right", "top"):
        for number in range(1, 5):
            labels = some_labels(rng, NYU40).astype(np.float32)
            depth = np.where(labels == BACKGROUND, 1e10, 2).astype(np.float32)
            labels[labels > 32767] = 0
            write_exr(folder / f"{camera}_{number:04d}.exr", {"VL.IndexOB.X": labels, "VL.Depth.Z": depth})
            Image.fromarray(some_image(rng)).save(folder / f"{camera}_{number:04d}.png")
    return folder


def test_index_passes_become_a_dataset(passes: Path, tmp_path: Path) -> None:
    summary = export(IndexPasses(passes, NYU40), tmp_path / "out", "segnet")
    assert sum(summary.frames.values()) == 12
    data = manifest(tmp_path / "out")
    assert data["split"]["method"] == "view" and data["sources"][0]["kind"] == "index passes"
    for part in ("train", "val", "test"):
        cameras = {
            line.split("/")[1].split("_")[0]
            for line in (tmp_path / "out" / f"{part}.txt").read_text().split("\n")
            if line
        }
        assert len(cameras) == 1
    assert "background" not in " ".join(summary.warnings)


def test_without_depth_dataset_json_says_what_zero_means(passes: Path, tmp_path: Path) -> None:
    for path in passes.glob("*.png"):
        path.unlink()
    values = np.zeros(SIZE[::-1], np.float32)
    write_exr(passes / "left_0001.exr", {"IndexOB.V": values})
    summary = export(IndexPasses(passes, NYU40), tmp_path / "out", "nyu")
    assert any("without depth" in text for text in summary.warnings)
    codes = manifest(tmp_path / "out")["codes"]
    assert "cannot be told apart" in codes["unlabelled"]["meaning"]
    assert "no depth" in codes["background"]["meaning"]
    assert not (tmp_path / "out" / "images").exists() and manifest(tmp_path / "out")["images"] is False


def test_pictures_for_all_or_none(passes: Path, tmp_path: Path) -> None:
    (passes / "left_0002.png").unlink()
    with pytest.raises(ExportError, match=r"left_0002\.exr has no picture beside it; all or none"):
        export(IndexPasses(passes, NYU40), tmp_path / "out", "nyu")
    (passes / "left_0003.png").unlink()
    with pytest.raises(ExportError, match=r"left_0002\.exr has no picture beside it, nor has 1 other; all or none"):
        export(IndexPasses(passes, NYU40), tmp_path / "out", "nyu")
    for path in passes.glob("*.png"):
        path.unlink()
    with pytest.raises(ExportError, match="segnet needs a picture for each frame"):
        export(IndexPasses(passes, NYU40), tmp_path / "out", "segnet")


def test_a_cut_jpeg_is_found(passes: Path, tmp_path: Path) -> None:
    for path in passes.glob("*.png"):
        Image.open(path).save(path.with_suffix(".jpg"))
        path.unlink()
    export(IndexPasses(passes, NYU40), tmp_path / "out", "nyu")
    bad = passes / "top_0003.jpg"
    bad.write_bytes(bad.read_bytes()[:-300])
    with pytest.raises(ExportError, match=r"top_0003\.jpg is no whole PNG or JPEG"):
        export(IndexPasses(passes, NYU40), tmp_path / "again", "nyu")


def test_pictures_that_trainers_would_misread(passes: Path, tmp_path: Path) -> None:
    path = passes / "left_0001.png"
    image = read_png(path)
    Image.fromarray(np.dstack([image, np.full(image.shape[:2], 255, np.uint8)])).save(path)
    export(IndexPasses(passes, NYU40), tmp_path / "opaque", "nyu")
    written = read_png(tmp_path / "opaque" / "images" / "left_0001.png")
    np.testing.assert_array_equal(written, image)
    Image.fromarray(np.dstack([image, np.full(image.shape[:2], 254, np.uint8)])).save(path)
    with pytest.raises(ExportError, match=r"left_0001\.png is uint8 .*8-bit RGB without transparency"):
        export(IndexPasses(passes, NYU40), tmp_path / "out", "nyu")


def test_names_that_become_one(passes: Path, tmp_path: Path) -> None:
    for name in ("a b", "a.b"):
        shutil.copy(passes / "left_0001.exr", passes / f"{name}.exr")
        shutil.copy(passes / "left_0001.png", passes / f"{name}.png")
    with pytest.raises(ExportError, match="would both be named 'a-b'"):
        export(IndexPasses(passes, NYU40), tmp_path / "out", "nyu")


def test_no_index_passes(tmp_path: Path) -> None:
    with pytest.raises(ExportError, match=r"has no \.exr files"):
        export(IndexPasses(tmp_path, NYU40), tmp_path / "out", "nyu")


def test_index_passes_one_folder_below(passes: Path, tmp_path: Path) -> None:
    with pytest.raises(ExportError, match=rf"{tmp_path} has no \.exr files directly in it; name .* such as {passes}$"):
        export(IndexPasses(tmp_path, NYU40), tmp_path / "out", "nyu")
