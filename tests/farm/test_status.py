"""What a folder says of itself: what counts as done, who was slow, what failed, and in which words."""

from __future__ import annotations

import json
from collections.abc import Mapping
from itertools import count

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from blender_addon.contract.run import RECORD, frame_folder, has_frame
from farm.attempts import FOLDER
from farm.status import lines, status_of
from farm.units import RUNS, Scene, UnitPlan, cut, units_left, write_units
from tests.farm.fake_blender import a_frame


@pytest.fixture
def out(tmp_path):
    """A farm of five units of two frames, all of which are there."""
    write_units(tmp_path / "farm", UnitPlan((Scene("/flat.blend", "flat", ()),), tuple(cut(range(1, 11), 0, 2)), 600.0))
    for frame in range(1, 11):
        a_frame(tmp_path / "farm" / RUNS / "flat", frame)
    return tmp_path / "farm"


def run_in(out):
    return out / RUNS / "flat"


def _empty(folder):
    (folder / RECORD).unlink()


def _a_file(folder):
    _empty(folder)
    folder.rmdir()
    folder.write_text("{}")


def _a_folder(folder):
    _empty(folder)
    (folder / RECORD).mkdir()


@pytest.mark.parametrize(
    "damage",
    [
        _empty,
        _a_file,
        _a_folder,
        lambda folder: (folder / RECORD).write_text(""),
        lambda folder: (folder / RECORD).write_text('{"schema": 1'),
        lambda folder: (folder / RECORD).write_bytes(bytes(100)),
    ],
)
def test_a_damaged_frame_is_none_for_all_that_count_frames(out, damage):
    assert status_of(out).done == 10 and units_left(out) == []
    damage(frame_folder(run_in(out), 3))
    assert not has_frame(run_in(out), 3) and units_left(out) == [1]
    status = status_of(out)
    assert (status.done, status.frames) == (9, 10) and status.units["missing"] == 1
    assert lines(out, status)[0] == f"{out}: 9 of 10 frames (90.0 %); units: 4 done, 1 missing"


def test_a_record_that_ends_in_line_breaks_is_whole(out):
    for end in ("}", "}\n"):
        (frame_folder(run_in(out), 1) / RECORD).write_text('{"schema": 1' + end)
        assert has_frame(run_in(out), 1)


KILLED: Mapping[str, object] = {}
"""How an attempt ended that did not live to say it."""


def tried(out, unit, host, **ended):
    """An attempt at a unit, which ended so."""
    folder = out / FOLDER / "000"
    folder.mkdir(parents=True, exist_ok=True)
    free = (folder / f"{unit:06d}-{number}-{host}-1.jsonl" for number in count(1))
    path = next(path for path in free if not path.exists())
    path.write_text("\n".join(json.dumps(line) for line in [{"todo": 2, "begun": 5.0}, *([ended] if ended else [])]))
    return path


def slow(out):
    return [host.name for host in status_of(out).hosts if host.is_slow]


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        ({"a": 2.0, "b": 5.8}, ["b"]),  # of two, the median of both is beside either
        ({"a": 2.0, "b": 3.0}, []),
        ({"a": 2.0, "b": 3.1}, ["b"]),
        ({"a": 2.0, "b": 2.0, "c": 2.0, "d": 3.2}, ["d"]),
        ({"a": 2.0}, []),
    ],
)
def test_a_host_that_needs_half_as_long_again_as_the_others_is_slow(out, seconds, told):
    for unit, (name, value) in enumerate(seconds.items()):
        tried(out, unit, name, code=0, rendered=2, seconds=2 * value)
    assert slow(out) == told
    assert [line.split(":")[0] for line in lines(out, status_of(out)) if "SLOW" in line] == told


def test_no_more_frames_are_counted_than_there_are(out):
    for host in ("a", "b"):  # two workers on one unit: each finds both frames there when it is over
        tried(out, 0, host, code=0, rendered=2, seconds=6.0)
    tried(out, 1, "a", code=0, rendered=2, seconds=12.0)
    hosts = {host.name: (host.frames, host.seconds_a_frame) for host in status_of(out).hosts}
    assert hosts == {"a": (3, 6.0), "b": (1, 6.0)}
    tried(out, 1, "a", code=0, rendered=10**9, seconds=1.0)
    assert sum(host.frames for host in status_of(out).hosts) == 4


def test_units_that_failed_for_one_reason_are_one_line(out):
    for unit in (0, 1, 2, 4):
        for frame in (2 * unit + 1, 2 * unit + 2):
            (frame_folder(run_in(out), frame) / RECORD).unlink()
        tried(out, unit, "a", code=65, why="no such file" if unit != 4 else "no such camera")
    assert lines(out, status_of(out))[-2:] == [
        "units 0-2 failed, 6 frames: no such file",
        "unit 4 failed, 2 frames: no such camera",
    ]


