"""`labelpass verify` of datasets of every format: what is damaged is told, whatever its pixels are kept in."""

from __future__ import annotations

import tarfile
from pathlib import Path

import h5py
import numpy as np
import pytest
from small_things import write_run_of_things
from stored_again import change_bytes, change_image, change_labels, copied, frames_in

import labelpass
from postprocess.dataset import export
from postprocess.doctor.dataset_doctor import examine_dataset
from postprocess.doctor.findings import Finding
from postprocess.exporters import FORMATS
from postprocess.stored import Part, Row

LABELLED = tuple(sorted(set(FORMATS) - {"yolo"}))
"""Formats that keep the label of every pixel."""
ENCODED = tuple(format for format in LABELLED if format not in ("numpy", "nyu-mat"))
"""Those whose pictures and label maps are files that can be cut."""


@pytest.fixture(scope="module")
def fresh(tmp_path_factory) -> dict[str, Path]:
    """{format: a dataset of two scenes}."""
    folder = tmp_path_factory.mktemp("fresh")
    runs = [
        write_run_of_things(folder / name, scene=f"{name}.blend", views=8, with_=("instances", "depth"))
        for name in ("one", "other")
    ]
    made = {}
    for format in FORMATS:
        options = {"shard_size": "3"} if format == "webdataset" else {}
        export(runs, folder / format, format, split=(0.5, 0.25, 0.25), split_by="view", options=options)
        made[format] = folder / format
    return made


def found(dataset: Path, *kinds: str) -> list[Finding]:
    """All that is wrong but notes, or what is of these kinds."""
    findings = examine_dataset(dataset, 2).findings
    return [each for each in findings if (each.kind in kinds if kinds else each.severity != "note")]


def sentences(findings: list[Finding]) -> list[str]:
    return [each.sentence for each in findings]


@pytest.mark.parametrize("format", sorted(FORMATS))
def test_what_was_just_exported_is_fine(fresh, format, capsys):
    assert found(fresh[format]) == [] and examine_dataset(fresh[format]).frames == 16
    assert labelpass.main(["verify", str(fresh[format])]) == 0
    assert "labelpass: 16 frames: every file is as it was exported\n" in capsys.readouterr().out


@pytest.mark.parametrize("format", LABELLED)
def test_a_value_that_means_nothing(fresh, tmp_path, format):
    dataset = copied(fresh[format], tmp_path / "set")
    frame = frames_in(dataset)[2]

    def paint(pixels: np.ndarray) -> np.ndarray:
        pixels[2, 3] = 201
        return pixels

    change_labels(dataset, frame, paint)
    (said,) = sentences(found(dataset, "damaged"))
    assert said.startswith(str(frame.labels).removeprefix(f"{dataset}/"))
    assert ": value 201 at pixel (x 3, y 2) is neither a class nor a code of dataset.json; 1 such pixel" in said


@pytest.mark.parametrize("format", LABELLED)
def test_other_labels_are_told_by_the_sums_where_no_checksum_is(fresh, tmp_path, format):
    dataset = copied(fresh[format], tmp_path / "set")
    (dataset / "checksums.txt").unlink()
    change_labels(
        dataset, frames_in(dataset)[0], lambda pixels: pixels[::-1] * 0 + pixels.max(initial=0, where=pixels < 40)
    )
    assert {each.kind for each in found(dataset)} >= {"counts"}


@pytest.mark.parametrize("format", LABELLED)
def test_another_byte_is_told_by_the_checksum(fresh, tmp_path, format):
    dataset = copied(fresh[format], tmp_path / "set")
    frame = frames_in(dataset)[0]
    change_image(frame, lambda pixels: np.where(pixels == pixels[0, 0, 0], 128, pixels).astype(np.uint8))
    name = (frame.image if isinstance(frame.image, Path) else frame.image.path).relative_to(dataset).as_posix()
    assert f"{name} is not what was exported (wrong checksum)" in sentences(found(dataset, "checksum"))


@pytest.mark.parametrize("format", sorted(FORMATS))
def test_pictures_that_are_black_or_there_twice(fresh, tmp_path, format):
    dataset = copied(fresh[format], tmp_path / "set")
    black, one, other = stored_of(dataset)[:3]
    kept = {}
    changes = (lambda pixels: pixels * 0, lambda pixels: kept.setdefault("pixels", pixels), lambda _: kept["pixels"])
    for at, change in enumerate(changes):
        change_image(stored_of(dataset)[at], change)  # found anew: what is in a tar may have moved
    assert sentences(found(dataset, "black")) == [f"{black.name}: the image is black"]
    (twice,) = sentences(found(dataset, "duplicate"))
    assert one.name in twice and other.name in twice and "pixel by pixel" in twice


def stored_of(dataset: Path):
    from postprocess.doctor.listed_files import listed_files
    from postprocess.doctor.promised import read_promised

    promised = read_promised(dataset)
    files = {path.relative_to(dataset).as_posix() for path in dataset.rglob("*") if path.is_file()}
    listed = listed_files(dataset, FORMATS[promised.format](), tuple(promised.frames), promised.ending, files)
    return [each.stored for each in listed.members]


