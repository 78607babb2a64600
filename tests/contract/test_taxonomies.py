"""The label sets beside NYU's: ids, names and colours as published, and cross-walks that say no more than they know."""

from __future__ import annotations

from itertools import permutations

import pytest

from blender_addon.contract.labels import LabelSetError, built_in, built_in_names, voc_color
from tools.taxonomy_tables import SOURCES, names_to_ids, other_label_sets, parents_by_crosswalk, rows

FAMILIES = ("nyu894", "nyu40", "ade150", "coco133", "voc21", "cityscapes34")
RESTS = {"otherstructure", "otherfurniture", "otherprop"}


def walked(name: str, source: str, target: str) -> str | None:
    """What a label is called in another set; None where it has no meaning there."""
    found = built_in(source).crosswalk(built_in(target)).get(built_in(source).find(name).id)
    return built_in(target).by_id[found].name if found else None


@pytest.mark.parametrize(
    ("set_name", "id_", "name", "color"),
    [  # spot checks, written down from the publications and not from the tables
        ("ade150", 1, "wall", (120, 120, 120)),
        ("ade150", 9, "windowpane", (230, 230, 230)),
        ("ade150", 24, "sofa", (11, 102, 255)),
        ("ade150", 150, "flag", (92, 0, 255)),
        ("cityscapes34", 1, "ego vehicle", (0, 0, 0)),
        ("cityscapes34", 7, "road", (128, 64, 128)),
        ("cityscapes34", 33, "bicycle", (119, 11, 32)),
        ("cityscapes19", 1, "road", (128, 64, 128)),
        ("cityscapes19", 19, "bicycle", (119, 11, 32)),
        ("coco133", 1, "person", (220, 20, 60)),
        ("coco133", 90, "toothbrush", (191, 162, 208)),
        ("coco133", 92, "banner", (255, 255, 128)),
        ("coco133", 200, "rug-merged", (250, 141, 255)),
        ("voc21", 1, "aeroplane", (128, 0, 0)),
        ("voc21", 20, "tvmonitor", (0, 64, 128)),
    ],
)
def test_labels_are_the_published_ones(set_name: str, id_: int, name: str, color: tuple[int, int, int]) -> None:
    label = built_in(set_name).by_id[id_]
    assert (label.name, label.color) == (name, color)


def test_ids_are_the_published_ones() -> None:
    assert list(built_in("ade150").by_id) == list(range(1, 151))
    assert list(built_in("cityscapes34").by_id) == list(range(1, 34))
    assert list(built_in("cityscapes19").by_id) == list(range(1, 20))
    assert list(built_in("voc21").by_id) == list(range(1, 21))
    coco = list(built_in("coco133").by_id)
    gaps = {12, 26, 29, 30, 45, 66, 68, 69, 71, 83}  # categories that COCO took back
    assert [id_ for id_ in coco if id_ <= 90] == [id_ for id_ in range(1, 91) if id_ not in gaps]
    assert (len(coco), min(id_ for id_ in coco if id_ > 90), max(coco)) == (133, 92, 200)


def test_things_of_coco_are_those_to_90() -> None:
    things = {int(row["id"]) for row in rows("coco133") if row["isthing"] == "1"}
    assert things == {id_ for id_ in built_in("coco133").by_id if id_ <= 90} and len(things) == 80


def test_voc_has_the_colours_of_its_devkit() -> None:
    assert all(label.color == voc_color(label.id) for label in built_in("voc21").labels)


def test_cityscapes_train_ids_are_the_ids_of_the_nineteen_less_one() -> None:
    train = {label.name: label.parents["cityscapes19"] - 1 for label in built_in("cityscapes34").labels
             if "cityscapes19" in label.parents}  # fmt: skip
    assert list(train) == [
        "road", "sidewalk", "building", "wall", "fence", "pole", "traffic light", "traffic sign", "vegetation",
        "terrain", "sky", "person", "rider", "car", "truck", "bus", "train", "motorcycle", "bicycle",
    ]  # fmt: skip
    assert list(train.values()) == list(range(19))
    there, back = (built_in(f"cityscapes{a}").crosswalk(built_in(f"cityscapes{b}")) for a, b in ((19, 34), (34, 19)))
    assert len(there) == 19 and {value: key for key, value in there.items()} == back


@pytest.mark.parametrize("name", SOURCES)
def test_files_are_made_of_the_tables(name: str) -> None:
    ids = {known: names_to_ids(rows(known)) for known in ("ade150", "coco133", "voc21", "cityscapes34")}
    ids |= {known: {label.name: label.id for label in built_in(known).labels} for known in ("nyu894", "nyu40")}
    made = {found.name: found for found in other_label_sets(parents_by_crosswalk(ids))}
    assert made[name] == built_in(name)


