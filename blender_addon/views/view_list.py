"""The views that the renderer will render, as rows: what each is called, what can be edited of it and why not more.

`find_views` decides what is rendered; this adds which of it lies on the camera that carries our views. Frames that a
thing in motion gives a camera are one row for as long as that camera runs.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import bpy

from ..contract.run import View
from ..label_render.viewpoints import NoCamera, find_views
from ..scene_labels import why_locked
from .camera_views import find_camera, key_frames, why_held


@dataclass(frozen=True)
class Row:
    """`frame` to `last`: scene frames, one and the same for a view. `still`: a camera of several in a still scene.

    `fixed` says why the view cannot be changed here, and is None where it can; `named`: whether a marker names it.
    """

    frame: int
    last: int
    camera: str
    name: str
    fixed: str | None
    named: bool
    still: bool = False


def list_rows(scene: bpy.types.Scene) -> list[Row]:
    """The rows, in the order of rendering; none where there is no camera. Looks at everything that is animated."""
    try:
        views = find_views(scene)
    except NoCamera:
        return []
    carrier = find_camera(scene)
    ours = set(key_frames(carrier)) if carrier else set()
    names = {marker.frame: marker.name for marker in scene.timeline_markers}
    still = len(views) > 1 and len({view.scene_frame for view in views}) == 1
    moving = all(view.name == view.camera for view in views)  # so names `find_views` what moves
    rows: list[Row] = []
    for view in views:
        mine = carrier is not None and view.camera == carrier.name and view.scene_frame in ours
        row = _row(scene, view, names, carrier, mine=mine, still=still, moving=moving)
        before = rows[-1] if rows else None
        if before and _goes_on(before, row, mine=mine):
            rows[-1] = replace(before, last=row.last)
        else:
            rows.append(row)
    return rows


def _row(scene, view: View, names: dict[int, str], carrier, *, mine: bool, still: bool, moving: bool) -> Row:
    frame = view.scene_frame
    # Where things move, a render names views by their camera; our own still say which is which.
    name = names.get(frame, view.name) if mine else view.name
    named = mine or (not (still or moving) and names.get(frame, str(frame)) == view.name)
    locked = why_locked(scene) and "The scene is linked from another file: change its views there."
    fixed = locked or (None if mine else _why_fixed(scene, view, carrier, still=still))
    return Row(frame, frame, view.camera, name, fixed, named and not locked, still)


def _goes_on(before: Row, row: Row, *, mine: bool) -> bool:
    """Whether a row is the next frame of the one before, which something in motion made."""
    ends = mine or before.fixed is None or row.still or row.named or before.named
    return not ends and (before.camera, before.name, before.last + 1) == (row.camera, row.name, row.frame)


def _why_fixed(scene, view: View, carrier, *, still: bool) -> str:
    camera = scene.objects[view.camera]
    if still:
        return f"Each camera of a still scene is a view: move '{camera.name}' itself to change this one."
    held = why_held(camera)
    if held:
        return f"'{camera.name}' {held}. It is rendered as it is."
    if camera != carrier and not key_frames(camera):
        return f"'{camera.name}' stands still: move the camera itself to change this view."
    if camera != carrier:
        others = f"'{carrier.name}', which carries the views" if carrier else "the scene's"
        return f"'{camera.name}' is another camera than {others}. It is rendered as it is."
    return f"Something else changes at frame {view.scene_frame}: '{camera.name}' has no key there."
