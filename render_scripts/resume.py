"""A run that goes on: a request must agree with the plan that the run folder holds; what is still to render. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

from blender_addon.contract.run import Plan, RunError, Settings, View

from .randomization.folders import why_other_draws
from .randomization.spec import Randomization, from_plan
from .request import Request


def as_asked(found: Plan) -> dict[str, Any]:
    """{field of a request: what it must say, or leave open, to go on with the plan}."""
    settings = found.settings
    return {
        "size": settings.size,
        "samples": settings.samples,
        "seed": settings.seed,
        "label_supersample": settings.label_supersample,
        "alpha_threshold": settings.alpha_threshold,
        "view_layer": settings.view_layer,
        "denoise": settings.denoise,
        "image": settings.image,
        "modalities": settings.modalities,
        "randomize": _planned(settings),
        "label_render": settings.label_render,
        "preset": settings.preset or None,
        "thin_labels": tuple(found.label_set.by_id[label].name for label in settings.thin_labels),
        "min_presence": settings.min_presence,
        "sample_views": settings.sample_views or None,
        "draws": settings.draws,
        "lidar": settings.lidar,
    }


def continued(request: Request, found: Plan) -> Request:
    """The request with what it leaves open taken from the plan that the run folder holds."""
    filled = {name: value for name, value in as_asked(found).items() if getattr(request, name) is None}
    if request.at_least:  # which says of draws what there is to say
        filled.pop("draws", None)
    if request.device == "auto":
        filled["device"] = found.settings.device.lower()
    return replace(request, **filled)


def _planned(settings: Settings) -> Randomization:
    try:
        return from_plan(settings.randomization)
    except ValueError as error:
        raise RunError(f"the plan's randomisation is of another version, or damaged: {error}") from None


def check_resume(found: Plan, wanted: Plan, views: Iterable[View], run: Path) -> None:
    """Raise RunError unless `wanted` agrees with the plan `found` in the run folder, and that plan has the `views`.

    Their own views may differ: frames beyond the scene's are in the plan of the node that asked for them.
    """
    if found.scene_sha256 != wanted.scene_sha256:
        raise RunError(
            f"{run} was planned for another state of {found.scene} (the file or one of its libraries has "
            "changed since); render it to a new --out, or put the old file back"
        )
    if found.label_set != wanted.label_set:
        raise RunError(f"{run} was planned with another label set; name a new --out")
    differing = [
        f"{name} is {theirs!r} there and {ours!r} here"
        for name in (field.name for field in fields(Settings))
        if (theirs := getattr(found.settings, name)) != (ours := getattr(wanted.settings, name))
        and name != "randomization"
    ]
    if other_draws := why_other_draws(found.settings.randomization, wanted.settings.randomization):
        differing.append(other_draws)
    if differing:
        more = wanted.settings.draws > found.settings.draws
        advice = "; a run never grows, but another --seed there gives draws that it has not" if more else ""
        raise RunError(f"{run} was planned differently: {'; '.join(differing)}; name a new --out{advice}")
    planned = {view.frame: view for view in found.views}
    outside = [view.frame for view in views if planned.get(view.frame) != view]
    if outside:
        there, such = planned.get(outside[0]), f"({len(outside)} such frames); a plan never changes"
        if there:
            raise RunError(
                f"{run} was planned with frame {there.frame} as view {there.name!r} of camera {there.camera!r}, and "
                f"not as asked for now {such}: leave out --camera and choose with --frames, or name a new --out"
            )
        raise RunError(
            f"{run} was planned without frame {outside[0]} {such}: name a new --out, and plan many draws of few views "
            "with --draws"
        )


def as_here(found: Plan, wanted: Plan) -> Plan:
    """The plan `found` with what is of this machine, as `wanted` has it: the folders of its randomisation, versions."""
    settings = replace(found.settings, randomization=wanted.settings.randomization)
    return replace(found, settings=settings, versions=wanted.versions)


def missing(views: Sequence[View], finished: Iterable[int]) -> list[View]:
    """The views that are still to be rendered, in the plan's order."""
    done = set(finished)
    return [view for view in views if view.frame not in done]
