"""What an experiment comes to: which frames, which trainings, where each is, and the commands of them. Pure.

::

    OUT/experiment.json         what it is: written first, never changed
    OUT/data/NAME/              datasets and tests, as `labelpass dataset` makes them
    OUT/models/NAME-0/          networks, as `labelpass train` makes them; -0, -1 ... are trainings of other seeds
    OUT/predictions/NAME-0/TEST/
    OUT/results.json  OUT/results.html
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from blender_addon.contract.strict import plain
from blender_addon.contract.words import counted, in_shell
from postprocess.manifest import NAME as MANIFEST
from postprocess.manifest import manifest_read
from recipes.folder import DATASET
from training.settings import Settings, settings_from

from .experiment import Data, Experiment

DATA = "data"
LEARNED, TESTED = "0.8/0.2/0", "0/0/1"
"""Shares of train, val and test in a dataset that is learned, and in a test."""


@dataclass(frozen=True)
class Wish:
    """`times` as many frames and pictures seen as is written; each network trained `repeats` times, from other seeds;
    `blender` renders (None: bpy)."""

    out: Path
    times: float = 1.0
    repeats: int = 3
    jobs: int = 1
    blender: str | None = None


@dataclass(frozen=True)
class Step:
    """What was done, as somebody would do it by hand in the folder OUT."""

    what: str
    command: str


def steps(experiment: Experiment, wish: Wish) -> Iterator[Step]:
    """All of it as commands, paths in OUT."""
    for name, data in everything(experiment):
        said = "".join(f" --set {shlex.quote(change)}" for change in changes(data, name in experiment.tests))
        count = f"--count {frames_of(data, wish)} --seed {data.seed}"
        yield Step(name, f"labelpass dataset {in_shell(data.recipe)} {count} --out data/{name}{said}")
    for name, repeat in trainings(experiment, wish):
        words = " ".join(_words(settings_of(experiment, name, repeat, wish)))
        learned = experiment.models[name].data
        yield Step(f"{name}-{repeat}", f"labelpass train data/{learned}/dataset --out models/{name}-{repeat} {words}")
        for test in experiment.tests:
            out = f"predictions/{name}-{repeat}/{test}"
            yield Step(out, f"labelpass predict models/{name}-{repeat} data/{test}/dataset --out {out}")


def everything(experiment: Experiment) -> Iterator[tuple[str, Data]]:
    yield from experiment.data.items()
    yield from experiment.tests.items()


def lender_of(experiment: Experiment, name: str) -> str | None:
    """The dataset before this one that is made of the same scenes, if there is one."""
    known = dict(everything(experiment))
    mine = known[name]
    for other, data in known.items():
        if other == name:
            return None
        if (data.recipe, data.settings, data.seed) == (mine.recipe, mine.settings, mine.seed):
            return other
    return None


def trainings(experiment: Experiment, wish: Wish) -> Iterator[tuple[str, int]]:
    """First all networks once: who stops early has something of each."""
    for repeat in range(wish.repeats):
        for name in experiment.models:
            yield name, repeat


def frames_of(data: Data, wish: Wish) -> int:
    """Two at least where there are more at all: one to learn from, one to validate."""
    count = int(data.count or 1)
    return max(min(2, count), round(count * wish.times)) if data.grows else count


def dataset_of(wish: Wish, name: str) -> Path:
    return wish.out / DATA / name / DATASET


def predictions_of(wish: Wish, name: str, repeat: int, test: str) -> Path:
    return wish.out / "predictions" / f"{name}-{repeat}" / test


def changes(data: Data, is_test: bool) -> list[str]:
    """What `--set` of `labelpass dataset` is told."""
    export = {"split": TESTED if is_test else LEARNED, "split_by": data.alike, **data.export}
    sections = {"settings": data.settings, "render": data.render, "export": export}
    return [
        f"{section}.{key}={json.dumps(plain(value), ensure_ascii=False)}"
        for section, said in sections.items()
        for key, value in said.items()
    ]


def options_of(experiment: Experiment, name: str) -> Mapping[str, Any]:
    """Of a network's training, as they are written. Raises ValueError for what is none of `labelpass train`."""
    said = {**experiment.train, **experiment.models[name].train}
    if "seed" in said:
        raise ValueError(f"models.{name}: train.seed: trainings have seeds 0, 1 ... of --repeats; take it out")
    try:
        settings_from(said)
    except ValueError as error:
        raise ValueError(f"models.{name}: train: {error}") from None
    return said


def settings_of(experiment: Experiment, name: str, repeat: int, wish: Wish) -> Settings:
    """Of a training; the dataset is there. Raises ValueError."""
    said = options_of(experiment, name)
    with manifest_read(dataset_of(wish, experiment.models[name].data) / MANIFEST) as told:
        frames = told["split"]["frames"]
    epochs = max(1, round(experiment.pictures * wish.times / max(1, frames["train"])))
    return settings_from({"epochs": epochs, "validate": frames["val"] > 0, **said, "seed": repeat})


def _words(settings: Settings) -> Iterator[str]:
    for key, value in plain(settings).items():
        name = f"--{key.replace('_', '-')}"
        if key == "validate":
            yield "--no-validation"
        elif key == "flip":
            yield "--no-flip"
        elif key == "scale":
            yield f"{name} {value[0]:g}-{value[1]:g}"
        elif key == "crop":
            yield f"{name} {value[0]}x{value[1]}"
        else:
            yield f"{name} {value}"


def model_of(wish: Wish, name: str, repeat: int) -> Path:
    return wish.out / "models" / f"{name}-{repeat}"


def told(experiment: Experiment, wish: Wish) -> str:
    """In a line, how much it is."""
    frames = sum(frames_of(data, wish) for _, data in everything(experiment))
    networks = counted(len(experiment.models) * wish.repeats, "training")
    return f"{counted(frames, 'frame')}, {networks} of {round(experiment.pictures * wish.times):,} pictures"
