"""The list of suggestions that a person looks through: what one look at the scene found, as far as it still holds.

It remembers numbers and names, never objects: whatever happens to the scene meanwhile, an entry whose object is gone,
renamed, labelled or rejected is not shown, and is shown again when that is undone. Nothing is labelled before its names
have been read anew.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

import bpy

from ..contract.labels import LabelSet
from ..scene_labels import assign, label_set_text
from ..tab import handlers, status
from .ranking import Suggester, Suggestion, suggester
from .scene_names import names_in
from .suggestible import REJECTED, members_of, open_objects, reject, rejected


@dataclass(frozen=True, eq=False)
class Entry:
    """An object by its `session_uid`, its name when its names were read, and its suggestions, the best first."""

    uid: int
    name: str
    found: tuple[Suggestion, ...]

    @property
    def best(self) -> Suggestion:
        return self.found[0]


@dataclass(frozen=True)
class Look:
    """What one look at a scene found: {uid: entry}; of `silent` objects the names say nothing."""

    scene: int
    label_set: str
    entries: Mapping[int, Entry]
    silent: int


@dataclass(frozen=True)
class Other:
    """A label that `count` entries of a row may have instead, at best with this confidence."""

    label_id: int
    count: int
    confidence: float


@dataclass(frozen=True, eq=False)
class Row:
    """A row of the list: entries with one label, one caution and on one side of the bar, or one of these entries.

    The surest entry comes first. `key` names the row across changes of the list; `inside` is true for an entry below
    its group.
    """

    key: str
    entries: tuple[Entry, ...]
    above: bool
    inside: bool = False

    @property
    def best(self) -> Suggestion:
        return self.entries[0].best

    @property
    def label_id(self) -> int:
        return self.best.label_id

    @property
    def confidence(self) -> float:
        """The lowest of the entries'."""
        return self.entries[-1].best.confidence

    @cached_property
    def instead(self) -> list[Other]:
        """What the entries may be instead, what most of them may surely be first."""
        found: dict[int, list[float]] = {}
        for entry in self.entries:
            for other in entry.found[1:]:
                found.setdefault(other.label_id, []).append(other.confidence)
        others = [Other(label_id, len(each), max(each)) for label_id, each in found.items()]
        return sorted(others, key=lambda other: -sum(found[other.label_id]))


@dataclass(frozen=True)
class Outcome:
    """What accepting did: {label id: objects}; `left`: names of objects that had changed and were left alone."""

    labelled: Counter[int] = field(default_factory=Counter)
    left: tuple[str, ...] = ()


_look: Look | None = None
_live: tuple[Entry, ...] | None = None
_rows: dict[tuple[float, frozenset[str]], dict[str, Row]] = {}
_rejected = 0


def look(context: bpy.types.Context) -> Look:
    """Read the names of all objects of the scene that have no label and may be given one."""
    global _look  # noqa: PLW0603
    scene, text = context.scene, label_set_text(context.scene)
    suggest, entries, silent = _suggester(text).suggest, {}, 0
    objects = open_objects(context, scene.objects)
    for obj, names in names_in(scene, objects):
        found = suggest(names)
        if found:
            entries[obj.session_uid] = Entry(obj.session_uid, obj.name, tuple(found))
        else:
            silent += 1
    for obj in objects:  # an instancer stands for its members
        if obj.type == "EMPTY" and obj.session_uid in entries:
            for member in members_of(obj):
                entries.pop(member, None)
    _look = Look(scene.session_uid, text, entries, silent)
    forget()
    return _look


def suggested(scene: bpy.types.Scene, obj: bpy.types.Object) -> list[Suggestion]:
    """What the names around one object say now, the best first, without what was rejected on it."""
    text = label_set_text(scene)
    names, said_no = {label.id: label.name for label in _labels(text).labels}, rejected(obj)
    ((_, around),) = names_in(scene, [obj])
    return [each for each in _suggester(text).suggest(around) if names[each.label_id] not in said_no]


def looked(scene: bpy.types.Scene) -> Look | None:
    """The look at this scene; None where there was none, or the label set is another one since."""
    if _look and _look.scene == scene.session_uid and _look.label_set == label_set_text(scene):
        return _look
    return None


def outdated(scene: bpy.types.Scene) -> bool:
    """True when this scene was looked at with another label set."""
    return _look is not None and _look.scene == scene.session_uid and looked(scene) is None


def forget() -> None:
    """Something has changed: find out anew which entries hold, when next asked."""
    global _live  # noqa: PLW0603
    _live = None
    _rows.clear()


def forget_words() -> None:
    """Forget what names say, too."""
    _suggester.cache_clear()


def live(scene: bpy.types.Scene) -> tuple[Entry, ...]:
    """The entries that hold: their object is there under its name, without a label, and nobody rejected the label."""
    global _live, _rejected  # noqa: PLW0603
    found = looked(scene)
    if not found:
        return ()
    if _live is None:
        names = {label.id: label.name for label in _labels(found.label_set).labels}
        there = [
            (entry, obj)
            for obj in scene.objects
            if not obj.pass_index and (entry := found.entries.get(obj.session_uid)) and entry.name == obj.name
        ]
        _live = tuple(entry for entry, obj in there if names[entry.best.label_id] not in rejected(obj))
        _rejected = len(there) - len(_live)
    return _live


