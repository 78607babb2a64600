"""The audit that the window shows: what was found last, what the views show of it, and whether that still holds.

Looking at 10,000 objects takes a fifth of a second: small scenes are looked at anew once the edits have settled, larger
ones when somebody asks. What is remembered are names and numbers, never objects.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import count

import bpy

from ..occurrences import occurrences
from ..parts.face_parts import has_drifted
from ..scene_labels import label_set_text
from ..tab import handlers, looking, status
from .audit import audit
from .file_faults import label_set_of, views_of
from .findings import Finding, measured, severities, worst_first
from .name_faults import forget_names
from .pixels import Measure, measure

SMALL = 3_000
"""Things that are looked at while somebody works, in a tenth of a second."""


@dataclass(frozen=True)
class Audit:
    """Findings of a scene's view layer by their keys, worst first; each list of findings has a `serial` of its own.

    `current`: nothing has changed since.
    """

    scene: int
    view_layer: str
    label_set: str
    findings: Mapping[str, Finding]
    serial: int
    labelled: int = 0
    unlabelled: int = 0
    current: bool = True

    @cached_property
    def severities(self) -> dict[str, int]:
        return severities(self.findings.values())

    @cached_property
    def kinds(self) -> Counter[str]:
        return Counter(each.kind for each in self.findings.values())

    @cached_property
    def measurable(self) -> bool:
        """Whether looking through the views would tell anything."""
        return any(each.measurable for each in self.findings.values())

    def alike(self, finding: Finding, action: str) -> list[Finding]:
        """Findings of the same kind, for one action; to be labelled, those that have a suggestion."""
        same = [each for each in self.findings.values() if (each.kind, each.saying) == (finding.kind, finding.saying)]
        return [each for each in same if action != "label" or (each.fix and each.fix.label_id)]


_Looked = tuple[int, str, float]

_audit: Audit | None = None
_measure: tuple[_Looked, Measure] | None = None
_measuring = False
_serials = count(1)
_drifted: dict[int, bool] = {}


def run(context: bpy.types.Context) -> Audit:
    """Look at the scene now."""
    global _audit  # noqa: PLW0603
    scene, view_layer = context.scene, context.view_layer
    things = list(occurrences(view_layer, context.evaluated_depsgraph_get()))
    found = audit(scene, view_layer, things, drifted=_remembered)
    bare = sum(thing.unlabelled for thing in things)
    _audit = Audit(
        scene.session_uid,
        view_layer.name,
        label_set_text(scene),
        _with_pixels(last_measure(scene, view_layer), found),
        next(_serials),
        len(things) - bare,
        bare,
    )
    return _audit


def _with_pixels(seen: Measure | None, found: Iterable[Finding]) -> dict[str, Finding]:
    rows = worst_first(measured(found, seen.pixels if seen else None, seen.total if seen else 0))
    return {each.key: each for each in rows}


def last(scene: bpy.types.Scene, view_layer: bpy.types.ViewLayer) -> Audit | None:
    """The last audit of this view layer; None where there is none."""
    if _audit and (_audit.scene, _audit.view_layer) == (scene.session_uid, view_layer.name):
        if _audit.current and _audit.label_set != label_set_text(scene):
            return replace(_audit, current=False)
        return _audit
    return None


def last_measure(scene: bpy.types.Scene, view_layer: bpy.types.ViewLayer) -> Measure | None:
    """What the views showed, when somebody last looked."""
    if not _measure:
        return None
    held, now = _measure[0], _looked(scene, view_layer)
    return _measure[1] if held == now or (_measuring and held[:2] == now[:2]) else None  # looks change the threshold


def _looked(scene: bpy.types.Scene, view_layer: bpy.types.ViewLayer) -> _Looked:
    """What a measure holds for: under another threshold, films are seen or seen through."""
    return scene.session_uid, view_layer.name, view_layer.pass_alpha_threshold


def to_act_on(context: bpy.types.Context, many: bool) -> Audit:
    """The last audit; looked at anew where its ids may mean something else since, and before `many` are mended at once
    where anything has changed: nobody reads each of those names again."""
    found = last(context.scene, context.view_layer)
    same_set = found and found.label_set == label_set_text(context.scene)
    return found if found and same_set and (found.current or not many) else run(context)


def measuring() -> bool:
    """Whether views are being looked through."""
    return _measuring


def measure_views(context: bpy.types.Context) -> Generator[Measure, None, None]:
    """Look through the views, and show what they saw after each. Close it to stop: the scene is put back then.

    Nothing else may change the scene meanwhile (`looking` ends it then); what the views so far show stays. Raises
    RenderFailed.
    """
    return looking.begin(_measured_views(context))


def _measured_views(context: bpy.types.Context) -> Generator[Measure, None, None]:
    global _measuring, _measure, _audit  # noqa: PLW0603
    scene, view_layer = context.scene, context.view_layer
    looks, looked = (
        measure(scene, view_layer, views_of(scene)[0], label_set=label_set_of(scene)[0]),
        _looked(scene, view_layer),
    )
    _measuring, _measure = True, None
    try:
        for seen in looks:
            _measure = (looked, seen)
            if now := last(scene, view_layer):
                found = _with_pixels(seen, now.findings.values())
                _audit = replace(now, findings=found, serial=next(_serials))
            yield seen
    finally:
        looks.close()
        view_layer.update()  # let handlers see that everything is put back while they know why
        _measuring = False


def _remembered(part: bpy.types.Material) -> bool:
    """Until a material changes: looking at all nodes takes a millisecond or so."""
    if part.session_uid not in _drifted:
        _drifted[part.session_uid] = has_drifted(part)
    return _drifted[part.session_uid]


def forget() -> None:
    """Something has changed: what was found may not hold."""
    global _audit  # noqa: PLW0603
    _drifted.clear()
    if _audit and not _measuring:
        _audit = replace(_audit, current=False)


@bpy.app.handlers.persistent
def _after_update(_scene: bpy.types.Scene, depsgraph: bpy.types.Depsgraph) -> None:
    if _measuring or not (_audit and _audit.current):
        return
    if status.matters(depsgraph) or any(map(_is_switched, depsgraph.updates)):
        forget()


def _is_switched(update: bpy.types.DepsgraphUpdate) -> bool:
    """Renamed, hidden, shown: an object that changed and did not move."""
    return isinstance(update.id, bpy.types.Object) and not update.is_updated_transform


@bpy.app.handlers.persistent
def _after_jump(*_args: object) -> None:
    forget()


@bpy.app.handlers.persistent
def _after_load(*_args: object) -> None:
    global _audit, _measure  # noqa: PLW0603
    _audit = _measure = None
    _drifted.clear()


_HANDLERS = handlers.calls(update=_after_update, undo=_after_jump, load=_after_load)


def register() -> None:
    handlers.add(_HANDLERS)


def unregister() -> None:
    handlers.remove(_HANDLERS)
    _after_load()
    forget_names()
