"""`labelpass verify RUN`: what a run's frames are found to be, on frames that are made to be so."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from small_inputs import SIZE, some_image, write_frame, write_run

from blender_addon.contract.asked import write_asked
from blender_addon.contract.labels import BACKGROUND, IGNORE
from blender_addon.contract.run import finished_frames, frame_folder, read_plan
from postprocess.doctor.findings import TOLD, Finding, exit_code, in_short, to_lines
from postprocess.doctor.frame_faults import Meaning, frame_faults
from postprocess.doctor.looks import look_at
from postprocess.doctor.repair import repair_run
from postprocess.doctor.run_doctor import RunReport, examine_run, told
from postprocess.labelmap import label_map

Change = Callable[[int, np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]


def made(folder: Path, change: Change, views: int = 6, one_camera: bool = False) -> Path:
    """A run whose frames are (labels, image) as `change` makes them of four patches and noise."""
    run = write_run(folder / "r", views=views, skip=range(1, views + 1), one_camera=one_camera)
    for view in read_plan(run).views:
        labels = np.full(SIZE[::-1], 1, np.uint16)
        labels[:15, : 5 + view.frame % 20], labels[20:, 20:] = 2, 3
        labels[29, view.frame % 40] = 5
        write_frame(run, view, *change(view.frame, labels, some_image(np.random.default_rng(view.frame))))
    return run


def examined(run: Path, jobs: int = 2) -> RunReport:
    return examine_run(run, read_plan(run), finished_frames(run), jobs)


def kinds(report: RunReport) -> list[tuple[str, str]]:
    return [(each.kind, each.where) for each in report.findings]


def as_it_is(_frame: int, labels: np.ndarray, image: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return labels, image


def at(number: int, other: Callable[[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]) -> Change:
    return lambda frame, labels, image: other(labels, image) if frame == number else (labels, image)


def test_a_run_without_fault(tmp_path):
    report = examined(made(tmp_path, as_it_is))
    assert report.findings == () and report.damaged == {}
    assert told(report, False) == ("labelpass: 6 frames: all files of pixels are as they were written\n", 0)


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (lambda labels, image: (labels, image * 0), "black"),
        (lambda labels, image: (labels, np.full_like(image, 7)), "black"),
        (lambda labels, image: (labels, np.full_like(image, 8)), "even"),
        (lambda labels, image: (labels, image % 7 + np.uint8(100)), "even"),
        (lambda labels, image: (labels, (image * [0, 0, 1]).astype(np.uint8)), ""),  # a blue room is a room
        (lambda labels, image: (np.full_like(labels, BACKGROUND), image), "empty"),
        (lambda labels, image: (np.where(labels > 1, IGNORE, 0).astype(np.uint16), image), "empty"),
        (lambda labels, image: (np.where(labels > 2, 3, 0).astype(np.uint16), image), ""),
    ],
)
def test_frames_that_show_nothing(tmp_path, change, found):
    report = examined(made(tmp_path, at(3, change)))
    assert kinds(report) == ([(found, "frame 3")] if found else [])
    assert told(report, False)[1] == 0 and told(report, False, strict=True)[1] == int(bool(found))


def test_what_an_empty_frame_has_is_named(tmp_path):
    def empty(labels, image):
        return np.where(labels > 1, BACKGROUND, 0).astype(np.uint16), image

    report = examined(made(tmp_path, at(2, empty)))
    assert report.findings[0].sentence == "frame 2: no pixel has a label (unlabelled and background alone)"


def test_a_firefly_makes_no_picture(tmp_path):
    def lit(labels, image):
        image = image * 0
        image[4, 4] = 255
        return labels, image

    assert kinds(examined(made(tmp_path, at(1, lit)))) == [("black", "frame 1")]


def test_frames_that_are_there_twice(tmp_path):
    first: list[np.ndarray] = []

    def twice(frame, labels, image):
        first.append(image)
        return labels, first[1] if frame == 5 else image

    report = examined(made(tmp_path, twice))
    assert kinds(report) == [("duplicate", "frame 5")]
    assert report.findings[0].sentence == "frame 5: the image is that of frame 2, pixel by pixel"


@pytest.mark.parametrize("one_camera", [False, True])
def test_labels_that_are_there_twice_are_a_note(tmp_path, one_camera):
    """Draws of a view are known by the plan; here all views differ, by name or by their moment."""
    kept: list[np.ndarray] = []

    def same(frame, labels, image):
        kept.append(labels)
        return kept[0] if frame == 4 else labels, image

    report = examined(made(tmp_path, same, one_camera=one_camera))
    assert kinds(report) == [("same labels", "frame 4")]
    assert told(report, False, strict=True)[1] == 0


def test_a_frame_that_is_there_twice_is_told_once(tmp_path):
    kept: list[tuple[np.ndarray, np.ndarray]] = []

    def twice(frame, labels, image):
        kept.append((labels, image))
        return kept[1] if frame == 5 else (labels, image)

    assert kinds(examined(made(tmp_path, twice))) == [("duplicate", "frame 5")]


def test_labels_of_one_class_alone_are_no_duplicates(tmp_path):
    def floor(frame, labels, image):
        return (np.full_like(labels, 2) if frame in (2, 4) else labels), image

    assert kinds(examined(made(tmp_path, floor))) == []


@pytest.mark.parametrize(("views", "said"), [(("a", "a"), 0), (("a", "b"), 1), (("", ""), 1)])
def test_draws_of_one_view_may_have_the_same_labels(views, said):
    labels = label_map(np.repeat(np.array([[1, 2]], np.uint16), 3, axis=0))
    looks = [look_at(f"frame {at}", labels, None, view) for at, view in enumerate(views)]
    found = frame_faults(looks, Meaning({1: "wall", 2: "floor"}, frozenset()), in_one_scene=True)
    assert [each.kind for each in found] == ["same labels"] * said


def test_one_class_in_nearly_all_pixels(tmp_path):
    def wall(_frame, labels, image):
        small = np.where(np.arange(labels.size).reshape(labels.shape) < 50, labels, 1)  # 96 % wall
        return small.astype(np.uint16), image

    assert ("collapse", "wall") in kinds(examined(made(tmp_path, wall)))
    assert ("collapse", "wall") not in kinds(examined(made(tmp_path / "few", wall, views=4)))


@pytest.mark.parametrize(("gone_after", "said"), [(30, True), (45, False), (10, False)])
def test_a_class_that_vanishes(tmp_path, gone_after, said):
    """Of 60 frames; 15 without it, or 10 with it, are too few to say."""

    def lamp_goes(frame, labels, image):
        return np.where((labels == 3) & (frame > gone_after), 1, labels).astype(np.uint16), image

    report = examined(made(tmp_path, lamp_goes, views=60))
    vanished = [each.sentence for each in report.findings if each.kind == "vanished"]
    assert vanished == ["cabinet is in 30 of 30 frames up to frame 30, and in none of the 30 after it"] * said


def test_damage_is_an_error_and_the_rest_is_looked_at(tmp_path):
    run = made(tmp_path, at(3, lambda labels, image: (labels, image * 0)))
    (frame_folder(run, 2) / "labels.exr").write_bytes(b"short")
    (frame_folder(run, 5) / "image.png").unlink()
    report = examined(run)
    assert sorted(report.damaged) == [2, 5]
    assert kinds(report) == [("damaged", "frame 2"), ("damaged", "frame 5"), ("black", "frame 3")]
    text, code = told(report, False)
    lines = text.splitlines()
    assert code == 1 and lines[0].startswith("labelpass: frame 2 is damaged: ") and "labels.exr" in lines[0]
    assert lines[2:4] == [
        "labelpass: warning: frame 3: the image is black",
        "labelpass: 6 frames: 2 damaged; 1 warning",
    ]
    assert lines[4:] == ["labelpass: the same command with --repair renders what is damaged again, and that alone"]
    assert "--repair" not in told(report, False, repaired=True)[0]
    document = json.loads(told(report, True)[0])
    assert (document["schema"], document["ok"], list(document["damaged"])) == ("labelpass.verify/1", False, ["2", "5"])
    assert [each["severity"] for each in document["findings"]] == ["error", "error", "warning"]


def test_frames_that_are_still_to_come_are_a_note(tmp_path):
    run = write_run(tmp_path / "r", views=5, skip=[2, 4])
    assert [each.sentence for each in examined(run).findings if each.kind == "unfinished"] == [
        "2 of 5 frames are not there yet; render the run again to go on"
    ]


def test_frames_of_several_machines_are_a_warning(tmp_path):
    run = made(tmp_path, as_it_is)
    for frame in range(1, 7):
        path = frame_folder(run, frame) / "frame.json"
        versions = {"blender": "4.5.1", "build": "b1", "kernel": f"x86_64 {'SSE42' if frame == 4 else 'AVX2'}"}
        path.write_text(json.dumps(json.loads(path.read_text()) | {"versions": versions}))
    report = examined(run)
    assert [(each.severity, each.kind, each.sentence) for each in report.findings] == [
        ("warning", "mixed", "2 kinds of processors or GPUs rendered this: x86_64 AVX2 and x86_64 SSE42; "
         "their frames may differ in the last digits of their colours")
    ]  # fmt: skip
    shutil.rmtree(frame_folder(run, 4))
    assert kinds(examined(run)) == [("unfinished", "")]


def test_frames_that_nobody_asks_for_are_not_missing(tmp_path):
    run = write_run(tmp_path / "r", views=5, skip=[2, 4])
    write_asked(run, [1, 3, 5])
    assert not [each for each in examined(run).findings if each.kind == "unfinished"]
    write_asked(run, [1, 2, 3])
    assert [each.sentence for each in examined(run).findings if each.kind == "unfinished"] == [
        "1 of 3 frames are not there yet; render the run again to go on"
    ]


def test_many_of_a_kind_are_told_in_short():
    many = [Finding("warning", "black", f"frame {at}", f"frame {at}: the image\nis black") for at in range(12)]
    lines = to_lines(
        [*many, Finding("note", "added", "x", "x was added"), Finding("error", "missing", "y", "y is missing")]
    )
    assert lines[0] == "labelpass: y is missing"
    assert lines[1] == "labelpass: warning: frame 0: the image is black"
    assert lines[1 + TOLD] == "labelpass: warning: and 7 more of this kind (black); --json names all"
    assert lines[2 + TOLD :] == ["labelpass: note: x was added"]
    assert in_short(many) == "12 warnings" and in_short([]) == ""
    assert [exit_code(many, strict) for strict in (False, True)] == [0, 1]


def test_a_repair_renders_what_is_broken_and_keeps_the_old(tmp_path):
    run = made(tmp_path, as_it_is)
    whole = frame_folder(run, 4) / "labels.exr"
    data = whole.read_bytes()
    whole.write_bytes((frame_folder(run, 5) / "labels.exr").read_bytes())  # damage that only decoding shows
    (frame_folder(run, 2) / "image.png").write_bytes(b"")
    plan, asked = read_plan(run), []

    def render(frames: tuple[int, ...]) -> int:
        asked.append(frames)
        assert not set(frames) & set(finished_frames(run))
        other = made(tmp_path / "again", as_it_is)
        for frame in frames:
            frame_folder(other, frame).rename(frame_folder(run, frame))
        return 0

    done = repair_run(run, plan, examined(run).damaged, render)
    assert (done.code, sorted(done.again), done.left, asked) == (0, [2, 4], (), [(2, 4)])
    assert examined(run).damaged == {} and whole.read_bytes() == data
    assert all((place / "frame.json").is_file() for place in done.again.values())


@pytest.mark.parametrize("fails", ["code", "error"])
def test_a_repair_that_fails_leaves_the_run_as_it_was(tmp_path, fails):
    run = made(tmp_path, as_it_is)
    (frame_folder(run, 2) / "image.png").write_bytes(b"")

    def render(frames: tuple[int, ...]) -> int:
        if fails == "error":
            raise ValueError("no Blender")
        return 3

    if fails == "error":
        with pytest.raises(ValueError, match="no Blender"):
            repair_run(run, read_plan(run), [2], render)
    else:
        done = repair_run(run, read_plan(run), [2], render)
        assert (done.code, done.again, done.left) == (3, {}, (2,))
    assert finished_frames(run) == [1, 2, 3, 4, 5, 6]
    assert not list((run / "frames").glob(".damaged*"))


def test_a_repair_never_moves_what_the_plan_does_not_know(tmp_path):
    run = made(tmp_path, as_it_is)
    frame_folder(run, 2).rename(frame_folder(run, 77))
    done = repair_run(run, read_plan(run), [77], lambda frames: 1 / 0)
    assert done.again == {} and frame_folder(run, 77).is_dir()
