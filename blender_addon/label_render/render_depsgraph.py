"""The scene as a render sees it: evaluated with what renders show, their modifiers and their levels of detail.

Python gets such a depsgraph in one place alone, the `render` of a render engine. So an engine that draws nothing is
registered for a moment and asked to render. `evaluated_depsgraph_get` gives what the viewport shows.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from typing import Any, TypeVar

import bpy

from .label_pass import RenderFailed, overheard
from .seen import kept_render_result
from .stage import changed

Result = TypeVar("Result")

ENGINE = "LABELPASS_LOOK"


def with_render_depsgraph(
    scene: bpy.types.Scene, view_layer: bpy.types.ViewLayer, call: Callable[[bpy.types.Depsgraph], Result]
) -> Result:
    """What `call` returns, which is handed the depsgraph of a render of the frame that the scene stands at.

    What the depsgraph leads to is gone when this returns: keep numbers, and originals of data-blocks. An exception of
    `call` is passed on. The user's engine, settings and last picture come back. Raises RenderFailed where Blender does
    not render, as without a camera.
    """
    results: list[Result] = []
    faults: list[BaseException] = []

    def render(_engine: bpy.types.RenderEngine, depsgraph: bpy.types.Depsgraph) -> None:
        try:
            results.append(call(depsgraph))
        except BaseException as fault:  # noqa: BLE001 (Blender would print it and go on)
            faults.append(fault)

    engine = type(ENGINE, (bpy.types.RenderEngine,), {"bl_idname": ENGINE, "bl_label": "Labelpass", "render": render})
    bpy.utils.register_class(engine)
    try:
        _render_with_it(scene, view_layer)
    finally:
        bpy.utils.unregister_class(engine)
    if faults:
        raise faults[0]
    if not results:
        raise RenderFailed("Blender evaluated nothing for a render")
    return results[0]


def _render_with_it(scene: bpy.types.Scene, view_layer: bpy.types.ViewLayer) -> None:
    settings: dict[str, Any] = {"engine": ENGINE, "use_compositing": False, "use_sequencer": False}
    settings |= {"use_multiview": False, "use_border": False, "use_freestyle": False}  # it crashes on an engine of ours
    with ExitStack() as stack:
        enter = stack.enter_context
        enter(kept_render_result())
        for layer in scene.view_layers:
            enter(changed(layer, use=layer == view_layer))
        enter(changed(scene.render, **settings))
        enter(bpy.context.temp_override(scene=scene, view_layer=view_layer))
        last_words = enter(overheard())
        try:
            bpy.ops.render.render(scene=scene.name)
        except RuntimeError as error:
            raise RenderFailed(f"Blender failed to evaluate the scene: {str(error).strip()}{last_words()}") from error
