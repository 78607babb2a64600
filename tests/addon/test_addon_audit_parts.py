"""Parts that drifted from their source, mended from the audit's list: one, all, and those that cannot be."""

from __future__ import annotations

import bpy
import numpy as np
from test_addon_audit_window import CHAIR, TABLE, WINDOW, kinds, look, mend, refused, room, row

from blender_addon import scene_labels
from blender_addon.audit.findings import Finding
from blender_addon.contract.labels import LabelSet, built_in
from blender_addon.parts.face_parts import assign_faces

__all__ = ["room"]


def drifted_parts(*labels: int) -> dict[int, Finding]:
    """Parts of one material on the floor, a face each, and the material edited since: {label: the row}."""
    floor, wood = bpy.data.objects["Floor"], bpy.data.materials.new("wood")
    floor.data.materials.append(wood)
    floor.data.clear_geometry()
    floor.data.from_pydata([(0, 0, 0), (1, 0, 0), (0, 1, 0)], [], [(0, 1, 2)] * (len(labels) + 1))
    for number, label in enumerate(labels):
        assign_faces([floor], built_in("nyu40").by_id[label], lambda mesh, wanted=number: faces(mesh) == wanted)
    wood.roughness = 0.125
    return {each.label_id: each for each in look().values() if each.kind == "part"}


def faces(mesh):
    return np.arange(len(mesh.polygons))


def roughness(*names: str) -> list[float]:
    return [bpy.data.materials[name].roughness for name in names]


def test_a_part_is_made_like_its_source_again(room):
    floor, wood = bpy.data.objects["Floor"], bpy.data.materials.new("wood")
    wood.use_nodes = True
    floor.data.materials.append(wood)
    assign_faces([floor], built_in("nyu40").by_id[WINDOW], lambda mesh: np.ones(len(mesh.polygons), bool))
    wood.node_tree.nodes["Principled BSDF"].inputs["Roughness"].default_value = 0.125
    assert mend(row("part"), "update") == {"FINISHED"}
    assert "part" not in kinds()
    (part,) = [slot.material for slot in floor.material_slots if slot.material and slot.material != wood]
    assert part.node_tree.nodes["Principled BSDF"].inputs["Roughness"].default_value == 0.125


def test_all_parts_of_a_source_at_once_or_one_alone(room, capsys):
    before = bpy.data.materials.new("new").roughness
    rows = drifted_parts(WINDOW, TABLE, CHAIR)
    assert mend(rows[TABLE], "update") == {"FINISHED"}
    assert roughness("wood [window]", "wood [table]", "wood [chair]") == [before, 0.125, before]
    assert mend(row("part"), "update", of_kind=True) == {"FINISHED"}
    assert "2 made like the source again" in capsys.readouterr().out
    assert roughness("wood [window]", "wood [table]", "wood [chair]") == [0.125] * 3 and kinds() == []


def test_a_part_whose_label_the_set_does_not_define_is_left(room, capsys):
    """As after appending from a file that has another label set."""
    rows = drifted_parts(WINDOW, TABLE)
    scene_labels.set_label_set(room, LabelSet("panes", tuple(built_in("nyu40").by_id[id_] for id_ in (2, WINDOW))))
    look()
    assert "wood [table]: panes does not define its label" in refused(capsys, rows[TABLE], "update")
    assert roughness("wood [window]") != [0.125], "another part than the one that was asked for"
    assert mend(rows[WINDOW], "update", of_kind=True) == {"FINISHED"}
    assert "1 made like the source again; 1 left alone: wood [table]: panes does not" in capsys.readouterr().out
    assert roughness("wood [window]") == [0.125] != roughness("wood [table]")


def test_a_part_that_looks_like_its_source_again_is_left_alone(room, capsys):
    rows = drifted_parts(WINDOW)
    part, wood = (bpy.data.materials[name] for name in ("wood [window]", "wood"))
    wood.roughness = part.roughness
    assert "it looks like 'wood' already" in refused(capsys, rows[WINDOW], "update")
    assert bpy.data.materials["wood [window]"] == part
