"""Splits that do not move: by a hash of the name, and by lists that somebody else has decided."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import numpy as np
import pytest
from exported import manifest, refused
from hypothesis import given
from hypothesis import strategies as st

from postprocess.dataset import export
from postprocess.errors import ExportError
from postprocess.split_lists import split_by_lists
from postprocess.splits import FrameKey, split_frames

NAMES = [f"run_{number:06d}" for number in range(400)]


def keys(names: list[str]) -> list[FrameKey]:
    return [FrameKey("scene", name, at, name) for at, name in enumerate(names)]


def hashed(names: list[str], shares=(0.8, 0.1, 0.1), seed: int = 0) -> dict[str, str]:
    return split_frames(keys(names), shares, np.random.default_rng(seed), "hash").of


@given(st.sets(st.sampled_from(NAMES), min_size=1), st.integers(0, 9))
def test_a_frame_never_moves_when_others_come_or_go(names, seed):
    everything = hashed(NAMES)
    assert hashed(sorted(names), seed=seed) == {name: everything[name] for name in names}


def test_the_hash_is_that_of_the_name():
    def part(name: str) -> str:
        number = int(hashlib.sha256(name.encode()).hexdigest()[:12], 16) / 16**12
        return "train" if number < 0.8 else "val" if number < 0.9 else "test"

    assert hashed(NAMES) == {name: part(name) for name in NAMES}
    shares = [list(hashed(NAMES).values()).count(part) for part in ("train", "val", "test")]
    assert shares[0] in range(296, 345) and shares[1] in range(22, 59) and sum(shares) == 400  # three deviations


@pytest.mark.parametrize("shares", [(1, 0, 0), (0, 1, 0), (0, 0, 1), (0.5, 0.5, 0), (0.5, 0, 0.5), (0, 0.3, 0.7)])
def test_a_split_that_nobody_wants_stays_empty(shares):
    wanted = {part for part, share in zip(("train", "val", "test"), shares) if share}
    assert set(hashed(NAMES, shares).values()) == wanted


def test_draws_of_a_view_stay_together():
    draws = [FrameKey("s", f"v{at % 9}", 0, NAMES[at], NAMES[at % 9]) for at in range(90)]
    of = split_frames(draws, (0.5, 0.25, 0.25), np.random.default_rng(0), "hash").of
    assert all(of[NAMES[at]] == of[NAMES[at % 9]] for at in range(90)) and len(set(of.values())) > 1


def test_it_says_what_it_is():
    warnings = split_frames(keys(NAMES), (0.8, 0.1, 0.1), np.random.default_rng(0), "hash").warnings
    assert warnings == ("split by hash: neighbours may be on both sides of it, and scores flatter",)
    few = split_frames(keys(NAMES[:1]), (0.8, 0.1, 0.1), np.random.default_rng(0), "hash").warnings
    assert "empty until the dataset grows" in few[0]


def lists(folder: Path, *texts: str) -> list[Path]:
    paths = [folder / f"list{at}.txt" for at in range(len(texts))]
    for path, text in zip(paths, texts):
        path.write_text(text)
    return paths


def test_lists_are_followed(tmp_path):
    three = lists(tmp_path, "a\n\nb \n", "c\n", "train/d.png /x/trainannot/d.png\n")
    assert split_by_lists(keys(list("abcd")), three).of == {"a": "train", "b": "train", "c": "val", "d": "test"}
    two = lists(tmp_path, "a\nb\n", "c\nd\n")
    assert set(split_by_lists(keys(list("abcd")), two).of.values()) == {"train", "test"}


@pytest.mark.parametrize(
    ("texts", "why"),
    [
        (("a\nb\nc\nd\n",), "names 1 file: give"),
        (("a\nb\n", "c\nd\nno\n"), "list1.txt names no: no such frame; names are like a"),
        (("a\nb\n", "c\n"), "none names d; each frame needs a list"),
        (("a\nb\na\n", "c\nd\n"), "list0.txt names a twice"),
        (("a\nb\n", "c\nd\nb\n"), r"list1.txt names b and so does \S*list0.txt"),
    ],
)
def test_lists_that_do_not_fit_are_refused(tmp_path, texts, why):
    with pytest.raises(ExportError, match=why):
        split_by_lists(keys(list("abcd")), lists(tmp_path, *texts))


def test_a_list_that_is_none(tmp_path):
    (good,) = lists(tmp_path, "a\n")
    (tmp_path / "bad").write_bytes(b"\xff\xfe\x00")
    for path, why in ((tmp_path / "gone", "No such file"), (tmp_path / "bad", "is no text of names")):
        with pytest.raises(ExportError, match=why):
            split_by_lists(keys(["a"]), [good, path])


def test_an_export_by_lists(run, tmp_path):
    names = [f"kitchen-run_{number:06d}" for number in range(1, 11)]
    files = lists(tmp_path, "\n".join(names[:5]), "\n".join(names[5:7]), "\n".join(names[7:]))
    made = export([run], tmp_path / "out", "segnet", split_lists=files)
    assert made.frames == {"train": 5, "val": 2, "test": 3}
    split = manifest(tmp_path / "out")["split"]
    assert (split["method"], split["fractions"]) == ("list", None)
    said = (tmp_path / "out" / "test.txt").read_text()
    assert re.findall(r"test/(\S+)\.png test", said) == names[7:]
    files[0].write_text("")
    refused(tmp_path / "again", "none names kitchen-run_000001", [run], split_lists=files)
