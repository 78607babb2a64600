"""The checksum that a record has of itself: it survives the disk, and nothing else that is written over it does."""

from __future__ import annotations

import json

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from blender_addon.contract.run import RECORD, RunError, frame_folder, read_record, to_json
from blender_addon.contract.seal import SEAL, is_broken, sealed
from blender_addon.contract.strict import parse_json

from .small_run import write_frame

FRACTIONS = st.floats(allow_nan=False, allow_infinity=False).filter(lambda number: not number.is_integer())
values = st.recursive(
    st.none() | st.booleans() | st.integers() | FRACTIONS | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)
records = st.dictionaries(st.text(max_size=4), values, max_size=5)


@given(records)
def test_a_seal_survives_the_file(record):
    whole = sealed(record)
    assert list(whole)[-1] == SEAL and not is_broken(whole)
    assert not is_broken(json.loads(to_json(whole))) and not is_broken(json.loads(json.dumps(whole, indent=7)))
    assert sealed(whole) == whole


@given(records, st.text(max_size=4), values)
def test_what_is_changed_added_or_taken_away_breaks_it(record, key, value):
    assume(key != SEAL)
    whole = sealed(record)
    assume(key not in record or json.dumps(record[key], sort_keys=True) != json.dumps(value, sort_keys=True))
    assert is_broken({**whole, key: value})
    for lost in set(whole) - {SEAL}:
        assert is_broken({name: each for name, each in whole.items() if name != lost})


def test_numbers_and_tuples_are_as_the_file_has_them():
    whole = sealed({"matrix": ((0.1, 1e-300), (-0.0, 3)), "by id": {7: "table"}})
    assert whole["matrix"] == [[0.1, 1e-300], [-0.0, 3]] and whole["by id"] == {"7": "table"}
    assert not is_broken(parse_json(to_json(whole)))


def test_a_writer_that_knows_one_kind_of_number_breaks_nothing():
    whole = sealed({"matrix": [[1.0, -0.0], [1e16, 0.5]], "seed": 7})
    assert not is_broken({**whole, "matrix": [[1, 0], [10000000000000000, 0.5]]})
    assert is_broken({**whole, "matrix": [[1, 0], [10000000000000000, 0.25]]})


def test_a_record_that_was_edited_is_told_and_an_older_one_has_no_seal(tmp_path):
    record = {"schema": 1, "files": {}, "seed": 7}
    write_frame(tmp_path, 1, to_json(sealed(record)))
    assert read_record(tmp_path, 1)["seed"] == 7
    path = frame_folder(tmp_path, 1) / RECORD
    path.write_text(path.read_text().replace('"seed": 7', '"seed": 8'))
    with pytest.raises(RunError, match=r"000001.frame\.json is damaged: it does not say what was written"):
        read_record(tmp_path, 1)
    path.write_text(to_json(record))
    assert read_record(tmp_path, 1) == record
