"""Ctrl-C (SIGINT) and SIGTERM end an export in good order: once, not while a process starts, and in one process alone.

Only a main thread can have signals; elsewhere nothing is changed.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

_BOTH = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def stopped_once() -> Iterator[None]:
    """The first signal is a KeyboardInterrupt or SystemExit here, and the next are nothing: who presses Ctrl-C twice
    must not cut the cleaning up short."""

    def stop(number: int, _frame: FrameType | None) -> None:
        for each in _BOTH:
            signal.signal(each, signal.SIG_IGN)
        raise KeyboardInterrupt if number == signal.SIGINT else SystemExit(128 + number)

    with _handled_by(stop):
        yield


@contextmanager
def held() -> Iterator[None]:
    """What arrives meanwhile comes at the end. Processes that are started here get neither signal, ever."""
    came: list[int] = []
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _BOTH) if hasattr(signal, "pthread_sigmask") else None
    try:
        # The mask is for the new processes. Here it is not enough: a library's thread takes the signal in our place.
        with _handled_by(lambda number, _frame: came.append(number)):
            yield
    finally:
        if before is not None:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
        if came:
            signal.raise_signal(came[0])


@contextmanager
def _handled_by(handler: Callable[[int, FrameType | None], Any]) -> Iterator[None]:
    """Both signals, but for those that somebody ignores (nohup, a shell's background jobs)."""
    main = threading.current_thread() is threading.main_thread()
    before = {each: signal.getsignal(each) for each in _BOTH if main}
    mine = [each for each, other in before.items() if other is not signal.SIG_IGN]
    try:
        for each in mine:
            signal.signal(each, handler)
        yield
    finally:
        for each in mine:
            signal.signal(each, before[each])