@pytest.mark.parametrize("format", LABELLED)
def test_frames_without_a_label(fresh, tmp_path, format):
    dataset = copied(fresh[format], tmp_path / "set")
    frame = frames_in(dataset)[0]
    promised = examine_dataset(dataset).promised
    change_labels(dataset, frame, lambda pixels: pixels * 0 + min(promised.meaning.void))
    (said,) = sentences(found(dataset, "empty"))
    assert said.startswith(f"{frame.name}: no pixel has a label (")


@pytest.mark.parametrize("format", ENCODED)
@pytest.mark.parametrize("what", ["labels", "image"])
def test_cut(fresh, tmp_path, format, what):
    dataset = copied(fresh[format], tmp_path / "set")
    where = getattr(frames_in(dataset)[1], what)
    change_bytes(where, lambda data: data[: len(data) // 2])
    (said,) = sentences(found(dataset))
    assert said.startswith(str(where).removeprefix(f"{dataset}/")) and "damaged or cut short" in said


@pytest.mark.parametrize("format", ENCODED)
def test_image_and_labels_of_two_sizes(fresh, tmp_path, format):
    dataset = copied(fresh[format], tmp_path / "set")
    frame = frames_in(dataset)[1]
    change_image(frame, lambda pixels: pixels[:-1])
    assert sentences(found(dataset)) == [f"{frame.image}".removeprefix(f"{dataset}/") + " is 40x29, its labels 40x30"]


@pytest.mark.parametrize("format", ENCODED)
def test_a_frame_of_another_size(fresh, tmp_path, format):
    dataset = copied(fresh[format], tmp_path / "set")
    frame = frames_in(dataset)[1]
    change_image(frame, lambda pixels: pixels[:-1])
    change_labels(dataset, frames_in(dataset)[1], lambda pixels: pixels[:-1])
    assert sentences(found(dataset, "off size")) == [f"{frame.name} is 40x29, and dataset.json says 40x30"]


@pytest.mark.parametrize("format", ["voc", "yolo", "coco"])
@pytest.mark.parametrize("what", ["labels", "image"])
def test_a_file_that_is_missing(fresh, tmp_path, format, what):
    dataset = copied(fresh[format], tmp_path / "set")
    path = getattr(stored_of(dataset)[0], what)
    path.unlink()
    assert sentences(found(dataset)) == [f"{path.relative_to(dataset)} is missing, and train.txt, line 1 names it"]


# Archives and arrays


@pytest.mark.parametrize("share", [0, 0.3, 0.9])
@pytest.mark.parametrize(
    ("format", "file"), [("webdataset", "train-000001.tar"), ("numpy", "labels_train.npy"), ("nyu-mat", "labeled.mat")]
)
def test_an_archive_that_is_cut(fresh, tmp_path, format, file, share):
    dataset = copied(fresh[format], tmp_path / "set")
    data = (dataset / file).read_bytes()
    (dataset / file).write_bytes(data[: int(len(data) * share)])
    said = sentences(found(dataset))
    assert said and all(each.startswith(file) for each in said)
    assert len(said) == 1 or format == "nyu-mat"


def test_a_shard_whose_frames_are_not_whole(fresh, tmp_path):
    dataset = copied(fresh["webdataset"], tmp_path / "set")
    shard = dataset / "train-000000.tar"
    with tarfile.open(shard) as tar:
        members = [(member, tar.extractfile(member)) for member in tar.getmembers()]
        lost = next(member.name for member, _ in members if member.name.endswith(".seg.png"))
        with tarfile.open(tmp_path / "new.tar", "w", format=tarfile.USTAR_FORMAT) as again:
            for member, data in members:
                if member.name != lost:
                    again.addfile(member, data)
    (tmp_path / "new.tar").replace(shard)
    assert sentences(found(dataset)) == [f"train-000000.tar: {lost.removesuffix('.seg.png')!r} has no .seg.png"]


def test_names_in_a_shard_that_no_frame_of_ours_has(fresh, tmp_path):
    dataset = copied(fresh["webdataset"], tmp_path / "set")
    shard = dataset / "train-000000.tar"
    with tarfile.open(shard) as tar, tarfile.open(tmp_path / "new.tar", "w", format=tarfile.USTAR_FORMAT) as again:
        for member in tar.getmembers():
            data = tar.extractfile(member)
            member.name = f"../\x1b[31m{member.name}"
            again.addfile(member, data)
    (tmp_path / "new.tar").replace(shard)
    said = sentences(found(dataset))
    assert len(said) == 1 and said[0].startswith("train-000000.tar: ''") and "\x1b" not in said[0]


def test_a_member_that_says_to_be_of_less_than_nothing(fresh, tmp_path):
    dataset = copied(fresh["webdataset"], tmp_path / "set")
    shard = dataset / "train-000000.tar"
    header = tarfile.TarInfo("one_000001.png")
    header.size = -512
    data = header.tobuf(tarfile.GNU_FORMAT)
    shard.write_bytes(data + shard.read_bytes()[len(data) :])
    assert sentences(found(dataset)) == ["train-000000.tar is cut short in 'one_000001.png'"]


def test_a_missing_shard(fresh, tmp_path):
    dataset = copied(fresh["webdataset"], tmp_path / "set")
    (dataset / "train-000000.tar").unlink()
    assert sentences(found(dataset)) == ["train-000000.tar is missing"]


def test_a_shard_that_is_there_twice(fresh, tmp_path):
    dataset = copied(fresh["webdataset"], tmp_path / "set")
    (dataset / "val-000000.tar").write_bytes((dataset / "train-000000.tar").read_bytes())
    said = sentences(found(dataset, "split overlap"))
    assert len(said) == 3 and all(" is in train, and again in val, in val-000000.tar" in each for each in said)


def test_a_sample_whose_parts_are_of_two_frames(fresh, tmp_path):
    """Where no checksum tells, its NAME.json does."""
    dataset = copied(fresh["webdataset"], tmp_path / "set")
    (dataset / "checksums.txt").unlink()
    change_labels(dataset, frames_in(dataset)[0], lambda pixels: np.maximum(pixels, 1))
    name = frames_in(dataset)[0].name
    said = f"train-000000.tar: {name}.json does not tell of this picture and these labels"
    assert sentences(found(dataset, "facts")) == [said]


def test_arrays_with_more_or_fewer_rows_than_names(fresh, tmp_path):
    dataset = copied(fresh["numpy"], tmp_path / "set")
    names = dataset / "names_train.txt"
    names.write_text("".join(names.read_text().splitlines(keepends=True)[1:]))
    assert sentences(found(dataset, "damaged")) == [
        "labels_train.npy has 8 rows, and names_train.txt 7 names",
        "images_train.npy has 8 rows, and names_train.txt 7 names",
    ]


def test_arrays_of_pickles_are_not_opened(fresh, tmp_path):
    dataset = copied(fresh["numpy"], tmp_path / "set")
    np.save(dataset / "labels_val.npy", np.array([{"x": 1}] * 4, object), allow_pickle=True)
    (said,) = sentences(found(dataset))
    assert said.startswith("labels_val.npy is no array, or cut short: ")
    with open(dataset / "labels_val.npy", "wb") as file:
        np.savez(file, a=np.zeros(4), b=np.zeros(4))
    assert sentences(found(dataset)) == ["labels_val.npy is no array, or cut short: several arrays"]


def test_a_mat_that_has_lost_an_array_and_a_split_beyond_it(fresh, tmp_path):
    dataset = copied(fresh["nyu-mat"], tmp_path / "set")
    with h5py.File(dataset / "labeled.mat", "r+") as file:
        del file["labels"]
    assert set(sentences(found(dataset))) == {"labeled.mat has no 'labels'"}
    (dataset / "splits.mat").write_bytes(b"MATLAB 5.0".ljust(140))
    assert all(each.startswith("splits.mat is not as it was exported") for each in sentences(found(dataset, "damaged")))


def test_where_pixels_are_in_words(tmp_path):
    assert str(Part(Path("a.tar"), "x.png", 512, 3)) == "a.tar: x.png"
    assert str(Row(Path("a.npy"), "x", 3)) == "a.npy: row 3 (x)"
    assert str(Row(Path("a.mat"), "x", 3, "labels")) == "a.mat: labels 3 (x)"


# Polygons


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("1 0.1 0.1 0.2 0.2", "a polygon has three points or more, all of them in the picture"),
        ("1 0.1 0.1 0.2 0.2 0.3 1.3", "a polygon has three points or more, all of them in the picture"),
        ("1 0.1 0.1 0.2 0.2 0.3 nan", "a polygon has three points or more, all of them in the picture"),
        ("1 0.1 0.1 0.2 0.2 0.3", "cannot reshape"),
        ("40 0.1 0.1 0.2 0.2 0.3 0.3", "40 is no class of dataset.json"),
        ("wall 0.1 0.1 0.2 0.2 0.3 0.3", "invalid literal"),
        ("", "a polygon has three points or more"),
    ],
)
def test_lines_that_are_no_polygons(fresh, tmp_path, line, why):
    dataset = copied(fresh["yolo"], tmp_path / "set")
    path = stored_of(dataset)[0].labels
    path.write_text(f"{line}\n{path.read_text()}")
    (said,) = sentences(found(dataset))
    assert said.startswith(f"{path.relative_to(dataset)}, line 1: {why}")


def test_a_frame_without_polygons(fresh, tmp_path):
    dataset = copied(fresh["yolo"], tmp_path / "set")
    frame = stored_of(dataset)[0]
    frame.labels.write_text("")
    assert sentences(found(dataset, "empty"))[0].startswith(f"{frame.name}: no pixel has a label")
    assert "not counted" in {each.kind for each in examine_dataset(dataset).findings}
