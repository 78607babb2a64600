"""COCO's annotations: `instances_*.json` (polygons and RLE) and `panoptic_*.json` with its folder of PNGs.

Instances say nothing of order: where two of different labels overlap, a pixel is ignored, as torchvision's reference
scripts have it. What no annotation covers is unlabelled. Regions of crowds are of their category like any other.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
from numpy.typing import NDArray

from blender_addon.contract.labels import IGNORE, MAX_ID, UNLABELLED, Label, LabelSet, voc_color
from blender_addon.contract.words import counted

from ..errors import ExportError
from ..splits import SPLITS
from .coco_regions import has_region, region
from .labelled import Entry, Labelled, Pixels, json_file, known_as, size_of, together
from .picture_files import color_map, picture

_Id = int | str
"""Of images, annotations and categories: numbers in COCO itself, text in what some tools write."""


def coco_files(path: Path, images: Path | None = None, label_set: LabelSet | None = None) -> Labelled:
    """The pictures of an annotation file, in the order of their ids; `images` is where they are (else beside the file,
    or where COCO has them: val2017/ of instances_val2017.json). Without a label set one of the file's categories.
    Raises ExportError."""
    data = json_file(path)
    if not isinstance(data, Mapping):
        raise ExportError(f"{path} is no COCO annotation file: it holds no images, annotations and categories")
    categories, found = _rows(data, "categories", ("name",), path), _rows(data, "images", ("file_name",), path)
    found.sort(key=lambda each: (isinstance(each["id"], str), each["id"]))
    if not found:
        raise ExportError(f"{path} lists no image")
    given, ids = _labels(categories, label_set, path)
    by_image = _by_image(data, found, ids, path)
    panoptic = any("segments_info" in each for each in data["annotations"])
    names = [_name(str(each["file_name"]), path) for each in found]
    folders = _folders(path, images)
    places = [_place(name, path, folders) for name in names]
    split = next((name for name in SPLITS if re.search(rf"(?<![a-z]){name}", path.stem)), "")
    entries = tuple(Entry(name.stem, split, "", f"{name} in {path.name}") for name in names)

    def read(at: int) -> Pixels:
        row, annotations = found[at], by_image[found[at]["id"]]
        image = _as_annotated(places[at], row, path)
        where = f"{path}, image {row['id']}"
        if panoptic:
            labels = _of_segments(annotations, path, ids, where)
        else:
            labels = _of_regions(annotations, size_of(image), ids, where)
        return together(image, labels, str(places[at]))

    boxes = 0 if panoptic else sum(not has_region(each) for each in data["annotations"])
    told = (f"{counted(boxes, 'annotation')} with a box and no region: left out",) if boxes else ()
    return Labelled("COCO panoptic" if panoptic else "COCO instances", given, entries, read, told)


def _is_id(value: Any) -> bool:
    return isinstance(value, int | str) and not isinstance(value, bool)


def _rows(data: Mapping[str, Any], key: str, fields: tuple[str, ...], path: Path) -> list[Mapping[str, Any]]:
    """Those of one list of the file, with ids that differ."""
    rows = data.get(key)
    if not isinstance(rows, list) or not all(isinstance(row, Mapping) for row in rows):
        raise ExportError(f"{path} is no COCO annotation file: it has no list of {key}")
    seen = set()
    for at, row in enumerate(rows, start=1):
        lacking = next((field for field in ("id", *fields) if row.get(field) in (None, "")), None)
        if lacking or not _is_id(row["id"]):
            raise ExportError(f"{path}: entry {at} of {key} has no {lacking or 'number as its id'}")
        if row["id"] in seen:
            raise ExportError(f"{path} has two {key} of id {row['id']}")
        seen.add(row["id"])
    return list(rows)


def _labels(
    categories: list[Mapping[str, Any]], label_set: LabelSet | None, path: Path
) -> tuple[LabelSet, dict[_Id, int]]:
    """The label set, and {category id: label id}."""
    if label_set is not None:
        return label_set, {each["id"]: known_as(str(each["name"]), label_set, path) for each in categories}
    numbers = [each["id"] for each in categories]
    fits = all(isinstance(number, int) and 1 <= number <= MAX_ID for number in numbers)
    wanted = numbers if fits else range(1, len(numbers) + 1)
    labels = tuple(Label(id_, str(each["name"]), voc_color(id_)) for id_, each in zip(wanted, categories))
    try:
        return LabelSet("categories", labels, source=f"categories of {path.name}"), dict(zip(numbers, wanted))
    except ValueError as error:
        raise ExportError(f"{path}: {error}") from None


def _by_image(
    data: Mapping[str, Any], images: list[Mapping[str, Any]], ids: Mapping[_Id, int], path: Path
) -> dict[_Id, list[Mapping[str, Any]]]:
    """{image id: its annotations}, all of categories and images that the file lists."""
    found: dict[_Id, list[Mapping[str, Any]]] = {each["id"]: [] for each in images}
    rows = data.get("annotations")
    if not isinstance(rows, list) or not all(isinstance(row, Mapping) for row in rows):
        raise ExportError(f"{path} is no COCO annotation file: it has no list of annotations")
    for each in rows:
        image = each.get("image_id")
        if not _is_id(image) or image not in found:
            raise ExportError(f"{path} annotates image {image}, which it does not list")
        parts = each["segments_info"] if isinstance(each.get("segments_info"), list) else [each]
        for category in (part.get("category_id") if isinstance(part, Mapping) else None for part in parts):
            if not _is_id(category) or category not in ids:
                raise ExportError(f"{path}: an annotation of image {image} is of category {category}, which it lacks")
        found[image].append(each)
    return found


def _name(text: str, path: Path) -> PurePosixPath:
    name = PurePosixPath(text.replace("\\", "/"))
    if not name.parts or ".." in name.parts or name.is_absolute():
        raise ExportError(f"{path}: file_name {text!r} leads out of the folder of pictures")
    return name


def _folders(path: Path, images: Path | None) -> list[Path]:
    """Where pictures may be: of instances_val2017.json also in val2017/, as COCO and our own export have them."""
    of_split = path.stem.partition("_")[2]
    roots = [images] if images else [path.parent, path.parent.parent, path.parent.parent / "images"]
    return [folder for root in roots for folder in (root, *([root / of_split] if of_split else []))]


def _place(name: PurePosixPath, path: Path, folders: list[Path]) -> Path:
    found = next((folder / name for folder in folders if (folder / name).is_file()), None)
    if found is None:
        raise ExportError(f"{path}: {name} is not in {' nor '.join(map(str, folders))}; name its folder (--images)")
    return found


def _as_annotated(place: Path, row: Mapping[str, Any], path: Path) -> NDArray[np.uint8]:
    """The picture as the file says that it stands: as it is stored, or as the camera's note turns it."""
    image = picture(place)
    said = row.get("height"), row.get("width")
    if None in said or said == size_of(image):
        return image
    turned = picture(place, upright=True)
    if said == size_of(turned):
        return turned
    height, width = size_of(image)
    raise ExportError(
        f"{place} is {width}x{height}, and {path.name} says {said[1]}x{said[0]}: its regions are of another size"
    )


