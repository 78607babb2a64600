"""fastai's layout: pictures in `scenes/` (or `images/`), masks of the same stem in `masks/` (or `labels/`), and
`codes.txt` with the name of class n in line n + 1.

As in fastai's CamVid a mask may be called STEM_P. Names in `valid.txt` are the validation set. Codes that are called
void, unlabelled, unknown or ignore are no labels; 255 is unlabelled where it is no class.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from blender_addon.contract.labels import IGNORE, UNLABELLED, Label, LabelSet, voc_color

from ..errors import ExportError
from .labelled import Entry, Labelled, Pixels, known_as, text_file, together
from .picture_files import class_map, picture
from .segnet_lists import class_table, looked_up

_PICTURES, _MASKS = ("scenes", "images"), ("masks", "labels")
_NO_LABEL = {"void": UNLABELLED, "unlabelled": UNLABELLED, "unlabeled": UNLABELLED, "unknown": UNLABELLED}
_NO_LABEL |= {"background": UNLABELLED, "ignore": IGNORE}
_ENDINGS = (".png", ".jpg", ".jpeg", ".tif", ".tiff")


def fastai_folders(folder: Path, label_set: LabelSet | None = None) -> Labelled:
    """The pairs of the folders and of those below them, and of test/ as our own export has it; without a label set one
    of the names in codes.txt. Raises ExportError."""
    codes = _lines(folder / "codes.txt")
    if not codes:
        raise ExportError(f"{folder}: codes.txt names no class")
    given = label_set or _label_set(codes, folder)
    table = class_table(_ids(codes, given, folder / "codes.txt"), None)
    table.setdefault(255, UNLABELLED)
    pictures, pairs = _below(folder, _PICTURES), _pairs(folder)
    valid = set(_lines(folder / "valid.txt")) if (folder / "valid.txt").is_file() else set()
    entries, known = [], set()
    for path, _ in pairs:
        name = path.relative_to(pictures)
        names = {name.as_posix(), name.with_suffix("").as_posix(), name.name, name.stem}
        known |= names
        split = "" if not valid else "val" if valid & names else "train"
        entries.append(Entry(name.stem, split, "", name.as_posix()))
    strange = sorted(valid - known)
    if strange:
        raise ExportError(f"{folder / 'valid.txt'} names {strange[0]!r}, which {pictures.name}/ has not")
    if any((folder / "test" / name).is_dir() for name in _PICTURES):
        tests = _pairs(folder / "test")
        entries += [Entry(path.stem, "test", "", path.relative_to(folder).as_posix()) for path, _ in tests]
        pairs += tests

    def read(at: int) -> Pixels:
        path, mask = pairs[at]
        return together(picture(path), looked_up(class_map(mask), table, mask), str(path))

    return Labelled("fastai folders", given, tuple(entries), read)


def _label_set(codes: list[str], folder: Path) -> LabelSet:
    names = [code for code in codes if code.casefold() not in _NO_LABEL]
    labels = tuple(Label(number, name, voc_color(number)) for number, name in enumerate(names, start=1))
    return LabelSet("codes", labels, source=f"codes.txt of {folder.resolve().name}")


def _ids(codes: list[str], label_set: LabelSet, where: Path) -> dict[int, int]:
    """{class: id}; names of the label set may have "_" where it has white space or "#", as our own export writes."""
    written = {re.sub(r"[\s#]", "_", name): label.id for name, label in label_set.by_name.items()}
    found = {}
    for number, name in enumerate(codes):
        if name.casefold() in label_set.by_name:
            found[number] = label_set.by_name[name.casefold()].id
        elif name.casefold() in written:
            found[number] = written[name.casefold()]
        elif name.casefold() in _NO_LABEL:
            found[number] = _NO_LABEL[name.casefold()]
        else:
            found[number] = known_as(name, label_set, where)
    return found


def _lines(path: Path) -> list[str]:
    return [line.strip() for line in text_file(path).splitlines() if line.strip()]


def _pairs(folder: Path) -> list[tuple[Path, Path]]:
    """(picture, mask), sorted. What is hidden is none: other systems leave files called ._NAME."""
    pictures, masks = _below(folder, _PICTURES), _below(folder, _MASKS)
    there = {_key(path.relative_to(masks)): path for path in _files(masks)}
    pairs = [(path, _mask(path, path.relative_to(pictures), masks, there)) for path in _files(pictures)]
    if not pairs:
        raise ExportError(f"{pictures} has no pictures")
    return pairs


def _files(folder: Path) -> list[Path]:
    found = (path for path in folder.rglob("*") if path.suffix.lower() in _ENDINGS)
    return sorted(path for path in found if not any(part.startswith(".") for part in path.relative_to(folder).parts))


def _key(name: Path) -> str:
    return name.with_suffix(name.suffix.lower()).as_posix()


def _below(folder: Path, names: tuple[str, ...]) -> Path:
    found = next((folder / name for name in names if (folder / name).is_dir()), None)
    if found is None:
        raise ExportError(f"{folder} has no folder {' or '.join(names)}")
    return found


def _mask(path: Path, name: Path, masks: Path, there: Mapping[str, Path]) -> Path:
    """In the folder of the same name below the masks', whatever the case of its ending."""
    for stem in (name.stem, f"{name.stem}_P"):
        wanted = [name.with_name(f"{stem}{ending}").as_posix() for ending in _ENDINGS]
        found = [there[each] for each in wanted if each in there]
        if len(found) > 1:
            raise ExportError(f"{path} has several masks: {', '.join(each.name for each in found)}; keep one")
        if found:
            return found[0]
    raise ExportError(f"{path} has no mask {name.with_suffix('.png').as_posix()} in {masks}")
