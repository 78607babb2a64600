"""The builders by name. Each is a module that says, without Blender, what it makes (`SUMMARY`) and of which `Settings`.

One that draws pictures itself has `pages(settings, seed)` (`scenes.drawn`). One with Blender says how many frames its
.blend holds best (`FRAMES_A_SCENE`), whether each of them is a draw of its own, with nothing in it that another shows
(`INDEPENDENT`), and what they are labelled with (`LABEL_SET`, or the name of one that comes along), and has
`build(settings, seed, scene_number, frames)`: a labelled scene with so many views, in an empty file. What is in a frame
hangs on the seed and the two numbers alone. Either may have `check(settings)`, which raises ValueError for folders of
somebody's that nothing can be made of: asked before anything is.
"""

from __future__ import annotations

from importlib import import_module
from types import ModuleType

from blender_addon.contract.strict import nearest

NAMES = ("balloons", "cutouts", "picture_frames", "rectangles", "rooms", "studio")


def builder(name: str) -> ModuleType:
    """Raises ValueError for a name that is none."""
    if name not in NAMES:
        raise ValueError(f"{name} is no builder{nearest(name, NAMES)}; there are {', '.join(NAMES)}")
    return import_module(f"scenes.{name}")


def draws(module: ModuleType) -> bool:
    """Whether a builder makes pictures itself, without Blender."""
    return hasattr(module, "pages")
