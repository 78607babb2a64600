"""Label sets: which labels exist, what their ids mean, and how they map into other taxonomies.

A label id is what Blender stores as a pass index. Three codes are no labels and stay apart to the end:

=============  =====  =====================================================================
`UNLABELLED`       0  a surface that nobody labelled
`IGNORE`       65534  deliberately void, or a pixel too mixed to call
`BACKGROUND`   65535  no surface at all
=============  =====  =====================================================================

Ids end at 32767 because Blender's `pass_index` does, so the two codes above can never be a label.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import Any, TypeGuard

from .strict import parse_json

SCHEMA = 1
UNLABELLED = 0
IGNORE = 65534
BACKGROUND = 65535
MAX_ID = 32767
# Depth in Blender units from which a pixel shows no surface: Blender writes 1e10 where a ray hits nothing, and no scene
# is 1e9 units deep.
NO_SURFACE = 1e9
CODE_NAMES = {UNLABELLED: "unlabelled", IGNORE: "ignore", BACKGROUND: "background"}

# What a label says of points of its things that light passes through; `Label.transparency`.
BY_ALPHA, SURFACE, SEE_THROUGH, IGNORED = TRANSPARENCIES = ("alpha", "surface", "see-through", "ignore")

Color = tuple[int, int, int]
FIELDS = ("id", "name", "color", "aliases", "parents", "transparency")
"""Of a label, in a file."""
_BUILT_IN = Path(__file__).with_name("labelsets")
_SET_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


class LabelSetError(ValueError):
    """A label set that cannot be used; the message says which entry is wrong and why."""


@dataclass(frozen=True)
class Label:
    """One label: `id` in 1..32767, `color` as 8-bit sRGB, `parents` as {taxonomy name: id there}.

    `transparency` is one of `TRANSPARENCIES`. By alpha: a point is there or looked through by its alpha and the
    threshold of the render. Surface: there unless it is fully transparent. See-through: there where it is fully
    opaque; glass is looked through, too. Ignore: `IGNORE` where it is half transparent or glass.
    """

    id: int
    name: str
    color: Color
    aliases: tuple[str, ...] = ()
    parents: Mapping[str, int] = field(default_factory=dict)
    transparency: str = BY_ALPHA


@dataclass(frozen=True)
class LabelSet:
    """Labels with unique ids and unique names (case does not tell names apart).

    Raises LabelSetError when the labels contradict each other.
    """

    name: str
    labels: tuple[Label, ...]
    title: str = ""
    source: str = ""

    def __post_init__(self) -> None:
        if not _SET_NAME.fullmatch(self.name):
            raise LabelSetError(f"label set name {self.name!r}: use letters, digits, '.', '_' and '-', 64 at most")
        if not self.labels:
            raise LabelSetError(f"label set {self.name!r} has no labels")
        for what, values in (
            ("id", [label.id for label in self.labels]),
            ("name", [label.name.casefold() for label in self.labels]),
        ):
            twice = [str(value) for value, count in Counter(values).items() if count > 1]
            if twice:
                raise LabelSetError(f"label set {self.name!r}: {what} used twice: {', '.join(twice[:5])}")

    @cached_property
    def by_id(self) -> dict[int, Label]:
        return {label.id: label for label in self.labels}

    @cached_property
    def by_name(self) -> dict[str, Label]:
        """Case-folded names, then aliases where no name claims the word."""
        found = {label.name.casefold(): label for label in self.labels}
        for label in self.labels:
            for alias in label.aliases:
                found.setdefault(alias.casefold(), label)
        return found

    @property
    def max_id(self) -> int:
        return max(label.id for label in self.labels)

    @property
    def spare_id(self) -> int:
        """The highest id that is no label's: passes say `IGNORE` by it. Raises LabelSetError where all are taken."""
        found = next((id_ for id_ in range(MAX_ID, 0, -1) if id_ not in self.by_id), 0)
        if not found:
            raise LabelSetError(f"label set {self.name!r} uses all {MAX_ID} ids: none is left to say ignore by")
        return found

    def find(self, name_or_id: str | int) -> Label:
        """The label of that name, alias or id. Raises LabelSetError with the nearest names."""
        found = self.by_id.get(name_or_id) if isinstance(name_or_id, int) else self.by_name.get(name_or_id.casefold())
        if found is None:
            raise LabelSetError(f"label set {self.name!r} has no label {name_or_id!r}{self.nearest(name_or_id)}")
        return found

    def nearest(self, name_or_id: str | int) -> str:
        """`; did you mean chair or shelf?`, or nothing where no name is near."""
        from difflib import get_close_matches

        near = get_close_matches(str(name_or_id).casefold(), self.by_name, n=3)
        return "; did you mean " + " or ".join(self.by_name[key].name for key in near) + "?" if near else ""

    def crosswalk(self, target: LabelSet) -> dict[int, int]:
        """{id here: id in `target`} for the labels that have a parent there; the others have no meaning in it.

        A label finds its parent directly, else through one taxonomy in between (894 -> 40 -> sunrgbd37; of several the
        one that it names first), or, in the same set, in itself. Raises LabelSetError when nothing maps or a parent
        names an id that `target` lacks.
        """
        if target.name == self.name:
            names = {label.id: label.name.casefold() for label in target.labels}
            found = {label.id: label.id for label in self.labels if names.get(label.id) == label.name.casefold()}
        else:
            between = {name for label in self.labels for name in label.parents} & set(built_in_names())
            steps = {name: built_in(name) for name in between - {target.name}}
            parents = {label.id: _parent(label, target.name, steps) for label in self.labels}
            found = {id_: parent for id_, parent in parents.items() if parent is not None}
        lost = sorted(set(found.values()) - set(target.by_id))
        if lost:
            raise LabelSetError(f"{self.name!r} maps to id {lost[0]} of {target.name!r}, which does not define it")
        if not found:
            raise LabelSetError(
                f"no cross-walk from {self.name!r} to {target.name!r}: no label names a parent there "
                f"(labels of your own may: parents: {{{target.name}: id}})"
            )
        return found

    def to_dict(self) -> dict[str, Any]:
        """Plain data, in the order of the labels; empty fields left out."""
        head = {"schema": SCHEMA, "name": self.name, "title": self.title, "source": self.source}
        rows = [
            {"id": label.id, "name": label.name, "color": list(label.color)}
            | ({"aliases": list(label.aliases)} if label.aliases else {})
            | ({"parents": dict(label.parents)} if label.parents else {})
            | ({"transparency": label.transparency} if decided_by_policy(label) else {})
            for label in self.labels
        ]
        return {key: value for key, value in head.items() if value != ""} | {"labels": rows}

    def to_json(self) -> str:
        """One line per label, so that a change of one label is a change of one line."""
        head = self.to_dict()
        rows = ",\n".join("  " + json.dumps(row, ensure_ascii=False) for row in head.pop("labels"))
        return json.dumps(head, ensure_ascii=False)[:-1] + ', "labels": [\n' + rows + "\n]}\n"


