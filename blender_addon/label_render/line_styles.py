"""Freestyle's style modules: Python in a .blend that Blender runs in renders, also where scripts may not run."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import bpy

from .stage import changed


def style_modules() -> Iterator[tuple[bpy.types.FreestyleModuleSettings, str]]:
    """(module, the name of its text) of all view layers; which of them draw may be animated, so all of them count."""
    for scene in bpy.data.scenes:
        for layer in scene.view_layers:
            for module in layer.freestyle_settings.modules:
                if module.script:
                    yield module, module.script.name


@contextmanager
def no_style_modules() -> Iterator[tuple[str, ...]]:
    """Take them off until the block ends; yields the names of their texts."""
    with ExitStack() as stack:
        found = tuple(style_modules())
        for module, _ in found:
            stack.enter_context(changed(module, script=None))
        yield tuple(dict.fromkeys(name for _, name in found))
