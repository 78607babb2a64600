"""What becomes of the labels in use when a file's label set changes: first the plan, which a person can refuse.

A pass index is a bare number: under another set it may mean another thing. So a change keeps a number only where both
sets give it the same name, moves it where the meaning has a number in the new set, takes it off where it has none.
Objects belong to the whole file, so the change reaches every object and material in it, whatever scene they are in.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

import bpy

from .contract.labels import UNLABELLED, LabelSet, LabelSetError
from .scene_labels import PROPERTY, set_label_set, why_locked


@dataclass(frozen=True)
class Change:
    """`moves`: {id in use: its id in the new set, UNLABELLED where it has none}; `users`: {id: objects and materials}.

    `locked` data-blocks are linked: their numbers cannot be changed here. `adopted` numbers were there before any set.
    """

    new: LabelSet
    moves: Mapping[int, int]
    users: Mapping[int, int]
    names: Mapping[int, str] = field(default_factory=dict)
    locked: int = 0
    adopted: bool = False

    @property
    def kept(self) -> int:
        """Objects and materials whose number stays."""
        return sum(self.users[before] for before, after in self.moves.items() if before == after)

    @property
    def lost(self) -> int:
        """Objects and materials that become unlabelled."""
        return sum(self.users[before] for before, after in self.moves.items() if after == UNLABELLED)

    @property
    def moved(self) -> int:
        """Objects and materials that get another number, which means in the new set what theirs meant in the old."""
        return sum(self.users.values()) - self.kept - self.lost

    @property
    def harmless(self) -> bool:
        """True when nothing in use changes its number or gets a meaning it did not have."""
        return not self.adopted and all(before == after for before, after in self.moves.items())

    def lines(self) -> list[str]:
        """The change in words, a sentence a line."""
        name = self.new.title or self.new.name
        if self.adopted:
            known = sum(self.users[id_] for id_ in self.moves if id_ in self.new.by_id)
            other = sum(self.users.values()) - known
            found = [f"Pass indices in the file that would read as labels of {name}: {known}"]
            return found + ([f"Pass indices in the file that it does not define: {other}"] if other else [])
        gone = sorted(self.names.get(before, f"id {before}") for before, after in self.moves.items() if not after)
        gone = [*gone[:4], *["..."] * (len(gone) > 4)]
        said = (
            (self.kept, f"Keep their label and its id: {self.kept}"),
            (self.moved, f"Keep their label under its id in {name}: {self.moved}"),
            (self.lost, f"Become unlabelled: {self.lost} ({name} has no {', '.join(gone)})"),
            (self.locked, f"Linked from other files, so they keep the old ids: {self.locked}"),
        )
        return [line for number, line in said if number]


def plan_change(old: LabelSet | None, new: LabelSet, users: Mapping[int, int], locked: int = 0) -> Change:
    """What a change from `old` to `new` does to the ids in use, {id: how many carry it}."""
    if old is None:
        return Change(new, {id_: id_ for id_ in users}, users, adopted=bool(users))
    walk = _walk(old, new)
    names = {id_: old.by_id[id_].name for id_ in users if id_ in old.by_id}
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


def users_in_file() -> tuple[Counter[int], int]:
    """{id: objects and materials of this file that carry it}, and how many linked ones carry any."""
    users, locked = Counter[int](), 0
    for block in (*bpy.data.objects, *bpy.data.materials):
        if block.pass_index:
            users[block.pass_index] += not why_locked(block)
            locked += bool(why_locked(block))
    return +users, locked


def apply_change(scene: bpy.types.Scene, change: Change) -> None:
    """Renumber what is in use and store the new set, in this scene and in all that carried one."""
    for block in (*bpy.data.objects, *bpy.data.materials):
        after = change.moves.get(block.pass_index, block.pass_index)
        if after != block.pass_index and not why_locked(block):
            block.pass_index = after
    for each in bpy.data.scenes:
        if each == scene or (PROPERTY in each and not each.library):
            set_label_set(each, change.new)
