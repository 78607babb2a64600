"""Work on many frames in one process or several, with the same result; the conversion of a dataset is such work.

Frames that the journal has, and the disk as well, are not converted again. Whatever ends an export, no process of it
writes on when this is left: the caller then may remove what was written.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from itertools import islice
from multiprocessing.synchronize import Event
from pathlib import Path
from typing import Any, TypeVar

import cv2

from .convert import Converted, Recipe, convert
from .errors import Interrupted
from .frames import Frame
from .journal import Done, Line, done_at, lines, note
from .layout import Placed
from .progress import Progress
from .signals import held

_MOST = 16  # frames that travel together
_MOST_JOBS = 61  # Windows waits for no more processes at once
_AHEAD = 4  # parts per process that are under way
_Batch = list[tuple[Frame, Placed, Line | None]]
_Part = TypeVar("_Part")
_Done = TypeVar("_Done")
_stops: list[Event] = []  # of a worker, one: set when nobody waits for its results any more
_works: list[Callable[[Any], Any]] = []  # of a worker, one: sent once, since it may be larger than the parts


def convert_all(
    frames: Iterable[Frame],
    placed: Sequence[Placed],
    recipe: Recipe,
    staging: Path,
    jobs: int,
    progress: Progress | None,
) -> Generator[tuple[Frame, Placed, Converted], None, None]:
    """Each frame with what became of it, in their order, whatever process made it. To be closed before `staging` is
    removed."""
    total = len(placed)
    # Small enough to share the work and to show progress, large enough that sending them costs nothing.
    step = max(1, min(_MOST, total // (4 * jobs)))
    before = lines(staging)
    work = ((frame, place, before.get(place.name)) for frame, place in zip(frames, placed))
    sent: deque[_Batch] = deque()

    def batches() -> Iterator[_Batch]:
        while batch := list(islice(work, step)):
            sent.append(batch)
            yield batch

    done = 0
    for results in in_order(partial(_convert_batch, recipe, staging), batches(), min(jobs, -(-total // step))):
        done += len(results)
        if progress is not None:
            progress(done, total)
        for (frame, place, _), result in zip(sent.popleft(), results):
            yield frame, place, result


def in_order(work: Callable[[_Part], _Done], parts: Iterable[_Part], jobs: int) -> Generator[_Done, None, None]:
    """What `work` makes of each part, in the order of the parts. Few parts are under way at once, so that memory stays
    flat. `work` looks at `is_over` now and then."""
    if jobs == 1:
        yield from map(work, parts)
        return
    jobs = min(jobs, _MOST_JOBS)
    with _workers(jobs, work) as pool:
        waiting: deque[Future[_Done]] = deque()
        try:
            for part in parts:
                with held():  # submitting may start a process
                    waiting.append(pool.submit(_worked, part))
                if len(waiting) > _AHEAD * jobs:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        except BrokenProcessPool:
            raise Interrupted(f"one of {jobs} processes was killed (out of memory?); use fewer (--jobs)") from None


def _worked(part: Any) -> Any:
    return _works[0](part)


def is_over() -> bool:
    """Whether nobody waits any more for what this worker does."""
    return any(stop.is_set() for stop in _stops)


def _convert_batch(recipe: Recipe, staging: Path, batch: _Batch) -> list[Converted]:
    results = []
    for frame, place, line in batch:
        if is_over():
            break
        before = done_at(staging, line) if line is not None else None
        results.append(_from_journal(before) if before is not None else _converted(frame, place, recipe, staging))
    return results


def _converted(frame: Frame, place: Placed, recipe: Recipe, staging: Path) -> Converted:
    new = convert(frame, place, recipe, staging)
    facts = {
        "size": new.size,
        "source_size": new.source_size,
        "counts": list(new.counts.items()),
        "source_counts": list(new.source_counts.items()),
        "background_known": new.background_known,
        "likeness": new.likeness,
    }
    note(staging, place.name, Done(new.files, new.rows, facts))
    return replace(new, files={})  # a million frames have many, and nobody asks again


def _from_journal(done: Done) -> Converted:
    facts = done.facts
    counts, source_counts = dict(facts["counts"]), dict(facts["source_counts"])
    return Converted(
        size=tuple(facts["size"]),
        source_size=tuple(facts["source_size"]),
        counts=source_counts if counts == source_counts else counts,
        source_counts=source_counts,
        background_known=facts["background_known"],
        rows=done.rows,
        likeness=facts["likeness"],
        files={},
    )


@contextmanager
def _workers(jobs: int, work: Callable[[Any], Any]) -> Iterator[ProcessPoolExecutor]:
    """Processes that are gone when this is left: each ends after the frame at hand."""
    # Not fork: OpenEXR and OpenCV hold threads, and a forked copy of their locks never opens.
    context = multiprocessing.get_context("spawn")
    stop = context.Event()
    pool = ProcessPoolExecutor(jobs, context, initializer=_begin, initargs=(stop, work))

    def end() -> None:
        stop.set()
        pool.shutdown(wait=True, cancel_futures=True)

    try:
        yield pool
    finally:
        try:
            end()
        finally:
            end()  # again, where a signal cut the first short (`signals.stopped_once` lets through one)


def _begin(stop: Event, work: Callable[[Any], Any]) -> None:
    """The start of a worker."""
    _stops.append(stop)
    _works.append(work)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches all processes; the first one tells the others
    threading.Thread(target=_end_with_parent, daemon=True).start()
    cv2.setNumThreads(1)


def _end_with_parent() -> None:
    """A killed parent tells nobody, and its workers would write on and then wait for ever."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
