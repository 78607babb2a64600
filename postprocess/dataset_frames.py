"""Frames of a dataset of ours, to be exported again: imported pictures, or an export of another day, beside runs.

Any format that says of every pixel what it shows will do. Where it writes unlabelled, ignore and background alike, and
has pixels of more than one of them, they cannot be told apart again: then only formats will do that write them alike,
too. The dataset's split is kept: whoever set a test set apart does not want it dealt anew.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from blender_addon.contract.labels import CODE_NAMES, label_set_from_dict
from blender_addon.contract.words import listed, refusal

from .checksums import NAME as CHECKSUMS
from .checksums import checksums, file_checksum, read_checksums
from .errors import ExportError
from .frames import Frame, Source, slug
from .layout import Encoding
from .manifest import NAME, manifest_read
from .splits import FrameKey
from .stored import Part, Row, Stored, file_of
from .stored_frames import ending_in, stored_frames, written_in

FRAMES, COLUMNS = "frames.csv", ("name", "split", "scene", "from")
"""The file of an imported dataset that says more of its pictures, and what it says."""
IMPORTED, EXPORTED = "imported", "dataset"
"""Kinds of sources: real pictures, and a dataset that was exported of anything else."""
_THREADS = 4  # that sum archives: several files, or disks, at once


def frames_of_dataset(folder: Path, source: int) -> tuple[Source, list[Frame]]:
    """Its frames in the order of its lists, each with its split; `source` counts in the list of sources.

    Raises ExportError where it is no dataset of ours, is damaged, or does not say of every pixel what it shows.
    """
    with manifest_read(folder / NAME) as told:
        label_set = label_set_from_dict(told["label_set"])
        kinds = {str(each["kind"]) for each in told["sources"]}
        format, ending, written = str(told["format"]), ending_in(told), written_in(told)
    name, scenes, sums = slug(folder.resolve().name, "dataset"), _scenes(folder), _sums(folder)
    orders: Counter[str] = Counter()
    found = []
    for each in stored_frames(folder, format, ending):
        if slug(each.name, "") != each.name:
            raise ExportError(f"{folder} names {each.name!r}, which no dataset of ours has")
        key = FrameKey(scenes.get(each.name) or name, each.name, orders[each.split], f"{name}_{each.name}")
        orders[each.split] += 1
        frame = _frame(key, source, each)
        if isinstance(each.labels, Path):  # else a file holds many frames
            frame = replace(frame, sums=(_told(sums, folder, frame.labels), _told(sums, folder, frame.image)))
        found.append(frame)
    twice = [member for member, uses in Counter(frame.key.view for frame in found).items() if uses > 1]
    if twice:
        raise ExportError(f"{folder}: {twice[0]} is in two lists")
    _refuse_changed_archives(folder, found, sums)
    kind = IMPORTED if kinds == {IMPORTED} else EXPORTED
    return Source(kind, name, label_set, "", "", None, {}, len(found), len(found), written), found


def refuse_mingled(sources: Sequence[Source], encoding: Encoding, format: str) -> None:
    """Raises ExportError where a source cannot tell codes apart that the format writes apart."""
    for source in sources:
        for codes in source.written.mingled if source.written else ():
            if len({encoding.values[code] for code in codes}) > 1:
                names = listed([CODE_NAMES[code] for code in codes], between=" and ")
                raise ExportError(
                    f"dataset {source.name!r} has {names} as one value, and {format} writes them apart; export the "
                    "runs that it was exported from"
                )


def refuse_changed(frame: Frame) -> None:
    """Raises ExportError where a file of a dataset's frame is not what checksums.txt says of it. Archives, which have
    many frames, were held against it when the frames were found."""
    for path, told in zip((frame.labels, frame.image), frame.sums):
        if path is not None and told:
            _refuse_other(path, told, file_checksum(path))


def _refuse_changed_archives(folder: Path, frames: Sequence[Frame], sums: Mapping[str, str]) -> None:
    """The same of archives and arrays: rows have no sum of their own, as PNGs have, and are summed together once."""
    wheres = (where for frame in frames if frame.stored for where in (frame.stored.labels, frame.stored.image))
    held = {file_of(where).relative_to(folder).as_posix() for where in wheres if isinstance(where, Part | Row)}
    for name, found in checksums(folder, sorted(held & sums.keys()), _THREADS):
        _refuse_other(folder / name, sums[name], found)


def _refuse_other(path: Path, told: str, found: str | OSError) -> None:
    if isinstance(found, OSError):
        raise ExportError(refusal(found, path))
    if found != told:
        raise ExportError(
            f"{path} is not what {CHECKSUMS} of its dataset says: damaged, or edited; make that dataset again, or "
            f"remove the line of what you edited from {CHECKSUMS}"
        )


def _told(sums: Mapping[str, str], folder: Path, path: Path | None) -> str:
    return "" if path is None else sums.get(path.relative_to(folder).as_posix(), "")


def _frame(key: FrameKey, source: int, stored: Stored) -> Frame:
    image = None if stored.image is None else file_of(stored.image)
    labels = file_of(stored.labels)
    return Frame(key, source, labels, image, None, split=stored.split, stored=stored)


def _sums(folder: Path) -> dict[str, str]:
    """{path in the dataset: checksum}; empty where the dataset has none."""
    try:
        text = (folder / CHECKSUMS).read_text(encoding="utf-8")
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        raise ExportError(f"{folder / CHECKSUMS} cannot be read: {error}") from None
    try:
        return read_checksums(text)
    except ExportError as error:
        raise ExportError(f"{folder / CHECKSUMS}: {error}") from None


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
