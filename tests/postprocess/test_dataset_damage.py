"""The export of a run with frames that are damaged or another's: an error that says where, and nothing left behind."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from exported import read_png, refused
from PIL import Image
from small_inputs import SIZE, checksum, some_image, write_exr

from blender_addon.contract.labels import built_in
from blender_addon.contract.run import finished_frames, frame_folder
from postprocess.exr import read_labels

NYU40 = built_in("nyu40")


def edit_record(run: Path, frame: int, change: Callable[[dict], None]) -> None:
    path = frame_folder(run, frame) / "frame.json"
    record = json.loads(path.read_text())
    change(record)
    path.write_text(json.dumps(record))


def rewrite_labels(run: Path, frame: int, values: np.ndarray) -> None:
    """Other labels with a checksum to match, so that the values alone are wrong."""
    write_exr(frame_folder(run, frame) / "labels.exr", {"Label": values.astype(np.float32)})


@pytest.mark.parametrize("jobs", [1, 2])
def test_wrong_pixels_are_found_by_checksum(run: Path, tmp_path: Path, jobs: int) -> None:
    labels = read_labels(frame_folder(run, 7) / "labels.exr", NYU40).pixels.copy()
    labels[3, 4] = 1 if labels[3, 4] != 1 else 2
    rewrite_labels(run, 7, labels)
    refused(tmp_path, r"000007.labels\.exr: its pixels are not those that were rendered", [run], jobs=jobs)


@pytest.mark.parametrize("name", ["labels.exr", "purity.exr", "image.png"])
@pytest.mark.parametrize("damage", ["flipped", "noise", "other pixels", "other values"])
def test_damage_that_only_decoding_shows_names_the_folder_to_remove(
    make_run: Callable[..., Path], tmp_path: Path, name: str, damage: str
) -> None:
    """A render decodes nothing and says that all is done: "render it again" alone would be a circle."""
    run = make_run("r", purity=True)
    folder = frame_folder(run, 3)
    path = folder / name
    data = bytearray(path.read_bytes())
    if damage == "flipped":
        data[-60] ^= 0x10
        path.write_bytes(data)
    elif damage == "noise":
        path.write_bytes(b"x" * len(data))
    elif damage == "other pixels" or name == "image.png":
        path.write_bytes((frame_folder(run, 4) / name).read_bytes())
    else:
        channel = "Label" if name == "labels.exr" else "Purity"
        write_exr(path, {channel: np.full(SIZE[::-1], 41.0, np.float32)})
    words = rf"{name}.*; remove the folder {re.escape(str(folder))} and start the render again$"
    refused(tmp_path, words, [run], ignore_impure=0.5)
    assert 3 in finished_frames(run)  # so a render would pass it by


def test_a_wrong_image_is_found_by_checksum(run: Path, tmp_path: Path) -> None:
    image = read_png(frame_folder(run, 2) / "image.png").copy()
    image[0, 0, 1] ^= 1
    Image.fromarray(image).save(frame_folder(run, 2) / "image.png")
    refused(tmp_path, r"000002.image\.png: its pixels are not", [run])


def test_wrong_purity_is_found_by_checksum(make_run: Callable[..., Path], tmp_path: Path) -> None:
    run = make_run("r", purity=True)
    write_exr(frame_folder(run, 2) / "purity.exr", {"Purity": np.ones(SIZE[::-1], np.float32)})
    refused(tmp_path, r"000002.purity\.exr: its pixels are not", [run], ignore_impure=0.5)


@pytest.mark.parametrize(
    ("value", "words"), [(2.5, "value 2.5"), (np.nan, "value nan"), (77, "'nyu40' does not define")]
)
def test_values_that_are_no_label(run: Path, tmp_path: Path, value: float, words: str) -> None:
    values = np.ones(SIZE[::-1], np.float32)
    values[5, 9] = value
    rewrite_labels(run, 3, values)
    refused(tmp_path, rf"000003.labels\.exr: .*{words}.*|{words}", [run])


@pytest.mark.parametrize("name", ["labels.exr", "image.png"])
@pytest.mark.parametrize("share", [0, 0.5, 0.99])
def test_cut_files(run: Path, tmp_path: Path, name: str, share: float) -> None:
    path = frame_folder(run, 4) / name
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])
    refused(tmp_path, rf"000004.{name}", [run])


@pytest.mark.parametrize("name", ["labels.exr", "image.png", "frame.json"])
def test_missing_files(run: Path, tmp_path: Path, name: str) -> None:
    (frame_folder(run, 4) / name).unlink()
    refused(tmp_path, "000004|frame 4 of", [run])


def test_a_record_without_checksums(run: Path, tmp_path: Path) -> None:
    edit_record(run, 5, lambda record: record["files"].pop("labels.exr"))
    refused(
        tmp_path, r"000005.frame\.json is damaged: files\.labels\.exr is missing; labelpass verify .* --repair", [run]
    )


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda record: record.update(seed=7), "seed 7, the plan 0"),
        (lambda record: record["view"].update(name="view 6"), r"view\.name 'view 6', the plan 'view 5'"),
        (lambda record: record["files"]["image.png"].update(shape=[9, 9, 3]), r"files\.image\.png\.shape \(9, 9\)"),
        (lambda record: record["labels"].append({"id": 99, "name": "x", "pixels": 1}), "label 99 'x', the plan None"),
    ],
)
def test_a_frame_of_another_run_is_refused(
    run: Path, tmp_path: Path, change: Callable[[dict], None], words: str
) -> None:
    edit_record(run, 5, change)
    refused(tmp_path, rf"000005 is a frame of another run: .*{words}.*labelpass verify .* --repair", [run])


def test_image_and_labels_of_two_sizes(run: Path, tmp_path: Path) -> None:
    image = some_image(np.random.default_rng(0), (SIZE[0] + 1, SIZE[1]))
    Image.fromarray(image).save(frame_folder(run, 6) / "image.png")
    edit_record(run, 6, lambda record: record["files"]["image.png"].update(checksum=checksum(image)))
    refused(tmp_path, r"000006.image\.png is 41x30, its labels 40x30", [run])
