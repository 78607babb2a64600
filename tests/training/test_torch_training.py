"""A training on real pixels: it learns, it is the same again, and where it was stopped makes no difference."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from small_datasets import SIZE, shapes_dataset

torch = pytest.importorskip("torch", reason="PyTorch is not installed: make test-training")

from postprocess.evaluation import evaluation_of  # noqa: E402
from training import course  # noqa: E402
from training import train as train_module  # noqa: E402
from training.checkpoint import BEST, LAST, read_model, read_progress  # noqa: E402
from training.errors import NoNumber, TrainingError  # noqa: E402
from training.history import Epoch  # noqa: E402
from training.machine import machine_of  # noqa: E402
from training.predict import predict  # noqa: E402
from training.settings import Settings  # noqa: E402
from training.train import train  # noqa: E402
from training.validation import verdict_of  # noqa: E402

ROOT = Path(__file__).parents[2]
TINY = Settings(net="unet", width=0.1, epochs=3, batch=2, learning_rate=0.01, seed=5)


@pytest.fixture(scope="module")
def machine():
    return machine_of("cpu", 1)


def learned(dataset: Path, out: Path, settings: Settings = TINY, **options) -> tuple[Epoch, ...]:
    return train(dataset, out, settings, machine_of("cpu", 1), lambda line: None, **options)


def same(one: Path, other: Path) -> bool:
    """All of two models, but for the seconds that they took."""
    models = [read_model(each / "best.pt") for each in (one, other)]
    ends = [read_progress(each / "last.pt") for each in (one, other)]
    states = [*zip(models[0].state.items(), models[1].state.items())]
    states += [*zip(ends[0].model.state.items(), ends[1].model.state.items())]
    return (
        all(name == other_name and torch.equal(mine, theirs) for (name, mine), (other_name, theirs) in states)
        and models[0].epoch == models[1].epoch
        and without_seconds(ends[0].epochs) == without_seconds(ends[1].epochs)
        and log(one) == log(other)
    )


def without_seconds(epochs: tuple[Epoch, ...]) -> list[Epoch]:
    return [replace(epoch, seconds=0.0) for epoch in epochs]


def log(model: Path) -> list[dict]:
    return [{**json.loads(line), "seconds": 0} for line in (model / "log.jsonl").read_text().splitlines()]


@pytest.fixture(scope="module")
def whole(shapes: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model that nobody stopped."""
    out = tmp_path_factory.mktemp("whole") / "model"
    learned(shapes, out)
    return out


@pytest.mark.parametrize(
    ("settings", "size", "iou"),
    [
        (Settings(net="unet", width=0.125, epochs=14, learning_rate=0.02), SIZE, 0.95),
        # All that SegNet knows of a colour goes through a picture 32 times smaller.
        (Settings(net="segnet", width=0.125, epochs=36, batch=2, learning_rate=0.01), (96, 80), 0.9),
    ],
    ids=["unet", "segnet"],
)
def test_two_colours_are_learned_in_seconds(tmp_path, machine, settings, size, iou):
    dataset = shapes_dataset(tmp_path, frames=48, size=size)
    learned(dataset, tmp_path / "model", settings)
    predict(tmp_path / "model", dataset, tmp_path / "predictions", machine)
    (verdict,) = evaluation_of([tmp_path / "predictions"], dataset).verdicts
    assert verdict.scores.overall["mean_iou"] > iou


def test_the_same_seed_is_the_same_model_and_another_is_not(tmp_path, shapes, whole):
    before, numpys = torch.random.get_rng_state(), np.random.get_state()[1].tolist()
    learned(shapes, tmp_path / "again")
    assert same(whole, tmp_path / "again")
    assert torch.equal(torch.random.get_rng_state(), before) and np.random.get_state()[1].tolist() == numpys
    learned(shapes, tmp_path / "other", replace(TINY, seed=6))
    assert log(whole)[0]["loss"] != log(tmp_path / "other")[0]["loss"]


