"""What is said of the frames that are left."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from render_scripts.outlook import disk_outlook, duration, in_bytes


@pytest.mark.parametrize(
    ("number", "words"),
    [(0, "0 bytes"), (999, "999 bytes"), (1000, "1.0 kB"), (345_678, "346 kB"), (9_940_000, "9.9 MB"),
     (12_000_000_000, "12 GB"), (10**16, "10000 TB")],
)  # fmt: skip
def test_bytes_in_words(number, words):
    assert in_bytes(number) == words


@pytest.mark.parametrize(
    ("seconds", "words"), [(0.2, "0 s"), (59.6, "1 min 00 s"), (125, "2 min 05 s"), (11520, "3 h 12 min")]
)
def test_seconds_in_words(seconds, words):
    assert duration(seconds) == words


def test_a_disk_that_has_room():
    assert disk_outlook(2_000_000, 500, 10**9) == ("2.0 MB a frame: 1.0 GB for the 500 frames left", True)


def test_a_disk_that_has_none():
    text, enough = disk_outlook(2_000_000, 501, 10**9)
    assert not enough
    assert text == "2.0 MB a frame: 1.0 GB for the 501 frames left, and the disk has 1.0 GB free, for 500 of them"


@given(st.integers(1, 10**9), st.integers(1, 10**7), st.integers(0, 10**16))
def test_there_is_room_where_all_fit(size, left, free):
    assert disk_outlook(size, left, free)[1] == (size * left <= free)
