"""caffe-segnet's lists: `train.txt`, `val.txt` and `test.txt` (or one of them) with "image label" per line.

Classes 0..K-1 are the labels of a label set in the order of their ids; `ignore` (K by default) is unlabelled.
Paths are as caffe takes them, those of the tutorial too (/SegNet/CamVid/train/...): what is not there is looked for
below the lists' folder, without its first folders.
"""

from __future__ import annotations

from pathlib import Path, PurePosixPath

import numpy as np
from numpy.typing import NDArray

from blender_addon.contract.labels import UNLABELLED, LabelSet

from ..errors import ExportError
from ..splits import SPLITS
from .labelled import Entry, Labelled, Pixels, text_file, together
from .picture_files import class_map, picture


def segnet_lists(folder: Path, label_set: LabelSet, ignore: int | None = None) -> Labelled:
    """The pairs of the lists in a folder. Raises ExportError for lists that are none and for pairs that are missing."""
    pairs: list[tuple[str, Path, Path]] = []
    for split in SPLITS:
        if (folder / f"{split}.txt").is_file():
            pairs += [(split, *pair) for pair in _pairs(folder / f"{split}.txt")]
    if not pairs:
        raise ExportError(f"{folder} has none of {', '.join(f'{split}.txt' for split in SPLITS)}, or they are empty")
    ids = sorted(label_set.by_id)
    table = class_table(dict(enumerate(ids)), len(ids) if ignore is None else ignore)
    entries = tuple(
        Entry(f"{split}_{image.stem}", split, "", f"{image.name} in {split}.txt") for split, image, _ in pairs
    )

    def read(at: int) -> Pixels:
        _, image, labels = pairs[at]
        return together(picture(image), looked_up(class_map(labels), table, labels), str(image))

    return Labelled("SegNet lists", label_set, entries, read)


def class_table(ids: dict[int, int], ignore: int | None) -> dict[int, int]:
    """{class number: id}, and that of `ignore` unlabelled. Raises ExportError where ignore is a class."""
    if ignore in ids:
        raise ExportError(f"ignore value {ignore} is also a class: classes are {min(ids)} to {max(ids)}")
    return ids | ({} if ignore is None else {ignore: UNLABELLED})


def looked_up(numbers: NDArray[np.uint16], table: dict[int, int], where: Path) -> NDArray[np.uint16]:
    """(H, W) class numbers as label ids. Raises ExportError for a number that the table has not."""
    found = np.full(65536, -1, np.int32)
    for number, id_ in table.items():
        found[number] = id_
    ids = found[numbers]
    if (ids < 0).any():
        odd = int(numbers[ids < 0][0])
        raise ExportError(
            f"{where} has class {odd}, and known are {', '.join(map(str, sorted(table)[:3]))} to {max(table)}: is it "
            "another label set, or another ignore value (--ignore)?"
        )
    return np.asarray(ids, np.uint16)


def _pairs(path: Path) -> list[tuple[Path, Path]]:
    found = []
    for number, line in enumerate(text_file(path).splitlines(), start=1):
        words = line.split()
        if not words:
            continue
        if len(words) != 2:
            raise ExportError(f"{path}, line {number}: {line!r} is not an image and its labels, with a space between")
        found.append((_place(words[0], path, number), _place(words[1], path, number)))
    return found


def _place(text: str, listed_in: Path, number: int) -> Path:
    parts = [part for part in PurePosixPath(text.replace("\\", "/")).parts if part not in ("/", "..", ".")]
    for start in range(len(parts)):
        path = listed_in.parent.joinpath(*parts[start:])
        if path.is_file():
            return path
    raise ExportError(f"{listed_in}, line {number}: {text} is neither below {listed_in.parent} nor are its last parts")
