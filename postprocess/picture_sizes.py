"""How large a picture may say that it is: a file of a few bytes may claim more than any memory holds.

What it says is looked at before there is room made for it. Our bound is that of Pillow, which is the same for all
formats, so that what can be imported can be exported and verified.
"""

from __future__ import annotations

import io
import struct
import warnings

from PIL import Image

from .errors import ExportError

MOST_PIXELS = 2 * 89_478_485
"""16384x8192, the largest panorama that people render, has three quarters of it."""
_PNG = b"\x89PNG\r\n\x1a\n"


def refuse_huge(place: object, width: int, height: int) -> None:
    """Raises ExportError, naming `place`, for a picture that says that it has more pixels than anybody's."""
    if width * height > MOST_PIXELS:
        raise ExportError(
            f"{place} says that it has {width}x{height} pixels, and {MOST_PIXELS:,} are the most; it is "
            "damaged, or was made to fill the memory"
        )


def is_picture(place: object, data: bytes) -> bool:
    """Whether there is a header of a picture. Raises ExportError where that says more pixels than anybody's."""
    if data.startswith(_PNG):  # not by Pillow: label maps are read by the million
        if len(data) < 24:
            return False
        refuse_huge(place, *struct.unpack_from(">2I", data, 16))
        return True
    # What is too large is an error. For good, since to take a filter back is no matter of one thread.
    warnings.simplefilter("ignore", Image.DecompressionBombWarning)
    try:
        with Image.open(io.BytesIO(data)) as picture:
            refuse_huge(place, *picture.size)
    except Image.DecompressionBombError:
        raise ExportError(
            f"{place} says that it has more than {MOST_PIXELS:,} pixels; it is damaged, or was made to fill the memory"
        ) from None
    except (OSError, SyntaxError, ValueError):
        return False
    return True
