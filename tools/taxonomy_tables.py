"""The label sets beside NYU's: ADE20K, COCO, Cityscapes and Pascal VOC, from the tables in tools/taxonomies.

Ids, names and colours there are facts of the taxonomies, copied from where `SOURCES` says and held against a second
source. crosswalks.csv is ours: a row is one thing, and a cell what a taxonomy calls it. What is written plainly is the
same thing, so it goes both ways; `<chair` is more than the thing, so the thing goes there and nothing comes back.
Where a taxonomy only has a narrower word, several, or a rest ("otherprop"), the cell is empty.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path

from blender_addon.contract.labels import Label, LabelSet

TABLES = Path(__file__).with_name("taxonomies")
CROSSWALKS = "; parents in other families: ours, docs/label_sets.md"
SOURCES = {
    "ade150": (
        "ADE20K, 150 classes of the scene parsing benchmark",
        "CSAILVision/sceneparsing: objectInfo150.txt, color150.mat; checked with mmsegmentation's ADE20KDataset",
    ),
    "cityscapes34": (
        "Cityscapes, all label ids (0 is unlabelled)",
        "mcordts/cityscapesScripts: helpers/labels.py; checked with torchvision.datasets.Cityscapes",
    ),
    "cityscapes19": (
        "Cityscapes, the 19 classes of the benchmark; ids are trainId + 1",
        "mcordts/cityscapesScripts: helpers/labels.py; checked with detectron2's CITYSCAPES_CATEGORIES",
    ),
    "coco133": (
        "COCO panoptic, 80 things (ids to 90) and 53 stuff classes",
        "cocodataset/panopticapi: panoptic_coco_categories.json; checked with mmdetection's CocoPanopticDataset",
    ),
    "voc21": (
        "Pascal VOC 2012, 20 classes (0 is the background)",
        "mmsegmentation: PascalVOCDataset; checked with mmdetection's voc_classes and the devkit's VOClabelcolormap",
    ),
}
# WordNet's synonyms, which ADE20K lists, mean other things to who labels a scene.
OTHER_SENSES = set(
    "beast; bill; brute; can; card; chest; cover; crapper; creature; cycle; dress; falls; fauna; individual; machine; "
    "mantle; marque; mortal; notice; pall; pot; press; puff; soul; somebody; someone; span; stall; stand; throne; wheel"
    .split("; ")
)  # fmt: skip
ALIASES = {
    "ade150": {
        "bicycle": ["cycle"],
        "person": ["human", "people"],
        "refrigerator": ["fridge", "freezer"],
        "lamp": ["lantern"],
        "sofa": ["settee", "loveseat"],
    },
    "cityscapes34": {
        "motorcycle": ["motorbike"],
        "person": ["human", "people", "pedestrian"],
        "terrain": ["grass", "soil"],
        "vegetation": ["tree", "bush", "hedge"],
    },
    "coco133": {
        "airplane": ["aeroplane", "plane"],
        "cabinet-merged": ["cabinet", "cupboard"],
        "ceiling-merged": ["ceiling"],
        "couch": ["sofa", "settee", "loveseat"],
        "door-stuff": ["door"],
        "fence-merged": ["fence"],
        "grass-merged": ["grass"],
        "mirror-stuff": ["mirror"],
        "motorcycle": ["motorbike"],
        "paper-merged": ["paper"],
        "person": ["human", "people"],
        "refrigerator": ["fridge", "freezer"],
        "rock-merged": ["rock"],
        "rug-merged": ["rug", "carpet"],
        "sky-other-merged": ["sky"],
        "tree-merged": ["tree"],
        "tv": ["television"],
        "window-blind": ["blinds"],
        "window-other": ["window"],
    },
    "voc21": {
        "aeroplane": ["airplane", "plane"],
        "diningtable": ["dining table"],
        "motorbike": ["motorcycle"],
        "person": ["human", "people"],
        "pottedplant": ["potted plant"],
        "sofa": ["couch", "settee", "loveseat"],
        "tvmonitor": ["tv", "television", "monitor"],
    },
}

Row = dict[str, str]
Ids = Mapping[str, Mapping[str, int]]
"""{taxonomy: {name: id}}."""


def rows(name: str) -> list[Row]:
    with open(TABLES / f"{name}.csv", newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def parents_by_crosswalk(ids: Ids) -> dict[tuple[str, str], dict[str, int]]:
    """{(taxonomy, name): {other taxonomy: id there}} by crosswalks.csv. Raises KeyError for names that are not there.

    None of NYU's 894 is a parent of a label of another family: NYU40 files most of them under a rest, "otherprop", and
    a label would reach it through them.
    """
    found: dict[tuple[str, str], dict[str, int]] = {}
    for row in rows("crosswalks"):
        there = {name: ids[name][cell.removeprefix("<")] for name, cell in row.items() if cell}
        for name, cell in row.items():
            if not cell or cell.startswith("<"):
                continue
            if (name, cell) in found:
                raise ValueError(f"crosswalks.csv: {cell!r} of {name} stands in two rows")
            found[name, cell] = {other: id_ for other, id_ in there.items() if other not in (name, "nyu894")}
    for (name, _), parents in found.items():
        if name == "nyu894":
            parents.pop("nyu40", None)  # NYU's own table says it, which knows better
    return found


def names_to_ids(table: list[Row]) -> dict[str, int]:
    return {row["name"]: int(row["id"]) for row in table}


def other_label_sets(parents: Mapping[tuple[str, str], Mapping[str, int]]) -> list[LabelSet]:
    """The label sets of `SOURCES`, with these parents."""
    benchmark = [row for row in rows("cityscapes34") if row["trainId"] != "255"]
    trained = {row["name"]: int(row["trainId"]) + 1 for row in benchmark}
    made = []
    for name, (title, source) in SOURCES.items():
        table = benchmark if name == "cityscapes19" else rows(name)
        above = {row["name"]: dict(parents.get((name, row["name"]), {})) for row in table}
        for row in table:
            if name == "cityscapes34" and row["name"] in trained:
                above[row["name"]]["cityscapes19"] = trained[row["name"]]
            if name == "cityscapes19":
                above[row["name"]]["cityscapes34"] = int(row["id"])
        said = _aliases(name.replace("19", "34"), table)
        labels = [
            Label(
                trained[row["name"]] if name == "cityscapes19" else int(row["id"]),
                row["name"],
                (int(row["r"]), int(row["g"]), int(row["b"])),
                said[row["name"]],
                above[row["name"]],
            )
            for row in table
        ]
        made.append(
            LabelSet(
                name,
                tuple(sorted(labels, key=lambda label: label.id)),
                title,
                source + CROSSWALKS * (name != "cityscapes19"),
            )
        )
    return made


def _aliases(name: str, table: list[Row]) -> dict[str, tuple[str, ...]]:
    """{label: other words for it}, without those that are labels themselves or that two labels claim."""
    listed = {row["name"]: [word for word in row.get("synonyms", "").split("; ") if word] for row in table}
    plain = {label: [word for word in words if word not in OTHER_SENSES] for label, words in listed.items()}
    words = {label: [*said, *ALIASES.get(name, {}).get(label, [])] for label, said in plain.items()}
    claims = [word for said in listed.values() for word in said] + list(listed)
    return {
        label: tuple(dict.fromkeys(word for word in said if claims.count(word) - (word in listed[label]) == 0))
        for label, said in words.items()
    }
