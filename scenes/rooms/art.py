"""What hangs in the frames of a room: a painting of its own for each, by the painters of the picture-frames recipe."""

from __future__ import annotations

import numpy as np

from scenes import images
from scenes.picture_frames.canvas import sheet
from scenes.picture_frames.paintings import PAINTERS
from scenes.pieces import Room
from scenes.shaders import printed

PIXELS = 256  # of the longer side: a picture is seldom larger in a frame of the recipe


def paint_art(room: Room, aspect: float) -> str:
    """The name of a new material with a painting of this aspect (width by height)."""
    rng = np.random.default_rng(room.rng.integers(2**32))
    painter = PAINTERS[int(rng.integers(len(PAINTERS)))]
    canvas = np.clip(painter(sheet(rng, float(np.clip(aspect, 0.3, 3.0)), PIXELS)), 0, 1)
    name = f"painting {sum(name.startswith('painting') for name in room.material) + 1}"
    pixels = np.concatenate([canvas, np.ones((*canvas.shape[:2], 1))], axis=-1)
    room.material[name] = printed(name, images.to_image(name, pixels))
    return name
