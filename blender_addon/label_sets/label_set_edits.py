"""Edits of a label set, one change each: pure, and held to all that a label set must be.

An edit says what became of every id, so that whoever carries one can follow. A set that comes with Labelpass stays what
it is: what is edited is a copy of it, whose labels name their origin as a parent, so that cross-walks still lead there.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace

from ..contract.labels import (
    MAX_ID,
    UNLABELLED,
    Color,
    Label,
    LabelSet,
    LabelSetError,
    built_in,
    built_in_names,
    label_set_from_dict,
    voc_color,
)


@dataclass(frozen=True)
class Edit:
    """The set as it is `new`, and `moves`: {id before: id now, UNLABELLED where the label is gone}, of every id."""

    new: LabelSet
    moves: Mapping[int, int]

    @property
    def moved(self) -> dict[int, int]:
        """The ids that are not what they were."""
        return {before: after for before, after in self.moves.items() if before != after}


def add(
    old: LabelSet, name: str, *, id_: int | None = None, color: Color | None = None, taken: Collection[int] = ()
) -> Edit:
    """A new label at the end; without an id of its own it gets the next that is free, and is not among `taken`."""
    own = own_copy(old)
    _need_name(old, name)
    if id_ is None:
        id_ = _free_id(old, taken)
    if id_ in own.by_id:
        raise LabelSetError(f"id {id_} is that of {own.by_id[id_].name!r}")
    return _edited(old, own, (*own.labels, Label(id_, name, color or voc_color(id_))), {})


def _free_id(old: LabelSet, taken: Collection[int]) -> int:
    used = {*old.by_id, *taken}
    after = next((id_ for id_ in range(old.max_id + 1, MAX_ID + 1) if id_ not in used), None)
    free = after or next((id_ for id_ in range(1, MAX_ID + 1) if id_ not in used), None)
    if free is None:
        raise LabelSetError(f"label set {old.name!r} has no id left from 1 to {MAX_ID}")
    return free


def rename(old: LabelSet, id_: int, name: str) -> Edit:
    _need_name(old, name, id_)
    return _changed(old, id_, name=name)


def _need_name(old: LabelSet, name: str, of: int = UNLABELLED) -> None:
    if not name.strip():
        raise LabelSetError("a label needs a name")
    for label in old.labels:
        if label.name.casefold() == name.strip().casefold() and label.id != of:
            raise LabelSetError(f"label {label.id} is called {label.name!r} already")


def recolour(old: LabelSet, id_: int, color: Color) -> Edit:
    return _changed(old, id_, color=color)


def set_transparency(old: LabelSet, id_: int, transparency: str) -> Edit:
    return _changed(old, id_, transparency=transparency)


def set_aliases(old: LabelSet, id_: int, aliases: Iterable[str]) -> Edit:
    """Other names of a label, each once; blank ones are left out."""
    return _changed(old, id_, aliases=tuple(dict.fromkeys(filter(None, (alias.strip() for alias in aliases)))))


def set_parents(old: LabelSet, id_: int, parents: Mapping[str, int]) -> Edit:
    """What a label is in other taxonomies: {name of a label set: id there}."""
    kept = own_copy(old).find(id_).parents if old.name in built_in_names() else {}
    origin = {old.name: kept[old.name]} if old.name in kept else {}
    return _changed(old, id_, parents=origin | dict(parents))


def change_id(old: LabelSet, before: int, after: int) -> Edit:
    """Another id for a label, which no other label has."""
    own = own_copy(old)
    label, other = own.find(before), own.by_id.get(after)
    if other and other is not label:
        raise LabelSetError(f"id {after} is that of {other.name!r}; change that one first, or merge the two")
    labels = [replace(each, id=after) if each is label else each for each in own.labels]
    return _edited(old, own, labels, {before: after})


def shift(old: LabelSet, id_: int, by: int) -> Edit:
    """The label so many places further down the list (up where negative), no further than the end."""
    own = own_copy(old)
    labels = list(own.labels)
    place = labels.index(own.find(id_))
    label = labels.pop(place)
    labels.insert(min(max(place + by, 0), len(labels)), label)
    return _edited(old, own, labels, {})


def delete(old: LabelSet, id_: int, into: int = UNLABELLED) -> Edit:
    """Without a label; what carried it carries `into` from then on."""
    own = own_copy(old)
    label = own.find(id_)
    if into == id_:
        raise LabelSetError(f"{label.name!r} cannot take the place of itself")
    if into:
        own.find(into)
    if len(old.labels) == 1:
        raise LabelSetError(f"{label.name!r} is the last label, and a label set has one at least; add another first")
    return _edited(old, own, [each for each in own.labels if each is not label], {id_: into})


def merge(old: LabelSet, id_: int, into: int) -> Edit:
    """One label of two: `into` stays, and answers to the other's names, too."""
    own = own_copy(old)
    gone, kept = own.find(id_), own.find(into)
    if gone is kept:
        raise LabelSetError(f"{kept.name!r} cannot be merged into itself")
    known = {word.casefold() for word in (kept.name, *kept.aliases)}
    more = [word for word in dict.fromkeys((gone.name, *gone.aliases)) if word.casefold() not in known]
    labels = [replace(each, aliases=(*each.aliases, *more)) if each is kept else each for each in own.labels]
    return _edited(old, own, [each for each in labels if each is not gone], {id_: into})


