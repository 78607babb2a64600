"""Checks a .blend: opens it without its scripts, audits it, looks through its cameras. Nothing is saved.

Also the script that an installed Blender runs: `blender -b -P render_scripts/check.py -- SCENE.blend --report FILE`.
"""

from __future__ import annotations

import sys
from pathlib import Path

if __name__ == "__main__":
    # Last, not first: installed by pip our rooms stand among packages of another Python, such as its numpy.
    sys.path.append(str(Path(__file__).resolve().parents[1]))

import bpy

from blender_addon.audit.audit import audit
from blender_addon.audit.file_faults import label_set_of, views_of
from blender_addon.audit.findings import Finding, measured, worst_first
from blender_addon.audit.pixels import Measure, measure
from blender_addon.audit.report import Report
from blender_addon.compat import enable_cycles
from blender_addon.label_render.label_pass import RenderFailed
from blender_addon.label_render.stage import put_back_frame
from blender_addon.label_render.streams import hushed
from blender_addon.label_render.visibility import things_shown
from blender_addon.label_sets import label_files
from render_scripts import compat
from render_scripts.check_request import CheckRequest, add_arguments, request_from
from render_scripts.interrupts import ends_at_once
from render_scripts.reported import reported
from render_scripts.request import Refused
from render_scripts.scene_file import open_scene
from render_scripts.scene_plan import choose_view_layer


def check(path: Path, request: CheckRequest) -> tuple[str, int]:
    """What there is to print, and the exit code. Raises Refused (a ValueError) for a file that cannot be checked."""
    with ends_at_once(), hushed():
        compat.refuse_the_old()
        open_scene(path, scripts=False)
        enable_cycles()
        try:
            report = make_report(bpy.context.scene, request)
        except RenderFailed as error:
            raise Refused(str(error)) from error
    text = report.to_json(request.strict) if request.json else report.to_text()
    return text, int(report.fails(request.strict))


def make_report(scene: bpy.types.Scene, request: CheckRequest) -> Report:
    """The report of the open file."""
    with put_back_frame(scene):
        view_layer = choose_view_layer(scene, request)
        label_set = label_files.read(request.label_set) if request.label_set else label_set_of(scene)[0]
        views = views_of(scene)[0]
        things = things_shown(scene, view_layer, views)
        found = audit(scene, view_layer, things, label_set=label_set, settings=True)
    seen: Measure | None = None
    if views and things and not request.fast:
        try:
            for seen in measure(scene, view_layer, views, request.size, label_set=label_set):  # noqa: B007
                pass
        except RenderFailed as error:
            said = (f"the pixels could not be counted: {error}",)
            found.append(Finding("settings", "warning", detail=said))
            seen = None
    if seen:
        found = measured(found, seen.pixels, seen.total)
    bare = sum(thing.unlabelled for thing in things)
    return Report(
        scene=Path(bpy.data.filepath).name,
        view_layer=view_layer.name,
        label_set=label_set.name if label_set else None,
        blender=compat.versions()["blender"],
        labelled=len(things) - bare,
        unlabelled=bare,
        looks=seen and seen.looks,
        findings=tuple(worst_first(found)),
    )


if __name__ == "__main__":
    sys.exit(reported(check, add_arguments, request_from))
