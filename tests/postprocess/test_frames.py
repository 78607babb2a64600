"""Which frames are taken, and what the split knows of them: nothing that shows one scene is told apart."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path

import numpy as np
from small_inputs import some_image, some_labels, write_frame

from blender_addon.contract.labels import built_in
from blender_addon.contract.run import View, read_plan, write_plan
from postprocess.dataset import export
from postprocess.frames import Frame, packed
from postprocess.run_frames import frames_of_runs
from postprocess.splits import FrameKey

NYU40 = built_in("nyu40")


def scenes_of(runs: list[Path]) -> dict[str, str]:
    """{run: what the split takes for its scene}."""
    collection = frames_of_runs(runs)
    return {collection.sources[frame.source].name: frame.key.scene for frame in collection.frames}


def test_a_scene_saved_again_is_one_scene(make_run: Callable[..., Path], tmp_path: Path) -> None:
    """Else its first state trains what its second one tests."""
    runs = [make_run(f"state{n}", content=f"{n}", seed=n, views=4) for n in (1, 2, 3)]
    summary = export(runs, tmp_path / "out", "nyu")
    assert len(set(scenes_of(runs).values())) == 1
    said = "runs state1 and state2 and state3 are of room.blend with different contents: taken for states of one scene"
    assert any(text.startswith(said) for text in summary.warnings)
    assert any("1 scene for 3 splits" in text for text in summary.warnings)
    lists = {part: (tmp_path / "out" / f"{part}.txt").read_text().split() for part in ("train", "val", "test")}
    of = {name: part for part, names in lists.items() for name in names}
    for view in range(1, 5):  # all states of a view go together, too
        assert len({of[f"state{n}_{view:06d}"] for n in (1, 2, 3)}) == 1


def test_a_copy_under_another_name_is_one_scene(make_run: Callable[..., Path]) -> None:
    runs = [make_run("a", scene="a.blend", content="same"), make_run("b", scene="b.blend", content="same")]
    assert len(set(scenes_of(runs).values())) == 1
    assert frames_of_runs(runs).warnings == ()


def test_runs_of_one_label_set_have_it_once(make_run: Callable[..., Path]) -> None:
    one, other = frames_of_runs([make_run(name, scene=name, views=1) for name in ("a", "b")]).sources
    assert one.label_set is other.label_set


def test_names_and_contents_chain(make_run: Callable[..., Path]) -> None:
    """a is b by content, b is c by name: all one, in whatever order; d is another."""
    of = {"a": ("one.blend", "x"), "c": ("two.blend", "y"), "b": ("two.blend", "x"), "d": ("three.blend", "z")}
    runs = [make_run(name, scene=scene, content=content, views=1) for name, (scene, content) in of.items()]
    found = scenes_of(runs)
    assert found["a"] == found["b"] == found["c"] != found["d"]
    assert scenes_of(runs[::-1]) == found


def test_one_view_name_of_two_cameras_is_two_views(tmp_path: Path, make_run: Callable[..., Path]) -> None:
    plan = read_plan(make_run("model", views=1))
    views = tuple(View(n, n, camera, "front") for n, camera in enumerate(("left", "right", "left"), start=1))
    run = tmp_path / "run"
    write_plan(run, dataclasses.replace(plan, views=views))
    rng = np.random.default_rng(0)
    for view in views:
        write_frame(run, view, some_labels(rng, NYU40), some_image(rng))
    left, right, again = (frame.key.view for frame in frames_of_runs([run]).frames)
    assert left == again != right


def test_frames_are_what_they_were_when_they_were_packed() -> None:
    bare = Frame(FrameKey("a", "b", -3, "c"), 0, Path("x y.exr"), None, None)
    full = Frame(
        FrameKey("a", "Caméra\nb", 2**20, "c", "d"), 7, Path("/a/\udcff.exr"), Path("i.png"), Path("p.exr"),
        {"labels.exr": "0f"}, "layer", {1: 2, 65534: 3}, "val",
    )  # fmt: skip
    own = dataclasses.replace(bare, key=dataclasses.replace(bare.key, first="c"))
    assert list(packed([bare, full, own])) == [bare, full, own]
