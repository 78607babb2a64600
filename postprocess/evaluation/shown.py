"""Pictures of an evaluation, small, as parts of a page: image, truth, what a model says, and where it errs."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ..errors import ExportError
from ..labelmap import resize_labels
from ..pages import picture_data, text
from .classes import Classes
from .pairs import Pair, read_classes

WIDTH = 320
"""Of a picture in a page, in pixels, at most."""
_WRONG, _RIGHT, _VOID = (214, 39, 40), (60, 66, 74), (128, 128, 128)
STYLE = """
.row { display: flex; flex-wrap: wrap; gap: .5rem }
.row div { flex: 0 1 auto } .row img { display: block; width: 100%; max-width: 20rem; image-rendering: pixelated }
"""


def truth_of(pair: Pair, classes: Classes) -> NDArray[np.uint16]:
    """(H, W) class numbers at the size in which pictures of the pair are shown."""
    truth = read_classes(pair.truth, classes.lookup())
    height, width = truth.shape
    return resize_labels(truth, (min(WIDTH, width), max(1, round(height * min(1, WIDTH / width)))))


def prediction_of(
    pair: Pair, model: int, classes: Classes, like: NDArray[np.uint16], *, by_number: bool = False
) -> NDArray[np.uint16]:
    """What a model says, as large as `like`."""
    predicted = read_classes(pair.predictions[model], classes.lookup(by_number=by_number))
    return resize_labels(predicted, (like.shape[1], like.shape[0]))


def image_of(pair: Pair, like: NDArray[np.uint16]) -> NDArray[np.uint8] | None:
    """(H, W, 3) as large as `like`, None where the image is not known. Raises ExportError where it cannot be read."""
    if pair.image is None:
        return None
    try:
        with Image.open(pair.image) as picture:
            return np.asarray(picture.convert("RGB").resize((like.shape[1], like.shape[0]), Image.Resampling.BOX))
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise ExportError(f"{pair.image} cannot be read ({error})") from None


def errors_of(truth: NDArray[np.uint16], predicted: NDArray[np.uint16], classes: Classes) -> NDArray[np.uint8]:
    """(H, W, 3): red where the prediction is wrong, grey where the truth is void."""
    wrong = np.where((truth != predicted)[..., None], np.array(_WRONG, np.uint8), np.array(_RIGHT, np.uint8))
    return np.where((truth < len(classes))[..., None], wrong, np.array(_VOID, np.uint8))


def img(pixels: NDArray[np.uint8], what: str) -> str:
    return f"<img alt='{text(what)}' src='{picture_data(pixels)}'><small>{text(what)}</small>"


def row(pictures: list[str]) -> str:
    """Side by side, as many as there is room for."""
    return f"<div class='row'>{''.join(f'<div>{picture}</div>' for picture in pictures)}</div>"
