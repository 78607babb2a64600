"""`dataset.json`: what a dataset holds, how every value in it was written, and where it came from.

It holds no clock, no random id and no path of the machine that wrote it: same input, same bytes.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from blender_addon.contract import VERSION
from blender_addon.contract.labels import BACKGROUND, CODE_NAMES, IGNORE, UNLABELLED
from blender_addon.contract.strict import parse_json
from blender_addon.contract.words import refusal

from .errors import ExportError
from .exporters import Format
from .frames import Source
from .layout import CODE_COLORS, Encoding, Frames
from .pictures import Pictures
from .regrouping import Regrouped, regrouping_said
from .stats import ABSENT_WEIGHT, SOURCES, ClassCounts, ClassWeights

SCHEMA = 1
NAME = "dataset.json"
_MEANING = {
    UNLABELLED: "a surface that nobody labelled, or whose label has no parent in this label set",
    IGNORE: "deliberately void, or a pixel too mixed to call",
    BACKGROUND: "no surface at all",
}


@dataclass(frozen=True)
class Choices:
    """What the person asked for: fractions of train, val, test; seed; size (width, height); purity threshold; what
    becomes of pictures, one of `pictures.WAYS` or None, and the quality of JPEG; how many pixels on each side of an
    edge between labels are ignored; one of `stats.METHODS`."""

    fractions: tuple[float, float, float]
    seed: int
    size: tuple[int, int] | None
    ignore_below: float | None
    images: str | None
    jpeg_quality: int
    ignore_band: int = 0
    weights: str = "median"


@dataclass(frozen=True)
class Contents:
    """What an export made. `split_method` is `splits.Split.method`; `frames` and `counts` are per split; `sizes`:
    {(width, height) in pixels: frames of it}.

    `background_known` is False where a source could not tell background from unlabelled; `pictures` is None where there
    are none.
    """

    encoding: Encoding
    regrouped: Regrouped | None
    sources: tuple[Source, ...]
    split_method: str
    frames: Frames
    counts: Mapping[str, ClassCounts]
    weights: ClassWeights | None
    choices: Choices
    sizes: Mapping[tuple[int, int], int]
    background_known: bool
    pictures: Pictures | None
    warnings: tuple[str, ...]


def manifest(layout: Format, contents: Contents) -> dict[str, Any]:
    """The plain data of dataset.json."""
    encoding, counts, choices = contents.encoding, contents.counts, contents.choices
    return {
        "schema": SCHEMA,
        "labelpass": VERSION,
        "format": layout.name,
        "conventions": layout.conventions(encoding),
        "dtype": encoding.dtype,
        "codes": {CODE_NAMES[code]: _code(code, encoding, counts, contents) for code in _MEANING},
        **_sizes(contents.sizes),
        "images": contents.pictures is not None,
        "image_files": _image_files(contents.pictures),
        "regrouped": None if contents.regrouped is None else regrouping_said(contents.regrouped),
        "resize": _resize(choices.size),
        "ignored_below_purity": choices.ignore_below,
        "ignored_beside_edges": choices.ignore_band,
        "split": {
            "method": contents.split_method,
            "fractions": list(choices.fractions) if contents.split_method != "list" else None,
            "seed": choices.seed,
            "frames": {name: len(members) for name, members in contents.frames.items()},
        },
        "class_weights": _weights(encoding, contents.weights),
        "classes": [
            {"value": encoding.values[label.id], "id": label.id, "name": label.name} | _counts(label.id, counts)
            for label in sorted(encoding.label_set.labels, key=lambda label: encoding.values[label.id])
        ],
        "sources": [_source(source) for source in contents.sources],
        "warnings": list(contents.warnings),
        "label_set": encoding.label_set.to_dict(),
    }


def manifest_json(layout: Format, contents: Contents) -> str:
    """dataset.json: a line per class, source and label, so that it reads like a table and differs line by line."""
    parts = []
    for key, value in manifest(layout, contents).items():
        if key == "label_set":
            text = contents.encoding.label_set.to_json().rstrip("\n")
        elif isinstance(value, list) and value and isinstance(value[0], dict):
            text = "[\n" + ",\n".join(f"  {_json(row)}" for row in value) + "\n ]"
        elif isinstance(value, dict):
            text = "{\n" + ",\n".join(f"  {_json(name)}: {_json(row)}" for name, row in value.items()) + "\n }"
        else:
            text = _json(value)
        parts.append(f" {_json(key)}: {text}")
    return "{\n" + ",\n".join(parts) + "\n}\n"


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def meanings(data: Mapping[str, Any]) -> dict[int, tuple[int, ...]]:
    """{value in label files: the label id, or the codes that it may be} of a dataset.json.

    Of codes that share a value those count of which there are pixels, and those that no source told from one of them.
    Raises ValueError where a class shares its value.
    """
    found: dict[int, set[int]] = {}
    rows = {code: data["codes"][CODE_NAMES[code]] for code in _MEANING}
    for code, row in rows.items():
        alike = {other for other in _MEANING if CODE_NAMES[other] in row.get("not_told_from", ())}
        there = any(row["pixels"].values())
        found.setdefault(int(row["written_as"]), set()).update({code} | alike if there else ())
    values = {value: tuple(code for code in _MEANING if code in codes) for value, codes in found.items()}
    for code, row in rows.items():
        values[int(row["written_as"])] = values[int(row["written_as"])] or (code,)
    classes = {int(row["value"]): (int(row["id"]),) for row in data["classes"]}
    if len(classes) < len(data["classes"]) or classes.keys() & values.keys():
        raise ValueError("two classes, or a class and a code, have one value")
    return values | classes


def _code(code: int, encoding: Encoding, counts: Mapping[str, ClassCounts], contents: Contents) -> dict[str, Any]:
    background_known = contents.background_known
    shared = [
        CODE_NAMES[other] for other in _MEANING if other != code and encoding.values[other] == encoding.values[code]
    ]
    meaning = _MEANING[code]
    if not background_known and code == BACKGROUND:
        meaning += "; some sources have no depth, and what they show of it is written as unlabelled"
    if not background_known and code == UNLABELLED:
        meaning += "; in sources without depth also the background, which cannot be told apart there"
    head = {"written_as": encoding.values[code], "meaning": meaning, "color": list(CODE_COLORS[code])}
    untold = _not_told_from(code, contents.sources)
    head |= ({"shares_value_with": shared} if shared else {}) | ({"not_told_from": untold} if untold else {})
    return head | _counts(code, counts)


def _not_told_from(code: int, sources: Iterable[Source]) -> list[str]:
    """Codes that sources, which are datasets, had as one value with this one; they are counted as the first of them."""
    mingled = [codes for source in sources if source.written for codes in source.written.mingled if code in codes]
    others = {other for codes in mingled for other in codes} - {code}
    return [CODE_NAMES[other] for other in _MEANING if other in others]


def _counts(id_: int, counts: Mapping[str, ClassCounts]) -> dict[str, Any]:
    return {
        "pixels": {split: of.pixels.get(id_, 0) for split, of in counts.items()},
        "images": {split: of.images.get(id_, 0) for split, of in counts.items()},
    }


def _sizes(sizes: Mapping[tuple[int, int], int]) -> dict[str, Any]:
    """One size, or none and how many frames there are of each."""
    one, *others = sorted(sizes)
    if not others:
        return {"size": list(one)}
    return {"size": None, "sizes": {in_pixels(size): sizes[size] for size in (one, *others)}}


def in_pixels(size: tuple[int, int]) -> str:
    return f"{size[0]}x{size[1]}"


def _resize(size: tuple[int, int] | None) -> dict[str, str] | None:
    if size is None:
        return None
    return {
        "labels": "nearest: output pixel (x, y) takes input pixel (floor((x + 0.5) w / W), floor((y + 0.5) h / H))",
        "images": "area average where neither side grows, else bilinear; same pixel centres",
    }


def _image_files(pictures: Pictures | None) -> dict[str, Any] | None:
    if pictures is None:
        return None
    quality = {"jpeg_quality": pictures.quality} if pictures.way == "jpeg" else {}
    return {"ending": pictures.ending, "made_by": pictures.way, **quality}


def _weights(encoding: Encoding, weights: ClassWeights | None) -> dict[str, Any] | None:
    if weights is None:
        return None
    return {
        "method": ": ".join(SOURCES[weights.method]),
        "counted_on": "train",
        "void_in_denominator": weights.method == "median",
        "weight_of_absent": ABSENT_WEIGHT,
        "absent_from_train": [encoding.values[id_] for id_ in weights.absent],
        "weights": {str(encoding.values[id_]): weight for id_, weight in weights.of.items()},
    }


def _source(source: Source) -> dict[str, Any]:
    return {
        "kind": source.kind,
        "name": source.name,
        "scene": source.scene,
        "scene_sha256": source.scene_sha256 or None,
        "seed": source.seed,
        "label_set": source.label_set.name,
        "frames": source.frames,
        "frames_planned": source.planned,
        "versions": dict(source.versions),
    }


@contextmanager
def manifest_read(path: Path) -> Iterator[Mapping[str, Any]]:
    """What a dataset.json says. Where the file, or what the block asks of it, is not as we write it, ExportError."""
    try:
        yield parse_json(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ExportError(refusal(error, path)) from None
    except ExportError:
        raise
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ExportError(
            f"{path} is no dataset.json of labelpass, or damaged ({error!r}); export or import again"
        ) from None
