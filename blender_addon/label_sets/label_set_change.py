"""What becomes of the labels in use when a file's label set changes: first the plan, which a person can refuse.

A pass index is a bare number: under another set it may mean another thing. So a change keeps a number only where both
sets give it the same name, moves it where the meaning has a number in the new set, takes it off where it has none.
Objects belong to the whole file, so the change reaches every object and material in it, whatever scene they are in.
Where scenes have different sets, the number of a thing means what the set of its own scene says.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

import bpy

from ..contract.labels import UNLABELLED, LabelSet, LabelSetError, label_set_from_json
from ..contract.words import listed
from ..scene_labels import PROPERTY, keep_labels, kept_labels, label_set_text, set_label_set, why_locked
from .set_in_file import Carrier, changed_ids, reached_from, refuse_animated


@dataclass(frozen=True)
class Change:
    """`moves`: {id in use: its id in the new set, UNLABELLED where it has none}; `users`: {id: objects and materials}.

    `locked`: linked ones whose number should change and cannot. `adopted`: the numbers were there before any set.
    `others`: what becomes of the numbers in use by another set of the file, by the text of that set.
    """

    new: LabelSet
    moves: Mapping[int, int]
    users: Mapping[int, int]
    names: Mapping[int, str] = field(default_factory=dict)
    locked: int = 0
    adopted: bool = False
    others: Mapping[str, Change] = field(default_factory=dict)

    @property
    def harmless(self) -> bool:
        """True when everything in use keeps its number and its name."""
        same = all(
            before == after and self._then(before).casefold() == self._now(after).casefold()
            for before, after in self.moves.items()
        )
        return same and not self.adopted and not self.locked and all(each.harmless for each in self.others.values())

    def _then(self, id_: int) -> str:
        return self.names.get(id_, f"id {id_}")

    def _now(self, id_: int) -> str:
        return self.new.by_id[id_].name if id_ in self.new.by_id else "unlabelled"

    def lines(self) -> list[str]:
        """The change in words, a sentence a line, what loses most first: a dialog has room for a dozen."""
        title = self.new.title or self.new.name
        if self.adopted:
            known = sum(self.users[id_] for id_ in self.moves if id_ in self.new.by_id)
            other = sum(self.users.values()) - known
            found = [f"Pass indices in the file that would read as labels of {title}: {known}"]
            return found + ([f"Pass indices in the file that it does not define: {other}"] if other else [])
        groups: dict[tuple[int, str], list[int]] = {}
        for before, after in self.moves.items():
            groups.setdefault(self._fate(before, after), []).append(before)
        lines = [
            f"{what}: {listed([self._then(id_) for id_ in ids])} ({sum(self.users[id_] for id_ in ids)})"
            for (_rank, what), ids in sorted(groups.items())
        ]
        if self.locked:
            lines.insert(0, f"Linked from other files, so they keep ids that mean something else now: {self.locked}")
        return lines + [line for each in self.others.values() if not each.harmless for line in each.lines()]

    def _fate(self, before: int, after: int) -> tuple[int, str]:
        """What becomes of an id: how harmless that is, and in words."""
        if not after:
            return 0, "Lose their label"
        if self._then(before).casefold() != self._now(after).casefold():
            return 1, f"Become {self._now(after)}"
        return (3, "Stay as they are") if before == after else (2, "Stay, under another id")


def plan_change(
    old: LabelSet | None, new: LabelSet, users: Mapping[int, int], linked: Mapping[int, int] | None = None
) -> Change:
    """What a change from `old` to `new` does to the ids in use: {id: how many carry it}, here and in linked data."""
    if old is None:
        return Change(new, {id_: id_ for id_ in users}, users, adopted=bool(users))
    walk = _walk(old, new)
    names = {id_: old.by_id[id_].name for id_ in users if id_ in old.by_id}
    locked = sum(count for id_, count in (linked or {}).items() if _counterpart(id_, old, new, walk) != id_)
    return Change(new, {id_: _counterpart(id_, old, new, walk) for id_ in sorted(users)}, users, names, locked)


def _walk(old: LabelSet, new: LabelSet) -> dict[int, int]:
    """The sets' own cross-walk. Between two states of one set ids say nothing: labels may have been reordered."""
    try:
        return old.crosswalk(new) if old.name != new.name else {}
    except LabelSetError:
        return {}


