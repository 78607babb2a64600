"""Findings as rows: their order, what is said of them, alike ones together, and the report that is printed."""

from __future__ import annotations

import json

import pytest

from blender_addon.audit.findings import (
    ERROR,
    NOTE,
    WARNING,
    Culprit,
    Finding,
    Fix,
    in_words,
    measured,
    percent,
    severities,
    together,
    worst_first,
)
from blender_addon.audit.report import Looks, Report


def bare(name: str, uid: int = 1) -> Finding:
    return Finding("unlabelled", WARNING, (Culprit(name, uid),), fix=Fix("label"))


def report(*findings: Finding, looks: Looks | None = None) -> Report:
    return Report("room.blend", "ViewLayer", "nyu40", "4.5.0", 3, 1, looks, findings)


CAMERA = Finding("camera", ERROR, detail=("no camera",))


def test_a_finding_says_what_and_what_to_do():
    assert bare("Sofa").message == (
        "1 object without a label will come out unlabelled: 'Sofa'; label it, or hide it in renders"
    )
    assert bare("Sofa").short == "Sofa: no label"
    assert CAMERA.message == "no camera"
    assert CAMERA.short == "Camera"


def test_alike_ones_are_one_sentence_and_their_pixels_a_sum():
    found = measured([bare("a", 1), CAMERA, bare("b", 2)], {"a": 3, "b": 4}, 100)
    first, second = together(found)
    assert first.message == "2 objects without a label will come out unlabelled: 'a', 'b'; " + (
        "label them, or hide them in renders"
    )
    assert (first.pixels, round(first.share, 6), first.fix) == (7, 0.07, Fix("label"))
    assert second == CAMERA


def test_what_has_another_fix_loses_it_together():
    other = Finding("unlabelled", WARNING, (Culprit("b", 2),), fix=Fix("label", 5))
    assert together([bare("a"), other])[0].fix is None


def test_worst_first():
    note = Finding("hidden", NOTE, (Culprit("n", 1),))
    error = Finding("unknown_id", ERROR, (Culprit("e", 2),), detail=("object", "57", "nyu40"), named=("e",))
    unseen_error = Finding("unknown_id", ERROR, (Culprit("u", 3),), detail=("object", "58", "nyu40"), named=("u",))
    rows = [note, bare("little", 4), bare("unseen", 5), unseen_error, bare("much", 6), error, CAMERA]
    pixels = {"n": 50, "e": 1, "u": 0, "little": 2, "unseen": 0, "much": 9}
    found = worst_first(measured(rows, pixels, 100))
    assert [each.short.split(":")[0] for each in found] == ["Camera", "e", "u", "much", "little", "n", "unseen"]


def test_nobody_looked_and_not_seen_are_two_things():
    (known,) = measured([bare("a")], {"a": 0}, 100)
    (later,) = measured([bare("new")], {"a": 0}, 100)
    (nobody,) = measured([known], None, 0)
    assert (known.pixels, known.seen()) == (0, "not seen")
    assert (later.pixels, later.seen()) == (None, "")
    assert (nobody.pixels, nobody.seen()) == (None, "")


def test_what_no_label_map_shows_has_no_pixels():
    film = Finding("alpha", WARNING, (Culprit("a", 1),), (Culprit("film", 2),), saying="alpha missed", detail=("0.5",))
    fog = Finding("volume", NOTE, (Culprit("a", 1),), detail=("fog",))
    assert [each.pixels for each in measured([film, fog], {"a": 9}, 10)] == [None, None]


@pytest.mark.parametrize(
    ("share", "said"), [(0, "0%"), (0.00001, "<0.01%"), (0.0005, "0.05%"), (0.034, "3.4%"), (0.125, "12%"), (1, "100%")]
)
def test_percent(share, said):
    assert percent(share) == said


def test_severities_in_words():
    assert in_words(severities([CAMERA, bare("a"), bare("b")])) == "1 error, 2 warnings"
    assert in_words(severities([])) == ""


def test_keys_are_of_things_and_not_of_names():
    assert bare("a", 1).key == bare("b", 1).key
    assert bare("a", 1).key != bare("a", 2).key


def test_the_text_has_a_line_for_each_that_is_seen_and_one_for_the_rest():
    rows = measured(
        [bare("a", 1), bare("b", 2), bare("c\nd", 3), bare("e", 4)], {"a": 5, "b": 20, "c\nd": 0, "e": 0}, 100
    )
    lines = report(*rows, looks=Looks((16, 12), 2, 7)).to_text().splitlines()
    assert lines[0].startswith("warning: 1 object without a label will come out unlabelled: 'b'")
    assert lines[0].endswith("[20% of the pixels]")
    assert "'a'" in lines[1]
    assert "2 objects without a label will come out unlabelled: 'c\\nd', 'e'" in lines[2]
    assert lines[2].endswith("[not seen]")
    assert lines[3] == (
        "labelpass: room.blend: 4 warnings; 3 labelled, 1 unlabelled; pixels from 2 of 7 views at 16x12"
    )
    assert len(lines) == 4


def test_a_name_with_a_line_break_stays_on_its_line():
    broken = Finding("label_set", ERROR, detail=("the label set\nis damaged",))
    assert len(report(broken).to_text().splitlines()) == 2


def test_the_json_is_typed():
    found = measured([bare("Sofa", 1), CAMERA], {"Sofa": 25}, 100)
    document = json.loads(report(*found, looks=Looks((16, 12), 1, 1)).to_json(strict=True))
    assert document == {
        "schema": "labelpass.check/1", "scene": "room.blend", "view_layer": "ViewLayer", "label_set": "nyu40",
        "blender": "4.5.0", "labelled": 3, "unlabelled": 1, "looks": {"size": [16, 12], "views": 1, "all_views": 1},
        "strict": True, "ok": False, "counts": {"error": 1, "warning": 1, "note": 0},
        "findings": [
            {"kind": "unlabelled", "severity": "warning", "message": bare("Sofa").message, "objects": ["Sofa"],
             "materials": [], "pixels": 25, "share": 0.25, "fix": {"action": "label", "label_id": None}},
            {"kind": "camera", "severity": "error", "message": "no camera", "objects": [], "materials": [],
             "pixels": None, "share": None, "fix": None},
        ],
    }  # fmt: skip


def test_the_json_is_ascii_whatever_names_hold():
    assert report(bare("行\U0001f600\udcff")).to_json().isascii()


def test_what_counts_as_an_error():
    assert not report().fails(strict=True)
    assert not report(Finding("hidden", NOTE)).fails(strict=True)
    assert not report(bare("a")).fails(strict=False)
    assert report(bare("a")).fails(strict=True)
    assert report(CAMERA).fails(strict=False)
