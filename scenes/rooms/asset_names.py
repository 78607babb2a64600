"""Which files of a folder could stand for which kind of thing: by label, by words of their names, by size. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from blender_addon.contract.labels import LabelSet
from blender_addon.contract.model_files import is_whole
from blender_addon.contract.strict import parse_json

SUFFIXES = (".glb", ".gltf", ".blend")
MANIFEST = "manifest.json"
Size = tuple[float, float, float]


@dataclass(frozen=True)
class AssetFile:
    """A thing in a file, its label, and its size in metres where a manifest says it."""

    path: Path
    label: str
    size: Size | None = None


@dataclass(frozen=True)
class Wanted:
    """What of a label may stand for a kind of thing: sizes from and to (metres), words of which the name must have one,
    words that it must not have."""

    label: str
    least: Size
    most: Size
    words: str = ""
    but: str = ""

    def takes(self, file: AssetFile, size: Size | None = None) -> bool:
        """Whether a file may be it; of a size that nobody knows yet it may."""
        name, size = file.path.stem.lower(), size or file.size
        if file.label != self.label or (self.words and not re.search(self.words, name)):
            return False
        if self.but and re.search(self.but, name):
            return False
        return size is None or all(a <= side <= b for a, side, b in zip(self.least, size, self.most, strict=True))


WANTED: dict[str, Wanted] = {
    "sofa": Wanted("sofa", (1.3, 0.6, 0.5), (2.5, 1.15, 1.2)),
    "armchair": Wanted("chair", (0.6, 0.6, 0.65), (1.0, 0.95, 1.1), but="office|stool|dining|desk"),
    "dining chair": Wanted("chair", (0.36, 0.4, 0.7), (0.6, 0.65, 1.2), but="office|stool|arm|lounge"),
    "desk chair": Wanted("chair", (0.4, 0.4, 0.75), (0.8, 0.85, 1.3), words="office|desk|swivel"),
    "coffee table": Wanted("table", (0.7, 0.4, 0.3), (1.3, 0.8, 0.56)),
    "long table": Wanted("table", (1.0, 0.6, 0.68), (1.9, 1.0, 0.82)),
    "dining table": Wanted("table", (0.75, 0.75, 0.68), (1.25, 1.25, 0.8)),
    "desk": Wanted("desk", (1.0, 0.5, 0.66), (1.7, 0.9, 0.82)),
    "bed": Wanted("bed", (1.3, 1.9, 0.4), (2.1, 2.4, 1.4)),
    "single bed": Wanted("bed", (0.75, 1.8, 0.4), (1.2, 2.3, 1.4)),
    "night stand": Wanted("night stand", (0.3, 0.25, 0.35), (0.65, 0.55, 0.75)),
    "dresser": Wanted("dresser", (0.7, 0.35, 0.6), (1.6, 0.65, 1.25)),
    "wardrobe": Wanted("cabinet", (0.75, 0.4, 1.7), (2.1, 0.75, 2.3), but="high_cab|locker|filing"),
    "sideboard": Wanted("cabinet", (0.9, 0.3, 0.6), (2.0, 0.65, 1.2), but="vanity|upper|filing"),
    "filing cabinet": Wanted("cabinet", (0.3, 0.3, 0.6), (0.7, 0.75, 1.6), words="filing|locker|office"),
    "bookcase": Wanted("bookshelf", (0.6, 0.2, 1.2), (1.9, 0.5, 2.25)),
    "shelving": Wanted("shelves", (0.4, 0.2, 1.2), (1.3, 0.5, 2.2)),
    "floor lamp": Wanted("lamp", (0.15, 0.15, 1.3), (0.7, 0.7, 1.95)),
    "table lamp": Wanted("lamp", (0.1, 0.1, 0.28), (0.4, 0.4, 0.65), but="wall|ceiling|desk|pendant"),
    "desk lamp": Wanted("lamp", (0.1, 0.1, 0.25), (0.45, 0.55, 0.7), words="desk"),
    "television": Wanted("television", (0.6, 0.05, 0.4), (1.3, 0.3, 0.85)),
    "bathtub": Wanted("bathtub", (1.3, 0.6, 0.4), (1.85, 0.95, 0.8)),
    "toilet": Wanted("toilet", (0.3, 0.5, 0.6), (0.5, 0.8, 0.95), but="bidet"),
    "washbasin": Wanted("sink", (0.4, 0.35, 0.75), (0.95, 0.6, 1.05)),
    "rug": Wanted("floor mat", (1.2, 0.9, 0.0), (3.2, 2.4, 0.06)),
    "picture": Wanted("picture", (0.2, 0.0, 0.2), (1.3, 0.08, 1.1)),
    "wall mirror": Wanted("mirror", (0.35, 0.0, 0.45), (1.0, 0.32, 1.2), but="hand"),
    "clock": Wanted("otherprop", (0.18, 0.0, 0.18), (0.5, 0.2, 0.8), words="clock"),
    "whiteboard": Wanted("whiteboard", (0.6, 0.0, 0.4), (2.0, 0.12, 1.3)),
    "radiator": Wanted("otherstructure", (0.5, 0.05, 0.4), (1.5, 0.26, 0.8), words="radiator"),
    "box": Wanted("box", (0.2, 0.2, 0.15), (0.7, 0.7, 0.6)),
    "bag": Wanted("bag", (0.2, 0.08, 0.2), (0.6, 0.5, 0.6)),
    "waste bin": Wanted("otherprop", (0.18, 0.18, 0.22), (0.45, 0.45, 0.6), words="bin"),
    "floor plant": Wanted("otherprop", (0.3, 0.3, 0.7), (1.1, 1.1, 1.9), words="plant|tree|palm"),
    "fern": Wanted("otherprop", (0.1, 0.1, 0.12), (0.45, 0.45, 0.65), words="plant|cactus|orchid|fern"),
    "monitor": Wanted("otherprop", (0.35, 0.1, 0.3), (0.75, 0.3, 0.6), words="screen|monitor"),
    "keyboard": Wanted("otherprop", (0.25, 0.08, 0.0), (0.55, 0.25, 0.08), words="keyboard"),
    "laptop": Wanted("otherprop", (0.25, 0.2, 0.1), (0.45, 0.45, 0.35), words="laptop"),
    "mug": Wanted("otherprop", (0.06, 0.06, 0.05), (0.16, 0.16, 0.14), words="mug|cup"),
    "plate": Wanted("otherprop", (0.15, 0.15, 0.0), (0.3, 0.3, 0.06), words="plate"),
    "vase": Wanted("otherprop", (0.06, 0.06, 0.15), (0.3, 0.3, 0.6), words="vase"),
    "glass": Wanted("otherprop", (0.05, 0.05, 0.08), (0.12, 0.12, 0.3), words="glass"),
}


def find_assets(folder: Path, labels: LabelSet) -> list[AssetFile]:
    """The models of a folder and their labels, by name: as its manifest says, or else as their names begin.

    A manifest is a list of {"file", "category" or "label", "dims_m" (width, depth, height; may be left out)}. Files
    whose label the set does not have are left out. Raises ValueError for a folder or manifest that is none.
    """
    if not folder.is_dir():
        raise ValueError(f"assets: {folder} is no folder")
    said = _read_manifest(folder / MANIFEST)
    found = []
    for path in sorted(folder.iterdir()):
        if path.suffix.lower() in SUFFIXES:
            label, size = said.get(path.name, (label_of(path.stem, labels), None))
            if label in labels.by_name:
                found.append(AssetFile(path, labels.by_name[label].name, size))
    if not found:
        raise ValueError(f"assets: no file of {folder} has a label of {labels.name}: name them as 'chair_1.glb'")
    return found


def whole_assets(folder: Path, labels: LabelSet) -> list[AssetFile]:
    """As `find_assets`. Raises ValueError for a file that is cut, too."""
    files = find_assets(folder, labels)
    for path in (file.path for file in files):
        if not is_whole(path):
            raise ValueError(
                f"assets: {path} cannot be read: no {path.suffix} file, or cut; replace it, or take it away"
            )
    return files


def label_of(stem: str, labels: LabelSet) -> str:
    """The label with whose name, or alias, a file's name begins; the longest where several do, "" where none does."""
    words = re.sub(r"[^a-z0-9]+", " ", stem.lower()) + " "
    fits = [name for name in labels.by_name if words.startswith(name + " ")]
    return max(fits, key=len, default="")


def _read_manifest(path: Path) -> Mapping[str, tuple[str, Size | None]]:
    if not path.is_file():
        return {}
    try:
        rows = parse_json(path.read_text(encoding="utf-8"))
        return {Path(row["file"]).name: (_label(row), _size(row.get("dims_m"))) for row in rows}
    except (ValueError, TypeError, KeyError, AttributeError, json.JSONDecodeError) as error:
        raise ValueError(f"assets: {path} is no list of files with their labels: {error!r}") from error


def _label(row: Mapping[str, str]) -> str:
    return str(row.get("label") or row["category"]).replace("_", " ").lower()


def _size(sides: Sequence[float] | None) -> Size | None:
    return None if sides is None else (float(sides[0]), float(sides[1]), float(sides[2]))