def _counterpart(id_: int, old: LabelSet, new: LabelSet, walk: Mapping[int, int]) -> int:
    before, after = old.by_id.get(id_), new.by_id.get(id_)
    if before is None:
        return UNLABELLED  # meant nothing, and must not come to mean something
    if after and after.name.casefold() == before.name.casefold():
        return id_
    if id_ in walk:
        return walk[id_]
    named = {label.name.casefold(): label.id for label in new.labels}
    if before.name.casefold() in named:
        return named[before.name.casefold()]
    renamed = old.name == new.name and after and after.name.casefold() not in old.by_name
    return id_ if renamed else UNLABELLED


def plan_for_file(scene: bpy.types.Scene, new: LabelSet) -> Change:
    """What becomes of the file's labels where `new` takes the place of the scene's set, and of other scenes' sets.

    Raises LabelSetError by name where an animated pass index would keep a number that means something else, and where
    something is in scenes of different sets that do not agree about it.
    """
    groups = _by_set(scene)
    if len(groups) > 1:
        _check_shared(groups, new)
    plans: dict[str, Change] = {}
    for text, blocks in groups.items():
        old = _parsed(text)
        refuse_animated(changed_ids(old, new) if old else ())
        plans[text] = plan_change(old, new, *_users(blocks))
    first = plans.pop(label_set_text(scene))
    return replace(first, others=plans)


def apply_change(scene: bpy.types.Scene, change: Change) -> None:
    """Renumber what is in use and store the new set, in this scene and in all that carried one."""
    for text, blocks in _by_set(scene).items():
        moves = change.others.get(text, change).moves
        for block in blocks:
            after = moves.get(block.pass_index, block.pass_index)
            if after != block.pass_index and not why_locked(block):
                block.pass_index = after
    _move_kept(change.new)
    for each in bpy.data.scenes:
        if each == scene or (PROPERTY in each and not each.library):
            set_label_set(each, change.new)


def _move_kept(new: LabelSet) -> None:
    """What is kept when renders randomise follows its label into the new set."""
    for each in bpy.data.scenes:
        kept, old = kept_labels(each), _parsed(label_set_text(each))
        if kept and old and not each.library:
            walk = _walk(old, new)
            keep_labels(each, {_counterpart(id_, old, new, walk) for id_ in kept})


def _by_set(scene: bpy.types.Scene) -> dict[str, list[Carrier]]:
    """{text of a label set: what carries a pass index that means something by it}, the scene's first.

    What is in no scene is taken by this scene's set; what is in scenes of several sets is in each of the lists.
    """
    carriers = [block for block in (*bpy.data.objects, *bpy.data.materials) if block.pass_index]
    scenes: dict[str, list[bpy.types.Scene]] = {label_set_text(scene): [scene]}
    for each in bpy.data.scenes:
        if each != scene and not each.library:
            scenes.setdefault(label_set_text(each), []).append(each)
    if len(scenes) == 1:
        return dict.fromkeys(scenes, carriers)
    reached = {text: reached_from(some) for text, some in scenes.items()}
    first, everywhere = next(iter(scenes)), set().union(*reached.values())
    return {
        text: [block for block in carriers if block in reached[text] or (text == first and block not in everywhere)]
        for text in scenes
    }


def _check_shared(groups: Mapping[str, list[Carrier]], new: LabelSet) -> None:
    becomes: dict[Carrier, int] = {}
    for text, blocks in groups.items():
        old = _parsed(text)
        walk = _walk(old, new) if old else {}
        for block in blocks:
            id_ = block.pass_index
            after = _counterpart(id_, old, new, walk) if old else id_
            if becomes.setdefault(block, after) != after:
                raise LabelSetError(
                    f"{block.name!r} is in scenes with different label sets, and its label would become two; take it "
                    "out of one of them, or take its label off; nothing was changed"
                )


def _parsed(text: str) -> LabelSet | None:
    """The set that a scene's text holds; None where there is none, or it is damaged and nobody knows."""
    try:
        return label_set_from_json(text) if text else None
    except LabelSetError:
        return None


def _users(blocks: Iterable[Carrier]) -> tuple[Counter[int], Counter[int]]:
    """{id: objects and materials that carry it}, first those of this file, then linked ones."""
    users, linked = Counter[int](), Counter[int]()
    for block in blocks:
        (linked if why_locked(block) else users)[block.pass_index] += 1
    return users, linked
