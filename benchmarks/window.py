"""How long does a person wait in a window with 10,000 objects? Presses the buttons, prints a table, quits Blender.

    blender -P benchmarks/window.py -- [--objects 10000]

Each button three times, as a click would, with all that hangs on it; then a frame of the whole window, which Blender's
own drawing is most of: the same frame before is beside it. Longest of the three: the first is the one that people feel.
"""

from __future__ import annotations

import sys
import traceback
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))  # Blender adds no script's folder

import bpy
from crowds import add_named, number_of_objects, seconds

import blender_addon

ROUNDS = 3


def main() -> None:
    number = number_of_objects(__doc__)
    blender_addon.register()
    steps = measure(number)

    def step() -> float | None:
        try:
            return next(steps, None)
        except Exception:  # a timer that fails leaves a window open that nobody looks at
            traceback.print_exc()
            bpy.ops.wm.quit_blender()
            raise

    bpy.app.timers.register(step, first_interval=3.0)


def measure(number: int) -> Iterator[float]:
    """Yields the seconds that Blender is left alone for: to draw, and to settle."""
    times: dict[str, list[float]] = defaultdict(list)

    def timed(name: str, work: Callable[[], object]) -> None:
        with in_view():
            times[name].append(seconds(work))

    for obj in list(bpy.data.objects):
        bpy.data.objects.remove(obj)
    bpy.ops.labelpass.choose_set(source="nyu40")
    add_named(number)
    yield 6.0
    for _ in range(ROUNDS):
        timed("a frame of the window", draw)
        timed("suggest", bpy.ops.labelpass.suggest)
        yield 2.0
        with in_view():
            bpy.ops.object.select_all(action="SELECT")
        yield 2.0
        timed("assign to all", lambda: bpy.ops.labelpass.assign(label_id=5))
        yield 3.0
        timed("audit", bpy.ops.labelpass.audit)
        yield 3.0
        timed("label colours on, with their first frame", lambda: (bpy.ops.labelpass.toggle_overlay(), draw()))
        yield 2.0
        timed("a frame with label colours", draw)
        timed("clear all", bpy.ops.labelpass.clear)
        with in_view():
            bpy.ops.labelpass.toggle_overlay()
        yield 3.0
    print(f"\n{number} objects, longest of {ROUNDS}\n")
    for name, each in times.items():
        print(f"{name:42}{max(each):8.3f} s")
    bpy.ops.wm.quit_blender()


def in_view():
    """As if the mouse were over the 3D view."""
    window = bpy.context.window_manager.windows[0]
    area = next(area for area in window.screen.areas if area.type == "VIEW_3D")
    region = next(region for region in area.regions if region.type == "WINDOW")
    return bpy.context.temp_override(window=window, area=area, region=region)


def draw() -> None:
    bpy.ops.wm.redraw_timer(type="DRAW_WIN", iterations=1)


if __name__ == "__main__":
    main()
