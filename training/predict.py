"""`labelpass predict`: a model's label maps of a dataset's split, or of a folder of pictures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from blender_addon.contract.words import listed
from postprocess.manifest import NAME
from postprocess.progress import Progress as ShowProgress
from postprocess.staging import check_place, staged

from .batches import alike, in_advance, pictures_of
from .checkpoint import BEST, LAST, Model, read_model
from .errors import TrainingError
from .frames import open_dataset, read_picture
from .learned import refuse_other_classes
from .machine import Machine, memory_told
from .networks import NETWORKS, bare_network
from .predictions import (
    Meaning,
    meaning_of_dataset,
    meaning_of_label_ids,
    pictures_in,
    write_meaning,
    write_prediction,
)


def predict(
    place: Path,
    source: Path,
    out: Path,
    machine: Machine,
    split: str | None = None,
    batch: int = 4,
    show: ShowProgress | None = None,
) -> int:
    """Write a label map for each picture of `source` into the new folder `out`, whole or not at all; how many.

    `place` is a model folder or a file of one. Of a dataset the `split`, "test" where none is named, in its own values;
    of pictures in label ids. Raises TrainingError and ExportError.
    """
    model = read_model(_file_of(place))
    check_place(out)
    pictures, meaning = _asked(place, model, source, split)
    network = _network(place, model, machine)
    with staged(out) as staging, memory_told(machine):
        for done, (name, classes) in enumerate(_predicted(network, pictures, model, machine, batch), start=1):
            write_prediction(staging, name, classes, meaning)
            if show is not None:
                show(done, len(pictures))
        write_meaning(staging, meaning)
    return len(pictures)


def _asked(place: Path, model: Model, source: Path, split: str | None) -> tuple[Mapping[str, Path], Meaning]:
    if (source / NAME).is_file():
        dataset = open_dataset(source)
        refuse_other_classes(model.learned, dataset.learned, str(place), str(source))
        return {frame.name: frame.image for frame in dataset.frames(split or "test")}, meaning_of_dataset(dataset)
    if split is not None:
        raise TrainingError(f"{source} is no dataset (it has no {NAME}), so it has no --split {split}")
    return pictures_in(source), meaning_of_label_ids(model.learned)


def _network(place: Path, model: Model, machine: Machine) -> nn.Module:
    network = bare_network(model.settings.net, len(model.learned), model.settings.width)
    try:
        network.load_state_dict(model.state)
    except RuntimeError as error:
        why = [line.strip() for line in str(error).splitlines()[1:]]
        raise TrainingError(
            f"{place} is damaged: its weights are not those of its settings ({listed(why, 1)})"
        ) from None
    return network.to(machine.device, memory_format=torch.channels_last).eval()


def _predicted(
    network: nn.Module, pictures: Mapping[str, Path], model: Model, machine: Machine, batch: int
) -> Iterator[tuple[str, NDArray[np.uint16]]]:
    least = NETWORKS[model.settings.net].least

    def read(item: tuple[str, Path]) -> tuple[str, NDArray[np.uint8]]:
        name, path = item
        image = read_picture(path)
        if min(image.shape[:2]) < least:
            size = f"{image.shape[1]}x{image.shape[0]}"
            raise TrainingError(f"{path} is {size}, and this network needs {least} pixels on each side")
        return name, image

    for group in alike(in_advance(read, pictures.items(), machine.readers), lambda each: each[1].shape, batch):
        with torch.inference_mode():
            scores = network(pictures_of([image for _, image in group], machine.device))
            classes = scores.argmax(dim=1).cpu().numpy().astype(np.uint16)
        yield from zip((name for name, _ in group), classes)


def _file_of(place: Path) -> Path:
    if not place.is_dir():
        return place
    if (place / BEST).is_file():
        return place / BEST
    if (place / LAST).is_file():
        raise TrainingError(f"{place} has no {BEST} yet: its first epoch is not over; go on with its labelpass train")
    raise TrainingError(f"{place} is no model of labelpass train (it has no {BEST})")
