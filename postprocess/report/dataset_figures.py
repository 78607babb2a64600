"""The figures of a dataset of `labelpass export`: counts from its dataset.json, pictures and places from its files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from blender_addon.contract.labels import BACKGROUND, CODE_NAMES, IGNORE, UNLABELLED, LabelSet, label_set_from_dict
from blender_addon.contract.strict import parse_json
from blender_addon.contract.words import counted

from ..contact_sheet import evenly_spaced
from ..errors import ExportError
from ..evaluation.classes import BEYOND
from ..evaluation.pairs import read_classes, truths
from ..manifest import NAME
from ..pool import in_order, is_over
from ..progress import Progress
from ..splits import SPLITS
from ..stats import ClassCounts
from .cautions import of_dataset
from .figures import Figures, Row
from .looks import Looks, Picture, look, small
from .request import Wishes
from .run_figures import kinds_of

_TOGETHER = 16  # frames that travel together
_VOIDS = (UNLABELLED, IGNORE, BACKGROUND)


@dataclass(frozen=True)
class _Frame:
    name: str
    split: str
    labels: Path
    image: Path | None
    shown: bool


def figures_of_dataset(folder: Path, wishes: Wishes, progress: Progress | None = None) -> Figures:
    """Raises ExportError for a dataset.json that is none of ours, and for files that are missing or damaged."""
    path = folder / NAME
    try:
        data = parse_json(path.read_text(encoding="utf-8"))
        label_set = label_set_from_dict(data["label_set"])
        written = _written(data)
        groups = {split: _counts(data, split) for split in SPLITS}
        kinds, alike = kinds_of(label_set), _alike(data)
        facts, settings, sizes = tuple(_facts(data, label_set)), tuple(_settings(data)), _sizes(data)
        cautions = tuple(of_dataset([*map(str, data["warnings"])], groups, kinds, [*label_set.by_id]))
        weights = _weights(data, written)
    except OSError as error:
        raise ExportError(f"{path}: {error.strerror}") from None
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ExportError(f"{path}: not a dataset.json of labelpass export ({error})") from None
    looks = _look_at(folder, groups, written, wishes, progress)
    return Figures(
        title=folder.resolve().name,
        what="dataset",
        facts=facts,
        kinds=kinds,
        classes=tuple(label.id for label in label_set.labels),
        groups={split: counts for split, counts in groups.items() if counts.frames},
        cautions=cautions,
        looks=looks,
        together=looks.together,
        together_frames=looks.frames,
        sizes=sizes,
        settings=settings,
        weights=weights,
        alike=alike,
    )


def _written(data: Mapping[str, Any]) -> dict[int, int]:
    """{value in label files: id or code}; a value of several codes is that of the first."""
    codes = {int(data["codes"][CODE_NAMES[code]]["written_as"]): code for code in reversed(_VOIDS)}
    return codes | {int(row["value"]): int(row["id"]) for row in data["classes"]}


def _alike(data: Mapping[str, Any]) -> dict[int, tuple[int, ...]]:
    """{the first of them: codes that share a value}."""
    found: dict[int, tuple[int, ...]] = {}
    for code in _VOIDS:
        value = int(data["codes"][CODE_NAMES[code]]["written_as"])
        found[value] = (*found.get(value, ()), code)
    return {codes[0]: codes for codes in found.values() if codes[1:]}


def _counts(data: Mapping[str, Any], split: str) -> ClassCounts:
    rows = [(int(row["id"]), row) for row in data["classes"]]
    rows += [(code, data["codes"][CODE_NAMES[code]]) for code in _VOIDS]
    pixels = {id_: int(row["pixels"][split]) for id_, row in rows}
    images = {id_: int(row["images"][split]) for id_, row in rows}
    return ClassCounts(
        {id_: count for id_, count in pixels.items() if count},
        {id_: count for id_, count in images.items() if count},
        {},
        int(data["split"]["frames"][split]),
        sum(pixels.values()),
    )


def _sizes(data: Mapping[str, Any]) -> dict[tuple[int, int], int]:
    if data["size"]:
        width, height = data["size"]
        return {(int(width), int(height)): sum(data["split"]["frames"].values())}
    pairs = ((text.split("x"), count) for text, count in data["sizes"].items())
    return {(int(width), int(height)): int(count) for (width, height), count in pairs}


def _weights(data: Mapping[str, Any], written: Mapping[int, int]) -> dict[int, float]:
    said = data["class_weights"]
    return {written[int(value)]: float(weight) for value, weight in said["weights"].items()} if said else {}


def _facts(data: Mapping[str, Any], label_set: LabelSet) -> Iterator[Row]:
    yield "format", str(data["format"])
    yield "labels", label_set.title or label_set.name
    yield "from", counted(len(data["sources"]), "source")


def _settings(data: Mapping[str, Any]) -> Iterator[Row]:
    yield "written by", f"labelpass {data['labelpass']}"
    yield "split", f"by {data['split']['method']}, seed {data['split']['seed']}"
    yield "label files", str(data["dtype"])
    for source in data["sources"]:
        versions = ", ".join(f"{name} {version}" for name, version in source["versions"].items())
        frames = f"{source['frames']:,} of {counted(source['frames_planned'], 'frame')}"
        yield f"{source['kind']} {source['name']}", "; ".join(filter(None, (source["scene"], frames, versions)))


def _look_at(
    folder: Path,
    groups: Mapping[str, ClassCounts],
    written: Mapping[int, int],
    wishes: Wishes,
    progress: Progress | None,
) -> Looks:
    files = [
        (name, split, *places)
        for split, counts in groups.items()
        if counts.frames
        for name, places in truths(folder, split).items()
    ]
    some = evenly_spaced(files, max(wishes.pixels, wishes.pictures)) if files else []
    shown = {name for name, *_ in evenly_spaced(some, wishes.pictures)} if some else set()
    frames = [_Frame(name, split, labels, image, name in shown) for name, split, labels, image in some]
    parts = [frames[at : at + _TOGETHER] for at in range(0, len(frames), _TOGETHER)]
    looks, seen = Looks(), 0
    with closing(
        in_order(partial(_look_part, written=written), parts, max(1, min(wishes.jobs, len(parts))))
    ) as results:
        for part, found in zip(parts, results):
            looks, seen = looks + found, seen + len(part)
            if progress is not None:
                progress(seen, len(frames))
    return looks


def _look_part(frames: Sequence[_Frame], written: Mapping[int, int]) -> Looks:
    # Numbers first: the code of the background is what the lookup says of values that mean nothing.
    lookup, ids = np.full(65536, BEYOND, np.uint16), np.array([*written.values()], np.uint16)
    lookup[[*written]] = np.arange(len(written))
    looks = Looks()
    for frame in frames:
        if is_over():
            break
        labels = ids[read_classes(frame.labels, lookup)]
        picture = None
        if frame.shown:
            picture = Picture("", frame.name, frame.split, *small(labels, _image(frame.image)))
        looks += look(labels, None, picture)
    return looks


def _image(path: Path | None) -> NDArray[np.uint8] | None:
    if path is None:
        return None
    try:
        with Image.open(path) as picture:
            return np.asarray(picture.convert("RGB"))
    except (OSError, SyntaxError, ValueError) as error:
        raise ExportError(f"{path} cannot be read ({error})") from None