@pytest.mark.parametrize(
    ("pictures", "optimizer"),
    [(2, "adam"), (6, "adam"), (8, "adam"), (9, "adam"), (13, "adam"), (26, "adam"), (4, "sgd"), (13, "sgd")],
)
def test_where_it_was_stopped_makes_no_difference(tmp_path, shapes, whole, pictures, optimizer):
    """After so many pictures, of which an epoch learns six and looks at three: at the first step, at the last, in the
    validation, at its end, in later epochs. Saved at each step, or at the end of epochs alone."""
    settings, plain = replace(TINY, optimizer=optimizer), whole
    if settings != TINY:
        plain = tmp_path / "plain"
        learned(shapes, plain, settings)

    def stop(done: int, total: int) -> None:
        if done >= pictures:
            raise KeyboardInterrupt

    for save_seconds in (0.0, 3600.0):
        out = tmp_path / f"every {save_seconds:g}"
        with pytest.raises(KeyboardInterrupt) as stopped:
            learned(shapes, out, settings, show=stop, save_seconds=save_seconds)
        assert "the same command goes on" in stopped.value.__notes__[0]
        learned(shapes, out, settings)
        assert same(plain, out)


@pytest.mark.parametrize("files", [0, 1, 2, 3, 4, 9, 10, 11, 12])
def test_a_stop_between_two_files_makes_no_difference(tmp_path, shapes, whole, files, monkeypatch):
    """After so many: last.pt, and at the end of each epoch best.pt, last.pt, log.jsonl, curves.html."""
    written = []

    def counting(write):
        def write_or_stop(path: Path, *what: object) -> None:
            if len(written) == files:
                raise KeyboardInterrupt
            write(path, *what)
            written.append(path.name)

        return write_or_stop

    with monkeypatch.context() as patched:
        for name in ("write_model", "write_progress", "write_whole"):
            patched.setattr(train_module, name, counting(getattr(train_module, name)))
        with pytest.raises(KeyboardInterrupt):
            learned(shapes, tmp_path / "model")
    everything = ["last.pt", *["best.pt", "last.pt", "log.jsonl", "curves.html"] * 3]
    assert written == everything[:files]
    learned(shapes, tmp_path / "model")
    assert same(whole, tmp_path / "model")


