"""The NYU-like .mat, read by h5py as people's scripts read nyu_depth_v2_labeled.mat."""

from __future__ import annotations

from pathlib import Path

import h5py
import numpy as np
import pytest
from exported import image_of, labels_of, number_of, read_png, refused, written
from scipy.io import loadmat
from small_inputs import write_run
from small_things import depth_of, things_of, write_run_of_things

from blender_addon.contract.labels import BACKGROUND, IGNORE, Label, LabelSet, built_in
from postprocess import matlab
from postprocess.dataset import export
from postprocess.errors import ExportError
from postprocess.exporters.nyu_mat import _by_label
from postprocess.importers.nyu_mat import nyu_mat

BOTH = ("instances", "depth")


def text_of(file, reference) -> str:
    return "".join(chr(unit) for unit in file[reference][:, 0])


def test_the_mat_is_laid_out_as_nyu_has_it(tmp_path: Path) -> None:
    runs = [write_run_of_things(tmp_path / f"r{n}", scene=f"{n} ä.blend", views=4, with_=BOTH) for n in range(2)]
    export(runs, tmp_path / "out", "nyu-mat")
    start = (tmp_path / "out" / "labeled.mat").read_bytes()[:520]
    assert start.startswith(b"MATLAB 7.3 MAT-file") and start[116:128] == bytes(8) + b"\x00\x02IM"
    assert start[512:] == b"\x89HDF\r\n\x1a\n"
    with h5py.File(tmp_path / "out" / "labeled.mat") as file:
        kinds = {name: (file[name].shape, file[name].dtype.name, file[name].attrs["MATLAB_class"]) for name in file
                 if name != "#refs#"}  # fmt: skip
        assert kinds == {
            "images": ((8, 3, 40, 30), "uint8", b"uint8"),
            "depths": ((8, 40, 30), "float32", b"single"),
            "labels": ((8, 40, 30), "uint16", b"uint16"),
            "instances": ((8, 40, 30), "uint8", b"uint8"),
            "names": ((1, 40), "object", b"cell"),
            "scenes": ((1, 8), "object", b"cell"),
            "rawRgbFilenames": ((1, 8), "object", b"cell"),
        }
        names = [text_of(file, each) for each in file["names"][0]]
        assert names == [built_in("nyu40").by_id[id_].name for id_ in range(1, 41)]
        assert [text_of(file, each) for each in file["scenes"][0]] == ["0 ä"] * 4 + ["1 ä"] * 4
        files = [text_of(file, each) for each in file["rawRgbFilenames"][0]]
        assert files == [f"r{run}_{number:06d}" for run in range(2) for number in range(1, 5)]
        first = file[file["names"][0, 0]]
        assert first.attrs["MATLAB_class"] == b"char" and first.attrs["MATLAB_int_decode"] == 2
        for at, name in enumerate(files):
            run, number = runs[int(name[1])], number_of(name)
            labels = labels_of(run, number)
            assert np.array_equal(file["images"][at].transpose(2, 1, 0), image_of(run, number))
            assert np.array_equal(file["labels"][at].T, written(labels, 65534, 65535))
            depth = depth_of(run, number)
            assert np.array_equal(file["depths"][at].T, np.where(np.isinf(depth), 0, depth))
            instances, things = file["instances"][at].T, things_of(run, number)
            real = (labels != 0) & (labels != IGNORE) & (labels != BACKGROUND) & (things > 0)
            assert not instances[~real].any() and instances[real].all()
            pairs = set(zip(labels[real].tolist(), things[real].tolist(), instances[real].tolist()))
            for label in {pair[0] for pair in pairs}:
                of_label = sorted(pair[1:] for pair in pairs if pair[0] == label)
                assert [number for _, number in of_label] == list(range(1, len(of_label) + 1))


