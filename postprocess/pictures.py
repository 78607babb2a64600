"""The pictures of a dataset: the very file of the run, its pixels as they are, or encoded anew.

========  ============================================================================================================
`copy`    PNG. The compressed pixels of a PNG travel as they are, without the notes that Blender stamps into it; all
          else (a JPEG, a resized picture) is encoded as PNG. Nothing is lost.
`link`    a hard link: no copy, one file under two names. Its notes stay, and who edits it edits the run.
`png`     encoded anew as PNG, whatever it was. Nothing is lost.
`jpeg`    JPEG of a quality that dataset.json says. A JPEG travels as it is, without notes, so that nothing is lost
          twice.
========  ============================================================================================================
"""

from __future__ import annotations

import os
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from blender_addon.contract.words import refusal

from . import jpeg, png
from .encoded import rgb_jpeg, rgb_png, unlike
from .errors import ExportError
from .journal import Sum
from .labelmap import resize_image
from .staging import make_folders, write_checked
from .stored import Where
from .stored_pixels import read_picture

WAYS = ("copy", "link", "png", "jpeg")
QUALITY = 95
_MADE = {"png": ".png", "jpeg": ".jpg", "copy": ".png"}


@dataclass(frozen=True)
class Pictures:
    """One of `WAYS`, the `ending` of all files, and the `quality` of JPEG."""

    way: str = "copy"
    ending: str = ".png"
    quality: int = QUALITY


@dataclass(frozen=True)
class Picture:
    """As it is written, b"" where it never is, and its pixels (H, W, 3) RGB, before JPEG takes some of them."""

    data: bytes
    pixels: NDArray[np.uint8]


def settled(
    way: str | None, quality: int, format: str, endings: Sequence[str], sources: Iterable[Path], resized: bool
) -> Pictures:
    """What becomes of the `sources` in a format whose readers know `endings`; of None the first of these.

    Raises ExportError for what cannot be.
    """
    way = way or {".png": "copy", ".jpg": "jpeg"}[endings[0]]
    if way not in WAYS:
        raise ExportError(f"images {way!r}: known are {', '.join(WAYS)}")
    if not 1 <= quality <= 100:
        raise ExportError(f"JPEG quality {quality}: it goes from 1 to 100")
    ending = _MADE.get(way) or _of_all(sources)
    if ending not in endings:
        can = " or ".join(name for name, made in _MADE.items() if made in endings and name != "copy")
        raise ExportError(f"{format} takes no {ending} pictures, and --images {way} gives such; use --images {can}")
    if way == "link" and resized:
        raise ExportError("a linked picture keeps its size: leave --size out, or use --images copy")
    return Pictures(way, ending, quality)


def picture(
    path: Where,
    checksum: str | None,
    shape: tuple[int, ...],
    size: tuple[int, int] | None,
    wish: Pictures,
    written: bool = True,
) -> Picture:
    """The picture at `path`, which may be in an archive, whose labels are (H, W), as it is to be; `size` is (width,
    height) where it changes. One that is not `written` has its pixels alone.

    Raises ExportError for a picture that is not what was rendered, and for one that trainers would misread.
    """
    data, pixels = read_picture(path, checksum)
    if pixels.shape[:2] != shape:
        sizes = f"{pixels.shape[1]}x{pixels.shape[0]}, its labels {shape[1]}x{shape[0]}"
        raise ExportError(f"{path} is {sizes}; render both at one size")
    if wish.way == "link":
        if not jpeg.is_jpeg(data) and not png.is_plain_rgb(data):
            raise ExportError(f"{path} is no plain 8-bit RGB, and a link leaves it so; use --images copy")
        return Picture(data, pixels)
    if size is not None:
        pixels = resize_image(pixels, size)
    if not written:
        return Picture(b"", pixels)
    if size is None and wish.way == "copy" and png.is_plain_rgb(data):
        # The compressed pixels travel as they are: they were decoded and checked just now.
        return Picture(png.without_notes(data), pixels)
    if size is None and wish.way == "jpeg" and jpeg.is_jpeg(data):
        return Picture(_bare_jpeg(path, data), pixels)
    return _encoded(str(path), pixels, wish)


def drawn_picture(
    name: str, pixels: NDArray[np.uint8], size: tuple[int, int] | None, wish: Pictures, written: bool = True
) -> Picture:
    """As `picture`, of pixels (H, W, 3) that no file holds; `name` is what errors call it."""
    if wish.way == "link":
        raise ExportError(
            "no file holds the pictures that are drawn, so nothing can be linked; use --images png or jpeg"
        )
    pixels = pixels if size is None else resize_image(pixels, size)
    return _encoded(name, pixels, wish) if written else Picture(b"", pixels)


def _encoded(name: str, pixels: NDArray[np.uint8], wish: Pictures) -> Picture:
    made = rgb_jpeg(name, pixels, wish.quality) if wish.ending == ".jpg" else rgb_png(name, pixels)
    return Picture(made, pixels)


def write_picture(root: Path, place: str, path: Path, made: Picture, wish: Pictures) -> Sum:
    """Put it into the dataset at `root`. Raises ExportError where the disk refuses, or lies."""
    if wish.way != "link":
        return write_checked(root, place, made.data)
    make_folders(root, place)
    try:
        (root / place).unlink(missing_ok=True)  # an export before this one may have been stopped here
        os.link(path.resolve(), root / place)
    except OSError as error:
        why = refusal(error, path)
        raise ExportError(f"{why}: no hard link from there to the dataset (another disk?); use --images copy") from None
    return len(made.data), zlib.crc32(made.data)


def _of_all(sources: Iterable[Path]) -> str:
    endings = {".jpg" if path.suffix.lower() == ".jpeg" else path.suffix.lower() for path in sources}
    if len(endings) > 1:
        raise ExportError(f"pictures are {' and '.join(sorted(endings))}, and links leave them so; use --images png")
    return next(iter(endings), ".png")


def _bare_jpeg(path: Where, data: bytes) -> bytes:
    try:
        bare = jpeg.without_notes(data)
    except ValueError:
        raise unlike(str(path)) from None
    before, after = (cv2.imdecode(np.frombuffer(of, np.uint8), cv2.IMREAD_UNCHANGED) for of in (data, bare))
    if not np.array_equal(before, after):
        raise unlike(str(path))
    return bare
