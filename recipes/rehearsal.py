"""The export of a recipe tried on no frames, before hours go into making some that it could not take.

What only the frames can tell (which labels are the most frequent, which things they show) is left to the export.
"""

from __future__ import annotations

import argparse
from dataclasses import fields

from blender_addon.contract.labels import LabelSet, LabelSetError
from blender_addon.contract.modalities import MODALITIES
from blender_addon.contract.words import counted
from postprocess.export_request import FORMAT_OPTIONS, wishes_from
from postprocess.exporters import FORMATS, Format, PerFrame
from postprocess.manifest import Choices
from postprocess.regrouping import regrouped
from postprocess.splits import check_fractions
from postprocess.wishes import check_numbers, layout_of

from .recipe_file import Asked


def rehearse(asked: Asked, label_set: LabelSet | None, target: LabelSet | None, count: int) -> None:
    """Raises ValueError where `count` frames of `label_set` (None: nobody knows it yet) can become no such dataset;
    `target` is the label set that they go into, None for their own."""
    export = asked.export
    _refuse_options(export)
    wishes = wishes_from(export)
    layout = layout_of(export.format, wishes["options"])
    looks = (wishes[key] for key in ("images", "jpeg_quality", "ignore_boundary", "weights"))
    check_numbers(Choices(check_fractions(export.split), 0, export.size, export.ignore_impure, *looks))
    _refuse_lacking(asked, layout)
    _refuse_few(asked, count)
    if label_set is None:
        return
    try:
        label_set.crosswalk(target or label_set)
        for label in export.split_assets:
            label_set.find(int(label) if label.isdecimal() else label)
    except LabelSetError as error:
        raise ValueError(f"export: {error}") from None
    written = target or label_set
    if wishes["regrouping"] is not None:
        written = regrouped(written, wishes["regrouping"], dict.fromkeys(written.by_id, 1)).label_set
    layout.encoding(written)


def _refuse_options(export: argparse.Namespace) -> None:
    known = {field.name for field in fields(FORMATS[export.format])}
    for name in FORMAT_OPTIONS:
        if getattr(export, name) is not None and name not in known:
            raise ValueError(
                f"export.{name}: format {export.format} has no such option; it has "
                f"{', '.join(sorted(known)) or 'none'}. Take it out of the recipe, or add --set export.{name}=null"
            )


def _refuse_few(asked: Asked, count: int) -> None:
    """Where whole frames or scenes go to the splits, and are fewer than these."""
    export, wished = asked.export, sum(share > 0 for share in asked.export.split)
    if export.split_by != "frame" and (export.split_by != "scene" or asked.job is None):
        return
    many = int(asked.module.FRAMES_A_SCENE) if export.split_by == "scene" else 1
    there = -(-count // many)
    if there < wished:
        raise ValueError(
            f"export.split_by={export.split_by}: {counted(count, 'frame')} cannot fill {wished} splits; ask for "
            f"{(wished - 1) * many + 1} at least, or for fewer splits (export.split=1/0/0)"
        )


def _refuse_lacking(asked: Asked, layout: Format) -> None:
    """Where frames would lack what the export reads beside image and labels."""
    export, job = asked.export, asked.job
    wants = set(layout.wants) & MODALITIES.keys() if isinstance(layout, PerFrame) else set()
    needed = {
        f"export.format={export.format}": wants,
        "export.split_assets": {"instances"} if export.split_assets else set(),
        "export.ignore_impure": {"purity"} if export.ignore_impure is not None else set(),
    }
    held = {"instances"} if job is None else set(job.with_ or ())
    if job is not None and (job.label_supersample or 1) > 1:
        held.add("purity")
    if job is None and export.split_assets:
        raise ValueError("export.split_assets is for rendered things, which have names; what is drawn has none")
    for key, names in needed.items():
        for lacking in sorted(names - held):
            if job is None:
                raise ValueError(f"{key} needs {lacking}, and {asked.recipe.scenes} draws its pictures without any")
            wanted = ", ".join(name for name in MODALITIES if name in {*(job.with_ or ()), *names})
            say = "render.label_supersample=3" if lacking == "purity" else f"'render.with=[{wanted}]'"
            raise ValueError(f"{key} needs {lacking} of each frame: add --set {say}, or say so under render")