def decided_by_policy(label: Label) -> bool:
    """Whether the label itself says what becomes of half transparent points, so that no threshold decides there."""
    return label.transparency != BY_ALPHA


def _parent(label: Label, target: str, steps: Mapping[str, LabelSet]) -> int | None:
    if target in label.parents:
        return label.parents[target]
    above = (steps[name].by_id.get(id_) for name, id_ in label.parents.items() if name in steps)
    return next((each.parents[target] for each in above if each and target in each.parents), None)


def label_set_from_dict(data: Any) -> LabelSet:
    """A label set from parsed JSON or YAML. Raises LabelSetError naming the entry and the field.

    A label needs `name`; `id` counts from 1 and `color` comes from the id where they are left out.
    The short form, a list of names, is a label set too.
    """
    if isinstance(data, list):
        data = {"name": "custom", "labels": data}
    if not isinstance(data, Mapping) or not isinstance(data.get("labels"), list):
        raise LabelSetError("a label set is a mapping with a list 'labels', or a plain list of names")
    unknown = sorted(map(str, set(data) - {"schema", "name", "title", "source", "labels"}))
    if unknown:
        raise LabelSetError(f"unknown key {unknown[0]!r}; a label set has name, title, source, labels")
    if data.get("schema", SCHEMA) != SCHEMA:
        raise LabelSetError(f"label set schema {data['schema']!r}: this version reads schema {SCHEMA}")
    texts = {key: data.get(key, "") for key in ("title", "source")} | {"name": data.get("name", "custom")}
    for key, text in texts.items():
        if not _is_text(text):
            raise LabelSetError(f"'{key}' must be text, not {text!r}")
    labels = tuple(label_from(row, position) for position, row in enumerate(data["labels"], start=1))
    return LabelSet(labels=labels, **texts)


def label_set_from_json(text: str) -> LabelSet:
    """The inverse of `LabelSet.to_json`; also any JSON that `label_set_from_dict` takes."""
    try:
        data = parse_json(text)
    except ValueError as error:
        raise LabelSetError(f"not JSON: {error}") from None
    return label_set_from_dict(data)


