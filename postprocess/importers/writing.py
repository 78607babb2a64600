"""Writes what an importer read as a dataset: the layout of `exporters.nyu`, all that is no label kept apart.

So what reads an export of ours (trainers, `evaluate`, `verify`) reads real pictures, too, and `labelpass export` mixes
them with renders. `frames.csv` says beside it what each picture was called and which scene it shows.
"""

from __future__ import annotations

import csv
import io
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from blender_addon.contract.labels import CODE_NAMES, UNLABELLED

from ..checksums import NAME as CHECKSUMS
from ..checksums import checksums_text
from ..convert import write_labels
from ..dataset_frames import COLUMNS, FRAMES, IMPORTED
from ..encoded import rgb_png
from ..errors import ExportError
from ..exporters.nyu import Nyu
from ..frames import Source, slug
from ..labelmap import label_map
from ..layout import Placed, encoding_table
from ..manifest import NAME, Choices, Contents, manifest_json
from ..pictures import Pictures
from ..progress import Progress
from ..splits import SPLITS, Split
from ..staging import check_place, staged, write_checked
from ..stats import ClassCounts, count_classes
from .labelled import Entry, Labelled

PICTURES = Pictures("png")


@dataclass(frozen=True)
class ImportSummary:
    """What was made: pictures per split, and what a person should read before training or judging with them."""

    out: Path
    label_set: str
    pictures: dict[str, int]
    warnings: tuple[str, ...]


def write_dataset(
    source: Labelled, out: Path, otherwise: str = "train", progress: Progress | None = None
) -> ImportSummary:
    """Write the pictures into the new folder `out`; those of which the source does not say a split go to `otherwise`.

    Raises ExportError, and leaves nothing, for a picture that cannot be trusted and for a place that is taken.
    """
    check_place(out)
    layout, names = Nyu(), _names(source.entries)
    of = [entry.split or otherwise for entry in source.entries]
    with staged(out) as staging:
        written = list(_written(source, layout, names, staging, progress))
        contents = _contents(source, layout, names, of, written)
        files = layout.side_files(contents.encoding, contents.frames, None)
        files |= {FRAMES: _table(source.entries, names, of), NAME: manifest_json(layout, contents)}
        for path, text in files.items():
            write_checked(staging, path, text.encode())
        write_checked(staging, CHECKSUMS, checksums_text(staging).encode())
    pictures = {split: len(each) for split, each in contents.frames.items()}
    return ImportSummary(out, source.label_set.name, pictures, contents.warnings)


_Written = tuple[tuple[int, int], Mapping[int, int]]
"""Of a picture: (width, height), and {id or code: pixels}."""


def _written(
    source: Labelled, layout: Nyu, names: Sequence[str], staging: Path, progress: Progress | None
) -> Iterator[_Written]:
    encoding = layout.encoding(source.label_set)
    table, palette = encoding_table(encoding), encoding.palette()
    allowed = np.zeros(65536, np.bool_)
    allowed[[*source.label_set.by_id, *CODE_NAMES]] = True
    for at, name in enumerate(names):
        pixels = source.read(at)
        unknown = pixels.labels[~allowed[pixels.labels]]
        if unknown.size:
            where = source.entries[at].where
            raise ExportError(f"{where} has label {int(unknown[0])}, which {source.label_set.name!r} has not")
        labels, places = label_map(pixels.labels), layout.places("", name, PICTURES.ending)
        write_labels(staging, places, labels, table, palette)
        write_checked(staging, str(places.image), rgb_png(str(places.image), pixels.image))
        if progress is not None:
            progress(at + 1, len(names))
        yield (pixels.labels.shape[1], pixels.labels.shape[0]), labels.counts()


def _contents(
    source: Labelled, layout: Nyu, names: Sequence[str], of: Sequence[str], written: Sequence[_Written]
) -> Contents:
    placed = [
        Placed(name, number, split, layout.places(split, name, PICTURES.ending))
        for number, (name, split) in enumerate(zip(names, of), start=1)
    ]
    members = {split: tuple(each for each in placed if each.split == split) for split in SPLITS}
    counts = {split: count_classes(count for (_, count), part in zip(written, of) if part == split) for split in SPLITS}
    train, val, test = (len(each) / len(names) for each in members.values())
    told = all(entry.split for entry in source.entries)
    count = len(source.entries)
    return Contents(
        encoding=layout.encoding(source.label_set),
        regrouped=None,
        sources=(Source(IMPORTED, source.kind, source.label_set, "", "", None, {}, count, count),),
        split=Split(dict(zip(names, of)), "as the source says" if told else "as asked", ()),
        frames=members,
        counts=counts,
        weights=None,
        choices=Choices((train, val, test), 0, None, None, PICTURES.way, PICTURES.quality),
        sizes=Counter(size for size, _ in written),
        background_known=True,
        pictures=PICTURES,
        warnings=(*source.warnings, *_warnings(counts)),
    )


def _names(entries: Sequence[Entry]) -> list[str]:
    """Those of the files: plain ASCII, unique whatever the case."""
    slugs = [slug(entry.name, f"picture-{number}") for number, entry in enumerate(entries, start=1)]
    uses, seen = Counter(each.casefold() for each in slugs), Counter[str]()
    found = []
    for each in slugs:
        seen[each.casefold()] += 1
        found.append(each if uses[each.casefold()] == 1 else f"{each}-{seen[each.casefold()]}")
    if len({each.casefold() for each in found}) < len(found):
        raise ExportError("pictures of one name, and others that are called as these would be told apart: rename some")
    return found


def _warnings(counts: Mapping[str, ClassCounts]) -> list[str]:
    total = sum(each.total for each in counts.values())
    bare = sum(each.pixels.get(UNLABELLED, 0) for each in counts.values())
    return [f"{bare / total:.1%} of the pixels are unlabelled"] if total and bare else []


def _table(entries: Sequence[Entry], names: Sequence[str], of: Sequence[str]) -> str:
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(COLUMNS)
    for entry, name, split in zip(entries, names, of):
        rows.writerow((name, split, _line(entry.scene), _line(entry.where)))
    return text.getvalue()


def _line(text: str) -> str:
    """Without what would break a line or a terminal."""
    return "".join(letter if unicodedata.category(letter)[0] != "C" else " " for letter in text)
