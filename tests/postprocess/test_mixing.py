from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from postprocess.errors import ExportError
from postprocess.mixing import left_out


def names(kind, count):
    return [f"{kind}{number}" for number in range(count)]


def mixed(real, rendered, share, seed=0):
    return left_out(names("r", real), names("s", rendered), share, np.random.default_rng(seed))


def test_one_to_three():
    gone, said = mixed(10, 100, 0.25)
    assert len(gone) == 70 and all(name.startswith("s") for name in gone)
    assert said == "train has 10 real and 30 rendered frames: 70 rendered left out for --real-share 0.25"


def test_too_few_rendered_ones():
    gone, said = mixed(100, 30, 0.25)
    assert len(gone) == 90 and all(name.startswith("r") for name in gone)
    assert "10 real and 30 rendered frames: 90 real left out" in said


@given(st.integers(1, 300), st.integers(1, 300), st.floats(0.02, 0.98), st.integers(0, 5))
def test_the_share_is_met_to_the_nearest_picture_and_one_kind_stays_whole(real, rendered, share, seed):
    gone, _ = mixed(real, rendered, share, seed)
    left_real = real - sum(name.startswith("r") for name in gone)
    left_rendered = rendered - sum(name.startswith("s") for name in gone)
    assert left_real and left_rendered
    all_real = left_real == real and abs(left_rendered - real * (1 - share) / share) <= 1
    assert all_real or (left_rendered == rendered and abs(left_real - rendered * share / (1 - share)) <= 1)


def test_the_order_of_names_does_not_matter():
    one = left_out(names("r", 5), names("s", 50), 0.5, np.random.default_rng(1))
    assert one == left_out(names("r", 5)[::-1], names("s", 50)[::-1], 0.5, np.random.default_rng(1))


@pytest.mark.parametrize(("real", "rendered", "share", "words"), [
    (0, 5, 0.5, "train has no real ones"), (5, 0, 0.5, "no rendered ones"), (5, 5, 1.0, "between 0 and 1"),
])  # fmt: skip
def test_what_cannot_be_mixed(real, rendered, share, words):
    with pytest.raises(ExportError, match=words):
        mixed(real, rendered, share)
