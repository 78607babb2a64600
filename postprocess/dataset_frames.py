"""Frames of a dataset of ours, to be exported again: imported pictures, or an export of another day, beside runs.

Only the layout of `exporters.nyu` with everything kept apart ("void": "apart") says of every pixel what it is; other
layouts have lost some of it. The dataset's split is kept: whoever set a test set apart does not want it dealt anew.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from blender_addon.contract.labels import LabelSet, LabelSetError, label_set_from_dict
from blender_addon.contract.strict import parse_json
from blender_addon.contract.words import refusal

from .errors import ExportError
from .exporters.nyu import Nyu
from .frames import Collection, Frame, Source, frames_of_runs, refuse_twice, slug
from .labelmap import LabelMap, label_map
from .manifest import NAME
from .pixels import read_label_png
from .splits import SPLITS, FrameKey

FRAMES, COLUMNS = "frames.csv", ("name", "split", "scene", "from")
"""The file of an imported dataset that says more of its pictures, and what it says."""
IMPORTED, EXPORTED = "imported", "dataset"
"""Kinds of sources: real pictures, and a dataset that was exported of anything else."""


def frames_of_sources(folders: Sequence[Path]) -> Collection:
    """The frames of run folders and of datasets of ours, the runs first. Raises ExportError as `frames_of_runs` and
    `frames_of_dataset` do, for names that cannot be told apart, and where only some sources have pictures."""
    datasets = [folder for folder in folders if (folder / NAME).is_file()]
    if not datasets:
        return frames_of_runs(folders)
    runs = [folder for folder in folders if folder not in datasets]
    rendered = frames_of_runs(runs) if runs else Collection((), (), ())
    sources, frames = list(rendered.sources), list(rendered.frames)
    for folder in sorted(datasets, key=lambda folder: folder.resolve().name):
        source, found = frames_of_dataset(folder, len(sources))
        sources.append(source)
        frames += found
    refuse_twice(frames)
    lacking = next((frame for frame in frames if frame.image is None), None)
    if lacking and any(frame.image for frame in frames):
        raise ExportError(f"{lacking.labels} has no picture, and frames of other sources have; all or none need one")
    if not frames:
        raise ExportError(f"{', '.join(map(str, folders))}: no frame at all")
    return Collection(tuple(sources), tuple(frames), rendered.warnings)


def frames_of_dataset(folder: Path, source: int) -> tuple[Source, list[Frame]]:
    """Its frames in the order of its lists, each with its split; `source` counts in the list of sources.

    Raises ExportError where it is no dataset of the layout that keeps everything, or is damaged.
    """
    told = _manifest(folder)
    conventions = told.get("conventions")
    if told.get("format") != Nyu.name or not isinstance(conventions, Mapping) or conventions.get("void") != "apart":
        raise ExportError(
            f"{folder} is a dataset of format {told.get('format')!r}: only nyu with --void apart keeps all that its "
            "pixels were; export that from the runs, and name it here"
        )
    try:
        label_set = label_set_from_dict(told["label_set"])
        kinds = {str(each["kind"]) for each in told["sources"]}
        ending = str(told["image_files"]["ending"]) if told["images"] else ""
    except (LabelSetError, KeyError, TypeError) as error:
        raise ExportError(f"{folder / NAME} is damaged: {error}") from None
    name, scenes, layout = slug(folder.resolve().name, "dataset"), _scenes(folder), Nyu()
    found = []
    for split in SPLITS:
        for order, member in enumerate(_lines(folder / f"{split}.txt")):
            places = layout.places(split, member, ending)
            key = FrameKey(scenes.get(member) or name, member, order, f"{name}_{member}")
            image = folder / str(places.image) if ending else None
            found.append(Frame(key, source, folder / str(places.label), image, None, split=split))
    twice = [member for member, uses in Counter(frame.key.view for frame in found).items() if uses > 1]
    if twice:
        raise ExportError(f"{folder}: {twice[0]} is in two lists")
    kind = IMPORTED if kinds == {IMPORTED} else EXPORTED
    return Source(kind, name, label_set, "", "", None, {}, len(found), len(found)), found


def read_dataset_labels(path: Path, label_set: LabelSet) -> LabelMap:
    """A label PNG of such a dataset, in label ids and codes. Raises ExportError where it is damaged, or holds a value
    that the layout does not write."""
    encoding = Nyu().encoding(label_set)
    written = read_label_png(path, encoding.dtype).pixels
    return label_map(_ids(written, encoding.values, path, label_set.name))


def _ids(pixels: NDArray[Any], values: Mapping[int, int], path: Path, name: str) -> NDArray[np.uint16]:
    table, known = np.zeros(65536, np.uint16), np.zeros(65536, np.bool_)
    for id_, value in values.items():
        table[value], known[value] = id_, True
    unknown = pixels[~known[pixels]]
    if unknown.size:
        raise ExportError(f"{path} holds {int(unknown[0])}, which label set {name!r} does not write")
    return np.asarray(table[pixels], np.uint16)


def _manifest(folder: Path) -> Mapping[str, Any]:
    path = folder / NAME
    try:
        told = parse_json(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ExportError(refusal(error, path)) from None
    except ValueError as error:
        raise ExportError(f"{path} is damaged: {error}") from None
    if not isinstance(told, Mapping):
        raise ExportError(f"{path} is no record of a dataset")
    return told


def _scenes(folder: Path) -> dict[str, str]:
    """{name: the scene that it shows}, where the dataset knows."""
    path = folder / FRAMES
    if not path.is_file():
        return {}
    try:
        with open(path, encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        return {row[COLUMNS[0]]: slug(row[COLUMNS[2]], "") for row in rows if row[COLUMNS[2]]}
    except (OSError, KeyError, TypeError, ValueError, csv.Error) as error:
        raise ExportError(f"{path} is damaged: {error}") from None


def _lines(path: Path) -> list[str]:
    try:
        names = path.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise ExportError(refusal(error, path)) from None
    except ValueError as error:
        raise ExportError(f"{path} is damaged: {error}") from None
    for name in names:
        if slug(name, "") != name:
            raise ExportError(f"{path} names {name!r}, which no dataset of ours has")
    return names
