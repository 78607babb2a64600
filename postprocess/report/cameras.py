"""Where cameras stood and how they looked, summed over frames: places from above, heights, pitches, fields of view.

World axes are Blender's: z is up, metres. A pitch is in degrees above the horizon, a heading in degrees from x to y, a
roll in degrees by which the right side of the picture is raised.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import asin, atan, atan2, degrees, hypot

from blender_addon.contract.recorded_camera import RecordedCamera

from .spread import Spread, level_of, spread_of

Place = tuple[int, int]


@dataclass(frozen=True)
class Ground:
    """Places on the ground in squares 2**level metres wide, as `spread.Spread` has numbers."""

    x: tuple[float, float] = (0.0, 0.0)
    y: tuple[float, float] = (0.0, 0.0)
    level: int = 0
    squares: Mapping[Place, int] = field(default_factory=dict)

    def __add__(self, other: Ground) -> Ground:
        if not self.squares or not other.squares:
            return self if self.squares else other
        x, y = ((min(a[0], b[0]), max(a[1], b[1])) for a, b in ((self.x, other.x), (self.y, other.y)))
        level = max(level_of(*x), level_of(*y))
        squares: Counter[Place] = Counter()
        for part in (self, other):
            down = level - part.level
            for (column, row), count in part.squares.items():
                squares[column >> down, row >> down] += count
        return Ground(x, y, level, squares)


@dataclass(frozen=True)
class Stand:
    """One camera: where, whither (degrees) and how wide (degrees; None of what is no pinhole)."""

    x: float
    y: float
    heading: float
    view: float | None


@dataclass(frozen=True)
class Cameras:
    """`stands` are those of a few frames; all else is of all."""

    ground: Ground = field(default_factory=Ground)
    heights: Spread = field(default_factory=Spread)
    pitches: Spread = field(default_factory=Spread)
    rolls: Spread = field(default_factory=Spread)
    views: Spread = field(default_factory=Spread)
    types: Mapping[str, int] = field(default_factory=dict)
    stands: tuple[Stand, ...] = ()

    @property
    def count(self) -> int:
        return sum(self.types.values())

    def __add__(self, other: Cameras) -> Cameras:
        return Cameras(
            self.ground + other.ground,
            self.heights + other.heights,
            self.pitches + other.pitches,
            self.rolls + other.rolls,
            self.views + other.views,
            Counter(self.types) + Counter(other.types),
            self.stands + other.stands,
        )


def cameras_of(recorded: Sequence[tuple[RecordedCamera, bool]]) -> Cameras:
    """Of the cameras of frames, each with whether it is among the few `stands`."""
    cameras, few = [camera for camera, _ in recorded], [camera for camera, shown in recorded if shown]
    poses = [camera.world_from_camera for camera in cameras]
    views = [view for camera in cameras if (view := field_of_view(camera)) is not None]
    return Cameras(
        ground=sum((_place(pose[0][3], pose[1][3]) for pose in poses), Ground()),
        heights=spread_of([pose[2][3] for pose in poses]),
        pitches=spread_of([degrees(asin(max(-1.0, min(1.0, -pose[2][2])))) for pose in poses]),
        rolls=spread_of([degrees(atan2(pose[2][0], hypot(pose[0][0], pose[1][0]))) for pose in poses]),
        views=spread_of(views),
        types=Counter(camera.type for camera in cameras),
        stands=tuple(map(_stand, few)),
    )


def _stand(camera: RecordedCamera) -> Stand:
    (_, _, xz, x), (_, _, yz, y), *_ = camera.world_from_camera
    return Stand(x, y, degrees(atan2(-yz, -xz)), field_of_view(camera))


def field_of_view(camera: RecordedCamera) -> float | None:
    """Across the picture, in degrees, of a lens that bends nothing; None of what is no pinhole."""
    return degrees(2 * atan(camera.width / (2 * abs(camera.K[0][0])))) if camera.K else None


def _place(x: float, y: float) -> Ground:
    level = max(level_of(x, x), level_of(y, y))
    return Ground((x, x), (y, y), level, {(int(x // 2.0**level), int(y // 2.0**level)): 1})
