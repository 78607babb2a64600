"""From the light of a scene to that of a picture: lens, exposure, sensor and white balance, in this order."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .backgrounds import behind
from .blackbody import LUMINANCE, warmer
from .exposure import Exposure, ExposureDraw, meter
from .sensor import Linear, SensorDraw, noise_stream, through_the_lens, with_noise


class Development:
    """How the pictures of a frame are developed, all of them alike: the first one that comes is metered.

    `own_stops` is the exposure of the scene itself, which the view transform adds later. `background`, (H, W, 3),
    scene-linear, is what lies behind what was rendered before nothing.
    """

    def __init__(
        self,
        spec: Exposure | None,
        exposure: ExposureDraw | None,
        sensor: SensorDraw | None,
        seed: int,
        frame: int,
        own_stops: float,
        background: Linear | None = None,
    ) -> None:
        self._spec, self._exposure, self._sensor = spec, exposure, sensor
        self._seed, self._frame, self._own_stops = seed, frame, own_stops
        self._background = background
        self.metered: float | None = None

    def whole(self, linear: Linear, alpha: NDArray[np.float32]) -> Linear:
        """The light of a scene, (H, W, 3) and its alpha (H, W), with what lies behind."""
        return linear if self._background is None else behind(linear, alpha, self._background)

    def __call__(self, picture: str, linear: Linear) -> Linear:
        """What the view transform gets of scene-linear (H, W, 3); `picture` is a name such as "image".

        Noise comes after the exposure, as on a sensor: a dark scene that is lightened is noisy.
        """
        if self._sensor:
            linear = through_the_lens(linear, self._sensor)
        if self._spec and self._exposure:
            if self.metered is None:
                self.metered = meter(linear * np.float32(2.0**self._own_stops), self._spec)
            linear = linear * np.float32(2.0 ** (self.metered + self._exposure.stops))
        if self._sensor:
            linear = with_noise(linear, self._sensor, noise_stream(self._seed, self._frame, picture))
        if self._exposure:
            linear = linear * balance(self._exposure.white, self._exposure.tint)
        return np.asarray(linear, np.float32)


def balance(white: float, tint: float) -> Linear:
    """Factors on red, green and blue, (3,), that leave the luminance of a grey as it is."""
    factors = warmer(white) * np.exp2([0.0, tint, 0.0])
    return (factors / (LUMINANCE @ factors)).astype(np.float32)
