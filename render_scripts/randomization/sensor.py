"""What lens and sensor do to the light: blur, fringes, darker corners, noise. NumPy on scene-linear pictures.

Nothing here moves what is seen by more than a fraction of a pixel, so labels and every other file stay right. Lenses
that bend all of them alike are the camera's: `render_scripts.lens`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from .streams import SENSOR, check_ranges, even, even_log, stream

Iso = Annotated[float, 25, 409600]
FULL_WELL = 40_000.0  # electrons of a white pixel at ISO 100: a pixel of some 5 micrometres
BRIGHTEST = 1024.0  # of scene-linear light: what is brighter is as white

Linear = NDArray[np.float32]
"""(H, W, 3), scene-linear."""


@dataclass(frozen=True)
class Sensor:
    """`iso`: noise of a sensor at this sensitivity; `read_noise`: electrons; `vignetting`: share of the light that the
    corners lose; `fringe`: by how much red is magnified against blue; `blur`: pixels, one standard deviation.
    """

    iso: tuple[Iso, Iso] = (100.0, 1600.0)
    read_noise: tuple[Annotated[float, 0, 1000], Annotated[float, 0, 1000]] = (2.0, 6.0)
    vignetting: tuple[Annotated[float, 0, 1], Annotated[float, 0, 1]] = (0.0, 0.35)
    fringe: tuple[Annotated[float, 0, 0.005], Annotated[float, 0, 0.005]] = (0.0, 0.0012)
    blur: tuple[Annotated[float, 0, 10], Annotated[float, 0, 10]] = (0.0, 0.5)

    def __post_init__(self) -> None:
        check_ranges(self, "iso", "read_noise", "vignetting", "fringe", "blur")


@dataclass(frozen=True)
class SensorDraw:
    iso: float
    read_noise: float
    vignetting: float
    fringe: float
    blur: float


def draw_sensor(spec: Sensor, seed: int, frame: int) -> SensorDraw:
    rng = stream(seed, frame, SENSOR)
    iso, read = even_log(rng, spec.iso), even(rng, spec.read_noise)
    return SensorDraw(iso, read, even(rng, spec.vignetting), even(rng, spec.fringe), even(rng, spec.blur))


def noise_stream(seed: int, frame: int, picture: str) -> np.random.Generator:
    """The noise of a picture of the frame, such as "image": each has its own."""
    return stream(seed, frame, SENSOR, f"noise of {picture}")


def through_the_lens(linear: Linear, drawn: SensorDraw) -> Linear:
    """Fringes, blur and darker corners."""
    linear = np.nan_to_num(np.clip(linear, 0, BRIGHTEST), nan=0.0)
    if drawn.fringe:
        red, blue = 1 + drawn.fringe / 2, 1 - drawn.fringe / 2
        linear = np.stack([magnified(linear[..., 0], red), linear[..., 1], magnified(linear[..., 2], blue)], axis=-1)
    if drawn.blur:
        linear = blurred(linear, drawn.blur)
    if drawn.vignetting:
        linear = linear * (1 - drawn.vignetting * _from_the_middle(*linear.shape[:2])[..., None] ** 4)
    return np.asarray(linear, np.float32)


def with_noise(linear: Linear, drawn: SensorDraw, rng: np.random.Generator) -> Linear:
    """Shot noise (Poisson) and read noise (Gaussian) of a sensor whose white, 1.0, is FULL_WELL * 100 / ISO electrons.

    The model of Foi et al., "Practical Poissonian-Gaussian noise modeling and fitting for single-image raw-data",
    2008. Its mean is the picture itself, so far as that is not black: less than no light is cut off.
    """
    electrons = FULL_WELL * 100 / drawn.iso
    counted = rng.poisson(np.clip(linear, 0, BRIGHTEST).astype(np.float64) * electrons)
    read = rng.standard_normal(linear.shape) * drawn.read_noise
    return np.maximum((counted + read) / electrons, 0).astype(np.float32)


def magnified(channel: NDArray[np.float32], factor: float) -> NDArray[np.float32]:
    """(H, W) enlarged about its middle, bilinear; edges go on outside."""
    for axis in (0, 1):
        size = channel.shape[axis]
        middle = (size - 1) / 2
        at = np.clip((np.arange(size) - middle) / factor + middle, 0, size - 1)
        low = np.minimum(at.astype(np.intp), size - 2) if size > 1 else np.zeros(size, np.intp)
        share = (at - low).astype(np.float32)
        share = share[:, None] if axis == 0 else share
        after = np.minimum(low + 1, size - 1)
        channel = channel.take(low, axis) * (1 - share) + channel.take(after, axis) * share
    return channel


def blurred(linear: Linear, deviation: float) -> Linear:
    """A Gaussian of so many pixels along rows and columns; edges go on outside, and an even picture stays as it is."""
    reach = max(1, int(np.ceil(3 * deviation)))
    weights = np.exp(-0.5 * (np.arange(-reach, reach + 1) / deviation) ** 2)
    weights = (weights / weights.sum()).astype(np.float32)
    for axis in (0, 1):
        around = [(reach, reach) if each == axis else (0, 0) for each in range(linear.ndim)]
        padded = np.pad(linear, around, mode="edge")
        size = linear.shape[axis]
        linear = sum(
            (weight * padded.take(range(at, at + size), axis) for at, weight in enumerate(weights)),
            np.zeros_like(linear),
        )
    return linear


def _from_the_middle(height: int, width: int) -> NDArray[np.float32]:
    """(H, W): 0 in the middle, 1 at the corners."""
    y = (np.arange(height) + 0.5 - height / 2) / (height / 2)
    x = (np.arange(width) + 0.5 - width / 2) / (width / 2)
    aspect = width / height
    return (np.hypot(y[:, None], x[None, :] * aspect) / np.hypot(1, aspect)).astype(np.float32)