def test_a_kill_from_outside_makes_no_difference(tmp_path, shapes, whole):
    """As soon as last.pt says that an epoch is over, without a chance to say a word."""
    asked = "--net unet --width 0.1 --epochs 3 --batch 2 --learning-rate 0.01 --seed 5 --threads 1".split()
    model = tmp_path / "model"
    call = [sys.executable, str(ROOT / "labelpass.py"), "train", str(shapes), "--out", str(model), *asked]
    for epoch in (1, 2, 3):
        with subprocess.Popen(call, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as program:
            seen = 0
            while program.poll() is None:
                time.sleep(0.001)
                now = last_written(model)  # to read it again and again would take the time that the training needs
                if now != seen and is_over(model, epoch):
                    break
                seen = now
            program.kill()
    done = subprocess.run(call, capture_output=True, text=True, check=False)
    assert done.returncode == 0 and "has learned all 3 epochs" in done.stdout
    assert same(model, whole)
    assert sorted(path.name for path in model.iterdir()) == ["best.pt", "curves.html", "last.pt", "log.jsonl"]


def last_written(model: Path) -> int:
    path = model / "last.pt"
    return path.stat().st_mtime_ns if path.exists() else 0


def is_over(model: Path, epoch: int) -> bool:
    try:
        return len(read_progress(model / "last.pt").epochs) >= epoch
    except TrainingError:  # not there yet
        return False


def test_a_model_that_is_done_stays_as_it_is(shapes, whole):
    before = {path.name: path.read_bytes() for path in whole.iterdir()}
    said = []
    train(shapes, whole, TINY, machine_of("cpu", 1), said.append)
    assert said[0] == f"{whole} has learned all 3 epochs"
    assert {path.name: path.read_bytes() for path in whole.iterdir()} == before


def test_the_best_epoch_is_kept_and_scored_as_evaluate_does(tmp_path, machine, shapes, whole):
    epochs = read_progress(whole / "last.pt").epochs
    ious = [epoch.verdict.mean_iou for epoch in epochs]
    model = read_model(whole / "best.pt")
    assert model.epoch == ious.index(max(ious)) + 1
    predict(whole, shapes, tmp_path / "val", machine, "val")
    (verdict,) = evaluation_of([tmp_path / "val"], shapes, split="val").verdicts
    best = epochs[model.epoch - 1].verdict
    assert verdict.scores.overall["mean_iou"] == pytest.approx(best.mean_iou, abs=1e-12)
    assert verdict.scores.overall["global_accuracy"] == pytest.approx(best.global_accuracy, abs=1e-12)
    assert verdict.scores.of_class["iou"].tolist() == pytest.approx(best.ious)


def test_a_dataset_without_val_says_how_to_go_on(tmp_path):
    dataset = shapes_dataset(tmp_path / "data", split=(1, 0, 0))
    with pytest.raises(TrainingError, match=r"split 'val' is empty, .*: add --no-validation, or"):
        learned(dataset, tmp_path / "model")
    assert not (tmp_path / "model").exists()


def test_without_validation_the_last_is_the_best(tmp_path, machine):
    dataset = shapes_dataset(tmp_path, frames=4, split=(1, 0, 0))
    learned(
        dataset, tmp_path / "model", replace(TINY, validate=False, epochs=2, batch=3, crop=(32, 32), scale=(0.5, 2.0))
    )
    assert read_model(tmp_path / "model" / "best.pt").epoch == 2
    assert predict(tmp_path / "model", dataset, tmp_path / "predictions", machine, "train") == 4


def test_other_settings_or_another_dataset_are_refused(tmp_path, shapes, whole):
    with pytest.raises(TrainingError, match=r"holds a model of other settings \(width 0.1, not 0.2, seed 5, not 6\)"):
        learned(shapes, whole, replace(TINY, width=0.2, seed=6))
    with pytest.raises(TrainingError, match="another dataset, or another state of this one"):
        learned(shapes_dataset(tmp_path, frames=16), whole)
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "thesis.txt").touch()
    with pytest.raises(TrainingError, match=r"is there already, and no model \(it has no last.pt\)"):
        learned(shapes, tmp_path / "full")
    with pytest.raises(TrainingError, match="lies in the run"):
        learned(shapes, shapes.parent / "run-12" / "model")


def test_an_empty_split_and_small_pictures_are_refused_before_anything_is_written(tmp_path):
    dataset = shapes_dataset(tmp_path, frames=4, split=(1, 0, 0))
    with pytest.raises(ValueError, match="split 'val' is empty"):
        learned(dataset, tmp_path / "model")
    with pytest.raises(TrainingError, match="--crop is 16x16, and this network needs 32 pixels"):
        learned(dataset, tmp_path / "model", replace(TINY, validate=False, crop=(16, 16)))
    assert not (tmp_path / "model").exists()


def test_nothing_but_void_is_nothing_to_learn(tmp_path):
    """The loss of no pixel is 0, which looks like the best there is."""
    dataset = shapes_dataset(tmp_path, frames=2, split=(1, 0, 0))
    for path in (dataset / "trainannot").glob("*.png"):
        Image.fromarray(np.full(SIZE[::-1], 3, np.uint8)).save(path)
    with pytest.raises(TrainingError, match="no pixel of train has a class"):
        learned(dataset, tmp_path / "model", replace(TINY, validate=False, weights="none"))


def test_what_is_missing_or_damaged_is_told_with_what_names_the_rest(tmp_path):
    dataset = shapes_dataset(tmp_path, frames=4, split=(1, 0, 0))
    settings, annotations = replace(TINY, validate=False), sorted((dataset / "trainannot").iterdir())
    annotations[0].write_bytes(annotations[0].read_bytes()[:40])
    with pytest.raises(TrainingError, match=r"cannot be read.*; labelpass verify \S+segnet names all"):
        learned(dataset, tmp_path / "model", settings)
    annotations[1].unlink()
    with pytest.raises(TrainingError, match=r"is missing; labelpass verify \S+segnet names all"):
        learned(dataset, tmp_path / "other", settings)
    assert not (tmp_path / "other").exists()