def count_rejected(scene: bpy.types.Scene) -> int:
    """How many objects would be in the list, had nobody rejected what is suggested."""
    return _rejected if live(scene) or looked(scene) else 0


def rows(scene: bpy.types.Scene, bar: float, unfolded: Collection[str] = ()) -> Mapping[str, Row]:
    """The list, each row by its key: groups, those above the bar first, then what is surest, and below the groups that
    are unfolded their entries."""
    entries, key = live(scene), (round(bar, 2), frozenset(unfolded))
    if key not in _rows:
        _rows[key] = {row.key: row for row in _grouped(entries, *key)}
    return _rows[key]


def _grouped(entries: Iterable[Entry], bar: float, unfolded: Collection[str]) -> Iterator[Row]:
    groups: dict[tuple[bool, int, str], list[Entry]] = {}
    for entry in entries:
        groups.setdefault((is_above(entry, bar), entry.best.label_id, entry.best.caution), []).append(entry)
    found: list[Row] = []
    for (above, label_id, caution), group in groups.items():
        group.sort(key=lambda entry: (-entry.best.confidence, entry.name))
        found.append(Row(f"{label_id} {above} {caution}", tuple(group), above))
    found.sort(key=lambda row: (not row.above, -round(row.confidence, 2), -len(row.entries), row.key))
    for row in found:
        yield row
        if row.key in unfolded and len(row.entries) > 1:
            yield from (Row(f"#{entry.uid}", (entry,), row.above, inside=True) for entry in row.entries)


def is_above(entry: Entry, bar: float) -> bool:
    """Whether a confidence reaches the bar, both as they are shown: with two digits."""
    return round(entry.best.confidence, 2) >= round(bar, 2)


def find_row(scene: bpy.types.Scene, bar: float, key: str) -> Row | None:
    """The row with this key, as it is now; also an entry whose group is not unfolded."""
    for entry in live(scene) if key.startswith("#") else ():
        if key == f"#{entry.uid}":
            return Row(key, (entry,), is_above(entry, bar), inside=True)
    return rows(scene, bar).get(key)


def objects_of(scene: bpy.types.Scene, entries: Iterable[Entry]) -> list[bpy.types.Object]:
    """The objects of the scene that entries are about."""
    uids = {entry.uid for entry in entries}
    return [obj for obj in scene.objects if obj.session_uid in uids]


def accept(context: bpy.types.Context, entries: Iterable[Entry], label_id: int | None = None) -> Outcome:
    """Give objects what is suggested first, or another of their suggestions; only what has no label gets one.

    Each is looked at anew: what has been labelled since, by hand or above it, or would be suggested something else,
    is left alone.
    """
    scene, wanted, left = context.scene, {entry.uid: entry for entry in entries}, []
    suggest, by_label = _suggester(label_set_text(scene)).suggest, {}
    objects = objects_of(scene, wanted.values())
    may_be_given = open_objects(context, objects)
    for obj, names in names_in(scene, may_be_given):
        entry = wanted.pop(obj.session_uid)
        now = [(each.label_id, each.confidence) for each in suggest(names)]
        if now == [(each.label_id, each.confidence) for each in entry.found]:
            by_label.setdefault(label_id or entry.best.label_id, []).append(obj)
        else:
            left.append(obj.name)
    labelled: Counter[int] = Counter()
    for label, found in by_label.items():
        still = [obj for obj in found if not obj.pass_index]  # a metaball took its family along
        labelled[label] += assign(still, label).labelled
    left += [obj.name for obj in objects if obj.session_uid in wanted]
    forget()
    return Outcome(labelled, tuple(left))


def reject_entries(scene: bpy.types.Scene, entries: Iterable[Entry]) -> int:
    """Keep the first suggestion of these away from their objects; returns how many."""
    by_uid, labels = {entry.uid: entry for entry in entries}, status.label_set(scene).by_id
    objects = objects_of(scene, by_uid.values())
    for obj in objects:
        reject(obj, labels[by_uid[obj.session_uid].best.label_id].name)
    forget()
    return len(objects)


def take_back_rejections(scene: bpy.types.Scene) -> int:
    """Forget what was rejected on objects of this scene; returns on how many."""
    objects = [obj for obj in scene.objects if REJECTED in obj and not obj.library]
    for obj in objects:
        del obj[REJECTED]
    forget()
    return len(objects)


@lru_cache(maxsize=2)
def _suggester(text: str) -> Suggester:
    return suggester(_labels(text))


def _labels(text: str) -> LabelSet:
    found = status.parsed(text)
    if not isinstance(found, LabelSet):
        raise ValueError(f"no label set: {found}")
    return found


@bpy.app.handlers.persistent
def _after_update(_scene: bpy.types.Scene, depsgraph: bpy.types.Depsgraph) -> None:
    if _live is not None and status.matters(depsgraph):
        forget()


@bpy.app.handlers.persistent
def _after_jump(*_args: object) -> None:
    forget()


@bpy.app.handlers.persistent
def _after_load(*_args: object) -> None:
    global _look  # noqa: PLW0603
    _look = None
    forget()


_HANDLERS = handlers.calls(update=_after_update, undo=_after_jump, load=_after_load)


def register() -> None:
    handlers.add(_HANDLERS)


def unregister() -> None:
    handlers.remove(_HANDLERS)
    _after_load()
    forget_words()
