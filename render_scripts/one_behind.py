"""A thread finishes a frame while the next one renders: one behind, so that at most two are in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager

PROMPT = 0.01
"""Seconds that a frame's end is waited for, so that what is soon written is told before the next one renders."""
Timings = dict[str, float]
Finish = Callable[[], Timings]
"""What is left of a frame, which asks nothing of Blender; returns the seconds of each step."""
Tell = Callable[[Timings], None]
"""Called when the frame is done, in the thread that renders."""


@contextmanager
def one_behind() -> Iterator[Callable[[Finish, Tell], None]]:
    """Yields a function that takes a frame to be finished, once the one before is. When the block ends, all are.

    What finishing one raised, the same call or the next one raises, or the end of the block. Where the block raises,
    what was taken is still finished, and nothing is told of it.
    """
    waiting: list[tuple[Future[Timings], Tell]] = []

    def settle() -> None:
        while waiting:
            future, tell = waiting.pop()
            tell(future.result())

    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="labelpass") as pool:

        def take(finish: Finish, tell: Tell) -> None:
            try:
                settle()
            finally:  # this one has rendered, whatever became of the other
                waiting.append((pool.submit(finish), tell))
            if wait([waiting[-1][0]], PROMPT).done:
                settle()

        yield take
        settle()
