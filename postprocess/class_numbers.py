"""Labels as trainers number them: in the order of their ids, without gaps, in 8 bits, all that is no label void.

What several formats share: which class is which number, what it is called where a line or a word holds a name, and the
lists of names.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from blender_addon.contract.labels import BACKGROUND, CODE_NAMES, IGNORE, UNLABELLED, Color, LabelSet, voc_color

from .errors import ExportError
from .layout import Encoding, Frames

VOID = 255
"""What most trainers ignore."""


def trained(label_set: LabelSet, background_class: bool = False) -> tuple[int, ...]:
    """Label ids, and last the code of the background where it is a class, in the order of their class numbers."""
    return (*sorted(label_set.by_id), *([BACKGROUND] * background_class))


def numbered(
    format: str, label_set: LabelSet, classes: Sequence[int], *, first: int = 0, void: int | None = VOID
) -> Encoding:
    """`classes` from `first` on, all else `void`: 0..255, or None for the first value after the classes.

    Raises ExportError for more classes than 8 bits hold and for a void value that is a class.
    """
    last = first + len(classes) - 1
    room = 256 - first - (void is None or void >= first)
    if len(classes) > room:
        raise ExportError(
            f"label set {label_set.name!r} has {len(classes)} classes, and {format}'s 8-bit labels hold {room} and one "
            "void value; export into a smaller label set (--labels nyu40)"
        )
    void = last + 1 if void is None else void
    if not 0 <= void <= 255:
        raise ExportError(f"ignore value {void}: {format}'s labels are 8 bit, so 0 to 255")
    if first <= void <= last:
        raise ExportError(f"ignore value {void} is also a class: classes are {first} to {last}")
    values = dict.fromkeys((UNLABELLED, IGNORE, BACKGROUND), void)
    return Encoding(label_set, values | {id_: first + at for at, id_ in enumerate(classes)}, "uint8")


def class_name(label_set: LabelSet, id_: int) -> str:
    """Of a label, or of a code that is a class, in one line."""
    return CODE_NAMES[id_] if id_ in CODE_NAMES else " ".join(label_set.by_id[id_].name.split())


def class_names(label_set: LabelSet, classes: Iterable[int], without: str = "") -> list[str]:
    """Each another, also where readers know a class by its name alone: of two alike the later says its id.

    Characters of `without`, at which a reader splits lines, become "_".
    """
    plain = str.maketrans(without, "_" * len(without))
    names: list[str] = []
    for id_ in classes:
        name = class_name(label_set, id_).translate(plain)
        names.append(f"{name}_{id_}" if name in names else name)
    return names


def class_colors(label_set: LabelSet, classes: Iterable[int]) -> list[Color]:
    """Those of the label set; the background is black, as in VOC."""
    return [label_set.by_id[id_].color if id_ in label_set.by_id else voc_color(0) for id_ in classes]


def name_lists(frames: Frames) -> dict[str, str]:
    """{SPLIT.txt: names of its frames, one per line, in the order to train in}."""
    return {f"{split}.txt": "".join(f"{frame.name}\n" for frame in members) for split, members in frames.items()}


def class_conventions(void: int, background_class: bool) -> dict[str, Any]:
    """Of a format with classes from 0: what dataset.json says of its label files."""
    return {
        "label files": "classes 0..K-1 in the order of label ids, 8-bit gray PNG",
        "ignore_index": void,
        "background is a class": background_class,
    }
