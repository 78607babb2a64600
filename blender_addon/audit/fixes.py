"""What mends findings: each fix looks at its object or material anew, and leaves alone what has changed since."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

import bpy

from ..contract.labels import UNLABELLED, LabelSet
from ..label_render.transparency import constant_alpha
from ..parts.face_parts import has_drifted, known_source
from ..parts.looks import reads_its_index
from ..parts.upkeep import update_part
from ..scene_labels import assign, assign_material, why_locked
from ..suggestions.suggestible import members_of, reject
from .findings import Culprit, Finding

ID = bpy.types.Object | bpy.types.Material

ACTIONS = {
    "label": ("labelled", "Give it this label"),
    "take": ("relabelled", "Take the label that the name says"),
    "keep": ("kept", "The label is right, whatever the name says: do not tell this again"),
    "clear": ("cleared", "Take the label off"),
    "hide_render": ("hidden in renders", "Do not render it"),
    "show": ("shown", "Show it in the viewport"),
    "show_render": ("shown in renders", "Render it"),
    "update": ("made like the source again", "Make the part's material a copy of its source again"),
    "threshold": ("in the labels now", "Lower the view layer's Alpha Threshold below this alpha: labels then show "
                                          "the surface, and not what is behind it"),
}  # fmt: skip
"""{action: (what was done, its tooltip)}."""

SAFE_FOR_ALL = {("unknown_id", "clear"), ("no_carrier", "clear"), ("part", "update"), ("unlabelled", "label"),
                ("name", "keep")}  # fmt: skip
"""What may be done to all findings of a kind at once: nothing of it throws away what somebody may have meant."""


@dataclass
class Outcome:
    """How many were mended, and why the others were left alone: {name: why}."""

    done: int = 0
    left: dict[str, str] = field(default_factory=dict)


def actions(finding: Finding) -> list[str]:
    """What can be done about a finding, the most likely first."""
    if finding.saying == "part misled" or (finding.kind == "volume" and not finding.label_id):
        return []
    if finding.kind == "not_rendered":
        return ["show_render", "clear"] if finding.fix and finding.fix.action == "show_render" else ["clear"]
    return list(_ACTIONS.get(finding.saying or finding.kind, ()))


_ACTIONS: dict[str, Sequence[str]] = {
    "unlabelled": ("label", "hide_render"),
    "unknown_id": ("label", "clear"),
    "twice": ("label",),
    "twice simulated": ("label",),
    "overruled": ("clear",),
    "name": ("take", "keep"),
    "alpha missed": ("threshold",),
    "volume": ("clear",),
    "part drifted": ("update",),
    "hidden": ("hide_render", "show"),
    "no_carrier": ("clear",),
}


def mend(
    view_layer: bpy.types.ViewLayer,
    label_set: LabelSet,
    findings: Iterable[Finding],
    action: str,
    label_id: int = UNLABELLED,
) -> Outcome:
    """Do one thing about each finding. `label_id`: the label to give; without one, each finding's own suggestion."""
    done, by_uid = Outcome(), _by_uid()
    for finding in findings:
        culprit = (finding.materials or finding.objects)[0]
        data = by_uid.get(culprit.uid)
        wanted = label_id or (finding.fix.label_id if finding.fix else UNLABELLED)
        why = _why_not(data, finding, action, wanted, label_set, view_layer)
        if not why:
            why = _MENDING[action](data, wanted, view_layer, label_set)
        if why:
            done.left[culprit.name] = why
        else:
            done.done += 1
    return done


def _by_uid() -> dict[int, ID]:
    return {data.session_uid: data for kind in (bpy.data.objects, bpy.data.materials) for data in kind}


def _why_not(
    data: ID | None,
    finding: Finding,
    action: str,
    wanted: int,
    label_set: LabelSet,
    view_layer: bpy.types.ViewLayer,
) -> str:
    """Why this finding cannot be mended so; "" where it can."""
    if data is None:
        return "it is not there any more"
    if action not in actions(finding):
        return "there is nothing to do about it"
    if action in {"label", "take", "clear", "keep"} and data.pass_index != finding.label_id:
        return "its label has changed since"
    if action in {"label", "take", "keep"} and wanted not in label_set.by_id:
        return "pick a label in the list first"
    return why_locked(view_layer.id_data if action == "threshold" else data) or ""


def _label(data: ID, label_id: int, *_: object) -> str:
    if isinstance(data, bpy.types.Material):
        if label_id and reads_its_index(data):
            return "its nodes read its pass index (Object Info), so a label would change its look"
        return assign_material(data, label_id).refused.get(data.name, "")
    return assign([data], label_id).refused.get(data.name, "")


def _clear(data: ID, *_: object) -> str:
    data.pass_index = UNLABELLED  # also on what could never carry one
    return ""


def _keep(obj: bpy.types.Object, label_id: int, _view_layer: bpy.types.ViewLayer, label_set: LabelSet) -> str:
    reject(obj, label_set.by_id[label_id].name)
    return ""


def _hide_render(obj: bpy.types.Object, *_: object) -> str:
    obj.hide_render = True
    return ""


def _show_render(obj: bpy.types.Object, *_: object) -> str:
    obj.hide_render = False
    return ""


def _show(obj: bpy.types.Object, _label_id: int, view_layer: bpy.types.ViewLayer, *_: object) -> str:
    obj.hide_viewport = False
    obj.hide_set(False, view_layer=view_layer)
    with bpy.context.temp_override(area=None, region=None):  # or `visible_get` would ask the 3D view's local view
        return "" if obj.visible_get(view_layer=view_layer) else "its collection is hidden: show that in the Outliner"


def _update(part: bpy.types.Material, _label_id: int, _view_layer: bpy.types.ViewLayer, label_set: LabelSet) -> str:
    source = known_source(part)
    if source is None:
        return "its source is not there any more"
    if part.pass_index not in label_set.by_id:
        return f"{label_set.name} does not define its label"
    if not has_drifted(part):
        return f"it looks like {source.name!r} already"
    update_part(part, source, label_set)  # it alone: others are findings of their own
    return ""


def _threshold(
    material: bpy.types.Material, _label_id: int, view_layer: bpy.types.ViewLayer, _label_set: LabelSet
) -> str:
    alpha = constant_alpha(material)
    if not 0 < alpha < view_layer.pass_alpha_threshold:
        return "its alpha is not below the threshold any more"
    view_layer.pass_alpha_threshold = 0.9 * alpha
    return ""


_MENDING: dict[str, Callable[..., str]] = {
    "label": _label,
    "take": _label,
    "keep": _keep,
    "clear": _clear,
    "hide_render": _hide_render,
    "show": _show,
    "show_render": _show_render,
    "update": _update,
    "threshold": _threshold,
}


def reachable(view_layer: bpy.types.ViewLayer, culprits: Iterable[Culprit]) -> list[bpy.types.Object]:
    """The objects of the view layer that these are, or that instance them."""
    wanted = {each.uid for each in culprits}
    found = [obj for obj in view_layer.objects if obj.session_uid in wanted]
    missing = wanted - {obj.session_uid for obj in found}
    if missing:
        found += [obj for obj in view_layer.objects if obj.type == "EMPTY" and members_of(obj) & missing]
    return found
