"""Which good views are taken: likeness, label frequencies, counts of all that was looked at."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from blender_addon.contract.view_search import Frequency, Search
from render_scripts.sampled_views.choice import (
    ALIKE,
    SURPLUS,
    UNNEEDED,
    Candidate,
    Likeness,
    choose,
    cubes,
    mean_shares,
    nearest,
    wanted,
)


def seeing(*cells: int, **shares: float) -> Candidate:
    labels = {int(name[1:]): share for name, share in shares.items()}
    return Candidate(np.eye(4), 24.0, np.array(sorted(set(cells)), np.int64), labels)


def test_likeness_is_what_both_see_of_what_any_sees():
    alike = Likeness(0.5)
    assert alike.of(np.arange(4)) is None
    alike.add(np.arange(100, 110))
    alike.add(np.arange(4))
    assert alike.of(np.array([2, 3, 4, 5])) is None  # 2 of 6
    assert alike.of(np.array([1, 2, 3, 4])) == 1  # 3 of 5
    assert alike.of(np.array([0, 1])) is None  # 2 of 4: not more than half


def test_cubes_are_40_centimetres_and_know_below_zero():
    assert len(cubes(np.array([[0.1, 0.1, 0.1], [0.3, 0.3, 0.3]]))) == 1
    assert len(cubes(np.array([[0.1, 0.1, 0.1], [-0.1, 0.1, 0.1], [0.1, 0.1, 0.5]]))) == 3


def test_the_first_good_ones_are_taken_and_every_other_is_counted():
    answers = ["outside", seeing(1, 2), seeing(1, 2), "outside", seeing(3, 4), seeing(5, 6)]
    found = choose(lambda number: answers[number], 2, 6, 0.5, "none")
    assert [each.seen.tolist() for each in found.chosen] == [[1, 2], [3, 4]]
    assert (found.looked_at, found.rejected) == (5, Counter({"outside": 2, ALIKE: 1}))


def test_where_there_are_too_few_it_ends_with_what_there_is():
    found = choose(lambda number: seeing(number) if number == 3 else "too close", 5, 50, 0.5, "none")
    assert (len(found.chosen), found.looked_at, found.rejected) == (1, 50, Counter({"too close": 49}))


@given(st.integers(1, 5), st.integers(0, 60), st.sampled_from(["none", "uniform", "rare", {1: 0.3}]), st.data())
def test_every_candidate_is_accounted_for(count, most, target, data):
    answers = data.draw(st.lists(st.sampled_from(["no", 1, 2, 3, 4, 5]), min_size=most, max_size=most))

    def judge(number):
        answer = answers[number]
        return answer if isinstance(answer, str) else seeing(answer, L1=answer / 5, L2=1 - answer / 5)

    found = choose(judge, count, most, 0.5, target)
    assert len(found.chosen) <= count and found.looked_at <= most
    assert len(found.chosen) + sum(found.rejected.values()) == found.looked_at
    seen = [each.seen.tolist() for each in found.chosen]
    assert all(one != other for at, one in enumerate(seen) for other in seen[:at])
    if len(found.chosen) < count:
        assert found.looked_at == most


def test_a_target_draws_the_mean_to_it():
    # Two kinds of views in turn, of which label 1 has all or nothing: a quarter of the first kind meets 0.25.
    def judge(number):
        return seeing(number, L1=1.0 - number % 2, L2=float(number % 2))

    found = choose(judge, 8, 800, 0.5, {1: 0.25})
    assert found.achieved == {1: 0.25, 2: 0.75}
    assert found.rejected == Counter({UNNEEDED: SURPLUS * 8 - 8})


def test_uniform_is_the_same_for_each_and_rare_the_roots():
    pool = [seeing(1, L1=0.9, L2=0.1), seeing(2, L1=0.9, L2=0.1)]
    assert wanted("uniform", pool) == {1: 0.5, 2: 0.5}
    assert wanted("rare", pool) == pytest.approx({1: 0.75, 2: 0.25})


def test_of_equally_near_ones_the_first_is_taken():
    pool = [seeing(1, L1=0.2), seeing(2, L1=0.4), seeing(3, L1=0.4)]
    assert nearest(pool, [], {1: 0.5}) == 1
    assert nearest(pool, [], {}) == 0
    assert nearest(pool, [seeing(9, L1=1.0)], {1: 0.6}) == 0  # means 0.6, 0.7, 0.7


def test_mean_shares_count_what_a_view_does_not_show_as_none():
    assert mean_shares([seeing(1, L1=1.0), seeing(2, L1=0.5, L3=0.5)]) == {1: 0.75, 3: 0.25}
    assert mean_shares([]) == {}


def test_the_report_counts_and_shows_frequencies():
    frequencies = (Frequency("chair", 0.2, 0.15), Frequency("x", None, 0.85))
    report = Search("room 3", 12, 3, {"outside": 4, "too close": 5}, frequencies)
    assert report.counts() == "candidates 12: accepted 3; too close 5; outside 4"
    assert report.lines()[1].split() == ["label", "target", "views"]
    assert report.lines()[2].split() == ["chair", "20.0%", "15.0%"]
    assert report.lines()[3].split() == ["x", "85.0%"]
    assert asdict(report)["frequencies"][0] == {"label": "chair", "target": 0.2, "achieved": 0.15}
    assert Search("room 3", 3, 3, {}, (Frequency("x", None, 1.0),)).lines() == ["candidates 3: accepted 3"]
    assert Search("trajectory 24", 2, 24, {"something in the way": 1}).lines()[0].startswith("walks 2: accepted 24;")