@pytest.mark.parametrize(
    ("of_others", "only"),
    [
        ([(1, "n1", 0, 2)], ""),  # nobody else has rendered anything
        ([(1, "n2", 3, 0)], ""),  # another tried, and rendered nothing either
        ([(1, "n2", 0, 2)], "n1"),
        ([(1, "n2", 0, 2), (1, "n1", 0, 1)], "n1"),
        ([(1, "n2", 0, 2), (0, "n2", 3, 0)], ""),  # there it failed, too
        ([(1, "n2", 0, 2), (0, "n2", 75, 0)], "n1"),  # there it was never begun
        ([(4, "n2", 0, 2)], ""),  # of another scene
    ],
)
def test_a_unit_that_failed_on_one_machine_alone_is_told_to_be_tried_on_another(tmp_path, of_others, only):
    scenes = tuple(Scene(f"/{name}.blend", name, ()) for name in ("flat", "hall"))
    out = tmp_path / "a farm"
    write_units(out, UnitPlan(scenes, (*cut(range(1, 5), 0, 2), *cut(range(1, 7), 1, 2)), 600.0))
    for frame in (1, 2, 1, 2, 1, 2):
        tried(out, 0, "n1", code=3, rendered=0, at=frame, why="ended by SIGSEGV before its first frame")
    for unit, host, code, rendered in of_others:
        tried(out, unit, host, code=code, rendered=rendered, **({"at": 1} if code == 3 else {}))
    (failure,) = status_of(out).failures
    assert failure.only_on == only
    line = lines(out, status_of(out))[-1]
    assert line.startswith("unit 0 failed, 2 frames: ended by SIGSEGV before its first frame")
    where = "; only on n1, while others render the same scene: on one of those, labelpass unit "
    assert line.endswith(f"{where}'{out}' --index 0 --again" if only else "before its first frame")


def test_many_reasons_are_cut(tmp_path):
    write_units(tmp_path, UnitPlan((Scene("/flat.blend", "flat", ()),), tuple(cut(range(1, 31), 0, 1)), 600.0))
    for unit in range(30):
        tried(tmp_path, unit, "a", code=65, why=f"it is {unit}")
    told = lines(tmp_path, status_of(tmp_path))
    assert told[-1] == "10 units more failed, of 10 other reasons; --json has all"
    assert told[-2] == "unit 19 failed, 1 frame: it is 19" and len(status_of(tmp_path).failures) == 30


def rendered_by(out, frame, build="b1", kernel="x86_64 AVX2"):
    versions = {"blender": "4.5.1", "build": build, "kernel": kernel}
    (frame_folder(run_in(out), frame) / RECORD).write_text(json.dumps({"schema": 1, "versions": versions}))


def test_frames_of_another_machine_are_told_though_no_attempt_says_whose_they_are(out):
    """As those of a pilot, and of an attempt that was killed."""
    for frame in range(1, 11):
        rendered_by(out, frame)
    tried(out, 2, "a", **KILLED)
    assert status_of(out).mixed == ()
    rendered_by(out, 5, kernel="x86_64 SSE42")
    told = "2 kinds of processors or GPUs rendered this: x86_64 AVX2 and x86_64 SSE42"
    assert status_of(out).mixed == (told,) and f"warning: {told}" in lines(out, status_of(out))
    rendered_by(out, 10, build="b2")
    assert status_of(out).mixed[0] == "2 Blenders rendered this: 4.5.1 b1 and 4.5.1 b2"


def test_what_attempts_say_of_their_machines_counts_where_they_rendered(out):
    for host, rendered in (("a", 2), ("b", 0), ("c", 1)):
        tried(out, 3, host, code=0, rendered=rendered, machine={"kernel": f"of {host}"})
    assert status_of(out).mixed == ("2 kinds of processors or GPUs rendered this: of a and of c",)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=6,
)
KEYS = st.sampled_from(["todo", "begun", "code", "seconds", "rendered", "at", "why", "machine", "other"])
LINES = JSON | st.dictionaries(KEYS, JSON | st.dictionaries(st.sampled_from(["blender", "kernel"]), JSON), max_size=9)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(LINES, max_size=3), st.integers(1, 2))
@example([{"todo": 1}, {"code": 0, "machine": {"blender": [1], "kernel": {}}, "rendered": 3}], 1)
@example([{"todo": 1, "begun": "now"}, {"code": 0, "rendered": -3, "seconds": 1e300, "at": 10**30, "why": ["a"]}], 2)
def test_no_attempt_is_too_odd_to_be_passed_over(out, said, damaged):
    record = frame_folder(run_in(out), damaged) / RECORD
    record.write_text("")
    tried(out, 0, "a", code=3, rendered=1, at=1, why="a", machine={"kernel": "k"})
    path = tried(out, 0, "b")
    path.write_text("\n".join(map(json.dumps, said)), encoding="utf-8")
    status = status_of(out)
    assert status.frames == 10 and status.done == 9 and lines(out, status) and json.dumps(status.to_dict())
    for each in (record, *path.parent.glob("*.jsonl")):
        each.unlink()
    record.write_text("{}")


@pytest.mark.parametrize(
    "record", ["[]}", '{"versions": 3}', '{"versions": {"blender": [1], "build": {}, "kernel": {}}}']
)
def test_an_odd_record_is_none_of_another_machine(out, record):
    rendered_by(out, 1)
    (frame_folder(run_in(out), 3) / RECORD).write_text(record)
    assert len(status_of(out).mixed) <= 1 and status_of(out).done == 10
