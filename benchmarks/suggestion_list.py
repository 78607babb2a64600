"""How long does it take from the press of the button to the list, and to accept all of it?

    python benchmarks/suggestion_list.py [--objects 10000]        (or blender -b -P, with the same arguments after --)

Fills a scene with that many objects named as people name things: each name of `names`, numbered as Blender does. Best
of five, each as if it were the first: the names are read anew.

suggest    the button: what may be labelled, its names, their meaning, the list
live       what a redraw after an edit costs: which entries still hold, grouped
accept     all above the bar: each is looked at anew, then labelled
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import bpy

import blender_addon
from blender_addon.suggestions import properties as suggest_properties
from blender_addon.suggestions import suggestion_list
from render_scripts import compat

ROUNDS = 5
LISTS = Path(__file__).with_name("names")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--objects", type=int, default=10_000)
    number = parser.parse_args(sys.argv[sys.argv.index("--") + 1 :] if "--" in sys.argv else None).objects
    bpy.ops.wm.read_factory_settings(use_empty=True)
    blender_addon.register()
    try:
        bpy.ops.labelpass.choose_set(source="nyu40")
        fill(number)
        rounds = [one_round() for _ in range(ROUNDS)]
        print(f"\n{number} objects, Blender {compat.versions()['blender']}, best of {ROUNDS}\n")
        for name in rounds[0]:
            print(f"{name:10}{min(each[name] for each in rounds):8.3f} s")
    finally:
        blender_addon.unregister()  # bpy 4.5 hangs at exit otherwise


def fill(number: int) -> None:
    """So many objects, each with a mesh of its own, in ten collections."""
    names = [name for name in names_of_people() if name]
    for place in range(10):
        bpy.context.scene.collection.children.link(bpy.data.collections.new(f"Room {place}"))
    collections = list(bpy.context.scene.collection.children)
    for place in range(number):
        name = names[place % len(names)]
        mesh = bpy.data.meshes.new(name)
        mesh.from_pydata([(0, 0, 0), (1, 0, 0), (0, 1, 0)], [], [(0, 1, 2)])
        obj = bpy.data.objects.new(name, mesh)
        obj.location = (place % 100 * 2, place // 100 * 2, 0)
        collections[place % len(collections)].objects.link(obj)
    bpy.context.view_layer.update()


def names_of_people() -> list[str]:
    found = []
    for path in sorted(LISTS.glob("*.json")):
        for entries in json.loads(path.read_text(encoding="utf-8"))["names"].values():
            found += [entry if isinstance(entry, str) else entry.get("object", "") for entry in entries]
    return [name for name in found if isinstance(name, str)]


def one_round() -> dict[str, float]:
    """Seconds of each."""
    suggestion_list.forget_words()
    bpy.data.objects.foreach_set("pass_index", [0] * len(bpy.data.objects))
    bpy.context.view_layer.update()
    times = {"suggest": seconds(bpy.ops.labelpass.suggest)}
    suggestion_list.forget()
    times["live"] = seconds(lambda: suggest_properties.shown_rows(bpy.context))
    times["accept"] = seconds(bpy.ops.labelpass.accept_suggestions)
    return times


def seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
