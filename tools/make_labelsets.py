"""Makes blender_addon/contract/labelsets/*.json from tables of ids: `python tools/make_labelsets.py TABLES`.

TABLES is a folder with nyu894.csv, nyu40.csv, nyu13.csv and sunrgbd37.csv; all others come from tools/taxonomies (see
`taxonomy_tables`). Aliases are ours: other words that people say for a label, for the search field; an alias never
names a thing that the taxonomy files elsewhere.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from blender_addon.contract.labels import Label, LabelSet, voc_color
from tools.taxonomy_tables import CROSSWALKS, names_to_ids, other_label_sets, parents_by_crosswalk
from tools.taxonomy_tables import rows as table_of

Row = dict[str, str]

OUT = Path(__file__).resolve().parents[1] / "blender_addon" / "contract" / "labelsets"
META = "classMapping40.mat, class13Mapping.mat: NYU Depth v2 meta data (Gupta et al. 2013, Couprie et al. 2013)"

SYNTRAIN16 = "wall floor picture cabinet chair table window door pillow ceiling lamp counter bed sofa desk sink".split()

ALIASES = {
    "wall": ["partition"],
    "floor": ["ground", "parquet", "tiles"],
    "cabinet": ["cupboard", "wardrobe", "closet"],
    "bed": ["mattress"],
    "chair": ["armchair", "seat", "stool"],
    "sofa": ["couch", "settee", "loveseat"],
    "door": ["doorway"],
    "window": ["windowpane"],
    "bookshelf": ["bookcase"],
    "picture": ["painting", "poster", "photograph", "artwork"],
    "counter": ["countertop", "worktop"],
    "blinds": ["shutters", "roller blind"],
    "desk": ["writing desk"],
    "shelves": ["shelf", "rack"],
    "curtain": ["drapes"],
    "dresser": ["chest of drawers", "commode"],
    "pillow": ["cushion"],
    "floor mat": ["doormat"],
    "clothes": ["garment", "clothing"],
    "books": ["stack of books"],
    "refridgerator": ["refrigerator", "fridge", "freezer"],
    "fridge": ["refrigerator", "freezer"],
    "television": ["tv"],
    "tv": ["television"],
    "whiteboard": ["blackboard", "noticeboard"],
    "person": ["human", "people"],
    "night stand": ["nightstand", "bedside table"],
    "toilet": ["wc"],
    "sink": ["washbasin", "basin"],
    "lamp": ["light", "lantern"],
    "bathtub": ["bath", "tub"],
    "bag": ["handbag", "backpack"],
}


def rows(tables: Path, name: str) -> list[Row]:
    with open(tables / f"{name}.csv", newline="", encoding="utf-8") as file:
        return [row for row in csv.DictReader(file) if row["id"] != "0"]


def color(row: Row, palette: str) -> tuple[int, int, int]:
    return (int(row[f"{palette}_r"]), int(row[f"{palette}_g"]), int(row[f"{palette}_b"]))


def aliases(name: str, taken: set[str], filed: dict[str, str]) -> tuple[str, ...]:
    """The aliases of a label, without words that are labels themselves or that NYU's 894 names file elsewhere."""
    return tuple(alias for alias in ALIASES.get(name, ()) if alias not in taken and filed.get(alias, name) == name)


def rows_to_labels(
    table: list[Row], palette: str, parents_of: Callable[[Row], dict[str, int]], filed: dict[str, str]
) -> tuple[Label, ...]:
    """A label per row, coloured by the columns of a palette, or as Pascal VOC would where none is named."""
    names = {row["name"] for row in table}
    return tuple(
        Label(
            int(row["id"]),
            row["name"],
            color(row, palette) if palette else voc_color(int(row["id"])),
            aliases(row["name"], names, filed),
            parents_of(row),
        )
        for row in table
    )


def make(tables: Path) -> list[LabelSet]:
    nyu894, nyu40, nyu13, sun37 = (rows(tables, name) for name in ("nyu894", "nyu40", "nyu13", "sunrgbd37"))
    filed = {row["name"]: row["nyu40_name"] for row in nyu894}
    raw = {row["name"]: int(row["id"]) for row in nyu894}

    ids = {name: names_to_ids(table_of(name)) for name in ("ade150", "coco133", "voc21", "cityscapes34")}
    walks = parents_by_crosswalk({"nyu894": names_to_ids(nyu894), "nyu40": names_to_ids(nyu40), **ids})

    def walks_of(name: str, row: Row) -> dict[str, int]:
        return walks.get((name, row["name"]), {})

    def sixteen_of(row: Row) -> dict[str, int]:
        return {"syntrain16": raw[row["name"]]} if row["name"] in SYNTRAIN16 else {}

    def coarser(row: Row) -> dict[str, int]:
        return {name: int(row[f"{name}_id"]) for name in ("nyu40", "nyu13")} | sixteen_of(row)

    def of_forty(row: Row) -> dict[str, int]:
        """The first 37 are one of the 894 names each, so they go both ways; the others gather hundreds of names."""
        same = {"nyu894": raw[row["name"]], "sunrgbd37": int(row["id"])} if int(row["id"]) <= len(sun37) else {}
        return {"nyu13": int(row["nyu13_id"])} | sixteen_of(row) | same

    def of_sixteen(row: Row) -> dict[str, int]:
        known = of_forty(row)
        return {"nyu894": raw[row["name"]], "nyu40": int(row["id"])} | {
            key: known[key] for key in ("nyu13", "sunrgbd37")
        }

    by_name = {row["name"]: row for row in nyu40}
    sixteen = rows_to_labels([by_name[name] for name in SYNTRAIN16], "scannet", of_sixteen, filed)
    sixteen = tuple(replace(label, id=raw[label.name]) for label in sixteen)
    return [
        LabelSet(
            "nyu894",
            rows_to_labels(nyu894, "", lambda row: coarser(row) | walks_of("nyu894", row), filed),
            "NYU Depth v2, all 894 names",
            META + CROSSWALKS,
        ),
        LabelSet(
            "nyu40",
            rows_to_labels(nyu40, "scannet", lambda row: of_forty(row) | walks_of("nyu40", row), filed),
            "NYU Depth v2, 40 classes",
            META + "; colours: ScanNet BenchmarkScripts/util.py" + CROSSWALKS,
        ),
        LabelSet(
            "nyu13",
            rows_to_labels(nyu13, "nicr", lambda _row: {}, filed),
            "NYU Depth v2, 13 classes",
            META + "; colours: nicr",
        ),
        LabelSet(
            "sunrgbd37",
            rows_to_labels(sun37, "nicr", coarser, filed),
            "SUN RGB-D, 37 classes",
            "seg37list of the SUN RGB-D meta data; ids 1..37 are NYU40's in order; colours: nicr",
        ),
        LabelSet(
            "syntrain16",
            sixteen,
            "16 indoor classes with their NYU ids",
            "ORIGINAL_LABEL_MAP of csun/syntrain: ids of the 894 names; colours: ScanNet",
        ),
        *other_label_sets(walks),
    ]


if __name__ == "__main__":
    for label_set in make(Path(sys.argv[1])):
        (OUT / f"{label_set.name}.json").write_text(label_set.to_json(), encoding="utf-8")
        print(f"{label_set.name}: {len(label_set.labels)} labels")
