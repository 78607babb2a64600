"""The journal of an export: what counts as done, and what an export with it makes of that."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from exported import manifest
from small_inputs import files_of, some_image, some_labels, write_frame
from small_things import write_run_of_things

from blender_addon.contract.labels import built_in
from blender_addon.contract.run import View
from postprocess import dataset, journal, pool, spool, staging
from postprocess.convert import Converted, convert
from postprocess.dataset import export
from postprocess.errors import ExportError, Interrupted
from postprocess.journal import Done
from postprocess.spool import put
from postprocess.staging import write_checked

FACTS = {"size": [4, 3], "counts": [[1, 2], [65535, 3]]}


def write_done(root: Path, name: str, data: bytes) -> Done:
    files = {f"labels/{name}.png": write_checked(root, f"labels/{name}.png", data)}
    done = Done(files, put(root, {"row": data * 2}), FACTS)
    journal.note(root, name, done)
    return done


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "root").mkdir()
    journal.begin(tmp_path / "root", "abc")
    return tmp_path / "root"


def test_what_is_noted_is_found(root: Path) -> None:
    done = {name: write_done(root, name, name.encode()) for name in ("a", "b", "c")}
    lines = journal.lines(root)
    assert {name: journal.done_at(root, line) for name, line in lines.items()} == done
    assert journal.count(root) == 3 and journal.is_of(root, "abc") and not journal.is_of(root, "abd")
    again = write_done(root, "b", b"other")
    assert journal.done_at(root, journal.lines(root)["b"]) == again
    assert journal.done_at(root, lines["b"]) is None  # its file is another now


@pytest.mark.parametrize("damage", [lambda data: data[:-1], lambda data: data + b"x", lambda data: b"y" + data[1:]])
@pytest.mark.parametrize("what", ["labels", spool.FOLDER])
def test_files_and_rows_that_changed_are_not_done(root: Path, what: str, damage: Callable[[bytes], bytes]) -> None:
    write_done(root, "a", b"data")
    (path,) = (root / what).iterdir()
    path.write_bytes(damage(path.read_bytes()))
    appended = what == spool.FOLDER and path.read_bytes().endswith(b"x")  # what comes after the rows of a frame
    found = journal.done_at(root, journal.lines(root)["a"])
    assert (found is not None) == appended
    path.unlink()
    assert journal.done_at(root, journal.lines(root)["a"]) is None


def test_every_cut_of_a_journal_leaves_whole_lines(root: Path) -> None:
    for name in ("a", "b"):
        write_done(root, name, name.encode())
    path = root / journal.FOLDER / str(os.getpid())
    data = path.read_bytes()
    first = data.index(b"\n") + 1
    for length in range(len(data)):
        path.write_bytes(data[:length])
        assert set(journal.lines(root)) == ({"a"} if length >= first else set()), length
    for at in range(0, first - 1, 7):
        path.write_bytes(data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :])
        assert "a" not in journal.lines(root) and "b" in journal.lines(root), at


def stop_after(monkeypatch: pytest.MonkeyPatch, frames: int, error: BaseException) -> list[str]:
    """The conversion of the next frame raises; names of those that were converted."""
    seen: list[str] = []

    def converts(frame, placed, recipe, root) -> Converted:
        if len(seen) == frames:
            raise error
        seen.append(placed.name)
        return convert(frame, placed, recipe, root)

    monkeypatch.setattr(pool, "convert", converts)
    return seen


@pytest.mark.parametrize("format", ["nyu", "webdataset", "numpy", "nyu-mat"])
@pytest.mark.parametrize("error", [KeyboardInterrupt(), OSError(28, "No space left on device"), SystemExit(143)])
def test_frames_that_are_there_are_not_converted_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, format: str, error: BaseException
) -> None:
    run = write_run_of_things(tmp_path / "r", with_=("depth", "instances"))
    export([run], tmp_path / "whole", format)
    first = stop_after(monkeypatch, 4, error)
    with pytest.raises((Interrupted, type(error))) as stopped:
        export([run], tmp_path / "out", format)
    (left,) = tmp_path.glob(".*partial*")
    said = "\n".join([str(stopped.value), *getattr(stopped.value, "__notes__", [])])
    assert f"4 frames are done: the same command goes on from there. To throw that away, remove {left}" in said
    assert not (tmp_path / "out").exists()
    second = stop_after(monkeypatch, 99, error)
    assert export([run], tmp_path / "out", format).there == 4
    assert len(first) == 4 and len(second) == 6 and not set(first) & set(second)
    assert files_of(tmp_path / "out") == files_of(tmp_path / "whole")
    assert not list(tmp_path.glob(".*partial*"))


def test_links_are_made_anew(run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stopped between a frame's link and its line: what is there is the run's own file, and stays as it is."""
    before = files_of(run)
    note = pool.note
    monkeypatch.setattr(pool, "note", lambda root, name, done: note(root, name, done) if "1" in name[-2:] else stop())

    def stop() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        export([run], tmp_path / "out", "nyu", images="link")
    monkeypatch.undo()
    assert export([run], tmp_path / "out", "nyu", images="link").there == 1
    export([run], tmp_path / "whole", "nyu", images="link")
    assert files_of(tmp_path / "out") == files_of(tmp_path / "whole")
    assert (tmp_path / "out" / "images" / "kitchen-run_000002.png").stat().st_nlink == 3 and files_of(run) == before


