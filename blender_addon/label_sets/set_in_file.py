"""An edited label set, put in place in the whole file: those that carry a moved id follow, or nothing is changed.

Objects and materials belong to the file, not to a scene. Most files have one label set, and then all that carry an id
mean it by that set. Where scenes have sets of their own (one was appended from another file), an edit reaches the
scenes that have this very set, and what they show; what a scene with another set shows keeps its number. What both
show cannot follow one set without lying in the other, so that is refused, by name.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

import bpy

from ..compat import action_curves, fcurves
from ..contract.labels import LabelSet, LabelSetError
from ..contract.words import counted, quoted
from ..scene_labels import PROPERTY, keep_labels, kept_labels, label_set_text, read_label_set, set_label_set, why_locked
from ..suggestions.suggestible import REJECTED, rejected
from .label_set_edits import Edit

Carrier = bpy.types.Object | bpy.types.Material


def carriers_of(scene: bpy.types.Scene, ids: Collection[int]) -> list[Carrier]:
    """The objects and materials that carry one of these ids and mean it by the scene's label set."""
    found = [block for block in (*bpy.data.objects, *bpy.data.materials) if block.pass_index in ids]
    others = [each for each in bpy.data.scenes if label_set_text(each) != label_set_text(scene)]
    if not others or not found:
        return found
    foreign = reached_from(others) - reached_from(_scenes_with_set_of(scene))
    return [block for block in found if block not in foreign]


def strays(label_set: LabelSet) -> set[int]:
    """Pass indices in the file that mean nothing to the set: a new label of that id would give them a meaning."""
    used = {block.pass_index for block in (*bpy.data.objects, *bpy.data.materials)}
    return used - set(label_set.by_id) - {0}


def apply_edit(scene: bpy.types.Scene, edit: Edit, *, adopt: bool = False) -> list[Carrier]:
    """Renumber what carries a moved id, and store the new set in all scenes that have the old one; who was renumbered.

    All or nothing. Raises LabelSetError with the names of what cannot follow: linked data, animated pass indices, what
    scenes with another set show; and, unless `adopt`, of what would come to be a label though it was none.
    """
    carriers = carriers_of(scene, edit.moved)
    _check(scene, edit, carriers)
    new_ids = set(edit.new.by_id) - set(edit.moves)
    if new_ids and not adopt:
        _check_strays(carriers_of(scene, new_ids))
    scenes = _scenes_with_set_of(scene)
    for block in carriers:
        block.pass_index = edit.moves[block.pass_index]
    _rename_rejections(scene, scenes, edit)
    for each in scenes:
        keep_labels(each, {edit.moves.get(id_, id_) for id_ in kept_labels(each)})
        if each == scene or PROPERTY in each:
            set_label_set(each, edit.new)
    return carriers


def _scenes_with_set_of(scene: bpy.types.Scene) -> list[bpy.types.Scene]:
    text = label_set_text(scene)
    return [each for each in bpy.data.scenes if each == scene or (not each.library and label_set_text(each) == text)]


def _rename_rejections(scene: bpy.types.Scene, scenes: Iterable[bpy.types.Scene], edit: Edit) -> None:
    """What somebody rejected stays rejected under its new name."""
    old = read_label_set(scene)
    kept = [label for label in old.labels if edit.moves.get(label.id) == label.id] if old else []
    renamed = {label.name: now for label in kept if (now := edit.new.by_id[label.id].name) != label.name}
    if renamed:
        for obj in {obj for each in scenes for obj in each.objects if REJECTED in obj and not why_locked(obj)}:
            obj[REJECTED] = "\n".join(dict.fromkeys(renamed.get(name, name) for name in rejected(obj)))


