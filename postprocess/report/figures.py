"""What a report tells of a run or a dataset, before anything is drawn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from blender_addon.contract.labels import IGNORE, Color

from ..layout import CODE_COLORS
from ..stats import ClassCounts
from .cameras import Cameras
from .drawn import Drawn
from .looks import Looks, Pair
from .spread import Spread

Row = tuple[str, str]
"""What it is, and how it is, in words."""


@dataclass(frozen=True)
class Kind:
    """A label, or one of the codes that are none, as it is named and painted."""

    name: str
    color: Color


@dataclass(frozen=True)
class Figures:
    """`kinds`: {id or code: how it is shown}; `classes` are the ids of the label set in its order.

    `alike`: {code: all codes that the files write as one with it}, where they cannot be told apart in pictures.
    `groups`: {split, or "" of a run: counts}; `together`: {two ids or codes: frames that show both} of
    `together_frames` frames; `sizes`: {(width, height): frames}; `timings`: {step: seconds of each frame}; `seconds`:
    {step: of all frames}; `versions`: {versions in words: frames}; `facts` and `settings` are for reading.
    """

    title: str
    what: str
    facts: tuple[Row, ...]
    kinds: Mapping[int, Kind]
    classes: tuple[int, ...]
    groups: Mapping[str, ClassCounts]
    cautions: tuple[str, ...]
    looks: Looks
    together: Mapping[Pair, int]
    together_frames: int
    sizes: Mapping[tuple[int, int], int]
    settings: tuple[Row, ...] = ()
    cameras: Cameras = field(default_factory=Cameras)
    drawn: Drawn = field(default_factory=Drawn)
    timings: Mapping[str, Spread] = field(default_factory=dict)
    seconds: Mapping[str, float] = field(default_factory=dict)
    versions: Mapping[str, int] = field(default_factory=dict)
    weights: Mapping[int, float] = field(default_factory=dict)
    alike: Mapping[int, tuple[int, ...]] = field(default_factory=dict)

    @property
    def frames(self) -> int:
        return sum(counts.frames for counts in self.groups.values())

    def in_pictures(self, id_: int) -> tuple[Kind, int]:
        """How pictures show what has this id or code, and how many pixels all frames have of it."""
        codes = self.alike.get(id_)
        if codes is None:
            return self.kinds[id_], self.pixels_of(id_)
        names = ", ".join(self.kinds[code].name for code in codes)
        return Kind(f"void ({names})", CODE_COLORS[IGNORE]), sum(map(self.pixels_of, codes))

    def pixels_of(self, id_: int) -> int:
        return sum(counts.pixels.get(id_, 0) for counts in self.groups.values())

    def images_of(self, id_: int) -> int:
        return sum(counts.images.get(id_, 0) for counts in self.groups.values())

    @property
    def total(self) -> int:
        """Pixels of all frames."""
        return sum(counts.total for counts in self.groups.values())
