"""All frames of a dataset through `postprocess.convert`, in one process or several, with the same result.

Frames that the journal has, and the disk as well, are not converted again. Whatever ends the export, no process of it
writes on when this is left: the caller then may remove what was written.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Generator, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import replace
from multiprocessing.synchronize import Event
from pathlib import Path

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
_Batch = list[tuple[Frame, Placed, Line | None]]
_stops: list[Event] = []  # of a worker, one: set when nobody waits for its results any more


def convert_all(
    frames: Sequence[Frame],
    placed: Sequence[Placed],
    recipe: Recipe,
    staging: Path,
    jobs: int,
    progress: Progress | None,
) -> Generator[Converted, None, None]:
    """Results in the order of the frames, whatever process made them. To be closed before `staging` is removed."""
    total = len(frames)
    # Small enough to share the work and to show progress, large enough that sending the recipe costs nothing.
    step = max(1, min(_MOST, total // (4 * jobs)))
    before = lines(staging)
    work = [(frame, place, before.get(place.name)) for frame, place in zip(frames, placed)]
    batches = [work[at : at + step] for at in range(0, total, step)]
    done = 0
    for results in _in_order(batches, recipe, staging, min(jobs, len(batches), _MOST_JOBS)):
        done += len(results)
        if progress is not None:
            progress(done, total)
        yield from results


def _in_order(batches: Sequence[_Batch], recipe: Recipe, staging: Path, jobs: int) -> Iterator[list[Converted]]:
    if jobs == 1:
        for batch in batches:
            yield _convert_batch(batch, recipe, staging)
        return
    with _workers(jobs) as pool:
        waiting: list[Future[list[Converted]]] = []
        try:
            for batch in batches:
                with held():  # submitting may start a process
                    waiting.append(pool.submit(_convert_batch, batch, recipe, staging))
            for future in waiting:
                yield future.result()
        except BrokenProcessPool:
            raise Interrupted(f"one of {jobs} processes was killed (out of memory?); use fewer (--jobs)") from None


def _convert_batch(batch: _Batch, recipe: Recipe, staging: Path) -> list[Converted]:
    results = []
    for frame, place, line in batch:
        if any(stop.is_set() for stop in _stops):
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
        files={},
    )


@contextmanager
def _workers(jobs: int) -> Iterator[ProcessPoolExecutor]:
    """Processes that are gone when this is left: each ends after the frame at hand."""
    # Not fork: OpenEXR and OpenCV hold threads, and a forked copy of their locks never opens.
    context = multiprocessing.get_context("spawn")
    stop = context.Event()
    pool = ProcessPoolExecutor(jobs, context, initializer=_begin, initargs=(stop,))

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


def _begin(stop: Event) -> None:
    """The start of a worker."""
    _stops.append(stop)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches all processes; the first one tells the others
    threading.Thread(target=_end_with_parent, daemon=True).start()
    cv2.setNumThreads(1)


def _end_with_parent() -> None:
    """A killed parent tells nobody, and its workers would write on and then wait for ever."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