def test_splits_are_numbers_of_pictures_as_nyu_has_them(run: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    export([run], out, "nyu-mat", options={"depths": False, "instances": False})
    export([run], tmp_path / "nyu", "nyu")
    splits = loadmat(out / "splits.mat")
    for split in ("train", "val", "test"):
        names = (tmp_path / "nyu" / f"{split}.txt").read_text().split()
        numbers = splits[f"{split}Ndxs"]
        assert numbers.shape == (len(names), 1) and numbers.ravel().tolist() == sorted(map(number_of, names))


def test_gaps_in_ids_and_zero_void(tmp_path: Path) -> None:
    label_set = LabelSet("gaps", (Label(2, "Möbel 🛋", (1, 2, 3)), Label(4, "x", (4, 5, 6))))
    run = write_run(tmp_path / "r", label_set)
    options = {"depths": False, "instances": False, "void": "zero"}
    export([run], tmp_path / "out", "nyu-mat", options=options)
    with h5py.File(tmp_path / "out" / "labeled.mat") as file:
        assert "depths" not in file and "instances" not in file
        data = [file[each][:, 0].tobytes().decode("utf-16-le") for each in file["names"][0]]
        assert data == ["(no label 1)", "Möbel 🛋", "(no label 3)", "x"]
        assert set(np.unique(file["labels"][()]).tolist()) == {0, 2, 4}


def test_what_a_run_lacks_is_said(run: Path, tmp_path: Path) -> None:
    refused(tmp_path, "has no depth, which nyu-mat needs.*--with depth", [run], "nyu-mat")
    refused(tmp_path, "has no instances.*--with instances", [run], "nyu-mat", options={"depths": False})
    refused(tmp_path, "void 'x'", [run], "nyu-mat", options={"void": "x"})


def test_instances_are_numbered_within_a_label() -> None:
    labels = np.array([[1, 1, 2, 2], [1, 0, 2, IGNORE], [2, 1, BACKGROUND, 1]], np.uint16)
    things = np.array([[9, 5, 9, 7], [9, 5, 0, 5], [2**50, 5, 5, 9]], np.uint64)
    assert _by_label(labels, things, "x").tolist() == [[2, 1, 2, 1], [2, 0, 0, 0], [3, 1, 0, 2]]
    assert not _by_label(labels, np.zeros_like(things), "x").any()
    many = np.arange(1, 257, dtype=np.uint64)[None]
    assert _by_label(np.ones((1, 255), np.uint16), many[:, :255], "x").tolist() == [list(range(1, 256))]
    with pytest.raises(ExportError, match=r"frame shows 256 things with label 1.*--no-instances"):
        _by_label(np.ones((1, 256), np.uint16), many, "frame")


def test_without_h5py_the_extra_is_named(run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(matlab, "find_spec", lambda name: None)
    refused(tmp_path, r"nyu-mat is HDF5: pip install 'labelpass\[mat\]'", [run], "nyu-mat")


def test_a_disk_that_lies_is_found(tmp_path: Path) -> None:
    stack = matlab.Stack("labels", "uint16", (3, 2), packed=True)
    maps = [np.full((3, 2), at, np.uint16) for at in range(3)]
    asked: list[int] = []

    def lying(name: str, at: int) -> bytes:
        asked.append(at)
        return matlab.packed(maps[0] if asked.count(at) > 1 else maps[at])

    with pytest.raises(ExportError, match=r"x\.mat does not hold what was written"):
        matlab.write_mat(tmp_path, "x.mat", 3, [stack], lying, {})
    matlab.write_mat(tmp_path, "x.mat", 3, [stack], lambda name, at: matlab.packed(maps[at]), {"names": ["", "a"]})


def test_a_full_disk_is_one_line(tmp_path: Path) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("no /dev/full")
    (tmp_path / "x.mat").symlink_to("/dev/full")
    with pytest.raises(OSError, match=r"No space left|HDF5 refuses"):
        matlab.write_mat(tmp_path, "x.mat", 1, [], lambda name, at: b"", {"names": ["a"]})


def test_what_was_written_is_imported_alike(tmp_path: Path) -> None:
    """By our own reader of the official file: pictures and labels, in the order of the dataset."""
    run = write_run(tmp_path / "run", built_in("nyu894"))
    options = {"void": "zero", "depths": False, "instances": False}
    export([run], tmp_path / "mat", "nyu-mat", options=options)
    export([run], tmp_path / "nyu", "nyu", options={"void": "zero"})
    source = nyu_mat(tmp_path / "mat" / "labeled.mat")
    names = [f"run_{number:06d}" for number in range(1, 11)]
    assert len(source.entries) == len(names)
    for at, name in enumerate(names):
        pixels = source.read(at)
        np.testing.assert_array_equal(pixels.labels, read_png(tmp_path / "nyu" / "labels" / f"{name}.png"))
        np.testing.assert_array_equal(pixels.image, read_png(tmp_path / "nyu" / "images" / f"{name}.png"))
