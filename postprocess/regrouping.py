"""Labels merged, dropped and kept at export: one label set becomes a smaller one, and nothing is lost unsaid. Pure.

In this order: merge, drop, then keep (by name, or the most frequent). What is not kept becomes unlabelled, or one label
where a rest was asked for. A label that stays as it is keeps its id, whatever else is merged, dropped or kept, and
however often; a merged one has the id of the label whose name it takes, else the lowest of its members'; a new rest
has the id after the highest of the whole set.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from blender_addon.contract.labels import CODE_NAMES, MAX_ID, UNLABELLED, Label, LabelSet, LabelSetError, voc_color

from .errors import ExportError


@dataclass(frozen=True)
class Regrouping:
    """What to make of a label set. `merges`: (names, the name that they get); `dropped` and `kept`: names, of merged
    labels too; `keep_most`: how many of the labels that are left, the most frequent ones; `rest`: the label of all that
    is not kept, "" for none.

    Raises ExportError for wishes that no label set can meet.
    """

    merges: tuple[tuple[tuple[str, ...], str], ...] = ()
    dropped: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    keep_most: int | None = None
    rest: str = ""

    def __post_init__(self) -> None:
        if self.keep_most is not None and self.kept:
            raise ExportError("--keep and --keep-most both say what stays; give one of them")
        if self.keep_most is not None and self.keep_most < 1:
            raise ExportError(f"--keep-most {self.keep_most}: at least one label has to stay")
        for name in (self.rest, *(into for _, into in self.merges)):
            if name.casefold() in CODE_NAMES.values():
                raise ExportError(f"{name!r} is no label, and nothing is merged into it; leave labels out with --drop")


@dataclass(frozen=True)
class Regrouped:
    """`label_set` is what is written. `ids`: {each id of the set before: id now, or UNLABELLED}; `names`: {each id of
    the set before: its name after merging}; `merged`: {name: names of its members}; `left_out`: names that are not
    kept, after merging; `rest`: the id they have, or UNLABELLED; `counted`: {name: pixels in train} of those that the
    most frequent were chosen from, in that order.
    """

    before: LabelSet
    label_set: LabelSet
    ids: Mapping[int, int]
    names: Mapping[int, str]
    merged: Mapping[str, tuple[str, ...]]
    left_out: tuple[str, ...]
    rest: int
    counted: Mapping[str, int]

    def crosswalk(self, found: Mapping[int, int], ids: Iterable[int]) -> dict[int, int]:
        """A cross-walk into the set before, made one into this: all `ids` (of the source) that have a label now. What
        had no parent goes to the rest, where there is one."""
        now = {id_: self.ids[found[id_]] if id_ in found else self.rest for id_ in ids}
        return {id_: target for id_, target in now.items() if target != UNLABELLED}


def regrouped(label_set: LabelSet, wish: Regrouping, pixels: Mapping[int, int]) -> Regrouped:
    """The label set as wished; `pixels` ({id: pixels in train}) decide which are the most frequent, ties by id.

    Raises ExportError for names that are not there, contradictions, and where no label is left.
    """
    merged, to = _merged(label_set, wish.merges)
    dropped = {_found(merged, name, label_set, "--drop").id for name in wish.dropped}
    kept, counted = _kept(merged, wish, dropped, label_set, _summed(pixels, to))
    rest = _rest(merged, wish.rest, label_set, dropped)
    stays = tuple(label for label in merged.labels if label.id in kept and not (rest and label.id == rest.id))
    stays = tuple(_with_origin(label, label_set) for label in stays) + ((rest,) if rest else ())
    if not stays:
        raise ExportError(f"no label of {label_set.name!r} is left; drop fewer, or keep more")
    ids = {label.id for label in stays}
    rest_id = rest.id if rest else UNLABELLED
    left_out = tuple(label.name for label in merged.labels if label.id not in ids)
    return Regrouped(
        before=label_set,
        label_set=LabelSet(
            f"{label_set.name[:54]}-regrouped",
            tuple(sorted(stays, key=lambda label: label.id)),
            f"{label_set.title or label_set.name}, regrouped",
            label_set.source,
        ),
        ids={id_: into if into in ids else rest_id for id_, into in to.items()},
        names={id_: merged.by_id[into].name for id_, into in to.items()},
        merged=_members(label_set, merged, to),
        left_out=left_out,
        rest=rest_id,
        counted=counted,
    )


def _merged(label_set: LabelSet, merges: tuple[tuple[tuple[str, ...], str], ...]) -> tuple[LabelSet, dict[int, int]]:
    """The set with its merged labels, and {id before: id in it}."""
    names, into_of = _members_of(label_set, merges)
    to = {id_: id_ for id_ in label_set.by_id}
    made: dict[int, Label] = {}
    for key, name in names.items():
        own = _named(label_set, name)
        if own and into_of.get(own.id, key) != key:
            other = names[into_of[own.id]]
            raise ExportError(f"--merge: {own.name!r} goes into {other!r} itself; name that one instead")
        members = [label for label in label_set.labels if into_of.get(label.id) == key or label is own]
        head = own or min(members, key=lambda label: label.id)
        made[head.id] = _one_of(head, own.name if own else name, sorted(members, key=lambda label: label.id))
        to |= {label.id: head.id for label in members}
    labels = tuple(made.get(label.id, label) for label in label_set.labels if to[label.id] == label.id)
    return replace(label_set, labels=labels), to


def _members_of(
    label_set: LabelSet, merges: tuple[tuple[tuple[str, ...], str], ...]
) -> tuple[dict[str, str], dict[int, str]]:
    """{casefolded name of a merged label: its name} and {id of a member: the casefolded name it goes into}."""
    names: dict[str, str] = {}
    into_of: dict[int, str] = {}
    for members, into in merges:
        key = into.casefold()
        names[key] = min(names.get(key, into), into)
        for name in members:
            label = _found(label_set, name, label_set, "--merge")
            if into_of.setdefault(label.id, key) != key:
                raise ExportError(f"--merge: {label.name!r} cannot go into {names[into_of[label.id]]!r} and {into!r}")
    return names, into_of


def _one_of(head: Label, name: str, members: list[Label]) -> Label:
    """The label of all members: the colour of `head`, and the parents that all agree on."""
    shared = set.intersection(*(set(member.parents.items()) for member in members))
    others = [member.name for member in members if member.name.casefold() != name.casefold()]
    own = head.aliases if head.name == name else ()
    aliases = tuple(dict.fromkeys((*own, *others)))
    return Label(head.id, name, head.color, aliases, dict(sorted(shared)), head.transparency)


def _named(label_set: LabelSet, name: str) -> Label | None:
    """The label of that very name; an alias does not count."""
    return next((label for label in label_set.labels if label.name.casefold() == name.casefold()), None)


def _found(there: LabelSet, name: str, before: LabelSet, option: str) -> Label:
    """The label of that name or alias after merging. Raises ExportError for one that went into another."""
    found, lost = _named(there, name), _named(before, name)
    if found:
        return found
    if lost:
        raise ExportError(f"{option}: {lost.name!r} is merged into another label; name that one")
    try:
        return there.find(name)
    except LabelSetError as error:
        raise ExportError(f"{option}: {error}") from None


def _kept(
    merged: LabelSet, wish: Regrouping, dropped: set[int], before: LabelSet, pixels: Mapping[int, int]
) -> tuple[set[int], dict[str, int]]:
    left = [label for label in merged.labels if label.id not in dropped]
    if wish.keep_most is not None:
        shown = sorted(
            (label for label in left if pixels.get(label.id)), key=lambda label: (-pixels[label.id], label.id)
        )
        return {label.id for label in shown[: wish.keep_most]}, {label.name: pixels[label.id] for label in shown}
    if not wish.kept:
        return {label.id for label in left}, {}
    kept = [_found(merged, name, before, "--keep") for name in wish.kept]
    both = next((label.name for label in kept if label.id in dropped), None)
    if both:
        raise ExportError(f"{both!r} is both kept and dropped (--keep, --drop)")
    return {label.id for label in kept}, {}


def _rest(merged: LabelSet, name: str, before: LabelSet, dropped: set[int]) -> Label | None:
    """The label of all that is not kept. It has no parents: nobody knows what is in it."""
    if not name:
        return None
    if _named(merged, name) or _named(before, name):
        own = _found(merged, name, before, "--rest")
        if own.id in dropped:
            raise ExportError(f"{own.name!r} is both dropped and the rest (--drop, --rest)")
        return replace(own, parents={})
    id_ = before.max_id + 1 if before.max_id < MAX_ID else before.spare_id
    return Label(id_, name, voc_color(id_))


def _members(before: LabelSet, merged: LabelSet, to: Mapping[int, int]) -> dict[str, tuple[str, ...]]:
    """{name: names of its members} of labels that are several now, or that have another name."""
    found: dict[str, tuple[str, ...]] = {}
    for label in merged.labels:
        names = tuple(other.name for other in before.labels if to[other.id] == label.id)
        if names != (label.name,):
            found[label.name] = names
    return found


def _summed(pixels: Mapping[int, int], to: Mapping[int, int]) -> dict[int, int]:
    found: dict[int, int] = {}
    for id_, count in pixels.items():
        found[to[id_]] = found.get(to[id_], 0) + count
    return found


def _with_origin(label: Label, before: LabelSet) -> Label:
    """A label that is what it was names it as a parent, so that it goes on into other label sets as before."""
    if before.by_id.get(label.id) != label:
        return label
    return replace(label, parents={**label.parents, before.name: label.id})


def regrouping_said(made: Regrouped) -> dict[str, Any]:
    """For dataset.json: what became of the labels of the set before."""
    rest = made.label_set.by_id.get(made.rest)
    return {
        "of": made.before.name,
        "merged": {
            name: {"id": _id_named(made, name), "members": list(members)} for name, members in made.merged.items()
        },
        "left_out": list(made.left_out),
        "left_out_written_as": rest.name if rest else CODE_NAMES[UNLABELLED],
        "most_frequent_of": dict(made.counted) or None,
        "counted_on": "train, pixels as rendered" if made.counted else None,
    }


def _id_named(made: Regrouped, name: str) -> int | None:
    """The id that a merged label has; None where it is not kept."""
    return next((label.id for label in made.label_set.labels if label.name == name), None)
