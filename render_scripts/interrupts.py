"""Ctrl-C and SIGTERM end a run at once, also in the middle of a render, where Blender would swallow them."""

from __future__ import annotations

import os
import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NoReturn

import bpy

from blender_addon.compat import remove_temporary_files
from blender_addon.contract import run as run_folder

PATIENCE = 10.0
"""Seconds that a process which has to end takes at most for a last word and for tidying up."""

_ENDING = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def ends_at_once(run: Path | None = None) -> Iterator[None]:
    """Within the block, Ctrl-C and SIGTERM end the process with 130 or 143, an unfinished frame of the run removed.

    A render keeps the main thread, where Python handles signals, and drops the exception that a handler raises in
    Cycles' own Python. Another thread hears of the signal and leaves without unwinding: nothing in a run folder needs
    it. In a Blender with a window nothing changes.
    """
    if not bpy.app.background or threading.current_thread() is not threading.main_thread():
        yield
        return
    hears, tells = socket.socketpair()
    tells.setblocking(False)
    screen = os.dup(2)  # Blender's own words are kept off the screen during a render
    before = {number: signal.signal(number, _no_exception) for number in _ENDING}
    before_fd = signal.set_wakeup_fd(tells.fileno(), warn_on_full_buffer=False)
    listener = threading.Thread(target=_leave_when_told, args=(hears, screen, run), daemon=True)
    listener.start()
    try:
        yield
    finally:
        signal.set_wakeup_fd(before_fd)
        for number, handler in before.items():
            signal.signal(number, handler if handler is not None else signal.SIG_DFL)
        tells.close()
        listener.join()
        hears.close()
        os.close(screen)


def _no_exception(number: int, frame: object) -> None:
    """A handler must be there for the wake-up to be written."""


def _leave_when_told(hears: socket.socket, screen: int, run: Path | None) -> None:
    while told := hears.recv(1):
        if told[0] in _ENDING:
            leave(128 + told[0], "stopped", run, screen)


def leave(code: int, why: str, run: Path | None, screen: int) -> NoReturn:
    """End the process from any thread, without unwinding, with a word on `screen`, a file descriptor.

    It ends even where nobody reads that word any more, or a disk does not answer: what is left then, the next start
    sweeps.
    """
    try:
        at_last = threading.Timer(PATIENCE, os._exit, (code,))
        at_last.daemon = True
        at_last.start()
        if hasattr(signal, "SIGPIPE"):  # some Blenders do not ignore it: a reader that is gone would be the exit code
            signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGPIPE})
        more = "; what is done stays, run the same command to go on" if run else ""
        with suppress(OSError):
            os.write(screen, f"labelpass: {why}{more}\n".encode(errors="replace"))
        if run:
            run_folder.sweep_partial_frames(run)
        remove_temporary_files()
    finally:
        os._exit(code)