def change_option(run: Path) -> dict[str, object]:
    return {"options": {"void": "zero"}}


def change_split(run: Path) -> dict[str, object]:
    return {"seed": 1}


def change_frames(run: Path) -> dict[str, object]:
    """One is rendered anew, and has other pixels."""
    shutil.rmtree(run / "frames" / "000003")
    rng = np.random.default_rng(9)
    write_frame(run, View(3, 3, "Camera", "view 3"), some_labels(rng, built_in("nyu40")), some_image(rng))
    return {}


def touch_picture(run: Path) -> dict[str, object]:
    os.utime(run / "frames" / "000003" / "image.png", (1, 1))
    return {}


@pytest.mark.parametrize("change", [change_option, change_split, touch_picture, change_frames])
def test_another_export_throws_it_away(
    run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: Callable[[Path], dict[str, object]]
) -> None:
    stop_after(monkeypatch, 4, KeyboardInterrupt())
    with pytest.raises(KeyboardInterrupt):
        export([run], tmp_path / "out", "nyu")
    changed = change(run)
    monkeypatch.undo()
    assert export([run], tmp_path / "out", "nyu", **changed).there == 0  # type: ignore[arg-type]
    export([run], tmp_path / "whole", "nyu", **changed)  # type: ignore[arg-type]
    assert files_of(tmp_path / "out") == files_of(tmp_path / "whole")
    assert not list(tmp_path.glob(".*partial*"))


def test_other_processes_may_go_on(run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stop_after(monkeypatch, 4, KeyboardInterrupt())
    with pytest.raises(KeyboardInterrupt):
        export([run], tmp_path / "out", "nyu")
    monkeypatch.undo()
    assert export([run], tmp_path / "out", "nyu", jobs=2).there == 4
    export([run], tmp_path / "whole", "nyu")
    assert files_of(tmp_path / "out") == files_of(tmp_path / "whole")


def test_an_interruption_at_the_end_loses_no_frame(run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(dataset, "manifest_json", stop)
    with pytest.raises(KeyboardInterrupt):
        export([run], tmp_path / "out", "webdataset")
    monkeypatch.undo()
    converted = stop_after(monkeypatch, 0, AssertionError())
    assert export([run], tmp_path / "out", "webdataset").there == 10 and not converted
    assert manifest(tmp_path / "out")["split"]["frames"]["train"] == 8


def test_a_refusal_after_an_interruption_leaves_nothing(
    run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stop_after(monkeypatch, 4, KeyboardInterrupt())
    with pytest.raises(KeyboardInterrupt):
        export([run], tmp_path / "out", "nyu")
    stop_after(monkeypatch, 1, ExportError("damaged"))
    with pytest.raises(ExportError, match="damaged"):
        export([run], tmp_path / "out", "nyu")
    assert not list(tmp_path.glob(".*partial*"))


def test_a_file_that_is_written_again_is_another_file(tmp_path: Path) -> None:
    (tmp_path / "run.png").write_bytes(b"run")
    os.link(tmp_path / "run.png", tmp_path / "x.png")
    staging.write_checked(tmp_path, "x.png", b"new")
    staging.write_streamed(tmp_path, "x.png", [b"newer"])
    assert (tmp_path / "run.png").read_bytes() == b"run" and (tmp_path / "x.png").read_bytes() == b"newer"
