"""Colours of light by temperature, as linear RGB factors that leave its luminance as it is."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

LUMINANCE = np.array([0.2126, 0.7152, 0.0722])
"""Of linear Rec. 709 red, green and blue (ITU-R BT.709)."""

_RGB_OF_XYZ = np.array(
    [[3.2406, -1.5372, -0.4986], [-0.9689, 1.8758, 0.0415], [0.0557, -0.2040, 1.0570]]
)  # IEC 61966-2-1
NEUTRAL = 6500.0  # kelvin
WARMTH = (-110.0, 300.0)
"""Mired that `warmer` takes: 22,800 K to 2,200 K."""


def blackbody(kelvin: float) -> NDArray[np.float64]:
    """Linear RGB of luminance 1 of a black body from 1,667 to 25,000 K; no component below 0.

    Its chromaticity as approximated by Kang et al., "Design of advanced color temperature control system for HDTV
    applications", 2002.
    """
    t = 1000.0 / kelvin
    if kelvin <= 4000:
        x = -0.2661239 * t**3 - 0.2343589 * t**2 + 0.8776956 * t + 0.179910
    else:
        x = -3.0258469 * t**3 + 2.1070379 * t**2 + 0.2226347 * t + 0.240390
    if kelvin <= 2222:
        y = -1.1063814 * x**3 - 1.34811020 * x**2 + 2.18555832 * x - 0.20219683
    elif kelvin <= 4000:
        y = -0.9549476 * x**3 - 1.37418593 * x**2 + 2.09137015 * x - 0.16748867
    else:
        y = 3.0817580 * x**3 - 5.87338670 * x**2 + 3.75112997 * x - 0.37001483
    rgb = np.maximum(_RGB_OF_XYZ @ [x / y, 1.0, (1 - x - y) / y], 0.0)
    return rgb / (LUMINANCE @ rgb)


def warmer(mired: float) -> NDArray[np.float64]:
    """Factors on linear RGB that turn the light of 6,500 K into one so many mired (1e6 / K) warmer, of luminance 1.

    Equal steps of mired look alike; 0 changes nothing, negative ones are cooler.
    """
    factors = blackbody(1e6 / (1e6 / NEUTRAL + mired)) / blackbody(NEUTRAL)
    return factors / (LUMINANCE @ factors)