def label_from(row: Any, position: int) -> Label:
    """One entry of 'labels', the `position`th, counted from 1. Raises LabelSetError naming the field."""
    if isinstance(row, str):
        row = {"name": row}
    if not isinstance(row, Mapping):
        raise LabelSetError(f"label {position}: expected a name or a mapping, found {row!r}")
    unknown = sorted(map(str, set(row) - set(FIELDS)))
    if unknown:
        raise LabelSetError(f"label {position}: unknown key {unknown[0]!r}; known: {', '.join(FIELDS)}")
    name, id_ = row.get("name"), row.get("id", position)
    if not _is_text(name) or not name.strip():
        raise LabelSetError(f"label {position}: 'name' must be text, not {name!r} (quote words such as on, off, no)")
    if not _is_id(id_):
        raise LabelSetError(f"label {name!r}: id {id_!r} is not a whole number from 1 to {MAX_ID}")
    aliases, parents = row.get("aliases", ()), row.get("parents", {})
    if not isinstance(aliases, list | tuple) or not all(_is_text(alias) for alias in aliases):
        raise LabelSetError(f"label {name!r}: 'aliases' must be a list of texts")
    if not isinstance(parents, Mapping) or not all(_is_text(key) and _is_id(parents[key]) for key in parents):
        raise LabelSetError(f"label {name!r}: 'parents' must map a label set's name to an id from 1 to {MAX_ID}")
    transparency = row.get("transparency", BY_ALPHA)
    if transparency not in TRANSPARENCIES:
        raise LabelSetError(f"label {name!r}: 'transparency' is {transparency!r}; known: {', '.join(TRANSPARENCIES)}")
    color = _color_from(row.get("color"), id_, name)
    return Label(id_, name.strip(), color, tuple(aliases), dict(parents), transparency)


def _is_text(value: Any) -> TypeGuard[str]:
    """A text that files and windows can hold: JSON's escapes can spell half of a surrogate pair, which UTF-8 cannot,
    and the null character, which Blender cannot. Nor may it steer a terminal that shows it."""
    return isinstance(value, str) and not re.search(r"[\0-\x08\x0e-\x1b\x7f-\x9f\ud800-\udfff]", value)


def _is_id(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= MAX_ID


def _color_from(value: Any, id_: int, name: str) -> Color:
    if value is None:
        return voc_color(id_)
    if isinstance(value, str) and re.fullmatch(r"#[0-9a-fA-F]{6}", value):
        return (int(value[1:3], 16), int(value[3:5], 16), int(value[5:7], 16))
    parts = value if isinstance(value, list | tuple) else ()
    if len(parts) == 3 and all(type(part) is int and 0 <= part <= 255 for part in parts):
        return (parts[0], parts[1], parts[2])
    raise LabelSetError(f"label {name!r}: color {value!r} is not [red, green, blue] from 0 to 255, nor '#rrggbb'")


def voc_color(id_: int) -> Color:
    """The colour Pascal VOC's devkit (VOClabelcolormap) gives an id: its bits dealt out to red, green and blue.

    Different ids get different colours.
    """
    color = [0, 0, 0]
    for shift in range(7, -1, -1):
        for channel in range(3):
            color[channel] |= (id_ >> channel & 1) << shift
        id_ >>= 3
    return (color[0], color[1], color[2])


def built_in_names() -> tuple[str, ...]:
    """Names of the label sets that come with Labelpass, sorted."""
    return tuple(sorted(path.stem for path in _BUILT_IN.glob("*.json")))


@cache
def built_in(name: str) -> LabelSet:
    """A label set that comes with Labelpass, read once. Raises LabelSetError with the known names."""
    if name not in built_in_names():
        raise LabelSetError(f"no label set {name!r} comes with Labelpass; known: {', '.join(built_in_names())}")
    return label_set_from_json((_BUILT_IN / f"{name}.json").read_text(encoding="utf-8"))


def unknown_ids(ids: Iterable[int], label_set: LabelSet) -> list[int]:
    """The ids that are neither unlabelled nor in the label set, sorted."""
    return sorted(set(ids) - set(label_set.by_id) - {UNLABELLED})


def name_of(label_set: LabelSet | None, id_: int) -> str:
    """What an id or a code is called, whether the set defines it or not."""
    label = label_set.by_id.get(id_) if label_set else None
    return label.name if label else CODE_NAMES.get(id_, f"pass index {id_}")
