"""The scene as a render sees it: evaluated with what renders show, their modifiers and their levels of detail.

`evaluated_depsgraph_get` gives what the viewport shows: nothing of what is hidden or thinned out there. Python gets the
depsgraph of a render in two places. Handlers hear of each render (`heard_in_render`), which costs no evaluation. The
`render` of an engine is handed one, too: so one that draws nothing is registered for a moment and asked to render
(`with_render_depsgraph`), which evaluates the scene anew and loses what Cycles keeps from frame to frame.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any, Protocol, TypeVar

import bpy

from .label_pass import RenderFailed, overheard
from .stage import changed, kept_render_result

Result = TypeVar("Result")

ENGINE = "LABELPASS_LOOK"


@contextmanager
def heard_in_render(call: Callable[[bpy.types.Depsgraph], Result]) -> Iterator[Callable[[], Result]]:
    """Until the block ends, hand the depsgraph of each render to `call`. Yields a function that gives what it made of
    the last one, and raises what it raised; LookupError before a render."""
    found: list[Result] = []
    faults: list[Exception] = []

    def listen(_scene: bpy.types.Scene, depsgraph: bpy.types.Depsgraph | None = None) -> None:
        if depsgraph and depsgraph.mode == "RENDER":
            found.clear()
            try:
                found.append(call(depsgraph))
            except Exception as fault:  # noqa: BLE001 (Blender would print it and go on)
                faults.append(fault)

    def last() -> Result:
        if faults:
            raise faults[0]
        if not found:
            raise LookupError("nothing was rendered")
        return found[0]

    bpy.app.handlers.frame_change_post.append(listen)
    try:
        yield last
    finally:
        bpy.app.handlers.frame_change_post.remove(listen)


class Look(Protocol):
    """Hands `call` the depsgraph of a render of the frame that the scene stands at; returns what `call` returns.

    What the depsgraph leads to is gone then: keep numbers, and originals of data-blocks. An exception of `call` is
    passed on. Raises RenderFailed where Blender does not render.
    """

    def __call__(self, call: Callable[[bpy.types.Depsgraph], Result]) -> Result: ...


def with_render_depsgraph(
    scene: bpy.types.Scene, view_layer: bpy.types.ViewLayer, call: Callable[[bpy.types.Depsgraph], Result]
) -> Result:
    """One `Look`. The user's engine, settings and last picture come back."""
    with render_looks(scene, view_layer) as look:
        return look(call)


@contextmanager
def render_looks(scene: bpy.types.Scene, view_layer: bpy.types.ViewLayer) -> Iterator[Look]:
    """Until the block ends, have a `Look`: of several the later ones evaluate only what has changed."""
    calls: list[Callable[[bpy.types.Depsgraph], Any]] = []
    results: list[Any] = []
    faults: list[BaseException] = []

    def render(_engine: bpy.types.RenderEngine, depsgraph: bpy.types.Depsgraph) -> None:
        try:
            results.append(calls.pop()(depsgraph))
        except BaseException as fault:  # noqa: BLE001 (Blender would print it and go on)
            faults.append(fault)

    def look(call: Callable[[bpy.types.Depsgraph], Result]) -> Result:
        calls[:] = [call]
        _render(scene)
        if faults:
            raise faults.pop()
        if not results:
            raise RenderFailed("Blender evaluated nothing for a render")
        result: Result = results.pop()
        return result

    engine = type(ENGINE, (bpy.types.RenderEngine,), {"bl_idname": ENGINE, "bl_label": "Labelpass", "render": render})
    bpy.utils.register_class(engine)
    try:
        with _rendered_by_it(scene, view_layer):
            yield look
    finally:
        bpy.utils.unregister_class(engine)


@contextmanager
def _rendered_by_it(scene: bpy.types.Scene, view_layer: bpy.types.ViewLayer) -> Iterator[None]:
    settings: dict[str, Any] = {"engine": ENGINE, "use_compositing": False, "use_sequencer": False}
    settings |= {"use_multiview": False, "use_border": False, "use_freestyle": False}  # it crashes on an engine of ours
    with ExitStack() as stack:
        enter = stack.enter_context
        enter(kept_render_result())
        enter(_some_camera(scene))
        for layer in scene.view_layers:
            enter(changed(layer, use=layer == view_layer))
        enter(changed(scene.render, use_persistent_data=True, **settings))
        enter(bpy.context.temp_override(scene=scene, view_layer=view_layer))
        yield


def _render(scene: bpy.types.Scene) -> None:
    with overheard() as last_words:
        try:
            bpy.ops.render.render(scene=scene.name)
        except RuntimeError as error:
            raise RenderFailed(f"Blender failed to evaluate the scene: {str(error).strip()}{last_words()}") from error


@contextmanager
def _some_camera(scene: bpy.types.Scene) -> Iterator[None]:
    """Have any camera, until the block ends: without one Blender evaluates nothing for a render."""
    if scene.camera:
        yield
        return
    data = bpy.data.cameras.new("Look")
    obj = bpy.data.objects.new("Look", data)
    try:
        scene.collection.objects.link(obj)
        scene.camera = obj
        yield
    finally:
        scene.camera = None
        bpy.data.objects.remove(obj)
        bpy.data.cameras.remove(data)
