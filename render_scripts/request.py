"""What may be asked of a render: a request, and why one is refused. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from blender_addon.contract.modalities import Lidar

from .randomization.spec import Randomization

MOST_GPUS, MOST_THREADS = 255, 1024
MOST_SECONDS = 1_000_000  # of a frame, before a watchdog takes it for hung
DEVICES = ("auto", "cpu", "gpu", "optix", "cuda", "hip", "metal", "oneapi")


class Refused(ValueError):
    """The scene cannot be rendered as asked; the message says why."""


@dataclass(frozen=True)
class Request:
    """What was asked for. None means: what the scene says (or, for a run that is there already, what its plan says)."""

    out: Path
    frames: tuple[int, ...] | None = None
    camera: str | None = None
    size: tuple[int, int] | None = None
    samples: int | None = None
    seed: int | None = None
    label_supersample: int | None = None
    alpha_threshold: float | None = None
    label_set: str | None = None
    view_layer: str | None = None
    device: str = "auto"
    gpu: int = 0
    threads: int | None = None
    denoise: bool | None = None
    image: str | None = None
    modalities: tuple[str, ...] | None = None
    label_render: str | None = None
    preset: str | None = None
    thin_labels: tuple[str, ...] | None = None
    min_presence: float | None = None
    sample_views: str | None = None
    draws: int | None = None
    at_least: int | None = None
    verify_rays: int | None = None
    frame_timeout: float | None = None
    renew_after: int | None = None
    lidar: Lidar | None = None
    strict: bool = False
    allow_scripts: bool = False
    plan_only: bool = False
    planned: bool = False
    randomize: Randomization | None = None
    without: tuple[str, ...] = ()
