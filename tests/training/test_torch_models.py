"""Models as files: what others made runs nothing, damage is named; predictions by the command."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image
from small_datasets import SHAPES, shapes_dataset

torch = pytest.importorskip("torch", reason="PyTorch is not installed: make test-training")

from postprocess.errors import ExportError  # noqa: E402
from training.checkpoint import read_model, read_progress, write_model  # noqa: E402
from training.errors import TrainingError  # noqa: E402
from training.machine import machine_of, memory_told  # noqa: E402
from training.predict import are_of, predict  # noqa: E402
from training.settings import Settings  # noqa: E402
from training.train import train  # noqa: E402

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def machine():
    return machine_of("cpu", 1)


@pytest.fixture(scope="module")
def model(shapes: Path, machine, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("model") / "shapes"
    train(shapes, out, Settings(net="unet", width=0.1, epochs=1), machine, lambda line: None)
    return out


class Bomb:
    def __reduce__(self):
        return os.mkdir, ("exploded",)


def test_a_file_of_others_runs_nothing(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    torch.save({"schema": 1, "state": Bomb()}, tmp_path / "best.pt")
    with pytest.raises(
        TrainingError, match=r"best.pt is no model of labelpass train: it holds more than numbers"
    ) as error:
        read_model(tmp_path / "best.pt")
    assert "weights_only" not in str(error.value)  # PyTorch says how to run it all the same
    assert not (tmp_path / "exploded").exists()


def test_damage_is_one_line_that_names_the_file(tmp_path, model):
    data, path = (model / "best.pt").read_bytes(), tmp_path / "best.pt"
    flipped = bytearray(data)
    flipped[len(data) // 2] ^= 1  # among the weights: no reader of PyTorch's would notice
    for damaged in (b"", b"hello", data[: len(data) // 2], data[:5000], data[:-100], bytes(flipped)):
        path.write_bytes(damaged)
        with pytest.raises(TrainingError, match=r"best.pt is no model of labelpass train, or damaged") as error:
            read_model(path)
        assert "\n" not in str(error.value)
    for other in (3, [1, 2], {"schema": 1}, {"state": {}}):
        torch.save(other, path)
        with pytest.raises(TrainingError, match="is no model"):
            read_model(path)
    torch.save({"schema": 2}, path)
    with pytest.raises(TrainingError, match="it is of schema 2, and this version of labelpass reads 1"):
        read_model(path)
    with pytest.raises(TrainingError, match=r"best\.pt is no model"):
        read_progress(model / "best.pt")
    with pytest.raises(TrainingError, match="No such file"):
        read_model(tmp_path / "nothing.pt")


def test_predictions_know_what_they_are_from(tmp_path, model, shapes, machine):
    out, again, other = (tmp_path / name for name in ("out", "model", "other"))
    assert not are_of(out, model, shapes)
    predict(model, shapes, out, machine)
    assert are_of(out, model, shapes)
    shutil.copytree(model, again)
    assert are_of(out, again, shapes)  # the same file, wherever it is
    train(shapes, other, Settings(net="unet", width=0.1, epochs=1, seed=1), machine, lambda line: None)
    assert not are_of(out, other, shapes)
    assert not are_of(out, model, shapes_dataset(tmp_path, frames=8))
    predict(model, shapes, tmp_path / "val", machine, "val")
    assert not are_of(tmp_path / "val", model, shapes)  # which asks for test
    (out / "made_from.json").write_text("[")
    assert not are_of(out, model, shapes)


def test_a_model_comes_back(tmp_path, model):
    read = read_model(model / "best.pt")
    assert read.learned.label_set == SHAPES and read.settings.epochs == 1 and read.epoch == 1
    write_model(tmp_path / "again.pt", read)
    again = read_model(tmp_path / "again.pt")
    assert again.settings == read.settings and all(torch.equal(read.state[key], again.state[key]) for key in read.state)


def test_weights_of_another_network_are_refused(tmp_path, model, shapes, machine):
    read = read_model(model / "best.pt")
    write_model(tmp_path / "odd.pt", replace(read, settings=replace(read.settings, width=0.5)))
    with pytest.raises(TrainingError, match="its weights are not those of its settings"):
        predict(tmp_path / "odd.pt", shapes, tmp_path / "out", machine)
    assert not (tmp_path / "out").exists()


def test_nothing_is_written_into_a_dataset(model, shapes, machine):
    with pytest.raises(TrainingError, match="lies in the dataset"):
        predict(model, shapes, shapes / "predictions", machine)
    with pytest.raises(TrainingError, match="lies in the dataset"):
        train(shapes, shapes / "models" / "mine", Settings(), machine, lambda line: None)
    assert not (shapes / "models").exists() and not (shapes / "predictions").exists()


def test_a_model_that_lost_its_best_is_told(tmp_path, model, shapes, machine):
    settings = Settings(net="unet", width=0.1, epochs=1)
    shutil.copytree(model, tmp_path / "model")
    (tmp_path / "model" / "best.pt").unlink()
    with pytest.raises(TrainingError, match=r"has lost its best\.pt: .* remove \S+model, and the same command"):
        train(shapes, tmp_path / "model", settings, machine, lambda line: None)
    (tmp_path / "model" / "last.pt").write_bytes(b"")
    with pytest.raises(TrainingError, match=r"last\.pt is no model .* remove \S+model, and the same command"):
        train(shapes, tmp_path / "model", settings, machine, lambda line: None)


def test_a_dataset_of_other_classes_is_refused(tmp_path, model, machine):
    other = shapes_dataset(tmp_path, options={"background_class": True})
    with pytest.raises(TrainingError, match="it never learned 'background'"):
        predict(model, other, tmp_path / "out", machine)


def test_the_same_classes_in_another_format_are_predicted_in_its_values(tmp_path, model, machine):
    other = shapes_dataset(tmp_path, "nyu")
    predict(model, other, tmp_path / "out", machine)
    values = set()
    for path in (tmp_path / "out").glob("*.png"):
        with Image.open(path) as picture:
            values |= set(np.unique(np.asarray(picture)).tolist())
    assert values and values <= {1, 4, 9}


def test_pictures_of_any_size_and_kind(tmp_path, model, machine):
    (tmp_path / "photos").mkdir()
    for name, size in (("a.png", (33, 47)), ("b.jpg", (64, 40)), ("c.jpg", (64, 40))):
        cv2.imwrite(str(tmp_path / "photos" / name), np.full((*size, 3), 120, np.uint8))
    assert predict(model, tmp_path / "photos", tmp_path / "out", machine) == 3
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "a.png", "b.png", "c.png", "classes.csv", "label_set.json", "made_from.json"
    ]  # fmt: skip
    assert cv2.imread(str(tmp_path / "out" / "a.png")).shape == (33, 47, 3)


def test_pictures_are_seen_as_viewers_show_them(tmp_path, model, machine):
    """A phone held upright stores its picture lying, and a note; a gray picture is as gray in three channels."""
    photos, out = tmp_path / "photos", tmp_path / "out"
    photos.mkdir()
    gray = np.random.default_rng(0).integers(0, 255, (64, 40), np.uint8)
    Image.fromarray(gray).save(photos / "gray.png")
    upright = Image.fromarray(np.dstack([gray] * 3))
    upright.save(photos / "upright.png")
    note = Image.Exif()
    note[0x0112] = 6  # to be turned by a quarter, clockwise
    upright.transpose(Image.Transpose.ROTATE_90).save(photos / "lying.png", exif=note)
    predict(model, photos, out, machine)
    gray, upright, lying = (cv2.imread(str(out / f"{name}.png")) for name in ("gray", "upright", "lying"))
    assert gray.shape == (64, 40, 3) and (gray == upright).all() and (upright == lying).all()


def test_what_cannot_be_predicted_leaves_nothing(tmp_path, model, machine):
    photos = tmp_path / "photos"
    photos.mkdir()
    cv2.imwrite(str(photos / "a.png"), np.zeros((40, 40, 3), np.uint8))
    cv2.imwrite(str(photos / "b.png"), np.zeros((8, 40, 3), np.uint8))
    with pytest.raises(TrainingError, match=r"b.png is 40x8, and this network needs 32 pixels"):
        predict(model, photos, tmp_path / "out", machine)
    (photos / "b.png").write_text("no picture")
    with pytest.raises(ExportError, match=r"b.png is no whole picture"):
        predict(model, photos, tmp_path / "out", machine)
    with pytest.raises(TrainingError, match=r"is no model of labelpass train \(it has no best.pt\)"):
        predict(photos, photos, tmp_path / "out", machine)
    with pytest.raises(TrainingError, match="so it has no --split val"):
        predict(model, photos, tmp_path / "out", machine, "val")
    with pytest.raises(TrainingError, match=rf"did you mean {model}\?"):
        predict(model.parent, photos, tmp_path / "out", machine)
    with pytest.raises(TrainingError, match=r"there is no \S*nowhere: name a folder that labelpass train made"):
        predict(tmp_path / "nowhere", photos, tmp_path / "out", machine)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["photos"]


def test_a_device_that_is_not_there_is_named():
    if not torch.cuda.is_available():
        with pytest.raises(TrainingError, match="--device cuda:7: PyTorch cannot use it"):
            machine_of("cuda:7", None)


@pytest.mark.parametrize(
    "error",
    [
        MemoryError(),
        RuntimeError("CUDA out of memory. Tried to allocate 2.00 GiB"),
        RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory: you tried"),
    ],
)
def test_memory_that_ends_is_one_line(machine, error):
    with pytest.raises(TrainingError, match="cpu has not enough memory: a smaller --batch"):
        with memory_told(machine):
            raise error
    with pytest.raises(RuntimeError, match="a bug"), memory_told(machine):
        raise RuntimeError("a bug")


def labelpass(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    call = [sys.executable, str(ROOT / "labelpass.py"), *words]
    return subprocess.run(call, cwd=folder, capture_output=True, text=True, check=False)


def test_the_commands_work_together(tmp_path):
    shapes_dataset(tmp_path)
    few = ("--net", "unet", "--width", "0.1", "--epochs", "2", "--threads", "1")
    done = labelpass(tmp_path, "train", "segnet", "--out", "model", *few)
    assert done.returncode == 0, done.stderr
    first, *told, last = done.stdout.splitlines()
    epochs = [line for line in told if line.startswith("labelpass: epoch ")]
    assert "weights, 3 classes, 6 pictures, 2 epochs, on cpu, 1 thread" in first and len(epochs) == 2
    assert last.startswith("labelpass: look at model/curves.html, or predict: ")
    assert "18/18 pictures" in done.stderr
    done = labelpass(tmp_path, "predict", "model", "segnet", "--out", "predictions", "--threads", "1")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("labelpass: predictions: 3 label maps")
    done = labelpass(tmp_path, "evaluate", "predictions", "segnet")
    assert done.returncode == 0 and "mean_iou" in done.stdout, done.stderr
    photos = ("predict", "model", "segnet/test", "--out", "ids", "--threads", "1")
    assert labelpass(tmp_path, *photos).returncode == 0
    assert labelpass(tmp_path, "evaluate", "ids", "ids", "--label-set", "ids/label_set.json").returncode == 0
    done = labelpass(tmp_path, *photos)
    assert done.returncode == 1 and done.stderr.startswith("labelpass: ids is there already")


def test_a_model_that_would_fill_the_memory_is_refused(tmp_path):
    """PyTorch stores its tensors as they are; packed, a terabyte of zeros is small."""
    torch.save({"schema": 1}, tmp_path / "stored.pt")
    with zipfile.ZipFile(tmp_path / "stored.pt") as stored, zipfile.ZipFile(tmp_path / "best.pt", "w") as packed:
        for each in stored.infolist():
            packed.writestr(each.filename, stored.read(each), zipfile.ZIP_DEFLATED)
    with pytest.raises(TrainingError, match=r"or damaged \(it is compressed, which PyTorch's are not"):
        read_model(tmp_path / "best.pt")