def _check(scene: bpy.types.Scene, edit: Edit, carriers: list[Carrier]) -> None:
    if why_locked(scene):
        raise LabelSetError(f"scene {scene.name!r} is {why_locked(scene)}")
    locked = [block for block in carriers if why_locked(block)]
    if locked:
        raise LabelSetError(
            f"{_names(locked)} would need another id and cannot have it: {why_locked(locked[0])}; nothing was changed"
        )
    refuse_animated(edit.moved)
    others = [each for each in bpy.data.scenes if label_set_text(each) != label_set_text(scene)]
    if not others or not carriers:
        return
    mine, foreign = reached_from(_scenes_with_set_of(scene)), reached_from(others)
    shared = [block for block in carriers if block in foreign]
    if shared:
        raise LabelSetError(
            f"{_names(shared)} would need another id, and is also in scene {others[0].name!r}, which has another label "
            "set; choose one label set for the file first, nothing was changed"
        )
    nowhere = [block for block in carriers if block not in mine]
    if nowhere:
        raise LabelSetError(
            f"{_names(nowhere)} carries the id and is in no scene, and this file has several label sets: put it into a "
            "scene, or choose one label set for the file; nothing was changed"
        )


def refuse_animated(moved: Collection[int]) -> None:
    """Raise LabelSetError where an animated pass index may be one of these ids in some frame."""
    if animated := [block for block in (*bpy.data.objects, *bpy.data.materials) if moved and _may_take(block, moved)]:
        raise LabelSetError(
            f"the pass index of {_names(animated)} is animated and would keep the old id; remove its keys or its "
            "driver first, nothing was changed"
        )


def changed_ids(old: LabelSet, new: LabelSet) -> set[int]:
    """The ids of `old` that do not have the same name in `new`."""
    names = {label.id: label.name.casefold() for label in new.labels}
    return {label.id for label in old.labels if names.get(label.id) != label.name.casefold()}


def _check_strays(carriers: list[Carrier]) -> None:
    if carriers:
        ids = sorted({block.pass_index for block in carriers})
        raise LabelSetError(
            f"{_names(carriers)} carries pass index {ids[0]} already and would become this label; choose another id"
        )


def _names(blocks: Iterable[Carrier]) -> str:
    return quoted(sorted(block.name for block in blocks), 3)


def in_words(carriers: Collection[Carrier]) -> str:
    """How many things carry an id: "3 objects and 1 material"."""
    objects = sum(isinstance(block, bpy.types.Object) for block in carriers)
    materials = len(carriers) - objects
    texts = [counted(number, noun) for number, noun in ((objects, "object"), (materials, "material")) if number]
    return " and ".join(texts)


def _may_take(block: Carrier, moved: Collection[int]) -> bool:
    """Whether keys, a driver or a strip may give a pass index one of these values in some frame."""
    animation = block.animation_data
    if not animation:
        return False
    if any(curve.data_path == "pass_index" for curve in animation.drivers):
        return True
    if any(_has_pass_index(strip.action) for track in animation.nla_tracks for strip in track.strips):
        return True
    for curve in fcurves(block):
        if curve.data_path == "pass_index":
            values = [point.co[1] for point in curve.keyframe_points]
            if curve.modifiers or not values or any(min(values) - 0.5 <= id_ <= max(values) + 0.5 for id_ in moved):
                return True
    return False


def _has_pass_index(action: bpy.types.Action | None) -> bool:
    """Of a strip without an action of its own (a meta strip), nobody knows."""
    return action is None or any(curve.data_path == "pass_index" for curve in action_curves(action))


def reached_from(scenes: Iterable[bpy.types.Scene]) -> set[bpy.types.ID]:
    """All data that the scenes need, through whatever they hold: collections, instances, nodes, slots."""
    for each in bpy.data.scenes:
        for view_layer in each.view_layers:
            view_layer.update()  # it may still hold what was taken out a moment ago
    uses: dict[bpy.types.ID, set[bpy.types.ID]] = {}
    for used, users in bpy.data.user_map().items():
        for user in users:
            uses.setdefault(user, set()).add(used)
    waiting: list[bpy.types.ID] = list(scenes)
    found = set(waiting)
    while waiting:
        for used in uses.get(waiting.pop(), ()):
            if used not in found and not isinstance(used, bpy.types.Scene):
                found.add(used)
                waiting.append(used)
    return found
