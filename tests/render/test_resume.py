"""What a run that goes on refuses, and what it takes from its plan."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given

from blender_addon.contract.labels import Label, LabelSet
from blender_addon.contract.modalities import Lidar
from blender_addon.contract.run import Plan, RunError, Settings, View
from render_scripts.request import DEVICES
from render_scripts.resume import check_resume, continued, missing

from .drawn_requests import requests


def a_plan(views: int = 3, **changes) -> Plan:
    return Plan(
        label_set=LabelSet("mine", (Label(3, "wall", (1, 2, 3)),)),
        scene="room.blend",
        scene_sha256="0" * 64,
        views=tuple(View(n, n, "Camera", f"view {n}") for n in range(1, views + 1)),
        settings=replace(Settings((8, 6), 4, 0, 1, "CPU", False, 0.5, "ViewLayer"), **changes),
        versions={"labelpass": "0"},
    )


OTHER = {
    "size": (6, 8), "samples": 5, "seed": 1, "label_supersample": 2, "device": "OPTIX", "denoise": True,
    "alpha_threshold": 0.25, "view_layer": "Other", "image": "jpeg", "modalities": ("depth", "flow"),
    "label_render": "image", "preset": "draft", "thin_labels": (3,), "min_presence": 0.25, "sample_views": "room 4",
    "lidar": Lidar(beams=16), "draws": 3,
    "randomization": {"lights": {}},
}  # fmt: skip


def resume(wanted: Plan, views: tuple[View, ...] | None = None, run: Path = Path("run")) -> None:
    check_resume(a_plan(), wanted, wanted.views if views is None else views, run)


def test_the_same_plan_or_a_share_of_it_goes_on():
    resume(a_plan())
    resume(a_plan(), views=a_plan().views[1:2])


LIGHTS = "randomize.lights is off there and on here"


@pytest.mark.parametrize("name", Settings.__dataclass_fields__)
def test_a_differing_setting_is_named_with_both_values(name):
    other = a_plan(**{name: OTHER[name]})
    with pytest.raises(RunError) as refused:
        resume(other, run=Path("the/run"))
    theirs, ours = getattr(a_plan().settings, name), OTHER[name]
    why = f"{name} is {theirs!r} there and {ours!r} here" if name != "randomization" else LIGHTS
    assert f"the/run was planned differently: {why}" in str(refused.value)


def test_all_differing_settings_are_named():
    with pytest.raises(RunError) as refused:
        resume(a_plan(**OTHER))
    assert all(f"{name} is " in str(refused.value) for name in OTHER if name != "randomization")
    assert LIGHTS in str(refused.value)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"scene_sha256": "1" * 64}, "another state of room.blend"),
        ({"label_set": LabelSet("mine", (Label(3, "floor", (1, 2, 3)),))}, "another label set"),
        ({"views": (View(4, 4, "Camera", "view 4"),)}, r"without frame 4 .*\(1 such frames\)"),
        ({"views": (View(2, 2, "Other", "view 2"),)}, "frame 2 as view 'view 2' of camera 'Camera', .* --camera"),
        ({"views": (View(2, 3, "Camera", "view 2"),)}, "frame 2 as view 'view 2' of camera 'Camera', and not as asked"),
    ],
)
def test_another_scene_label_set_or_view_is_refused(changes, words):
    with pytest.raises(RunError, match=words):
        resume(replace(a_plan(), **changes))


def test_views_are_compared_in_any_order_and_to_the_last():
    plan = a_plan(views=100)
    *others, last = plan.views
    check_resume(plan, plan, plan.views[::-1], Path("run"))
    moved = replace(last, camera="Other")
    for views in ((*others, moved), (moved, *others[::-1]), (moved,)):
        with pytest.raises(RunError, match=r"with frame 100 as view .*\(1 such frames\)"):
            check_resume(plan, plan, views, Path("run"))


@given(requests)
def test_a_resume_takes_from_the_plan_what_the_request_leaves_open(request_):
    plan = a_plan(**{name: value for name, value in OTHER.items() if name not in {"device"}})
    found = continued(request_, plan)
    for name in ("size", "samples", "seed", "label_supersample", "alpha_threshold", "view_layer", "denoise",
                 "image", "modalities", "label_render", "preset", "min_presence", "sample_views"):  # fmt: skip
        asked = getattr(request_, name)
        assert getattr(found, name) == (getattr(plan.settings, name) if asked is None else asked)
    assert found.thin_labels == (("wall",) if request_.thin_labels is None else request_.thin_labels)
    assert found.device == ("cpu" if request_.device == "auto" else request_.device)
    for name in ("out", "frames", "camera", "label_set", "strict", "allow_scripts"):
        assert getattr(found, name) == getattr(request_, name)
    assert found.device in DEVICES


def test_missing_keeps_the_order_of_the_plan():
    views = [View(n, n, "Camera", "") for n in (5, -1, 3, 0)]
    assert missing(views, [3, 99]) == [views[0], views[1], views[3]]
    assert missing(views, iter([])) == views
    assert missing(views, [0, -1, 3, 5]) == []
