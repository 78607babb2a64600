"""Writes what an importer read as a dataset: the layout of `exporters.nyu`, all that is no label kept apart.

So what reads an export of ours (trainers, `evaluate`, `verify`) reads real pictures, too, and `labelpass export` mixes
them with renders. `frames.csv` says beside it what each picture was called and which scene it shows.
"""

from __future__ import annotations

import csv
import io
import unicodedata
from collections import Counter, deque
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from blender_addon.contract.labels import CODE_NAMES, UNLABELLED

from ..checksums import NAME as CHECKSUMS
from ..checksums import checksum_lines
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
from ..splits import SPLITS
from ..staging import check_place, staged, write_checked, write_streamed
from ..stats import ClassCounts, count_classes
from .labelled import Entry, Labelled
from .repeats import repeat_warnings

PICTURES = Pictures("png")
_AHEAD = 2  # pictures per thread that are under way


@dataclass(frozen=True)
class ImportSummary:
    """What was made: pictures per split, and what a person should read before training or judging with them."""

    out: Path
    label_set: str
    pictures: dict[str, int]
    warnings: tuple[str, ...]


def write_dataset(
    source: Labelled, out: Path, otherwise: str = "train", progress: Progress | None = None, jobs: int = 1
) -> ImportSummary:
    """Write the pictures into the new folder `out`; those of which the source does not say a split go to `otherwise`.

    `jobs` are threads: decoders, encoders and disks leave Python's lock alone. Raises ExportError, and leaves nothing,
    for a picture that cannot be trusted and for a place that is taken.
    """
    check_place(out)
    layout, names = Nyu(), _names(source.entries)
    of = [entry.split or otherwise for entry in source.entries]
    with staged(out) as staging:
        written = list(_written(source, layout, names, staging, progress, jobs))
        contents = _contents(source, layout, names, of, written)
        files = layout.side_files(contents.encoding, contents.frames, None)
        files |= {FRAMES: _table(source.entries, names, of), NAME: manifest_json(layout, contents)}
        for path, text in files.items():
            write_checked(staging, path, text.encode())
        write_streamed(staging, CHECKSUMS, checksum_lines(staging, jobs))
    pictures = {split: len(each) for split, each in contents.frames.items()}
    images = {name: str(layout.places("", name, PICTURES.ending).image) for name in names}
    repeats = repeat_warnings(out, images, dict(zip(names, of)))
    return ImportSummary(out, source.label_set.name, pictures, (*contents.warnings, *repeats))


_Written = tuple[tuple[int, int], Mapping[int, int]]
"""Of a picture: (width, height), and {id or code: pixels}."""


def _written(
    source: Labelled, layout: Nyu, names: Sequence[str], staging: Path, progress: Progress | None, jobs: int
) -> Iterator[_Written]:
    """In the order of the source."""
    encoding = layout.encoding(source.label_set)
    table, palette = encoding_table(encoding), encoding.palette()
    allowed = np.zeros(65536, np.bool_)
    allowed[[*source.label_set.by_id, *CODE_NAMES]] = True

    def write(at: int) -> _Written:
        pixels = source.read(at)
        unknown = pixels.labels[~allowed[pixels.labels]]
        if unknown.size:
            where = source.entries[at].where
            raise ExportError(f"{where} has label {int(unknown[0])}, which {source.label_set.name!r} has not")
        labels, places = label_map(pixels.labels), layout.places("", names[at], PICTURES.ending)
        write_labels(staging, places, labels, table, palette)
        write_checked(staging, str(places.image), rgb_png(str(places.image), pixels.image))
        return (pixels.labels.shape[1], pixels.labels.shape[0]), labels.counts()

    with closing(_in_order(write, len(names), jobs)) as found:
        for done, each in enumerate(found, start=1):
            if progress is not None:
                progress(done, len(names))
            yield each


def _in_order(work: Callable[[int], _Written], count: int, jobs: int) -> Generator[_Written, None, None]:
    """What `work` makes of 0, 1, ... in this order. Few are under way at once, so that memory stays flat, and none is
    any more when this is left: the caller then may remove what was written."""
    with ThreadPoolExecutor(jobs) as pool:
        waiting: deque[Future[_Written]] = deque()
        try:
            for at in range(count):
                waiting.append(pool.submit(work, at))
                if len(waiting) > _AHEAD * jobs:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            pool.shutdown(cancel_futures=True)


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
        split_method="as the source says" if told else "as asked",
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
