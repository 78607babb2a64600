"""A run folder's plan and frames, as small as they can be. Without pytest: a Blender's own Python finds none."""

from __future__ import annotations

from pathlib import Path

from blender_addon.contract.labels import Label, LabelSet
from blender_addon.contract.machine import this_machine
from blender_addon.contract.run import RECORD, Plan, Settings, View, new_frame

REPOSITORY = Path(__file__).parents[2]


def a_plan(scene: str = "room.blend") -> Plan:
    return Plan(
        label_set=LabelSet("mine", (Label(3, "wall", (1, 2, 3)),)),
        scene=scene,
        scene_sha256="0" * 64,
        views=(View(1, 1, "Camera", "[ 1, 2 ]"),),
        settings=Settings((8, 6), 1, 0, 1, "CPU", False, 0.5, "ViewLayer"),
        versions={"labelpass": "0"},
    )


def write_frame(run: Path, frame: int, text: str = '{"schema": 1, "files": {}, "labels": []}') -> None:
    with new_frame(run, frame) as folder:
        (folder / RECORD).write_text(text)


def partial_name(frame: int, pid: int, host: str | None = None) -> str:
    return f".partial-{frame}-{host or this_machine()}-{pid}"
