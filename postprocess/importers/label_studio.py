"""Label Studio's JSON export: polygons, rectangles, ellipses and brush masks, in the order in which they were drawn.

Later regions lie on top of earlier ones. Of several annotations of one task the newest that was not cancelled counts.
What no region covers is unlabelled.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import numpy as np
from numpy.typing import NDArray

from blender_addon.contract.labels import UNLABELLED, Label, LabelSet, voc_color
from blender_addon.contract.words import counted, quoted

from ..errors import ExportError
from .brush_rle import mask_of
from .labelled import Entry, Labelled, Pixels, json_file, known_as, size_of, together, within
from .picture_files import picture

_UPLOADED = re.compile(r"[0-9a-f]{8}-(?P<name>.+)")  # what Label Studio puts before the name of an upload


def label_studio(path: Path, images: Path, label_set: LabelSet | None = None) -> Labelled:
    """The annotated tasks of an export, with their pictures in the folder `images`. Without a label set one of the
    names in the file, in alphabetical order. Raises ExportError."""
    tasks = json_file(path)
    if not isinstance(tasks, list) or not all(isinstance(task, Mapping) for task in tasks):
        raise ExportError(f"{path} is no Label Studio export: a list of tasks")
    if tasks and all("annotations" not in task for task in tasks):
        raise ExportError(f"{path} is no Label Studio export with annotations: export as JSON, not as JSON-MIN")
    found = []
    try:
        for task in tasks:
            results = _results(task)
            if results is not None:
                found.append((task["id"], _place(task["data"], path, images), list(_regions(results))))
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        if isinstance(error, ExportError):
            raise
        raise ExportError(f"{path} is no Label Studio export: {type(error).__name__} {error}") from None
    if not found:
        raise ExportError(f"{path} has no annotated task")
    given = label_set or _label_set((name for _, _, regions in found for name, _ in regions), path)
    for number, _, regions in found:
        for name, _ in regions:
            known_as(name, given, f"{path}, task {number}")
    entries = tuple(Entry(place.stem, "", "", f"task {number} of {path.name}") for number, place, _ in found)

    def read(at: int) -> Pixels:
        number, place, regions = found[at]
        image = picture(place, upright=True)  # as browsers show it, and so as it was drawn on
        labels = np.full(image.shape[:2], UNLABELLED, np.uint16)
        for name, result in regions:
            try:
                labels[_area(result, size_of(image))] = given.by_name[name.casefold()].id
            except (KeyError, TypeError, ValueError, IndexError, OverflowError) as error:
                raise ExportError(f"{path}, task {number}: a region of {name!r} cannot be read: {error}") from None
        return together(image, labels, str(place))

    return Labelled("Label Studio", given, entries, read, tuple(_warnings(tasks, [place for _, place, _ in found])))


def _results(task: Mapping[str, Any]) -> list[Mapping[str, Any]] | None:
    """Those of the newest annotation that somebody finished; None where nobody did."""
    done = [each for each in task["annotations"] if not each.get("was_cancelled")]
    return max(done, key=lambda each: each.get("id", 0))["result"] if done else None


def _regions(results: list[Mapping[str, Any]]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """(name, result) of each region that has a label and an area; its last name, where it has several."""
    for each in results:
        value = each.get("value", {})
        names = next((value[key] for key in value if key.endswith("labels")), None)
        if names and _has_area(value):
            yield str(names[-1]).strip(), each


def _has_area(value: Mapping[str, Any]) -> bool:
    """Of a line or a point that was left behind there is none."""
    if "points" in value:
        return not isinstance(value["points"], list) or len(value["points"]) > 2
    return any(key in value for key in ("rle", "radiusX")) or ("width" in value and "height" in value)


def _area(result: Mapping[str, Any], shape: tuple[int, int]) -> NDArray[np.bool_]:
    """(H, W): where a region is. Places are per cent of the picture; rectangles turn about their upper left corner."""
    value, (height, width) = result["value"], shape
    size = np.array((width, height), np.float64) / 100
    said = (result.get("original_height", height), result.get("original_width", width))
    if said != shape:
        raise ValueError(f"it was drawn on a picture of {said[1]}x{said[0]} pixels, and this has {width}x{height}")
    if result.get("image_rotation"):
        raise ValueError("it was drawn on a picture that was turned in the editor")
    if "rle" in value:
        return mask_of(value["rle"], shape)
    if "points" in value:
        return within(np.array(value["points"], np.float64) * size, shape)
    turn = math.radians(value.get("rotation", 0))
    corner = np.array((value["x"], value["y"]), np.float64) * size
    if "radiusX" in value:
        angles = np.linspace(0, 2 * math.pi, 720, endpoint=False)
        around = np.stack((np.cos(angles) * value["radiusX"], np.sin(angles) * value["radiusY"]), axis=1) * size
    else:
        around = np.array(((0, 0), (1, 0), (1, 1), (0, 1))) * (value["width"], value["height"]) * size
    along, down = (math.cos(turn), math.sin(turn)), (-math.sin(turn), math.cos(turn))
    return within(corner + around @ np.array((along, down)), shape)


def _label_set(names: Iterator[str], path: Path) -> LabelSet:
    found = {name.casefold(): name for name in names}
    if not found:
        raise ExportError(f"{path}: no region has a label")
    labels = tuple(Label(number, found[key], voc_color(number)) for number, key in enumerate(sorted(found), start=1))
    return LabelSet("label-studio", labels, source="names in a Label Studio export")


def _place(data: Mapping[str, Any], path: Path, images: Path) -> Path:
    """The picture of a task: of the texts of its data the first that names a file, as it is or as it was before the
    upload. Folders of its path that are below `images`, too, say which of two pictures of one name is meant."""
    texts = [text for text in data.values() if isinstance(text, str)]
    for text in texts:
        parts = urlsplit(text)
        named = PurePosixPath(unquote(parse_qs(parts.query).get("d", [parts.path])[0]).replace("\\", "/"))
        steps = [step for step in named.parts if step not in ("/", "..", ".")]
        upload = _UPLOADED.fullmatch(named.name)
        places = [images.joinpath(*steps[at:]) for at in range(len(steps))]
        places += [images / upload["name"]] if upload else []
        found = next((place for place in places if place.is_file()), None)
        if found is not None:
            return found
    raise ExportError(f"{path}: none of {', '.join(map(repr, texts)) or 'nothing'} is a picture in {images}")


def _warnings(tasks: list[Mapping[str, Any]], places: list[Path]) -> Iterator[str]:
    if len(places) < len(tasks):
        yield f"{counted(len(tasks) - len(places), 'task')} without a finished annotation: left out"
    twice = sorted({place.name for place, uses in Counter(places).items() if uses > 1})
    if twice:
        yield f"several tasks lead to one picture, which is there as often: {quoted(twice)}"
    kinds = Counter(
        str(each.get("type")) for task in tasks for each in _results(task) or () if not _has_area(each.get("value", {}))
    )
    for kind, count in sorted(kinds.items()):
        yield f"{count} of type {kind!r}, which has no area: left out"
