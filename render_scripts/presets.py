"""Presets of image quality: how many samples a pixel, how they are denoised, and whether that pays.

Denoising costs a frame the same whatever it shows, and a cheap scene spends that better on samples; so a few small
pictures are rendered first (`pilot`), and `choose` says from what they look like and cost which of the two is sooner
done: the preset's samples, denoised, or as many as look clean without.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

MOST_SAMPLES = 1024


@dataclass(frozen=True)
class Preset:
    """`samples` a pixel where they are denoised, else as many as reach `psnr` in dB against an endless render.

    `quality` and `prefilter` are OpenImageDenoise's, as Cycles calls them. `noise` is the adaptive threshold or 0.
    """

    samples: int
    psnr: float
    quality: str
    prefilter: str
    noise: float = 0.0


PRESETS = {
    "draft": Preset(samples=4, psnr=34, quality="BALANCED", prefilter="FAST"),
    "standard": Preset(samples=16, psnr=38, quality="HIGH", prefilter="ACCURATE"),
    "final": Preset(samples=64, psnr=40, quality="HIGH", prefilter="ACCURATE", noise=0.02),
}


def cycles_settings(name: str) -> dict[str, Any]:
    """What a preset says to Cycles beside samples and denoising; nothing for no preset, ""."""
    if not name:
        return {}
    preset = PRESETS[name]
    noise = {"adaptive_threshold": preset.noise, "adaptive_min_samples": 0} if preset.noise else {}
    return {
        "use_adaptive_sampling": bool(preset.noise),
        **noise,
        "denoising_input_passes": "RGB_ALBEDO_NORMAL",
        "denoising_prefilter": preset.prefilter,
        "denoising_quality": preset.quality,
    }


@dataclass(frozen=True)
class Pilot:
    """What a first look at a scene told: `psnr` in dB of a picture of `samples` that is not denoised; of a frame of
    full size, the seconds that each sample takes, and those that denoising it takes."""

    samples: int
    psnr: float
    sample_s: float
    denoise_s: float


def psnr_of_twins(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> float:
    """PSNR in dB of a picture against one without noise, from two that differ by their noise alone.

    Of independent noise, the mean square of the difference is twice that of each.
    """
    error = float(np.mean((one.astype(np.float64) - other) ** 2)) / 2
    return 10 * math.log10(255**2 / error) if error else math.inf


def choose(preset: Preset, pilot: Pilot, *, can_denoise: bool) -> tuple[int, bool]:
    """(samples, whether to denoise) that reach the preset's quality sooner. Noise falls with the samples' root."""
    missing = preset.psnr - pilot.psnr
    needed = max(1, math.ceil(pilot.samples * 10 ** (missing / 10))) if missing < 60 else MOST_SAMPLES + 1
    with_denoising = preset.samples * pilot.sample_s + pilot.denoise_s
    if can_denoise and (needed > MOST_SAMPLES or needed * pilot.sample_s > with_denoising):
        return preset.samples, True
    return min(needed, MOST_SAMPLES), False
