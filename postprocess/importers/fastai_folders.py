"""fastai's layout: pictures in `scenes/` (or `images/`), masks of the same stem in `masks/` (or `labels/`), and
`codes.txt` with the name of class n in line n + 1.

As in fastai's CamVid a mask may be called STEM_P. Names in `valid.txt` are the validation set. Codes that are called
void, unlabelled, unknown or ignore are no labels; 255 is unlabelled where it is no class.
"""

from __future__ import annotations

from pathlib import Path

from blender_addon.contract.labels import IGNORE, UNLABELLED, Label, LabelSet, voc_color

from ..errors import ExportError
from .labelled import Entry, Labelled, Pixels, class_map, picture, together
from .segnet_lists import class_table, looked_up

_PICTURES, _MASKS = ("scenes", "images"), ("masks", "labels")
_NO_LABEL = {"void": UNLABELLED, "unlabelled": UNLABELLED, "unlabeled": UNLABELLED, "unknown": UNLABELLED}
_NO_LABEL |= {"background": UNLABELLED, "ignore": IGNORE}
_ENDINGS = (".png", ".jpg", ".jpeg", ".tif", ".tiff")


def fastai_folders(folder: Path, label_set: LabelSet | None = None) -> Labelled:
    """The pairs of the folders; without a label set one of the names in codes.txt. Raises ExportError."""
    codes = _lines(folder / "codes.txt")
    if not codes:
        raise ExportError(f"{folder}: codes.txt names no class")
    given = label_set or _label_set(codes, folder)
    table = class_table(_ids(codes, given, folder / "codes.txt"), None)
    table.setdefault(255, UNLABELLED)
    pictures, masks = _below(folder, _PICTURES), _below(folder, _MASKS)
    valid = set(_lines(folder / "valid.txt")) if (folder / "valid.txt").is_file() else set()
    pairs = [(path, _mask(path, masks)) for path in sorted(pictures.iterdir()) if path.suffix.lower() in _ENDINGS]
    if not pairs:
        raise ExportError(f"{pictures} has no pictures")
    strange = sorted(valid - {path.name for path, _ in pairs} - {path.stem for path, _ in pairs})
    if strange:
        raise ExportError(f"{folder / 'valid.txt'} names {strange[0]!r}, which {pictures.name}/ has not")
    entries = tuple(
        Entry(path.stem, "" if not valid else "val" if valid & {path.name, path.stem} else "train", "", path.name)
        for path, _ in pairs
    )

    def read(at: int) -> Pixels:
        path, mask = pairs[at]
        return together(picture(path), looked_up(class_map(mask), table, mask), str(path))

    return Labelled("fastai folders", given, entries, read)


def _label_set(codes: list[str], folder: Path) -> LabelSet:
    names = [code for code in codes if code.casefold() not in _NO_LABEL]
    labels = tuple(Label(number, name, voc_color(number)) for number, name in enumerate(names, start=1))
    return LabelSet("codes", labels, source=f"codes.txt of {folder.resolve().name}")


def _ids(codes: list[str], label_set: LabelSet, where: Path) -> dict[int, int]:
    found = {}
    for number, name in enumerate(codes):
        if name.casefold() in label_set.by_name:
            found[number] = label_set.by_name[name.casefold()].id
        elif name.casefold() in _NO_LABEL:
            found[number] = _NO_LABEL[name.casefold()]
        else:
            raise ExportError(f"{where}: {name!r} is no label of {label_set.name!r}")
    return found


def _lines(path: Path) -> list[str]:
    try:
        return [line.strip() for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    except FileNotFoundError:
        raise ExportError(f"{path} is missing: it names the classes, one per line") from None
    except (OSError, UnicodeDecodeError) as error:
        raise ExportError(f"{path} cannot be read: {error}") from None


def _below(folder: Path, names: tuple[str, ...]) -> Path:
    found = next((folder / name for name in names if (folder / name).is_dir()), None)
    if found is None:
        raise ExportError(f"{folder} has no folder {' or '.join(names)}")
    return found


def _mask(path: Path, masks: Path) -> Path:
    for stem in (path.stem, f"{path.stem}_P"):
        found = [masks / f"{stem}{ending}" for ending in _ENDINGS if (masks / f"{stem}{ending}").is_file()]
        if len(found) > 1:
            raise ExportError(f"{path.name} has several masks: {', '.join(each.name for each in found)}; keep one")
        if found:
            return found[0]
    raise ExportError(f"{path} has no mask {path.stem}.png in {masks}")
