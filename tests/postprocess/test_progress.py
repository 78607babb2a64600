"""The line of progress, with a clock that the tests move."""

from __future__ import annotations

import io

import pytest

from postprocess import progress
from postprocess.progress import progress_line


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [100.0]
    monkeypatch.setattr(progress.time, "monotonic", lambda: now[0])
    return now


def test_what_is_left_does_not_count_how_long_the_first_took(clock: list[float]) -> None:
    """20 seconds until the first 4, then 4 a second: 92 more take 23 seconds."""
    terminal = Terminal()
    show = progress_line(terminal, "pictures")
    for seconds, done in ((20, 4), (1, 8), (23, 100)):
        clock[0] += seconds
        show(done, 100)
    lines = terminal.getvalue().split("\r\x1b[K")[1:]
    assert lines == [
        "4/100 pictures", "8/100 pictures, 4.0/s, 23 s left", "100/100 pictures, 2.3/s\n"
    ]  # fmt: skip


def test_a_log_has_a_line_after_a_minute_and_each_time_twice_as_much(clock: list[float]) -> None:
    log = io.StringIO()
    show = progress_line(log)
    for minute in range(1, 11):
        clock[0] += 59.5 if minute == 1 else 60
        show(minute, 1000)
    said = [int(line.partition("/")[0]) for line in log.getvalue().splitlines()]
    assert said == [2, 4, 8]
    assert log.getvalue().splitlines()[0] == "2/1000 frames, 1.0/min, 16 h 38 min left"


def test_short_work_is_one_line_in_a_log(clock: list[float]) -> None:
    log = io.StringIO()
    show = progress_line(log)
    for done in (1, 2):
        clock[0] += 1
        show(done, 2)
    assert log.getvalue() == "2/2 frames, 1.0/s\n"
