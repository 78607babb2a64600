"""One object alone in a 3D view, framed, and everything put back.

It is Blender's local view: where a person leaves that by Blender's own key, too, nothing stays hidden. A local view
that a person made before is theirs, and is there again afterwards.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import bpy

from ..tab import handlers, timers


@dataclass(frozen=True)
class _Alone:
    """What a view shows alone.

    `before`, `stood`: what a person's own local view had shown, and from where. Names, since data may go at any time.
    """

    shown: str
    before: tuple[str, ...] = ()
    stood: tuple[object, ...] = ()


_alone: dict[int, _Alone] = {}


def is_on(space: bpy.types.SpaceView3D, view_layer: bpy.types.ViewLayer) -> bool:
    """True while this 3D view shows one object alone because `show_alone` did that."""
    return _ours(space, view_layer) is not None


def show_alone(context: bpy.types.Context, obj: bpy.types.Object) -> None:
    """Show an object alone, which is selected and nothing else is, and frame it, in the context's 3D view."""
    space, view_layer = context.space_data, context.view_layer
    if not space.local_view:
        bpy.ops.view3d.localview(frame_selected=True)  # remembers where the view stood, too
        _alone[space.as_pointer()] = _Alone(obj.name)
        return
    ours, members = _ours(space, view_layer), _members(space, view_layer)
    if not ours:
        ours = _Alone("", tuple(each.name for each in members), _standing(space))
    _swap(space, members, [obj])
    _alone[space.as_pointer()] = replace(ours, shown=obj.name)
    _frame(space)


def _frame(space: bpy.types.SpaceView3D) -> None:
    if space.region_3d.view_perspective == "CAMERA":  # a camera locked to the view would be moved
        space.region_3d.view_perspective = "PERSP"
    bpy.ops.view3d.view_selected()


def show_all(context: bpy.types.Context) -> bool:
    """Put back what `show_alone` changed in the context's 3D view; False where it had not changed anything."""
    space, view_layer = context.space_data, context.view_layer
    ours = _ours(space, view_layer)
    _alone.pop(space.as_pointer(), None)
    if not ours:
        return False
    before = [view_layer.objects[name] for name in ours.before if name in view_layer.objects]
    if not before:
        bpy.ops.view3d.localview(frame_selected=True)
        return True
    _swap(space, _members(space, view_layer), before)
    for name, value in zip(_STANDING, ours.stood):
        setattr(space.region_3d, name, value)
    return True


def _ours(space: bpy.types.SpaceView3D, view_layer: bpy.types.ViewLayer) -> _Alone | None:
    """What is known of a view, if it still is as we left it: a person may have left it and made another one."""
    known = _alone.get(space.as_pointer())
    if not known or not space.local_view:
        return None
    return known if len(_members(space, view_layer)) <= 1 else None


def _members(space: bpy.types.SpaceView3D, view_layer: bpy.types.ViewLayer) -> list[bpy.types.Object]:
    """What a local view shows. Before Blender 5, `local_view_get` says what it showed at the last evaluation."""
    return [obj for obj in view_layer.objects if obj.visible_get(viewport=space)]


def _swap(space: bpy.types.SpaceView3D, out: Iterable[bpy.types.Object], into: Iterable[bpy.types.Object]) -> None:
    for obj in out:
        obj.local_view_set(space, False)
    for obj in into:
        obj.local_view_set(space, True)


_STANDING = ("view_rotation", "view_distance", "view_location", "view_perspective")


def _standing(space: bpy.types.SpaceView3D) -> tuple[object, ...]:
    found = (getattr(space.region_3d, name) for name in _STANDING)
    return tuple(value.copy() if hasattr(value, "copy") else value for value in found)


@bpy.app.handlers.persistent
def _after_jump(*_args: object) -> None:
    """Undo puts back what a local view shows, and not where it looks."""
    if _alone:
        timers.start(_frame_again)


def _frame_again() -> None:
    for window in bpy.context.window_manager.windows:
        for area in window.screen.areas:
            space = area.spaces.active
            if area.type == "VIEW_3D" and space.as_pointer() in _alone and space.local_view:
                region = next(region for region in area.regions if region.type == "WINDOW")
                with bpy.context.temp_override(window=window, area=area, region=region):
                    _follow(bpy.context)


def _follow(context: bpy.types.Context) -> None:
    """Look at what the local view shows now; leave it where that is what it showed before it was one."""
    space, view_layer = context.space_data, context.view_layer
    now, known = _members(space, view_layer), _alone[space.as_pointer()]
    if len(now) == 1 and now[0].name != known.shown:
        _alone[space.as_pointer()] = replace(known, shown=now[0].name)
        _frame(space)
    elif len(now) in {0, len(view_layer.objects)}:  # Blender marks all objects of a new scene as members of any
        del _alone[space.as_pointer()]
        bpy.ops.view3d.localview(frame_selected=True)


@bpy.app.handlers.persistent
def _after_load(*_args: object) -> None:
    _alone.clear()


_HANDLERS = handlers.calls(undo=_after_jump, load=_after_load)


def register() -> None:
    handlers.add(_HANDLERS)


def unregister() -> None:
    handlers.remove(_HANDLERS)
    timers.stop(_frame_again)
    _alone.clear()
