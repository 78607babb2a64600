"""`labelpass predict`: a model's label maps of a dataset's split, or of a folder of pictures."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from blender_addon.contract.words import listed
from postprocess.importers.picture_files import picture
from postprocess.manifest import NAME
from postprocess.progress import Progress as ShowProgress
from postprocess.staging import check_place, staged

from .batches import alike, in_advance, pictures_of
from .checkpoint import BEST, LAST, Model, read_model
from .errors import TrainingError
from .frames import open_dataset, read_picture, refuse_inside
from .learned import refuse_other_classes
from .machine import Machine, memory_told
from .networks import NETWORKS, bare_network
from .origin import Origin, checksum_of, is_from, write_origin
from .predictions import (
    Meaning,
    meaning_of_dataset,
    meaning_of_label_ids,
    pictures_in,
    write_meaning,
    write_prediction,
)

_USUAL = "test"  # the split that is predicted where none is named
_Read = Callable[[Path], NDArray[np.uint8]]


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
    file = _file_of(place)
    model = read_model(file)
    check_place(out)
    refuse_inside(out)
    pictures, read, meaning, digest = _asked(place, model, source, split)
    origin = Origin(checksum_of(file), digest, None if digest is None else split or _USUAL)
    network = _network(place, model, machine)
    with staged(out) as staging, memory_told(machine):
        for done, (name, classes) in enumerate(_predicted(network, pictures, read, model, machine, batch), start=1):
            write_prediction(staging, name, classes, meaning)
            if show is not None:
                show(done, len(pictures))
        write_meaning(staging, meaning)
        write_origin(staging, origin)
    return len(pictures)


def are_of(predictions: Path, place: Path, dataset: Path) -> bool:
    """Whether they are what `predict` would write of the test split of `dataset`: not where the model was trained anew
    since, or the dataset made anew. Raises TrainingError and ExportError as `predict` does."""
    return is_from(predictions, Origin(checksum_of(_file_of(place)), open_dataset(dataset).digest, _USUAL))


def _asked(
    place: Path, model: Model, source: Path, split: str | None
) -> tuple[Mapping[str, Path], _Read, Meaning, str | None]:
    """What to predict, how it is read, in which values, and the digest of a dataset."""
    if (source / NAME).is_file():
        dataset = open_dataset(source)
        refuse_other_classes(model.learned, dataset.learned, str(place), str(source))
        pictures = {frame.name: frame.image for frame in dataset.frames(split or _USUAL)}
        return pictures, read_picture, meaning_of_dataset(dataset), dataset.digest
    inside = source / "dataset"  # where `labelpass dataset` puts it
    if (inside / NAME).is_file():
        raise TrainingError(f"{source} is no dataset (it has no {NAME}); did you mean {inside}?")
    if split is not None:
        raise TrainingError(f"{source} is no dataset (it has no {NAME}), so it has no --split {split}")
    as_shown = partial(picture, upright=True)  # by whatever shows the label map beside it
    return pictures_in(source), as_shown, meaning_of_label_ids(model.learned), None


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
    network: nn.Module, pictures: Mapping[str, Path], read_one: _Read, model: Model, machine: Machine, batch: int
) -> Iterator[tuple[str, NDArray[np.uint16]]]:
    least = NETWORKS[model.settings.net].least

    def read(item: tuple[str, Path]) -> tuple[str, NDArray[np.uint8]]:
        name, path = item
        image = read_one(path)
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
    if not place.exists():
        raise TrainingError(f"there is no {place}: name a folder that labelpass train made")
    if not place.is_dir():
        return place
    if (place / BEST).is_file():
        return place / BEST
    if (place / LAST).is_file():
        raise TrainingError(f"{place} has no {BEST} yet: its first epoch is not over; go on with its labelpass train")
    inside = sorted(each for each in place.iterdir() if (each / BEST).is_file())
    near = f"; did you mean {listed([*map(str, inside)], 3, ' or ')}?" if inside else ""
    raise TrainingError(f"{place} is no model of labelpass train (it has no {BEST}){near}")