def _of_segments(
    annotations: list[Mapping[str, Any]], path: Path, ids: Mapping[_Id, int], where: str
) -> NDArray[np.uint16]:
    if len(annotations) != 1 or not {"file_name", "segments_info"} <= annotations[0].keys():
        raise ExportError(f"{where}: {len(annotations)} annotations, and panoptic files have one with a file_name")
    name = PurePosixPath(str(annotations[0]["file_name"])).name
    # COCO has the folder beside the file, our own export beside the file's folder.
    places = [folder / path.stem / name for folder in (path.parent, path.parent.parent)]
    found = next((place for place in places if place.is_file()), places[0])
    pixels = color_map(found).astype(np.uint32)
    numbers = pixels[..., 0] + 256 * pixels[..., 1] + 65536 * pixels[..., 2]
    known = {0: UNLABELLED} | {each.get("id"): ids[each["category_id"]] for each in annotations[0]["segments_info"]}
    values, which = np.unique(numbers, return_inverse=True)
    strange = [int(value) for value in values if int(value) not in known]
    if strange:
        raise ExportError(f"{found} has segment {strange[0]}, which {where} does not list")
    labels = np.array([known[int(value)] for value in values], np.uint16)
    return np.asarray(labels[which.reshape(numbers.shape)], np.uint16)


def _of_regions(
    annotations: list[Mapping[str, Any]], shape: tuple[int, int], ids: Mapping[_Id, int], where: str
) -> NDArray[np.uint16]:
    labels = np.full(shape, UNLABELLED, np.uint16)
    for each in annotations:
        if not has_region(each):
            continue
        try:
            inside, id_ = region(each["segmentation"], shape), ids[each["category_id"]]
        except (TypeError, ValueError) as error:
            if isinstance(error, ExportError):
                raise
            raise ExportError(f"{where}, annotation {each.get('id', '?')}: {error}") from None
        taken = inside & (labels != UNLABELLED) & (labels != id_)
        labels[inside] = id_
        labels[taken] = IGNORE
    return labels