@pytest.mark.parametrize("name", SOURCES)
def test_an_alias_is_one_labels_alone(name: str) -> None:
    label_set = built_in(name)
    said = [alias.casefold() for label in label_set.labels for alias in label.aliases]
    assert len(said) == len(set(said))
    assert all(label_set.by_name[alias.casefold()] is label for label in label_set.labels for alias in label.aliases)


@pytest.mark.parametrize("source", FAMILIES)
@pytest.mark.parametrize("target", FAMILIES)
def test_no_cross_walk_between_families_ends_in_a_rest(source: str, target: str) -> None:
    if source == target or (source == "nyu894" and target == "nyu40"):
        return  # NYU's own table, where otherprop is what NYU says
    try:
        walk = built_in(source).crosswalk(built_in(target))
    except LabelSetError:
        return
    names = {built_in(target).by_id[id_].name for id_ in walk.values()}
    assert not names & RESTS
    assert not {name for name in names if name.split("-")[0] in ("wall", "floor", "food", "water") and "other" in name
                } - {"water-other"}  # fmt: skip


@pytest.mark.parametrize("source", FAMILIES)
@pytest.mark.parametrize("target", FAMILIES[1:])
def test_what_the_table_leaves_out_is_not_reached_another_way(source: str, target: str) -> None:
    if source == target:
        return
    try:
        walk = built_in(source).crosswalk(built_in(target))
    except LabelSetError:
        walk = {}
    said = {label.id: label.parents[target] for label in built_in(source).labels if target in label.parents}
    assert walk == said


def test_cross_walks_compose() -> None:
    """Straight or over any third set, a label becomes the same; but for two that NYU files otherwise than others."""
    walks: dict[tuple[str, str], dict[int, int]] = {}
    for pair in permutations(built_in_names(), 2):
        try:
            walks[pair] = built_in(pair[0]).crosswalk(built_in(pair[1]))
        except LabelSetError:
            walks[pair] = {}
    compared = 0
    for first, middle, last in permutations(built_in_names(), 3):
        for id_, between in walks[first, middle].items():
            if between in walks[middle, last] and id_ in walks[first, last]:
                compared += 1
                name = built_in(first).by_id[id_].name.replace("_", " ")
                same = walks[middle, last][between] == walks[first, last][id_]
                assert same or name in ("book", "shower curtain"), (first, middle, last, name)
    assert compared > 5000


@pytest.mark.parametrize(
    ("name", "source", "target", "expected"),
    [
        ("sofa", "nyu40", "coco133", "couch"),
        ("sofa", "nyu40", "voc21", "sofa"),
        ("television", "nyu894", "ade150", "television"),
        ("television", "nyu40", "voc21", "tvmonitor"),
        ("tvmonitor", "voc21", "coco133", None),  # also computer monitors
        ("dining table", "coco133", "nyu40", "table"),
        ("floor-wood", "coco133", "nyu40", "floor"),  # a kind of floor
        ("floor", "nyu40", "coco133", None),  # of which kind?
        ("wall-other-merged", "coco133", "ade150", "wall"),
        ("wall-brick", "coco133", "cityscapes34", None),  # stands alone, outside
        ("table", "nyu40", "voc21", None),  # not only dining tables
        ("table", "nyu40", "coco133", None),  # dining table or table-merged
        ("armchair", "ade150", "nyu40", "chair"),
        ("armchair", "ade150", "nyu13", "chair"),
        ("chair", "nyu40", "ade150", "chair"),
        ("book", "nyu894", "ade150", "book"),
        ("book", "nyu894", "nyu40", "otherprop"),
        ("book", "ade150", "nyu40", "books"),
        ("rug", "nyu894", "ade150", "rug"),
        ("rug", "ade150", "nyu40", None),  # NYU40 has it in otherprop
        ("wall", "nyu40", "cityscapes34", None),  # there a wall stands alone, outside
        ("wall", "nyu40", "coco133", None),  # brick, stone, tile, wood or another
        ("glass", "nyu894", "ade150", None),  # a pane; in ADE20K a thing to drink from
        ("otherprop", "nyu40", "ade150", None),
        ("person", "cityscapes19", "ade150", "person"),
        ("sink", "syntrain16", "coco133", "sink"),
        ("house", "ade150", "cityscapes34", "building"),
        ("building", "cityscapes34", "ade150", None),  # also houses
    ],
)
def test_cross_walks_known_on_paper(name: str, source: str, target: str, expected: str | None) -> None:
    assert walked(name, source, target) == expected


def test_a_plain_word_goes_both_ways_and_a_wider_one_comes_not_back() -> None:
    for row in rows("crosswalks"):
        cells = {name: cell for name, cell in row.items() if cell}
        for name, cell in cells.items():
            for other, there in cells.items():
                if name == other or other == "nyu894" or cell.startswith("<") or (name, other) == ("nyu894", "nyu40"):
                    continue
                label = built_in(name).find(cell)
                assert label.parents[other] == built_in(other).find(there.removeprefix("<")).id, (row, name, other)
