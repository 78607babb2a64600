"""The frames of runs that a recipe was asked for: all but those behind the last, where it was asked for more before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import ClassVar

from postprocess.folders import Folders
from postprocess.frames import Collection, Frame, packed


@dataclass(frozen=True)
class FirstFrames:
    """All of `runs` but the last, of which the frames 1 to `last`."""

    runs: Sequence[Path]
    last: int

    draw: ClassVar[None] = None

    def collected(self) -> Collection:
        """Raises ExportError as that of folders does."""
        found = Folders(self.runs, partly=True).collected()
        places = {source.name: place for place, source in enumerate(found.sources)}
        cut = places[self.runs[-1].name]

        def belongs(frame: Frame) -> bool:
            return frame.source != cut or int(frame.key.name.rpartition("_")[2]) <= self.last

        kept = packed(frame for frame in found.frames if belongs(frame))
        gone = len(found.frames) - len(kept)
        sources = list(found.sources)
        there = sources[cut].frames - gone
        sources[cut] = replace(sources[cut], frames=there, planned=max(there, min(sources[cut].planned, self.last)))
        return replace(found, sources=tuple(sources), frames=kept)
