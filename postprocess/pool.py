"""All frames of a dataset through `postprocess.convert`, in one process or several, with the same result."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

import cv2

from .convert import Converted, Recipe, convert
from .errors import ExportError
from .frames import Frame
from .places import Places
from .progress import Progress

_MOST = 16  # frames that travel together
_MOST_JOBS = 61  # Windows waits for no more processes at once
_Batch = list[tuple[Frame, Places]]


def convert_all(
    frames: Sequence[Frame],
    places: Sequence[Places],
    recipe: Recipe,
    staging: Path,
    jobs: int,
    progress: Progress | None,
) -> Iterator[Converted]:
    """Results in the order of the frames, whatever process made them."""
    total = len(frames)
    # Small enough to share the work and to show progress, large enough that sending the recipe costs nothing.
    step = max(1, min(_MOST, total // (4 * jobs)))
    work = list(zip(frames, places))
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
    # Not fork: OpenEXR and OpenCV hold threads, and a forked copy of their locks never opens.
    with ProcessPoolExecutor(
        jobs, multiprocessing.get_context("spawn"), initializer=cv2.setNumThreads, initargs=(1,)
    ) as pool:
        waiting = [pool.submit(_convert_batch, batch, recipe, staging) for batch in batches]
        try:
            for future in waiting:
                yield future.result()
        except BrokenProcessPool:
            raise ExportError(f"one of {jobs} processes was killed (out of memory?); use fewer (--jobs)") from None
        finally:
            for future in waiting:
                future.cancel()


def _convert_batch(batch: _Batch, recipe: Recipe, staging: Path) -> list[Converted]:
    return [convert(frame, place, recipe, staging) for frame, place in batch]
