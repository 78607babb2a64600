"""Splits that grow: nobody who has a split loses it, and shares hold."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from postprocess.dealing import BLOCK, Growing, dealt, split_growing
from postprocess.errors import ExportError
from postprocess.splits import SPLITS, FrameKey

weights = st.tuples(*[st.integers(0, 20)] * 3).filter(any)
fractions = weights.map(lambda of: tuple(part / sum(of) for part in of))
USUAL = (0.8, 0.1, 0.1)


def drawn(count: int) -> list[FrameKey]:
    return [FrameKey(f"page_{n:06d}", "", n, f"page_{n:06d}") for n in range(1, count + 1)]


def rendered(scenes: int, views: int) -> list[FrameKey]:
    numbers = [(s, v) for s in range(1, scenes + 1) for v in range(1, views + 1)]
    return [FrameKey(f"file {s:04d}.blend", f"camera\n{v}", v, f"{s:04d}_{v:06d}") for s, v in numbers]


@given(st.integers(1, 120), st.integers(0, 120), fractions, st.integers(0, 99))
def test_more_items_move_none_of_those_there(few: int, more: int, shares: tuple[float, ...], seed: int) -> None:
    parts = dealt(few + more, shares, seed)
    assert len(parts) == few + more and (parts[:few] == dealt(few, shares, seed)).all()


@given(st.integers(1, 40), fractions, st.integers(0, 99))
def test_shares_are_missed_by_one_at_most_where_a_block_ends(blocks: int, shares, seed: int) -> None:
    got = np.bincount(dealt(BLOCK * blocks, shares, seed), minlength=3)
    wished = np.array(shares) > 0
    assert not got[~wished].any() and (got[wished] >= 1).all()
    lifted = ((np.array(shares) * BLOCK * blocks < 0.5) & wished).sum()  # to the one that each has
    assert np.abs(got - np.array(shares) * BLOCK * blocks).max() <= 1 + 1e-6 + lifted


@given(st.integers(0, 99))
def test_what_is_known_on_paper(seed: int) -> None:
    for blocks in (1, 2, 7):
        assert np.bincount(dealt(10 * blocks, USUAL, seed)).tolist() == [8 * blocks, blocks, blocks]
    assert np.bincount(dealt(20, (0.7, 0.15, 0.15), seed)).tolist() == [14, 3, 3]
    assert sorted(dealt(3, USUAL, seed)) == [0, 1, 2] and sorted(dealt(2, (0.8, 0.2, 0), seed)) == [0, 1]
    assert dealt(13, (0, 0, 1), seed).tolist() == [2] * 13
    assert np.bincount(dealt(1000, (0.98, 0.01, 0.01), seed)).tolist() == [980, 10, 10]


def test_the_seed_and_the_block_shuffle() -> None:
    first = {tuple(dealt(10, USUAL, seed)) for seed in range(60)}
    assert len(first) == 6  # all orders of three, and train behind them
    blocks = dealt(200, USUAL, 0).reshape(20, 10)
    assert len({tuple(block) for block in blocks}) > 10


def test_frames_in_any_order_and_beyond_the_digits_of_their_names() -> None:
    frames = [*rendered(2, 5), FrameKey("file 10000.blend", "", 1, "10000_000001")]
    of = split_growing(frames, Growing(True), USUAL, 3).of
    assert split_growing(frames[::-1], Growing(True), USUAL, 3).of == of
    assert [SPLITS.index(of[frame.name]) for frame in frames] == dealt(11, USUAL, 3).tolist()


def test_scenes_move_whole_and_stay_where_they_are() -> None:
    few = split_growing(rendered(4, 3), Growing(False), USUAL, 1)
    more = split_growing(rendered(10, 8), Growing(False), USUAL, 1)
    assert few.method == more.method == "scene, by its number" and few.of.items() <= more.of.items()
    assert [list(more.of.values()).count(part) for part in SPLITS] == [64, 8, 8] and more.warnings == ()
    assert len({more.of[f"0007_{view:06d}"] for view in range(1, 9)}) == 1


def test_too_few_scenes_are_split_otherwise_and_too_few_frames_wait() -> None:
    assert split_growing(rendered(2, 8), Growing(False), USUAL, 0) is None
    assert split_growing(rendered(5, 8), Growing(False), USUAL, 0, "view") is None
    one = split_growing(drawn(1), Growing(True), USUAL, 0)
    assert len(one.of) == 1 and "stay empty until the dataset grows" in one.warnings[0]


def test_neighbours_are_warned_of_where_there_are_some() -> None:
    assert split_growing(rendered(1, 100), Growing(True), USUAL, 0).warnings == ()
    assert split_growing(drawn(30), Growing(True), USUAL, 0, "scene").warnings == ()
    (told,) = split_growing(rendered(1, 100), Growing(False), USUAL, 0, "frame").warnings
    assert "neighbours may be on both sides" in told


def test_wrong_fractions() -> None:
    with pytest.raises(ExportError, match="three fractions"):
        split_growing(drawn(5), Growing(True), (0.8, 0.1, 0.2), 0)
