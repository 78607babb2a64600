"""How long does it take from the press of the button to the list, and to accept all of it?

    python benchmarks/suggestion_list.py [--objects 10000]        (or blender -b -P, with the same arguments after --)

Fills a scene with that many objects named as people name things: each name of `names`, numbered as Blender does. Best
of five, each as if it were the first: the names are read anew.

suggest    the button: what may be labelled, its names, their meaning, the list
live       what a redraw after an edit costs: which entries still hold, grouped
accept     all above the bar: each is looked at anew, then labelled
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))  # Blender adds no script's folder

import bpy
from crowds import add_named, empty_scene, number_of_objects, seconds

from blender_addon.label_render.streams import hushed
from blender_addon.suggestions import properties, suggestion_list
from render_scripts import compat

ROUNDS = 5


def main() -> None:
    number = number_of_objects(__doc__)
    with empty_scene():
        add_named(number)
        with hushed((1,)):
            rounds = [one_round() for _ in range(ROUNDS)]
        print(f"\n{number} objects, Blender {compat.versions()['blender']}, best of {ROUNDS}\n")
        for name in rounds[0]:
            print(f"{name:10}{min(each[name] for each in rounds):8.3f} s")


def one_round() -> dict[str, float]:
    """Seconds of each."""
    suggestion_list.forget_words()
    bpy.data.objects.foreach_set("pass_index", [0] * len(bpy.data.objects))
    bpy.context.view_layer.update()
    times = {"suggest": seconds(bpy.ops.labelpass.suggest)}
    suggestion_list.forget()
    times["live"] = seconds(lambda: properties.shown_rows(bpy.context))
    times["accept"] = seconds(bpy.ops.labelpass.accept_suggestions)
    return times


if __name__ == "__main__":
    main()
