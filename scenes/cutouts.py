"""Collages: cut-outs of things pasted over backgrounds, with overlap; soft edges in the image, hard ones in the labels.

After the animal collages that people made to teach segmentation with nothing but pictures on white. A pixel has the
label of the uppermost cut-out that covers it by half or more, and the background's code elsewhere.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Annotated

import cv2
import numpy as np
from numpy.typing import NDArray

from blender_addon.contract.labels import BACKGROUND
from blender_addon.contract.run import Side

from .cutout_files import Cutout, Cutouts, digest_of, read_backgrounds, read_cutouts
from .drawn import Drawn, Pages, frame_rng
from .grounds import ground
from .pasting import Look, Pasted, Thing, paste, reach, turned

SUMMARY = "cut-outs from a folder pasted over backgrounds"
_TRIES = 20  # to find a place; a thing that finds none is left out
_ROLLS = 9 + 2 * _TRIES  # random numbers that a thing takes

Scale = Annotated[float, 0.02, 2]
Many = Annotated[int, 0, 200]
Share = Annotated[float, 0, 1]


@dataclass(frozen=True)
class Settings:
    """`cutouts`: a folder of RGBA pictures, a sub-folder per class; `backgrounds`: a folder of pictures, without one
    plain colours and colour gradients; `size` (width, height) of a picture; `things` in a picture, fewest and most;
    `scale`: the longest side of a thing as a share of the picture's shorter side; `turn`: degrees by which things turn
    at most, to either side; `mirror`: how often a thing is mirrored; `visible`: the share of a thing that later ones
    leave free at least; `outside`: the share of a thing that may lie beside the picture;
    `hue` (degrees), `saturation` (factor) and `brightness` (factor) by which a thing's colours differ at most;
    `softness`: pixels by which edges are blurred in the image, least and most.
    """

    cutouts: Path
    backgrounds: Path | None = None
    size: tuple[Side, Side] = (256, 256)
    things: tuple[Many, Many] = (1, 6)
    scale: tuple[Scale, Scale] = (0.2, 0.7)
    turn: Annotated[float, 0, 180] = 20.0
    mirror: Share = 0.5
    visible: Share = 0.3
    outside: Share = 0.3
    hue: Annotated[float, 0, 180] = 10.0
    saturation: Annotated[float, 0, 1] = 0.3
    brightness: Annotated[float, 0, 1] = 0.3
    softness: tuple[Annotated[float, 0, 20], Annotated[float, 0, 20]] = (0.0, 1.2)

    def __post_init__(self) -> None:
        for name in ("things", "scale", "softness"):
            low, high = getattr(self, name)
            if high < low:
                raise ValueError(f"{name} is {low:g} to {high:g}: the lower end comes first")


@dataclass(frozen=True)
class Pool:
    """What pictures are made of, read once."""

    cutouts: Cutouts
    backgrounds: tuple[NDArray[np.uint8], ...]


def pages(settings: Settings, seed: int) -> Pages:
    """Raises CutoutError for folders that no collage can be made of."""
    folders = [settings.cutouts, *([settings.backgrounds] if settings.backgrounds else [])]
    return Pages(pool_of(settings).cutouts.label_set, partial(_page, settings, seed), digest_of(folders))


def _page(settings: Settings, seed: int, frame: int) -> Drawn:
    return draw(settings, pool_of(settings), frame_rng(seed, frame))


@cache
def pool_of(settings: Settings) -> Pool:
    """What a process draws from; read once. Raises CutoutError."""
    longest = max(1, round(settings.scale[1] * min(settings.size)))
    backgrounds = read_backgrounds(settings.backgrounds, settings.size) if settings.backgrounds else ()
    border = 2 * (reach(settings.softness[1]) + 1)  # levels are twice as large as what is made of them, or less
    return Pool(read_cutouts(settings.cutouts, longest, border), backgrounds)


def draw(settings: Settings, pool: Pool, rng: np.random.Generator) -> Drawn:
    """One picture; the same state of `rng` gives the same one."""
    image = ground(settings.size, pool.backgrounds, rng)
    pasted = Pasted(np.zeros(image.shape[:2], np.uint8))
    labels = [BACKGROUND]  # of the numbers in `pasted`
    count = int(rng.integers(settings.things[0], settings.things[1] + 1))
    for rolls in rng.random((count, _ROLLS)).tolist():  # at once: a single number costs as much as a hundred
        label, cutout, look = _chosen(settings, pool.cutouts, iter(rolls))
        thing = turned(cutout, look)
        if _put(image, thing, pasted, settings, rolls[9:]):
            labels.append(label)
    table = np.zeros((1, 256), np.uint16)
    table[0, : len(labels)] = labels
    return Drawn(image, cv2.LUT(pasted.whose, table), pasted.whose.astype(np.uint32))


def _chosen(settings: Settings, cutouts: Cutouts, rolls: Iterator[float]) -> tuple[int, Cutout, Look]:
    """(label, cut-out, how it is to look) by nine numbers from 0 to 1."""
    label = 1 + int(next(rolls) * len(cutouts.by_label))
    some = cutouts.by_label[label]
    cutout = some[int(next(rolls) * len(some))]
    look = Look(
        side=_between(*settings.scale, next(rolls)) * min(settings.size),
        turn=math.radians(_between(-settings.turn, settings.turn, next(rolls))),
        mirrored=next(rolls) < settings.mirror,
        hue=math.radians(_between(-settings.hue, settings.hue, next(rolls))),
        saturation=1 + _between(-settings.saturation, settings.saturation, next(rolls)),
        brightness=1 + _between(-settings.brightness, settings.brightness, next(rolls)),
        softness=_between(*settings.softness, next(rolls)),
    )
    return label, cutout, look


def _between(low: float, high: float, share: float) -> float:
    return low + share * (high - low)


def _put(image: NDArray[np.uint8], thing: Thing, pasted: Pasted, settings: Settings, rolls: list[float]) -> bool:
    """Whether there was a place where enough of it is seen, and of all that lies below."""
    (width, height), hard = settings.size, thing.hard
    (tall, wide), area = hard.shape, cv2.countNonZero(hard)
    for across, down in zip(rolls[::2], rolls[1::2]):
        x, y = _start(width, wide, settings.outside, across), _start(height, tall, settings.outside, down)
        left, top, right, bottom = max(0, x), max(0, y), min(width, x + wide), min(height, y + tall)
        shown, part = np.s_[top:bottom, left:right], np.s_[top - y : bottom - y, left - x : right - x]
        inside = cv2.countNonZero(hard[part])
        if not inside or inside < (1 - settings.outside) * area:
            continue
        hidden = pasted.hidden(shown, part, hard)
        if pasted.keeps(hidden, settings.visible):
            paste(image, thing, shown, part)
            pasted.add(shown, part, hard, hidden)
            return True
    return False


def _start(side: int, long: int, outside: float, share: float) -> int:
    """Where something `long` begins along a side of the picture, so that about so much of it may lie beside."""
    beside = int(outside * long)
    first, last = sorted((-beside, side - long + beside))
    return first + int(share * (last - first + 1))
