"""Each view of a run several times, each time with a draw of its own: which frames that makes, and which are asked for.

The first draw of all views comes first, then the second of all: so a run that is stopped has seen all of them, and one
of more draws begins with the frames of one of fewer.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from blender_addon.contract.run import View
from blender_addon.contract.words import counted

from .request import Refused

MOST_FRAMES = 1_000_000
"""Of a run: its plan names each."""


def repeated(views: Sequence[View], draws: int) -> tuple[View, ...]:
    """All views `draws` times, as frames 1, 2, 3 ...; a single draw is the views as they are.

    Views keep their names: a split of a data set that keeps views whole keeps their draws together. Raises Refused.
    """
    if draws == 1:
        return tuple(views)
    if len(views) * draws > MOST_FRAMES:
        others = ", which samples other views, too" if views[0].pose else ""
        raise Refused(
            f"--draws {draws}: of {counted(len(views), 'view')} that is more than {MOST_FRAMES} frames; ask for fewer, "
            f"or render more as a run of its own with another --seed{others}"
        )
    return tuple(replace(view, frame=frame) for frame, view in enumerate(tuple(views) * draws, start=1))


def chosen(planned: Sequence[View], frames: Collection[int] | None, what: str) -> tuple[View, ...]:
    """Those of the planned views that have these frames, all where none are named. Raises Refused where one has none;
    `what` the plan has, in words, such as "the 40 sampled views"."""
    if frames is None:
        return tuple(planned)
    wanted = set(frames)
    strange = sorted(wanted - {view.frame for view in planned})
    if strange:
        raise Refused(f"frame {strange[0]} was asked for, and {what} have no such frame")
    return tuple(view for view in planned if view.frame in wanted)


def in_words(planned: int, draws: int) -> str:
    """Such as "4000 frames, 1000 draws of 4 views"."""
    said = counted(planned, "frame")
    return said if draws == 1 else f"{said}, {draws} draws of {counted(planned // draws, 'view')}"
