"""Shared by the tests of keys: their operators, what is selected, what a view shows alone, what waits for a label."""

import bpy

from blender_addon.keys import unlabelled

OPERATORS = ("search_label", "repeat_label", "pick_label", "next_unlabelled", "previous_unlabelled", "show_all")


def choose(name="nyu40"):
    bpy.ops.labelpass.choose_set(source=name)
    bpy.context.view_layer.update()


def select(*objects):
    bpy.context.view_layer.update()  # what was just linked cannot be selected before
    for obj in bpy.context.view_layer.objects:
        obj.select_set(obj in objects)
    bpy.context.view_layer.objects.active = objects[0] if objects else None
    bpy.context.view_layer.update()


def members(space):
    bpy.context.view_layer.update()
    return (
        [obj.name for obj in bpy.context.view_layer.objects if obj.visible_get(viewport=space)]
        if space.local_view
        else []
    )


def found():
    return unlabelled.places(bpy.context.view_layer, bpy.context.evaluated_depsgraph_get())
