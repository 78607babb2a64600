"""Splits: everything is assigned once, groups stay whole, and nothing but content and seed decides."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from postprocess.errors import ExportError
from postprocess.splits import SPLITS, FrameKey, check_fractions, quotas, split_frames

weights = st.tuples(*[st.integers(0, 10)] * 3).filter(any)
fractions = weights.map(lambda of: tuple(part / sum(of) for part in of))


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng([seed, 1])


def make(scenes: int, views: int, frames: int) -> list[FrameKey]:
    return [
        FrameKey(f"scene {s}", f"view {v}", f, f"s{s}v{v}f{f:04d}")
        for s in range(scenes)
        for v in range(views)
        for f in range(frames)
    ]


def sizes(of: dict[str, str]) -> list[int]:
    return [sum(part == name for part in of.values()) for name in SPLITS]


@given(st.integers(0, 500), fractions)
def test_quotas_share_out_everything(count: int, shares: tuple[float, ...]) -> None:
    found = quotas(count, shares)
    assert sum(found) == count and min(found) >= 0
    wanted = sum(share > 0 for share in shares)
    for share, quota in zip(shares, found):
        assert share > 0 or quota == 0
        assert share == 0 or count < wanted or quota >= 1
        assert abs(quota - share * count) < 1 + 2 * (count * min(s for s in shares if s > 0) < 1)


def test_quotas_by_largest_remainder() -> None:
    assert quotas(10, (0.8, 0.1, 0.1)) == [8, 1, 1]
    assert quotas(7, (0.5, 0.25, 0.25)) == [3, 2, 2]
    assert quotas(1449, (0.7, 0.2, 0.1)) == [1014, 290, 145]
    assert quotas(3, (0.98, 0.01, 0.01)) == [1, 1, 1]
    assert quotas(2, (0.8, 0.1, 0.1)) == [2, 0, 0]
    assert quotas(5, (1, 0, 0)) == [5, 0, 0]


@given(
    st.lists(st.tuples(st.integers(0, 4), st.integers(0, 3), st.integers(0, 6)), min_size=1, max_size=60, unique=True),
    fractions,
    st.integers(0, 1000),
    st.sampled_from(["scene", "view", "frame", None]),
    st.randoms(use_true_random=False),
)
def test_whole_groups_once_in_any_order(rows, shares, seed, by, random) -> None:
    frames = [FrameKey(f"s{s}", f"v{v}", f, f"n{s}{v}{f}") for s, v, f in rows]
    wished = [name for name, share in zip(SPLITS, shares) if share > 0]
    groups = {
        "scene": {frame.name: (frame.scene,) for frame in frames},
        "view": {frame.name: (frame.scene, frame.view) for frame in frames},
        "frame": {frame.name: (frame.name,) for frame in frames},
    }
    assume(by is None or len(set(groups[by].values())) >= len(wished))
    found = split_frames(frames, shares, rng(seed), by)
    assert found.of.keys() == {frame.name for frame in frames}
    assert set(found.of.values()) <= set(wished)
    if found.method != "block":
        in_split: dict[tuple[str, ...], set[str]] = {}
        for name, part in found.of.items():
            in_split.setdefault(groups[found.method][name], set()).add(part)
        assert all(len(parts) == 1 for parts in in_split.values())
        assert set(found.of.values()) == set(wished)
    elif len(frames) >= len(wished):
        assert set(found.of.values()) == set(wished)
    shuffled = list(frames)
    random.shuffle(shuffled)
    assert split_frames(shuffled, shares, rng(seed), by) == found


@given(st.integers(3, 200), fractions, st.integers(0, 99))
def test_single_frames_meet_their_quotas_exactly(count: int, shares: tuple[float, ...], seed: int) -> None:
    frames = make(1, 1, count)
    assert sizes(split_frames(frames, shares, rng(seed), "frame").of) == quotas(count, shares)


def test_the_default_is_the_safest_that_fills_the_splits() -> None:
    shares = (0.8, 0.1, 0.1)
    assert split_frames(make(3, 2, 2), shares, rng()).method == "scene"
    assert split_frames(make(2, 2, 5), shares, rng()).method == "view"
    assert split_frames(make(1, 2, 50), shares, rng()).method == "block"
    assert split_frames(make(2, 1, 9), (0.9, 0.1, 0), rng()).method == "scene"
    assert split_frames(make(1, 1, 9), (1, 0, 0), rng()).method == "scene"


def test_draws_of_one_place_of_a_moving_camera_stay_together() -> None:
    """12 places of a walk, all of one scene frame, each drawn three times: the first draw of all, then the second."""
    frames = [FrameKey("s", "walk", 1, f"n{n:02d}", f"n{(n - 1) % 12 + 1:02d}") for n in range(1, 37)]
    of = split_frames(frames, (0.5, 0.25, 0.25), rng()).of
    parts = [{of[frame.name] for frame in frames if frame.first == f"n{place:02d}"} for place in range(1, 13)]
    assert all(len(part) == 1 for part in parts)
    assert Counter(of.values()) == {"train": 18, "val": 9, "test": 9}
    assert sum(here != there for here, there in zip(parts, parts[1:])) == 2  # and the places are cut, not scattered


def test_a_moving_camera_is_cut_and_not_scattered() -> None:
    frames = make(1, 1, 100)
    for seed in range(8):
        found = split_frames(frames, (0.8, 0.1, 0.1), rng(seed))
        assert sizes(found.of) == [80, 10, 10]
        parts = [found.of[frame.name] for frame in frames]
        assert sum(a != b for a, b in zip(parts, parts[1:])) == 2
        assert any("consecutive" in text for text in found.warnings)


def test_seeds_differ_and_seed_0_is_one() -> None:
    frames = make(30, 1, 1)
    found = [tuple(sorted(split_frames(frames, (0.5, 0.25, 0.25), rng(seed)).of.items())) for seed in range(5)]
    assert len(set(found)) == 5
    assert tuple(sorted(split_frames(frames, (0.5, 0.25, 0.25), rng(0)).of.items())) == found[0]


def test_scenes_of_unlike_size_come_near_the_fractions() -> None:
    lengths = np.random.default_rng(0).integers(5, 60, 40)
    frames = [FrameKey(f"s{s:02d}", "v", f, f"s{s}f{f}") for s, length in enumerate(lengths) for f in range(length)]
    got = np.array(sizes(split_frames(frames, (0.8, 0.1, 0.1), rng()).of)) / len(frames)
    assert np.abs(got - (0.8, 0.1, 0.1)).max() < 0.02


@pytest.mark.parametrize(
    "wrong", [(0.8, 0.1), (0.5, 0.5, 0.5), (1.2, -0.1, -0.1), (float("nan"), 0.5, 0.5), (0, 0, 0), (0.8, 0.1, 0.11)]
)
def test_wrong_fractions(wrong: tuple[float, ...]) -> None:
    with pytest.raises(ExportError, match="three fractions"):
        check_fractions(wrong)


def test_wishes_that_cannot_be_met() -> None:
    with pytest.raises(ExportError, match="split by scene: 1 scene cannot fill 3 splits; leave --split-by out"):
        split_frames(make(1, 5, 5), (0.8, 0.1, 0.1), rng(), "scene")
    with pytest.raises(ExportError, match="known are scene, view, frame"):
        split_frames(make(1, 5, 5), (0.8, 0.1, 0.1), rng(), "colour")
    with pytest.raises(ExportError, match="name 'x' is used twice"):
        split_frames([FrameKey("a", "b", 1, "x"), FrameKey("a", "b", 2, "x")], (1, 0, 0), rng())


def test_what_flatters_is_said() -> None:
    shares = (0.8, 0.1, 0.1)
    assert split_frames(make(40, 1, 1), shares, rng()).warnings == ()
    assert "views of one scene" in split_frames(make(1, 40, 1), shares, rng()).warnings[0]
    assert "neighbours" in split_frames(make(40, 1, 1), shares, rng(), "frame").warnings[0]
    assert "val and test stay empty" in " ".join(split_frames(make(1, 1, 2), shares, rng()).warnings)
    assert "got 33/33/33 %" in " ".join(split_frames(make(3, 1, 1), shares, rng()).warnings)
    views = [FrameKey("s", f"v{v}", f, f"v{v}f{f}") for v, frames in enumerate((40, 30, 30)) for f in range(frames)]
    assert split_frames(views, shares, rng()).warnings[1].endswith("%: views move whole")


def test_what_is_said_of_few_frames() -> None:
    shares = (0.8, 0.1, 0.1)
    assert split_frames(make(1, 1, 1), shares, rng()).warnings == ("too few frames: val and test stay empty",)
    few = split_frames(make(1, 1, 3), shares, rng())
    assert few.method == "block" and "consecutive" in few.warnings[0]
    assert few.warnings[1:] == ("asked for 80/10/10 % in train/val/test, got 33/33/33 %: there are 3 frames",)
