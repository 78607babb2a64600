"""Pictures and label maps as cameras and other tools leave them, decoded by Pillow.

Pictures become 8-bit RGB: gray ones (a few thousand of COCO's are), palettes and the four colours of print are shown
as what they look like. Transparency is refused, and so are gray pictures of more than 8 bits: how would they look?
"""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from blender_addon.contract.words import refusal

from ..errors import ExportError

_OPAQUE = ("1", "L", "P", "RGB", "CMYK", "YCbCr")
_WITH_ALPHA = ("LA", "PA", "RGBA")


def picture(path: Path, upright: bool = False) -> NDArray[np.uint8]:
    """(H, W, 3) RGB; `upright` as the camera's note (EXIF) says that it stands, and as browsers show it, else as its
    pixels are stored. Raises ExportError where it is missing, damaged, or would have to be guessed at."""
    from PIL import ImageOps

    with _opened(path) as found:
        shown = ImageOps.exif_transpose(found) if upright else found
        mode = "RGBA" if "transparency" in shown.info else shown.mode
        if mode in _WITH_ALPHA:
            pixels = np.asarray(shown.convert("RGBA"))
            if (pixels[..., 3] != 255).any():
                raise ExportError(f"{path} is transparent in places: trainers want 8-bit RGB; fill what is behind it")
            return np.ascontiguousarray(pixels[..., :3])
        if mode not in _OPAQUE:
            raise ExportError(f"{path} is no picture of 8 bits a colour ({mode}): save it as 8-bit RGB")
        return np.array(shown.convert("RGB"), np.uint8)


def class_map(path: Path) -> NDArray[np.uint16]:
    """A picture of class numbers, (H, W): 8 or 16 bits, gray or with a palette. Raises ExportError."""
    with _opened(path) as found:
        numbers, mode = np.asarray(found), found.mode
    if mode not in ("L", "P", "I;16", "I;16B", "I", "1"):
        raise ExportError(f"{path} is a picture of colours ({mode}), not of class numbers")
    if numbers.min(initial=0) < 0 or numbers.max(initial=0) > np.iinfo(np.uint16).max:
        raise ExportError(f"{path} holds numbers outside 0..65535")
    return np.array(numbers, np.uint16)


def color_map(path: Path) -> NDArray[np.uint8]:
    """A picture whose colours are numbers, (H, W, 3). Raises ExportError."""
    with _opened(path) as found:
        if found.mode != "RGB":
            raise ExportError(f"{path} is {found.mode}, not RGB")
        return np.array(found, np.uint8)


def _opened(path: Path) -> Any:
    """Pillow's picture, decoded to the end."""
    from PIL import Image

    try:
        # What is too large is an error. For good, since to take a filter back is no matter of one thread.
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)
        found = Image.open(path)
        found.load()
        return found
    except FileNotFoundError:
        raise ExportError(f"{path} is missing") from None
    except Image.DecompressionBombError:
        raise ExportError(f"{path} says that it has more than {2 * (Image.MAX_IMAGE_PIXELS or 0):,} pixels") from None
    except OSError as error:
        if error.errno is not None:
            raise ExportError(refusal(error, path)) from None
        raise ExportError(f"{path} is no whole picture: damaged or cut short") from None
    except (ValueError, SyntaxError, EOFError) as error:
        raise ExportError(f"{path} is no whole picture: damaged or cut short ({error})") from None