def rename_set(old: LabelSet, name: str, title: str) -> Edit:
    """Another name for the set itself. One of a set that comes with Labelpass is that set's."""
    if name in built_in_names():
        raise LabelSetError(f"{name!r} is a label set that comes with Labelpass; choose another name")
    return _checked(old, replace(own_copy(old), name=name, title=title), {})


def duplicate(old: LabelSet, name: str) -> Edit:
    """The same labels under another name; each names the one it was as a parent."""
    if name in built_in_names() or name == old.name:
        raise LabelSetError(f"there is a label set {name!r} already; choose another name")
    return _checked(old, _copy(old, name, name), {})


def new_set(name: str, first_label: str) -> LabelSet:
    """A set of one label: a set has one at least."""
    if name in built_in_names():
        raise LabelSetError(f"{name!r} is a label set that comes with Labelpass; choose another name")
    return label_set_from_dict({"name": name, "labels": [first_label]})


def own_copy(label_set: LabelSet) -> LabelSet:
    """The set where it is somebody's own; of one that comes with Labelpass the copy that edits change."""
    if label_set.name not in built_in_names():
        return label_set
    return _copy(label_set, f"{label_set.name}-edited", f"{label_set.title or label_set.name} (edited)")


def _copy(old: LabelSet, name: str, title: str) -> LabelSet:
    """Each label names what it was as a parent, before those that it has: asked first on the way to other taxonomies.

    A set that only borrows the name of one that comes with Labelpass may mean something else by an id.
    """
    meant = built_in(old.name) if old.name in built_in_names() else old
    names = {label.id: label.name.casefold() for label in meant.labels}
    labels = tuple(
        replace(label, parents={old.name: label.id, **label.parents})
        if names.get(label.id) == label.name.casefold()
        else label
        for label in old.labels
    )
    return replace(old, name=name, title=title, labels=labels)


def _changed(old: LabelSet, id_: int, **changes: object) -> Edit:
    own = own_copy(old)
    label = own.find(id_)
    return _edited(old, own, [replace(each, **changes) if each is label else each for each in own.labels], {})


def _edited(old: LabelSet, own: LabelSet, labels: Iterable[Label], moves: Mapping[int, int]) -> Edit:
    """`own` with other labels; the old set where they are the same, so that nothing done leaves nothing behind."""
    edit = _checked(old, replace(own, labels=tuple(labels)), moves)
    return _checked(old, old, {}) if edit.new == own else edit


def _checked(old: LabelSet, new: LabelSet, moves: Mapping[int, int]) -> Edit:
    """Read once more as from a file: whatever a file may not hold, an edit cannot make."""
    return Edit(label_set_from_dict(new.to_dict()), {label.id: moves.get(label.id, label.id) for label in old.labels})
