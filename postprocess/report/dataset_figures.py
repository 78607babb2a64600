"""The figures of a dataset of `labelpass export`: counts from its dataset.json, pictures and places from its files."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

from blender_addon.contract.labels import BACKGROUND, CODE_NAMES, IGNORE, UNLABELLED, LabelSet, label_set_from_dict
from blender_addon.contract.words import counted

from ..contact_sheet import evenly_spaced
from ..manifest import NAME, manifest_read
from ..pool import in_order, is_over
from ..progress import Progress
from ..splits import SPLITS
from ..stats import ClassCounts
from ..stored import Stored, Written
from ..stored_frames import ending_in, stored_frames, written_in
from ..stored_pixels import read_ids, read_picture
from .cautions import of_dataset
from .figures import Figures, Row
from .looks import Looks, Picture, look, small
from .request import Wishes
from .run_figures import kinds_of

_TOGETHER = 16  # frames that travel together
_VOIDS = (UNLABELLED, IGNORE, BACKGROUND)


def figures_of_dataset(folder: Path, wishes: Wishes, progress: Progress | None = None) -> Figures:
    """Raises ExportError for a dataset.json that is none of ours, and for files that are missing or damaged."""
    with manifest_read(folder / NAME) as data:
        label_set = label_set_from_dict(data["label_set"])
        format, ending, written = str(data["format"]), ending_in(data), written_in(data)
        groups = {split: _counts(data, split) for split in SPLITS}
        kinds, alike = kinds_of(label_set), {codes[0]: codes for codes in written.mingled}
        facts, settings, sizes = tuple(_facts(data, label_set)), tuple(_settings(data)), _sizes(data)
        cautions = tuple(of_dataset([*map(str, data["warnings"])], groups, kinds, [*label_set.by_id]))
        weights = _weights(data, written)
    splits = [split for split, counts in groups.items() if counts.frames]
    looks = _look_at([*stored_frames(folder, format, ending, splits)], written, wishes, progress)
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


def _weights(data: Mapping[str, Any], written: Written) -> dict[int, float]:
    said = data["class_weights"]
    return {written.meanings[int(value)][0]: float(weight) for value, weight in said["weights"].items()} if said else {}


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


def _look_at(found: Sequence[Stored], written: Written, wishes: Wishes, progress: Progress | None) -> Looks:
    some = evenly_spaced(found, max(wishes.pixels, wishes.pictures)) if found else []
    shown = {each.name for each in evenly_spaced(some, wishes.pictures)} if some else set()
    parts = [some[at : at + _TOGETHER] for at in range(0, len(some), _TOGETHER)]
    looks, seen = Looks(), 0
    work = partial(_look_part, written=written, shown=shown)
    with closing(in_order(work, parts, max(1, min(wishes.jobs, len(parts))))) as results:
        for part, of_part in zip(parts, results):
            looks, seen = looks + of_part, seen + len(part)
            if progress is not None:
                progress(seen, len(some))
    return looks


def _look_part(frames: Sequence[Stored], written: Written, shown: Collection[str]) -> Looks:
    looks = Looks()
    for frame in frames:
        if is_over():
            break
        labels = read_ids(frame.labels, written).pixels
        picture = None
        if frame.name in shown:
            image = None if frame.image is None else read_picture(frame.image)[1]
            picture = Picture("", frame.name, frame.split, *small(labels, image))
        looks += look(labels, None, picture)
    return looks
