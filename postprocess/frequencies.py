"""How many pixels of the train split each label has, before anything is converted: who chooses the most frequent labels
needs that first.

A run's records say it, and nothing is decoded twice; `check_counted` holds them against the pixels afterwards. Index
passes and datasets have no record, so they are read once more.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import islice

from blender_addon.contract.labels import CODE_NAMES
from blender_addon.contract.records import remove_and_render
from blender_addon.contract.run import LABELS

from .convert import Converted, read_labels_of
from .errors import ExportError
from .frames import Collection, Frame, Source

_AT_ONCE = 1024  # frames that wait for a thread


def pixels_in_train(
    collection: Collection, of: Mapping[str, str], crosswalks: Sequence[Mapping[int, int]], jobs: int
) -> dict[int, int]:
    """{id in the target: pixels}, as rendered: neither resized nor ignored. `of`: {frame: split}.

    Raises ExportError for index passes that cannot be read, and where no frame is in train.
    """
    if "train" not in of.values():
        raise ExportError("no frame is in train, so nothing says which labels are the most frequent; see --split")
    train = (frame for frame in collection.frames if of[frame.key.name] == "train")
    found: dict[int, int] = {}
    with ThreadPoolExecutor(jobs) as pool:  # decoding leaves Python's lock alone
        while frames := list(islice(train, _AT_ONCE)):
            seen_of = pool.map(lambda each: _seen(each, collection.sources[each.source]), frames)
            for frame, seen in zip(frames, seen_of):
                for id_, count in seen.items():
                    target = crosswalks[frame.source].get(id_)
                    if target is not None:
                        found[target] = found.get(target, 0) + count
    return found


def check_counted(frame: Frame, done: Converted) -> None:
    """Raises ExportError where the record says other pixels than the frame has."""
    there = {id_: count for id_, count in done.source_counts.items() if count and id_ not in CODE_NAMES}
    if LABELS in frame.checksums and there != dict(frame.seen):
        raise ExportError(
            f"{frame.labels} has other pixels than its record counts; {remove_and_render(frame.labels.parent)}"
        )


def _seen(frame: Frame, source: Source) -> Mapping[int, int]:
    if LABELS in frame.checksums:
        return frame.seen
    return read_labels_of(frame, source)[0].counts()
