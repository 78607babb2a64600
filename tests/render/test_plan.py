"""Arguments to requests and back, and what a resume refuses."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blender_addon.contract.arguments import parse_size
from blender_addon.contract.labels import Label, LabelSet
from blender_addon.contract.modalities import IMAGE_FORMATS, MODALITIES, Lidar
from blender_addon.contract.run import LABEL_RENDERS, PRESETS, Plan, RunError, Settings, View
from render_scripts.plan import (
    DEVICES,
    Request,
    add_arguments,
    check_resume,
    continued,
    frames_text,
    missing,
    parse_frames,
    request_from,
    to_arguments,
)

frame_numbers = st.integers(-300, 300)
# argparse itself drops a value that is exactly two dashes
words = st.text(st.characters(exclude_categories=["Cs"]), max_size=8).filter(lambda text: text != "--")


def optional(strategy):
    return st.none() | strategy


requests = st.builds(
    Request,
    out=words.filter(lambda text: "\0" not in text).map(Path).filter(lambda path: str(path) != "--"),
    frames=optional(st.sets(frame_numbers, min_size=1).map(sorted).map(tuple)),
    camera=optional(words),
    size=optional(st.tuples(st.integers(4, 65536), st.integers(4, 65536))),
    samples=optional(st.integers(1, 1 << 24)),
    seed=optional(st.integers(0, 2**63 - 1)),
    label_supersample=optional(st.sampled_from(range(1, 16, 2))),
    alpha_threshold=optional(st.floats(0, 1)),
    label_set=optional(words),
    view_layer=optional(words),
    device=st.sampled_from(DEVICES),
    denoise=optional(st.booleans()),
    image=optional(st.sampled_from(list(IMAGE_FORMATS))),
    label_render=optional(st.sampled_from(LABEL_RENDERS)),
    preset=optional(st.sampled_from(PRESETS)),
    modalities=optional(
        st.sets(st.sampled_from(list(MODALITIES))).map(lambda some: tuple(sorted(some, key=list(MODALITIES).index)))
    ),
    thin_labels=optional(st.lists(words, min_size=1, max_size=3).map(tuple)),
    min_presence=optional(st.floats(0, 1)),
    strict=st.booleans(),
    allow_scripts=st.booleans(),
    sample_views=optional(st.sampled_from(["room 12", "orbit 4 'target=a b'", "room 40 heights=0.2..0.5"])),
    draws=optional(st.integers(1, 10**6)),
    at_least=optional(st.integers(1, 10**6)),
    plan_only=st.booleans(),
    frame_timeout=optional(st.floats(1e-3, 1e6)),
    renew_after=optional(st.integers(1, 10**6)),
    gpu=st.integers(0, 255),
    threads=optional(st.integers(1, 1024)),
)


def parse(arguments: list[str]) -> Request:
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    return request_from(parser.parse_args(arguments))


# Frames and sizes


@given(st.lists(st.tuples(frame_numbers, st.integers(0, 30)), min_size=1, max_size=5))
def test_frames_are_the_union_of_their_ranges(ranges):
    text = ",".join(f"{first}-{first + more}" if more else f"{first}" for first, more in ranges)
    expected = {frame for first, more in ranges for frame in range(first, first + more + 1)}
    assert parse_frames(text) == tuple(sorted(expected))


@pytest.mark.parametrize(
    ("text", "frames"),
    [("7", (7,)), ("-5--2", (-5, -4, -3, -2)), ("-1-1", (-1, 0, 1)), ("3,1, 2 ,1-2", (1, 2, 3)), ("-2-0", (-2, -1, 0))],
)  # fmt: skip
def test_frames(text, frames):
    assert parse_frames(text) == frames


@pytest.mark.parametrize(
    "text", ["", ",", "1,", "a", "1-", "-", "--1", "1--2", "5-3", "1.5", "1 - 4", "1-2-3", "0-10000000", "1e3", "1\n,x"]
)  # fmt: skip
def test_frames_that_are_none(text):
    with pytest.raises(ValueError, match="frames "):
        parse_frames(text)


@given(st.text(max_size=8))
def test_any_text_is_frames_or_a_value_error(text):
    try:
        assert list(parse_frames(text)) == sorted(set(parse_frames(text)))
    except ValueError:
        return


@given(st.integers(4, 65536), st.integers(4, 65536), st.sampled_from("xX"))
def test_size_is_width_then_height(width, height, times):
    assert parse_size(f"{width}{times}{height}") == (width, height)


@pytest.mark.parametrize(
    "text", ["", "480", "480x", "x360", "480*360", "0x5", "5x0", "４x４", "-8x8", "4.0x4", "8 x 8"]
)  # fmt: skip
def test_sizes_that_are_none(text):
    with pytest.raises(ValueError, match="size "):
        parse_size(text)


@given(st.sets(frame_numbers, min_size=1))
def test_frames_as_text_are_the_same_frames(frames):
    assert parse_frames(frames_text(frames)) == tuple(sorted(frames))


def test_frames_as_text_are_short():
    assert frames_text(range(1, 100_001)) == "1-100000"
    assert frames_text((-5, -4, -3, 0, 2, 3)) == "-5--3,0,2-3"


# Requests


@pytest.mark.parametrize("word", ["-run", "--out", "-1", "a b", "=", "-"])
def test_words_that_look_like_options_stay_words(word):
    asked = replace(parse(["--out=run"]), out=Path(word), camera=word, view_layer=word, label_set=word)
    assert parse(to_arguments(asked)) == asked


@given(requests)
def test_options_parse_into_the_same_request(request_):
    assert parse(to_arguments(request_)) == request_


def test_what_is_not_said_is_none():
    found = parse(["--out", "run"])
    assert found == Request(Path("run"))


def test_seed_zero_is_a_seed():
    assert parse(["--out", "run", "--seed", "0"]).seed == 0
    assert parse(["--out", "run", "--alpha-threshold", "0"]).alpha_threshold == 0
    assert "--seed=0" in to_arguments(parse(["--out", "run", "--seed", "0"]))


@pytest.mark.parametrize(
    "option",
    [
        "--seed=-1", f"--seed={2**63}", "--seed=1.0", "--seed=x", "--samples=0", "--label-supersample=0",
        "--label-supersample=16", "--alpha-threshold=1.01", "--alpha-threshold=-0.1", "--alpha-threshold=nan",
        "--size=0x3", "--frames=5-3", "--sample-views=rooom 4", "--sample-views=0", "--device=tpu", "--image=gif",
        "--with=deepth", "--frame-timeout=0", "--frame-timeout=x", "--frame-timeout=nan",
    ],
)  # fmt: skip
def test_wrong_values_are_refused_with_their_option(option, capsys):
    with pytest.raises(SystemExit) as refused:
        parse(["--out", "run", option])
    assert refused.value.code == 2
    assert option.split("=")[0] in capsys.readouterr().err


def test_out_is_needed_and_denoise_has_one_answer():
    for arguments in ([], ["--out", "run", "--denoise", "--no-denoise"]):
        with pytest.raises(SystemExit):
            parse(arguments)


# Resuming


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
