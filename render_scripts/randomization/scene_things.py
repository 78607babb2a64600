"""What the scene has for the families to draw for, and what of it is left alone."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path

import bpy

from blender_addon import scene_labels
from blender_addon.contract.labels import LabelSet
from blender_addon.label_render.light_through import Suspicion, may_be_transparent
from blender_addon.occurrences import Occurrence
from blender_addon.scene_labels import kept_labels, resolve

from . import backgrounds, distractors, world
from .emitters_on_scene import gives_light
from .folders import BLENDERS_OWN, pools_of
from .lights_on_scene import lamps_of, lights_of
from .looks_on_scene import Slot
from .material_shifts import can_shift, source_name
from .materials import ALL, Surface
from .pools import files_in, pictures_in
from .spec import Randomization, Things


@dataclass(frozen=True)
class SceneThings:
    """`things` by name, and what the names are of: `lamps`, `emitters` and `shifting`, which are materials, `slots` of
    surfaces."""

    things: Things
    lamps: list[bpy.types.Object]
    emitters: list[bpy.types.Material]
    shifting: list[bpy.types.Material]
    slots: dict[tuple[str, int], Slot]


def hdri_folder(spec: world.World) -> Path:
    """The folder of pictures of a spec; that of the surroundings which come with Blender where it names none."""
    if spec.hdris:
        return Path(spec.hdris)
    own = [light.path for light in bpy.context.preferences.studio_lights if light.type == "WORLD"]
    if own and (folder := Path(own[0]).parent).is_dir():
        return folder
    raise ValueError("this Blender comes without pictures of surroundings: name a folder as world.hdris")


def picture_pools(spec: Randomization) -> dict[str, dict[str, str]]:
    """{folder: {name: fingerprint}} of the pictures that a spec draws from. Raises ValueError for folders without."""
    found: dict[str, dict[str, str]] = {}
    model_files(spec)
    if spec.world and not spec.world.hdris:
        found[BLENDERS_OWN] = pictures_in(hdri_folder(spec.world), world.PICTURES)
    for pool in pools_of(spec):
        name = str(pool.folder)
        found[name] = found.get(name, {}) | pictures_in(pool.folder, pool.suffixes, pool.what)
    return found


def _of_kind(names: Iterable[str], suffixes: Collection[str]) -> tuple[str, ...]:
    """Those of a folder, which may be that of several families."""
    return tuple(name for name in names if Path(name).suffix.lower() in suffixes)


def model_files(spec: Randomization) -> dict[str, Path]:
    """{name that draws know it by: file} of the models of distractors. Raises ValueError as `picture_pools`, and for
    two folders of one name."""
    folders = [Path(folder) for folder in spec.distractors.models] if spec.distractors else []
    if len({folder.name for folder in folders}) < len(folders):
        raise ValueError("distractors.models: two folders have one name")
    models = [path for folder in folders for path in files_in(folder, distractors.MODELS, "model")]
    return {f"{path.parent.name}/{path.name}": path for path in models}


def unknown_labels(spec: Randomization, label_set: LabelSet) -> list[str]:
    """Names in a spec that are no label of the set."""
    named = [*spec.keep, *((*spec.poses.labels, *spec.poses.onto) if spec.poses else ())]
    if spec.materials:
        named += [label for pool in spec.materials.textures for label in pool.labels]
    if spec.distractors and spec.distractors.is_a_label:
        named.append(spec.distractors.label)
    known = {label.name for label in label_set.labels}
    return [name for name in dict.fromkeys(named) if name not in known and name != ALL]


def kept_names(spec: Randomization, scene: bpy.types.Scene, label_set: LabelSet) -> set[str]:
    """Names of the labels whose things keep materials and places: those of the spec, "*" being all and "" what has
    none, and those that somebody keeps in the scene."""
    kept = {label_set.by_id[id_].name for id_ in kept_labels(scene) if id_ in label_set.by_id}
    everything = {"", *(label.name for label in label_set.labels)} if ALL in spec.keep else set()
    return kept | everything | set(spec.keep)


def scene_things(
    spec: Randomization,
    view_layer: bpy.types.ViewLayer,
    shown: Iterable[Occurrence],
    label_set: LabelSet,
    keep: Collection[str],
) -> SceneThings:
    """`shown`: what the view layer renders, with the labels of instancers on it. `keep`: names of labels, see
    `kept_names`."""
    lamps = lamps_of(view_layer) if spec.lights else []
    kept_lights = {obj.data for obj in view_layer.objects if obj.type == "LIGHT" and keeps(obj)}
    pools = picture_pools(spec)
    hdris = _of_kind(pools[str(spec.world.hdris or BLENDERS_OWN)], world.PICTURES) if spec.world else ()
    behind = _of_kind(pools[str(spec.backgrounds.folder)], backgrounds.PICTURES) if spec.backgrounds else ()
    emitters: list[bpy.types.Material] = []
    shifting: list[bpy.types.Material] = []
    slots: dict[tuple[str, int], Slot] = {}
    surfaces: list[Surface] = []
    swaps: dict[str, list[str]] = {}
    pictures: tuple[tuple[str, ...], ...] = ()
    if spec.materials or spec.lights:
        found = _slots(shown, label_set, keep)
        kept = {slot.material for _, _, slot, _, free in found if not free}
        free_ones = dict.fromkeys(slot.material for *_, slot, _, free in found if free)
        changing = [material for material in free_ones if material not in kept]
    if spec.lights:
        emitters = [material for material in changing if gives_light(material)]
    if spec.materials:
        shifting = [material for material in changing if can_shift(material)]
        pictures = tuple(tuple(pools.get(str(pool.folder), ())) for pool in spec.materials.textures)
        suspicion = Suspicion(glass=True)
        for obj, at, slot, label, free in found:
            may = free and not obj.library  # slots of what is linked cannot be written
            if may and (obj.name_full, at) not in slots and is_plain(slot.material, suspicion):
                slots[obj.name_full, at] = obj, at
                surfaces.append(Surface(obj.name_full, at, label, slot.material.name_full))
                if not slot.material.pass_index and not slot.material.library:
                    for pool in (label, ALL):
                        swaps.setdefault(pool, []).append(slot.material.name)
    things = Things(
        lights=tuple(light.name_full for light in lights_of(lamps) if light not in kept_lights),
        lamps=tuple(lamp.name_full for lamp in lamps),
        emitters=tuple(sorted({source_name(material) for material in emitters})),
        materials=tuple(sorted({source_name(material) for material in shifting})),
        surfaces=tuple(surfaces),
        swaps={label: sorted(set(names)) for label, names in swaps.items()},
        pictures=pictures,
        hdris=hdris,
        models=tuple(model_files(spec)),
        backgrounds=behind,
    )
    return SceneThings(things, lamps, emitters, shifting, slots)


def _slots(
    shown: Iterable[Occurrence], label_set: LabelSet, keep: Collection[str]
) -> list[tuple[bpy.types.Object, int, bpy.types.MaterialSlot, str, bool]]:
    """(object, position, slot, name of its label, whether it may change) of all that is shown.

    Instances share the slots of an object: what is kept in one of them changes in none.
    """
    names = {label.id: label.name for label in label_set.labels}
    found = []
    kept = set()
    for thing in shown:
        locked = keeps(thing.obj, thing.instancers)
        for at, slot in enumerate(thing.obj.material_slots):
            if slot.material:
                resolved = resolve(thing.obj, material=slot.material, instancers=thing.instancers)
                label = names.get(resolved.label_id, "")
                found.append((thing.obj, at, slot, label))
                if locked or label in keep:
                    kept.add((thing.obj, at))
    return [(obj, at, slot, label, (obj, at) not in kept) for obj, at, slot, label in found]


def keeps(obj: bpy.types.Object, instancers: tuple[bpy.types.Object, ...] = ()) -> bool:
    """Whether somebody wants an object, or what instances it, kept as it is."""
    return any(scene_labels.is_locked(each) for each in (obj, *instancers))


def is_plain(material: bpy.types.Material, suspicion: Suspicion) -> bool:
    """Whether another look can take a material's place: opaque, without light of its own and without displacement."""
    tree = material.node_tree
    if not tree:
        return True
    if may_be_transparent(tree, suspicion) or any(_emits(node) for node in tree.nodes):
        return False
    output = tree.get_output_node("CYCLES")
    return not output or not (output.inputs["Displacement"].is_linked or output.inputs["Volume"].is_linked)


def _emits(node: bpy.types.Node) -> bool:
    if node.type == "GROUP":
        return bool(node.node_tree) and any(_emits(each) for each in node.node_tree.nodes)
    if node.type == "BSDF_PRINCIPLED":
        strength, color = node.inputs["Emission Strength"], node.inputs["Emission Color"]
        return strength.is_linked or (strength.default_value > 0 and (color.is_linked or any(color.default_value[:3])))
    return node.type in {"EMISSION", "EEVEE_SPECULAR"}
