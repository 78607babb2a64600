"""Scenes of many objects, with the add-on at hand, for the benchmarks beside this file, and how these take the time."""

from __future__ import annotations

import argparse
import contextlib
import json
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import bpy

import blender_addon
from blender_addon.label_render.streams import hushed

LISTS = Path(__file__).with_name("names")


def number_of_objects(description: str | None) -> int:
    """What the command line says; inside Blender, its arguments after --."""
    own = sys.argv[sys.argv.index("--") + 1 :] if "--" in sys.argv else sys.argv[1:]
    parser = argparse.ArgumentParser(description=(description or "").split("\n")[0])
    parser.add_argument("--objects", type=int, default=10_000)
    return int(parser.parse_args([] if bpy.app.binary_path and "--" not in sys.argv else own).objects)


@contextlib.contextmanager
def empty_scene() -> Iterator[None]:
    """With the add-on registered and the labels of NYU40."""
    bpy.ops.wm.read_factory_settings(use_empty=True)
    blender_addon.register()
    try:
        with hushed((1,)):
            bpy.ops.labelpass.choose_set(source="nyu40")
        yield
    finally:
        blender_addon.unregister()  # bpy 4.5 hangs at exit otherwise


def add_cubes(number: int) -> None:
    """So many selected cubes, each with a mesh of its own."""
    corners = [(x, y, z) for x in (0, 1) for y in (0, 1) for z in (0, 1)]
    faces = [(0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3)]
    for place in range(number):
        cube = _new("cube", corners, faces, place)
        bpy.context.scene.collection.objects.link(cube)
        cube.select_set(True)
    bpy.context.view_layer.update()


def add_named(number: int) -> None:
    """So many triangles, each with a mesh of its own, in ten collections, named as people name things."""
    names = [name for name in _names_of_people() if name]
    collections = [bpy.data.collections.new(f"Room {place}") for place in range(10)]
    for collection in collections:
        bpy.context.scene.collection.children.link(collection)
    for place in range(number):
        obj = _new(names[place % len(names)], [(0, 0, 0), (1, 0, 0), (0, 1, 0)], [(0, 1, 2)], place)
        collections[place % len(collections)].objects.link(obj)
    bpy.context.view_layer.update()


def _new(name: str, corners: list[tuple], faces: list[tuple], place: int) -> bpy.types.Object:
    mesh = bpy.data.meshes.new(name)
    mesh.from_pydata(corners, [], faces)
    obj = bpy.data.objects.new(name, mesh)
    obj.location = (place % 100 * 2, place // 100 * 2, 0)
    return obj


def _names_of_people() -> list[str]:
    found = []
    for path in sorted(LISTS.glob("*.json")):
        for entries in json.loads(path.read_text(encoding="utf-8"))["names"].values():
            found += [entry if isinstance(entry, str) else entry.get("object", "") for entry in entries]
    return [name for name in found if isinstance(name, str)]


def seconds(work: Callable[..., object], *arguments: object) -> float:
    started = time.perf_counter()
    work(*arguments)
    return time.perf_counter() - started
