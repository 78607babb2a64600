"""What the panels say about a scene: the label set, how many objects carry each label, what still has none.

Drawing happens dozens of times a second and must wait for nothing. What is known stays known until something other
than a movement or a selection changes. A few hundred things are then counted anew while drawing; more of them by a
timer, in steps of a few milliseconds, once the edits have settled, and the last figures are shown until then.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import islice

import bpy

from ..contract.labels import LabelSet, LabelSetError, label_set_from_json
from ..label_sets import label_search
from ..scene_labels import count_labels, label_set_text
from . import handlers, timers
from .counting import Count

# How many things are counted: in 3 ms while drawing, in 35 ms after an operator of ours, in 20 ms by the timer.
WHILE_DRAWING, AFTER_OURS, A_STEP = 300, 4_000, 2_000
SETTLED = 0.2  # seconds without an edit
BREATH = 0.01  # seconds between steps, for Blender's own work
_FEW = 100  # updates that are worth a look: thousands at once are hardly a movement


@dataclass(frozen=True)
class Status:
    """`counts`: {label id: objects of the scene that carry it}; `labelled`, `unlabelled`: things a render shows.

    `current`: false while an edit is not counted yet.
    """

    counts: Counter[int] = field(default_factory=Counter)
    labelled: int = 0
    unlabelled: int = 0
    current: bool = False


Key = tuple[str, str]
_known: dict[Key, Status] = {}
_counting: dict[Key, Count] = {}
_most = WHILE_DRAWING


def status(scene: bpy.types.Scene, view_layer: bpy.types.ViewLayer) -> Status:
    """The scene's figures: those of now where counting them is quick, else the last ones, until the timer has more."""
    global _most
    key = _key(scene, view_layer)
    known = _known.get(key, Status())
    if known.current or key in _counting:
        return known
    most, _most = _most, WHILE_DRAWING
    count = _counting[key] = Count()
    if known.labelled + known.unlabelled <= most and count.step(view_layer, most):
        return _finish(scene, view_layer)
    if most == AFTER_OURS:  # what our operator did to labels shows at once, however large the scene
        known = _known[key] = replace(known, counts=count_labels(scene.objects))
    timers.start(_count_on, BREATH if most == AFTER_OURS else SETTLED, anew=True)
    return known


def forget() -> None:
    """For our operators, and undo: count anew when next asked, and a little more of it, since somebody waits for it."""
    global _most  # noqa: PLW0603
    _most = AFTER_OURS
    _edited()
    _counting.clear()


def _edited() -> None:
    """Nothing is current any more, and what is being counted starts anew once the edits have settled."""
    _known.update({key: replace(known, current=False) for key, known in _known.items()})
    if _counting:
        _counting.update({key: Count() for key in _counting})
        timers.start(_count_on, SETTLED, anew=True)


def _key(scene: bpy.types.Scene, view_layer: bpy.types.ViewLayer) -> Key:
    return scene.name_full, view_layer.name


def _finish(scene: bpy.types.Scene, view_layer: bpy.types.ViewLayer) -> Status:
    key = _key(scene, view_layer)
    count = _counting.pop(key)
    found = Status(count_labels(scene.objects), count.labelled, count.unlabelled, current=True)
    _known[key] = found
    return found


def _count_on() -> float | None:
    """One step of the counts that a window waits for."""
    if bpy.app.is_job_running("RENDER"):
        return SETTLED
    shown = {_key(window.scene, window.view_layer): window for window in bpy.context.window_manager.windows}
    for key in _counting.keys() & shown.keys():
        shown[key].view_layer.update()  # another timer may just have removed objects that the depsgraph still lists
    waiting = _counting.keys() & shown.keys()
    for key in waiting:
        if not _counting[key].done:
            _counting[key].step(shown[key].view_layer, A_STEP)
        else:
            _finish(shown[key].scene, shown[key].view_layer)
            redraw_sidebars()
    return BREATH if waiting else None


def redraw_sidebars() -> None:
    """Draw the tab again, and not the 3D views beside it."""
    for window in bpy.context.window_manager.windows:
        for area in window.screen.areas:
            for region in area.regions if area.type == "VIEW_3D" else ():
                if region.type == "UI":
                    region.tag_redraw()


@bpy.app.handlers.persistent
def _after_update(_scene: bpy.types.Scene, depsgraph: bpy.types.Depsgraph) -> None:
    if (_counting or any(known.current for known in _known.values())) and matters(depsgraph):
        _edited()


def matters(depsgraph: bpy.types.Depsgraph) -> bool:
    """False when things were only moved or selected."""
    if depsgraph.id_type_updated("COLLECTION") or depsgraph.id_type_updated("ACTION"):
        return True
    few = list(islice(depsgraph.updates, _FEW))
    return len(few) == _FEW or any(update.is_updated_geometry or update.is_updated_shading for update in few)


@bpy.app.handlers.persistent
def _after_jump(*_args: object) -> None:
    forget()


@bpy.app.handlers.persistent
def _after_load(*_args: object) -> None:
    _known.clear()
    _counting.clear()


@lru_cache(maxsize=4)
def parsed(text: str) -> LabelSet | str:
    """The label set that a text holds, or in words why it holds none. 894 labels take 4 ms, so it is remembered."""
    try:
        return label_set_from_json(text)
    except LabelSetError as error:
        return str(error)


def label_set(scene: bpy.types.Scene) -> LabelSet | None:
    """The scene's label set, None where there is none or its text is damaged."""
    found = parsed(text) if (text := label_set_text(scene)) else None
    return found if isinstance(found, LabelSet) else None


NO_LABEL_SET = "Choose a label set first"
NO_LABEL_SET_HERE = f"{NO_LABEL_SET}: sidebar (N), tab Labels"
"""Where the button that chooses one is not in sight."""


def needs_label_set(operator: type, context: bpy.types.Context) -> bool:
    """For the poll of an operator: whether the scene has a label set; where not, the button says so."""
    if label_set(context.scene):
        return True
    operator.poll_message_set(NO_LABEL_SET)
    return False


@lru_cache(maxsize=4)
def _members(text: str) -> label_search.Members:
    found = parsed(text)
    return label_search.members_of(found) if isinstance(found, LabelSet) else {}


def members(scene: bpy.types.Scene) -> label_search.Members:
    """{label id: casefolded names of what falls under it} for the scene's label set, for its search."""
    return _members(label_set_text(scene))


_HANDLERS = handlers.calls(update=_after_update, undo=_after_jump, load=_after_load)


def register() -> None:
    handlers.add(_HANDLERS)


def unregister() -> None:
    handlers.remove(_HANDLERS)
    timers.stop(_count_on)
    _after_load()
    parsed.cache_clear()
    _members.cache_clear()
