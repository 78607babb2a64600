"""COCO's annotations: `instances_*.json` (polygons and RLE) and `panoptic_*.json` with its folder of PNGs.

Instances say nothing of order: where two of different labels overlap, a pixel is ignored, as torchvision's reference
scripts have it. What no annotation covers is unlabelled. Regions of crowds are of their category like any other.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
from numpy.typing import NDArray

from blender_addon.contract.labels import IGNORE, MAX_ID, UNLABELLED, Label, LabelSet, voc_color

from ..errors import ExportError
from ..splits import SPLITS
from .labelled import Entry, Labelled, Pixels, color_map, json_file, picture, size_of, together


def coco_files(path: Path, images: Path | None = None, label_set: LabelSet | None = None) -> Labelled:
    """The pictures of an annotation file, in the order of their ids; `images` is where they are (else beside the file,
    or beside its folder). Without a label set one of the file's categories. Raises ExportError."""
    data = json_file(path)
    try:
        given, ids = _labels(data["categories"], label_set, path)
        found = sorted(data["images"], key=lambda each: each["id"])
        by_image: dict[Any, list[Mapping[str, Any]]] = defaultdict(list)
        for each in data["annotations"]:
            by_image[each["image_id"]].append(each)
        strange = sorted(map(str, by_image.keys() - {each["id"] for each in found}))
        places = [_place(str(each["file_name"]), path, images) for each in found]
    except (KeyError, TypeError, AttributeError) as error:
        raise ExportError(f"{path} is no COCO annotation file: {type(error).__name__} {error}") from None
    if strange:
        raise ExportError(f"{path} annotates image {strange[0]}, which it does not list")
    if not found:
        raise ExportError(f"{path} lists no image")
    split = next((name for name in SPLITS if re.search(rf"(?<![a-z]){name}", path.stem)), "")
    entries = tuple(Entry(Path(place.name).stem, split, "", f"{place.name} in {path.name}") for place in places)
    panoptic = any("segments_info" in each for each in data["annotations"])

    def read(at: int) -> Pixels:
        row, annotations = found[at], by_image[found[at]["id"]]
        image = picture(places[at])
        where = f"{path}, image {row['id']}"
        try:
            if panoptic:
                labels = _of_segments(annotations, path.parent / path.stem, ids, where)
            else:
                labels = _of_regions(annotations, size_of(image), ids, where)
        except (KeyError, TypeError, ValueError, IndexError) as error:
            if isinstance(error, ExportError):
                raise
            raise ExportError(f"{where}: an annotation cannot be read: {type(error).__name__} {error}") from None
        return together(image, labels, str(places[at]))

    return Labelled("COCO panoptic" if panoptic else "COCO instances", given, entries, read)


def _labels(categories: Any, label_set: LabelSet | None, path: Path) -> tuple[LabelSet, dict[int, int]]:
    """The label set, and {category id: label id}."""
    if label_set is None:
        numbers = [each["id"] for each in categories]
        fits = all(isinstance(number, int) and 1 <= number <= MAX_ID for number in numbers)
        wanted = numbers if fits else range(1, len(numbers) + 1)
        labels = tuple(Label(id_, str(each["name"]), voc_color(id_)) for id_, each in zip(wanted, categories))
        return LabelSet("categories", labels, source=f"categories of {path.name}"), dict(zip(numbers, wanted))
    found = {}
    for each in categories:
        label = label_set.by_name.get(str(each["name"]).casefold())
        if label is None:
            raise ExportError(f"{path}: category {each['name']!r} is no label of {label_set.name!r}")
        found[each["id"]] = label.id
    return label_set, found


def _place(name: str, path: Path, images: Path | None) -> Path:
    parts = PurePosixPath(name.replace("\\", "/")).parts
    if not parts or ".." in parts or PurePosixPath(name).is_absolute():
        raise ExportError(f"{path}: file_name {name!r} leads out of the folder of pictures")
    folders = [images] if images else [path.parent, path.parent.parent, path.parent.parent / "images"]
    found = next((folder.joinpath(*parts) for folder in folders if folder.joinpath(*parts).is_file()), None)
    if found is None:
        raise ExportError(f"{path}: {name} is not in {' nor '.join(map(str, folders))}; name its folder (--images)")
    return found


def _of_segments(
    annotations: list[Mapping[str, Any]], folder: Path, ids: Mapping[int, int], where: str
) -> NDArray[np.uint16]:
    if len(annotations) != 1:
        raise ExportError(f"{where}: {len(annotations)} panoptic annotations, not one")
    path = folder / PurePosixPath(str(annotations[0]["file_name"])).name
    pixels = color_map(path).astype(np.uint32)
    numbers = pixels[..., 0] + 256 * pixels[..., 1] + 65536 * pixels[..., 2]
    labels = np.full(numbers.shape, UNLABELLED, np.uint16)
    known = {0: UNLABELLED} | {each["id"]: ids[each["category_id"]] for each in annotations[0]["segments_info"]}
    values, places = np.unique(numbers, return_inverse=True)
    strange = [int(value) for value in values if int(value) not in known]
    if strange:
        raise ExportError(f"{path} has segment {strange[0]}, which {where} does not list")
    labels[:] = np.array([known[int(value)] for value in values], np.uint16)[places.reshape(numbers.shape)]
    return labels


def _of_regions(
    annotations: list[Mapping[str, Any]], shape: tuple[int, int], ids: Mapping[int, int], where: str
) -> NDArray[np.uint16]:
    labels = np.full(shape, UNLABELLED, np.uint16)
    for each in annotations:
        region, id_ = _region(each["segmentation"], shape, where), ids[each["category_id"]]
        taken = region & (labels != UNLABELLED) & (labels != id_)
        labels[region] = id_
        labels[taken] = IGNORE
    return labels


def _region(segmentation: Any, shape: tuple[int, int], where: str) -> NDArray[np.bool_]:
    try:
        from pycocotools import mask
    except ImportError:
        raise ExportError("import coco reads RLE and polygons: pip install 'labelpass[coco]'") from None
    height, width = shape
    if isinstance(segmentation, list):
        rle = mask.merge(mask.frPyObjects(segmentation, height, width))
    elif isinstance(segmentation["counts"], list):
        rle = mask.frPyObjects(segmentation, height, width)
    else:
        rle = segmentation
    if list(rle["size"]) != [height, width]:
        raise ExportError(f"{where}: a region of {rle['size'][1]}x{rle['size'][0]} in a picture of {width}x{height}")
    return np.asarray(mask.decode(rle), np.bool_)