def test_a_loss_that_is_no_number_ends_it(tmp_path, shapes, monkeypatch):
    def broken(scores, classes, weights):
        return scores.sum() * float("nan"), torch.tensor(1)

    monkeypatch.setattr(course, "weighted_loss", broken)
    with pytest.raises(
        TrainingError, match="no number any more, in epoch 1, step 1 of 3: try a smaller --learning-rate"
    ):
        learned(shapes, tmp_path / "model")


@pytest.mark.parametrize("validate", [True, False])
def test_weights_that_are_no_number_never_take_the_place_of_those_that_are(tmp_path, shapes, monkeypatch, validate):
    """The loss of the step that spoils them is a number; without a look at val nothing else would tell."""
    out, settings = tmp_path / "model", replace(TINY, validate=validate)
    whole = course.Course.learn

    def spoil(self, batch):
        whole(self, batch)
        if len(self.done) == 1 and self.step == self.lesson.batches:
            next(self.network.parameters()).data.fill_(float("inf"))

    monkeypatch.setattr(course.Course, "learn", spoil)
    why = "weights are no number any more, in epoch 2, step 3 of 3: try a smaller --learning-rate .* of epoch 1"
    for seconds in (60.0, 0.0):
        with pytest.raises(NoNumber, match=why):
            learned(shapes, out, settings, save_seconds=seconds)
        for name in (BEST, LAST):
            state = read_model(out / name).state
            assert all(bool(torch.isfinite(each).all()) for each in state.values() if each.is_floating_point())
        assert read_model(out / BEST).epoch == 1


def test_a_loss_of_val_that_is_no_number_names_the_epoch(tmp_path, shapes, monkeypatch):
    def broken(*_):
        raise NoNumber("the loss of the validation pictures is no number")

    monkeypatch.setattr(course, "validate", broken)
    with pytest.raises(NoNumber, match="in epoch 1, on the pictures of val: try a smaller --learning-rate"):
        learned(shapes, tmp_path / "model")


def test_one_class_everywhere_has_its_share_of_the_pixels_and_nothing_else():
    """60 of 100 pixels, of three classes of which two are there: IoU 0.6 and 0."""
    matrix = np.array([[0, 60, 0, 0], [10, 30, 0, 0], [0, 0, 0, 0]])
    assert verdict_of(matrix, 1.0).constant_iou == pytest.approx(0.3)
    assert verdict_of(np.array([[60, 0, 0], [0, 0, 0]]), 1.0).constant_iou is None


def test_who_has_learned_nothing_is_told(tmp_path, shapes):
    said: list[str] = []
    settings = replace(TINY, epochs=1, learning_rate=1e-12)
    for _ in range(2):  # also of one that has learned all
        train(shapes, tmp_path / "model", settings, machine_of("cpu", 2), said.append)
        assert "on val, and the most frequent class everywhere has 0." in said[-1] and "warning: " in said[-1]


@pytest.mark.parametrize(("batch", "stopped", "left"), [(2, 11, 16), (4, 7, 21)])
def test_progress_goes_to_its_end_also_after_a_stop(tmp_path, shapes, batch, stopped, left):
    """Of 27 pictures, six learned and three looked at in each epoch. What was looked at is looked at again."""
    told: list[tuple[int, int]] = []

    def stop(done: int, total: int) -> None:
        told.append((done, total))
        if done >= stopped:
            raise KeyboardInterrupt

    settings = replace(TINY, batch=batch)
    with pytest.raises(KeyboardInterrupt):
        learned(shapes, tmp_path / "model", settings, show=stop, save_seconds=0.0)
    assert told[0] == (batch, 27)
    told.clear()
    learned(shapes, tmp_path / "model", settings, show=lambda *at: told.append(at), save_seconds=0.0)
    assert told[-1] == (left, left)
