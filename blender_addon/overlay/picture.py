"""What the overlay knows of a view layer: things, their geometry, chunks; and what of it an edit makes old.

Blender's handlers only take notes: which objects changed and how. The next drawing brings the picture up to date, of a
large scene not before the edits have settled; a few objects that were moved, labelled or edited are looked at alone.
Nothing of Blender's is kept, only numbers: data may go at any time.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable

import bpy
import numpy as np

from ..instancing import referring_trees
from ..tab import handlers
from .chunks import Chunk, Thing, arrange, hosts_of, table
from .things import Geometries, look, look_again

AT_ONCE = 0.03  # seconds: what took no longer the last time is done anew while drawing
SETTLED = 0.2  # seconds without an edit
_FEW = 100  # objects that are looked at alone
_MANY_UPDATES = 200
_VIEWS = 8  # as many sets of shown objects are counted at a time
_NO_MATTER = {"Camera", "Light", "World", "Action", "Screen", "WorkSpace", "WindowManager", "Brush", "Image", "Sound"}


class Picture:
    """The picture of one view layer. `version` grows with each change of rows."""

    def __init__(self) -> None:
        self.things: dict[object, Thing] = {}
        self.geometries: Geometries = {}
        self.chunks: list[Chunk] = []
        self.rows, self.labels, self.hosts = np.zeros((0, 13), np.float32), np.zeros(0, np.int64), np.zeros(0, np.int64)
        self.version = 0
        self.counts: Counter[int] = Counter()
        self._counted: dict[frozenset[int], Counter[int]] = {}
        self.cost = 0.0
        self._whole = True
        self._touched: dict[int, str] = {}
        self._edited_at = 0.0
        self._known: frozenset[int] = frozenset()
        self._materials = b""

    def note(self, depsgraph: bpy.types.Depsgraph) -> None:
        """Take note of what an evaluation changed; geometry that is old is forgotten at once, since addresses recur."""
        old: set[int] = set()
        number = 0
        for update in depsgraph.updates:
            number += 1
            data = update.id.original
            if update.is_updated_geometry:
                old.add(data.session_uid)
            if isinstance(data, bpy.types.Object):
                self._touched[data.session_uid] = data.name_full
            elif isinstance(data, bpy.types.Scene):
                self._whole |= update.is_updated_geometry
            elif not isinstance(data, bpy.types.Mesh) and type(data).__name__ not in _NO_MATTER:
                self._whole = True
        if old:
            for key in [key for key in self.geometries if old.intersection(key[:2])]:
                del self.geometries[key]
        if len(self._touched) > _FEW or number > _MANY_UPDATES or depsgraph.id_type_updated("COLLECTION"):
            self._whole = True
        self._edited_at = time.perf_counter()

    def forget(self) -> None:
        """Everything is to be looked at anew, geometry included."""
        self._whole = True
        self.geometries.clear()

    def wait(self, shown: frozenset[int]) -> float:
        """Seconds until `update` should be called; 0: now, -1: nothing is to be done.

        `shown`: the objects that the view shows now.
        """
        if not shown <= self._known or self._materials != _material_indices():
            self._whole = True
        if not (self._whole or self._touched):
            return -1
        if not self._whole or self.cost < AT_ONCE:
            return 0
        return max(0.0, SETTLED - (time.perf_counter() - self._edited_at))

    def update(
        self, view_layer: bpy.types.ViewLayer, depsgraph: bpy.types.Depsgraph, shown: frozenset[int] = frozenset()
    ) -> None:
        """Bring everything up to date."""
        started = time.perf_counter()
        whole = self._whole or not self._look_at_touched(view_layer, depsgraph)
        if whole:
            self.things = {each.key: each for each in look(view_layer, depsgraph, self.geometries)}
            evaluated = (obj.original.session_uid for obj in depsgraph.objects)  # also what this view does not show
            self._known, self._materials = shown.union(evaluated), _material_indices()
        self._whole = False
        self._touched.clear()
        self.chunks = arrange(self.things.values(), self.geometries, self.chunks)
        self.rows, self.labels = table(self.chunks, self.things)
        self.hosts = hosts_of(self.chunks, self.things)
        self._counted.clear()
        self.version += 1
        if whole:
            self.cost = time.perf_counter() - started

    def count(self, shown: frozenset[int]) -> None:
        """Make `counts` what one view shows: it may show less than the view layer has. Each view's are kept."""
        if len(self._counted) > _VIEWS:
            self._counted.clear()
        if shown not in self._counted:
            self._counted[shown] = counts_of(each for each in self.things.values() if each.host in shown)
        self.counts = self._counted[shown]

    def _look_at_touched(self, view_layer: bpy.types.ViewLayer, depsgraph: bpy.types.Depsgraph) -> bool:
        """Look at the few objects that changed; False where that is not enough: they show, or are shown by, others."""
        trees = referring_trees()
        of_instances = {thing.key[1] for thing in self.things.values() if isinstance(thing.key, tuple)}
        of_instances |= {thing.host for thing in self.things.values() if isinstance(thing.key, tuple)}
        for number, name in self._touched.items():
            obj = view_layer.objects.get(name)
            if not obj or obj.session_uid != number:
                return False
            if obj.type in {"CAMERA", "LIGHT", "SPEAKER", "LIGHT_PROBE"}:
                continue
            if number in of_instances or number not in self.things or obj.children:
                return False
            found = look_again(obj, depsgraph, trees, self.geometries)
            if not found:
                return False
            self.things[number] = found
        return True


def counts_of(things: Iterable[Thing]) -> Counter[int]:
    """{label id: things that show it}; what one host copies many times is one thing, as in the tab."""
    once = {
        (label, each.key[:2] if isinstance(each.key, tuple) else each.key) for each in things for label in each.labels
    }
    return Counter(label for label, _ in once)


def _material_indices() -> bytes:
    """The pass indices of all materials: Blender tells nobody when one changes."""
    found = np.zeros(len(bpy.data.materials), np.int32)
    bpy.data.materials.foreach_get("pass_index", found)
    return found.tobytes()


_pictures: dict[tuple[str, str], Picture] = {}


def picture_of(scene: bpy.types.Scene, view_layer: bpy.types.ViewLayer) -> Picture:
    """What is known of a view layer, which may be nothing yet."""
    return _pictures.setdefault((scene.name_full, view_layer.name), Picture())


def all_pictures() -> list[Picture]:
    return list(_pictures.values())


@bpy.app.handlers.persistent
def _after_update(scene: bpy.types.Scene, depsgraph: bpy.types.Depsgraph) -> None:
    picture = _pictures.get((scene.name_full, depsgraph.view_layer.name))
    if picture:
        picture.note(depsgraph)


@bpy.app.handlers.persistent
def _after_jump(*_args: object) -> None:
    for picture in _pictures.values():
        picture.forget()


@bpy.app.handlers.persistent
def forget_all(*_args: object) -> None:
    """Know nothing any more: another file, or nobody looks."""
    _pictures.clear()


_HANDLERS = (*handlers.calls(update=_after_update, undo=_after_jump, load=forget_all), ("load_pre", forget_all))


def register() -> None:
    handlers.add(_HANDLERS)


def unregister() -> None:
    handlers.remove(_HANDLERS)
    forget_all()
