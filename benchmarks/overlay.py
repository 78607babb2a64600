"""How long does it take to bring the overlay of a large scene up to date?

    python benchmarks/overlay.py [--objects 10000]        (or blender -b -P, with the same arguments after --)

So many cubes, each with a mesh of its own. What is measured is all but the graphics card: what evaluation lists, its
labels, triangles, chunks, and the table of rows as the card gets it. Best of five.

on         everything for the first time
redraw     nothing changed: what tells so, at each redraw
move       one object was moved
edit       the mesh of one object was edited
label      one object got another label
label all  all of them did: geometry stays
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))  # Blender adds no script's folder

import bpy
from crowds import add_cubes, empty_scene, number_of_objects, seconds

from blender_addon.overlay import drawing
from blender_addon.overlay.picture import forget_all, picture_of
from blender_addon.scene_labels import assign, read_label_set
from render_scripts import compat

ROUNDS = 5


def main() -> None:
    number = number_of_objects(__doc__)
    with empty_scene():
        add_cubes(number)
        rounds = [one_round(place) for place in range(1, ROUNDS + 1)]
        print(f"\n{number} objects, Blender {compat.versions()['blender']}, best of {ROUNDS}\n")
        for name in rounds[0]:
            print(f"{name:12}{1000 * min(each[name] for each in rounds):8.1f} ms")


def one_round(number: int) -> dict[str, float]:
    """Seconds of each."""
    forget_all()
    objects = list(bpy.context.scene.objects)
    one = objects[number]
    times = {"on": seconds(bring_up_to_date)}
    times["redraw"] = seconds(bring_up_to_date)
    one.location.z += 1
    times["move"] = after_edit()
    one.data.vertices[0].co.z += 1
    one.data.update()
    times["edit"] = after_edit()
    assign([one], 20 + number)
    times["label"] = after_edit()
    assign(objects, number)
    times["label all"] = after_edit()
    return times


def after_edit() -> float:
    bpy.context.view_layer.update()  # Blender's own part
    return seconds(bring_up_to_date)


def bring_up_to_date() -> None:
    """What the 3D view does before the card draws."""
    context = bpy.context
    shown = frozenset(obj.session_uid for obj in context.visible_objects)
    picture = picture_of(context.scene, context.view_layer)
    if picture.wait(shown) >= 0:
        picture.update(context.view_layer, context.view_layer.depsgraph, shown)
        drawing.texels_of(picture, shown, read_label_set(context.scene))


if __name__ == "__main__":
    main()
