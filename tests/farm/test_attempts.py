"""What attempts leave behind: whole lines count, torn ones do not, and the dead are told from the living."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from blender_addon.contract.machine import this_machine
from farm import attempts
from farm.attempts import FOLDER, SILENT, all_attempts, attempted, attempts_of
from tests.farm.slurm_here import wait_for


def only_file(out):
    return next((out / FOLDER).rglob("*.jsonl"))


def test_an_attempt_that_lasts_is_alive_and_then_it_has_ended(tmp_path):
    with attempted(tmp_path, 1234, 5) as attempt:
        (during,) = attempts_of(tmp_path, 1234)
        assert during.is_alive and during.code is None and (during.todo, during.number) == (5, 1)
        attempt.end(3, 2, 7, "a frame failed", {"kernel": "x86_64"})
    (after,) = all_attempts(tmp_path)
    assert not after.is_alive and (after.code, after.rendered, after.at, after.why) == (3, 2, 7, "a frame failed")
    assert after.machine == {"kernel": "x86_64"} and after.seconds >= 0
    with attempted(tmp_path, 1234, 3):
        assert [attempt.number for attempt in attempts_of(tmp_path, 1234)] == [1, 2]
    assert attempts_of(tmp_path, 1235) == []


@pytest.mark.parametrize("jump", [-SILENT - 1, SILENT + 1, 1e7])
def test_who_was_killed_is_dead_after_a_while_also_where_the_clock_was_put_back(tmp_path, jump):
    with attempted(tmp_path, 0, 5):
        path = only_file(tmp_path)
        then = path.stat().st_mtime + jump
        os.utime(path, (then, then))
        (attempt,) = attempts_of(tmp_path, 0)
        assert not attempt.is_alive and attempt.code is None


@pytest.mark.parametrize("jump", [-1e7, 1e7])
def test_whoever_lives_is_alive_again_with_the_next_beat(tmp_path, monkeypatch, jump):
    monkeypatch.setattr(attempts, "BEAT", 0.2)
    with attempted(tmp_path, 0, 5):
        then = only_file(tmp_path).stat().st_mtime + jump
        os.utime(only_file(tmp_path), (then, then))
        wait_for("a beat", lambda: attempts_of(tmp_path, 0)[0].is_alive)


def test_a_line_that_was_torn_is_none(tmp_path):
    with attempted(tmp_path, 0, 5) as attempt:
        attempt.end(0, 5, None, "", {})
    path = only_file(tmp_path)
    text = path.read_text()
    for length in range(len(text)):
        path.write_text(text[:length])
        (found,) = attempts_of(tmp_path, 0)
        assert found.code in (0, None) and found.rendered in (0, 5)
    path.write_bytes(b"\xff\x00{]\n[1]\n")
    (found,) = attempts_of(tmp_path, 0)
    assert found.code is None and found.todo == 0


def test_other_files_are_passed_over(tmp_path):
    with attempted(tmp_path, 3, 5):
        for name in ("notes.txt", "000003.jsonl", "x-1-host-2.jsonl"):
            (only_file(tmp_path).parent / name).write_text("{}")
        assert len(all_attempts(tmp_path)) == 1


def test_a_process_of_this_machine_that_is_gone_is_dead_at_once(tmp_path):
    with attempted(tmp_path, 0, 5):
        path = only_file(tmp_path)
        gone = subprocess.Popen([sys.executable, "-c", ""])
        gone.wait()
        path.rename(path.with_name(f"000000-1-{this_machine()}-{gone.pid}.jsonl"))
        assert not attempts_of(tmp_path, 0)[0].is_alive
        next(path.parent.glob("*.jsonl")).rename(path.with_name(f"000000-1-another-{gone.pid}.jsonl"))
        assert attempts_of(tmp_path, 0)[0].is_alive
