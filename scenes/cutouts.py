"""Collages: cut-outs of things pasted over backgrounds, with overlap; soft edges in the image, hard ones in the labels.

After the animal collages that people made to teach segmentation with nothing but pictures on white. A pixel has the
label of the uppermost cut-out that covers it by half or more, and the background's code elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Annotated

import cv2
import numpy as np
from numpy.typing import NDArray

from blender_addon.contract.labels import BACKGROUND
from blender_addon.contract.run import Side

from .cutout_files import Cutouts, digest_of, read_backgrounds, read_cutouts
from .drawn import Drawn, Pages, frame_rng

SUMMARY = "cut-outs from a folder pasted over backgrounds"
_HALF = 128
_SHARP = 0.3  # pixels of blur that nobody sees
_TRIES = 20  # to find a place; a thing that finds none is left out
_Part = tuple[slice, slice]

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
    return Pool(read_cutouts(settings.cutouts, longest), backgrounds)


def draw(settings: Settings, pool: Pool, rng: np.random.Generator) -> Drawn:
    """One picture; the same state of `rng` gives the same one."""
    image = _ground(settings, pool.backgrounds, rng)
    labels = np.full(image.shape[:2], BACKGROUND, np.uint16)
    pasted = _Pasted(np.zeros(image.shape[:2], np.uint8), [0], [0])
    for _ in range(int(rng.integers(settings.things[0], settings.things[1] + 1))):
        label, thing = _thing(settings, pool.cutouts, rng)
        place = _free_place(thing[..., 3] >= _HALF, pasted, settings, rng)
        if place is None:
            continue
        shown, part = place
        hard = thing[part][..., 3] >= _HALF
        labels[shown][hard] = label
        pasted.add(shown, hard)
        _blend(image[shown], _soft(thing, settings, rng)[part])
    return Drawn(image, labels, pasted.whose.astype(np.uint32))


@dataclass
class _Pasted:
    """`whose` (H, W): the number of the thing that a pixel shows, 0 for none; of each, its pixels and those left."""

    whose: NDArray[np.uint8]
    areas: list[int]
    left: list[int]

    def keeps(self, shown: _Part, hard: NDArray[np.bool_], share: float) -> bool:
        """Whether each thing below keeps that share of itself."""
        hidden = np.bincount(self.whose[shown][hard], minlength=len(self.areas))
        return all(left - gone >= share * area for left, gone, area in zip(self.left[1:], hidden[1:], self.areas[1:]))

    def add(self, shown: _Part, hard: NDArray[np.bool_]) -> None:
        hidden = np.bincount(self.whose[shown][hard], minlength=len(self.areas))
        self.left = [left - int(gone) for left, gone in zip(self.left, hidden)]
        self.whose[shown][hard] = len(self.areas)
        self.areas.append(int(hard.sum()))
        self.left.append(self.areas[-1])


def _thing(settings: Settings, cutouts: Cutouts, rng: np.random.Generator) -> tuple[int, NDArray[np.uint8]]:
    """(label, pixels) of a cut-out: scaled, turned, mirrored, recoloured, with room around it for soft edges."""
    label = int(rng.integers(1, len(cutouts.by_label) + 1))
    some = cutouts.by_label[label]
    cutout = some[int(rng.integers(len(some)))]
    side = rng.uniform(*settings.scale) * min(settings.size)
    turn = np.deg2rad(rng.uniform(-settings.turn, settings.turn))
    mirrored = rng.random() < settings.mirror
    level = min(max(0, int(np.log2(max(1.0, cutout.longest / side)))), len(cutout.levels) - 1)
    pixels = cutout.levels[level]
    height, width = pixels.shape[:2]
    scale = side / max(height, width)
    along = scale * np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    along[:, 0] *= -1 if mirrored else 1
    tall, wide = (int(np.ceil(each)) + 2 * _margin(settings) for each in np.abs(along[::-1]) @ (width, height))
    shift = np.array([wide, tall]) / 2 - 0.5 - along @ (np.array([width, height]) / 2 - 0.5)
    turned = cv2.warpAffine(pixels, np.column_stack([along, shift]), (wide, tall), flags=cv2.INTER_LINEAR)
    return label, _recolored(turned, settings, rng)


def _margin(settings: Settings) -> int:
    """Pixels that a soft edge reaches beyond a hard one."""
    return int(np.ceil(3 * settings.softness[1])) + 1


def _recolored(pixels: NDArray[np.uint8], settings: Settings, rng: np.random.Generator) -> NDArray[np.uint8]:
    """Turned about the gray axis of the colour cube, and stretched along and across it: linear, so that colours times
    alpha stay such."""
    turn = np.deg2rad(rng.uniform(-settings.hue, settings.hue))
    saturation = 1 + rng.uniform(-settings.saturation, settings.saturation)
    brightness = 1 + rng.uniform(-settings.brightness, settings.brightness)
    gray = np.full((3, 3), 1 / 3)
    cross = np.array([[0, -1, 1], [1, 0, -1], [-1, 1, 0]]) / np.sqrt(3)
    colors = brightness * (gray + saturation * (np.cos(turn) * (np.eye(3) - gray) + np.sin(turn) * cross))
    matrix = np.eye(4)
    matrix[:3, :3] = colors
    varied = cv2.transform(pixels, matrix)
    return np.minimum(varied, pixels[..., 3:])


def _free_place(
    hard: NDArray[np.bool_], pasted: _Pasted, settings: Settings, rng: np.random.Generator
) -> tuple[_Part, _Part] | None:
    """(where in the picture, which part of the thing), None where no place was found or it shows nothing."""
    (width, height), (tall, wide), area = settings.size, hard.shape, int(hard.sum())
    for _ in range(_TRIES):
        x, y = (_start(side, long, settings.outside, rng) for side, long in ((width, wide), (height, tall)))
        left, top, right, bottom = max(0, x), max(0, y), min(width, x + wide), min(height, y + tall)
        shown, part = np.s_[top:bottom, left:right], np.s_[top - y : bottom - y, left - x : right - x]
        inside = int(hard[part].sum())
        if inside and inside >= (1 - settings.outside) * area and pasted.keeps(shown, hard[part], settings.visible):
            return shown, part
    return None


def _start(side: int, long: int, outside: float, rng: np.random.Generator) -> int:
    """Where something `long` begins along a side of the picture, so that about so much of it may lie beside."""
    beside = int(outside * long)
    first, last = sorted((-beside, side - long + beside))
    return int(rng.integers(first, last + 1))


def _soft(thing: NDArray[np.uint8], settings: Settings, rng: np.random.Generator) -> NDArray[np.uint8]:
    sigma = rng.uniform(*settings.softness)
    return thing if sigma < _SHARP else cv2.GaussianBlur(thing, (0, 0), sigma)


def _blend(below: NDArray[np.uint8], pixels: NDArray[np.uint8]) -> None:
    through = cv2.cvtColor(255 - pixels[..., 3], cv2.COLOR_GRAY2RGB)
    cv2.add(cv2.multiply(below, through, scale=1 / 255), cv2.cvtColor(pixels, cv2.COLOR_RGBA2RGB), dst=below)


def _ground(
    settings: Settings, backgrounds: tuple[NDArray[np.uint8], ...], rng: np.random.Generator
) -> NDArray[np.uint8]:
    width, height = settings.size
    if not backgrounds:
        return _gradient(settings.size, rng)
    picture = backgrounds[int(rng.integers(len(backgrounds)))]
    share = rng.uniform(0.5, 1)
    tall, wide = (max(1, int(share * side)) for side in picture.shape[:2])
    wide, tall = min(wide, max(1, tall * width // height)), min(tall, max(1, wide * height // width))
    top, left = (int(rng.integers(side - part + 1)) for side, part in zip(picture.shape[:2], (tall, wide)))
    # At most twice as large as it becomes (`cutout_files.read_backgrounds`), so that linear is smooth enough.
    crop = cv2.resize(picture[top : top + tall, left : left + wide], settings.size, interpolation=cv2.INTER_LINEAR)
    return crop if rng.random() < 0.5 else cv2.flip(crop, 1)


def _gradient(size: tuple[int, int], rng: np.random.Generator) -> NDArray[np.uint8]:
    """From one colour to another, or, as often, one colour all over."""
    width, height = size
    first, last = rng.integers(0, 256, (2, 3))
    plain, way = rng.random() < 0.5, rng.uniform(0, 2 * np.pi)
    if plain:
        return np.full((height, width, 3), first, np.uint8)
    colors = np.rint(np.linspace(first, last, 256)).astype(np.uint8)
    right, down = np.cos(way), np.sin(way)
    across = right * np.linspace(-1, 1, width)[None] + down * np.linspace(-1, 1, height)[:, None]
    return colors[(127.5 * (1 + across / (abs(right) + abs(down)))).astype(np.uint8)]
