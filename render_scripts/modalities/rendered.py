"""What the renders of a frame gave, as the modalities take it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from blender_addon.contract.labels import NO_SURFACE
from blender_addon.label_render import exr
from blender_addon.label_render.thing_ids import Ids

from ..lens import of_record, straight

Pixels = NDArray[Any]
Files = dict[str, Pixels]
"""{file name: its pixels as a reader decodes them}: (H, W), or (H, W, channels in the order of their names)."""


@dataclass(frozen=True)
class Rendered:
    """A frame, rendered. `passes`: {channel: (K H, K W) float32} of the label render, one sample each; `samples`: the
    label code of each, (K H, K W) uint16; `labels` (H, W) uint16; `image` (H, W, 3) uint8.

    `camera` is what `render_scripts.camera` says of it, `metres` how many of them a Blender unit is. `cuts` says
    whether the camera jumps between this scene frame and the one before, and the one after. `instances` are ids of
    things, (H, W), in runs that ask for them. `maps`: what `screens.maps_around` says.
    """

    passes: Mapping[str, NDArray[np.float32]]
    samples: NDArray[np.uint16]
    labels: NDArray[np.uint16]
    image: NDArray[np.uint8]
    camera: Mapping[str, Any]
    metres: float
    cuts: tuple[bool, bool] = (False, False)
    instances: Ids | None = None
    maps: tuple[NDArray[np.float64], NDArray[np.float64]] | None = None

    @property
    def k(self) -> int:
        """Label samples a pixel side."""
        return self.samples.shape[0] // self.labels.shape[0]

    def centre(self, *names: str) -> NDArray[np.float32]:
        """Channels at the pixels' centres: (H, W, channels); k is odd, so a sample lies there."""
        half = self.k // 2
        return np.stack([self.passes[name][half :: self.k, half :: self.k] for name in names], axis=-1)

    @cached_property
    def surface(self) -> NDArray[np.bool_]:
        """(H, W): whether there is a surface at the pixel's centre."""
        return self.centre("Depth.Z")[..., 0] < NO_SURFACE

    @cached_property
    def depth(self) -> NDArray[np.float32]:
        """Depth in metres, (H, W), inf where nothing is: along the camera's axis, and in panoramas the ray."""
        depth = self.centre("Depth.Z")[..., 0] * np.float32(self.metres)
        if self.camera["distortion"]:  # a panorama to Cycles
            depth = depth / self.stretch
        return np.where(self.surface, depth, np.float32(np.inf))

    @cached_property
    def stretch(self) -> NDArray[np.float32]:
        """(H, W): length of the ray through each pixel's centre, for a depth of one: 1 for parallel rays."""
        height, width = self.labels.shape
        matrix = self.camera["K"]
        if matrix is None:
            return np.ones((height, width), np.float32)
        (fx, _, cx), (_, fy, cy), _ = matrix
        y, x = np.indices((height, width)) + 0.5
        plane = np.stack([(x - cx) / fx, (y - cy) / fy], axis=-1)
        if self.camera["distortion"]:
            plane = straight(plane, of_record(self.camera["distortion"]))
        return np.sqrt(1 + (plane**2).sum(axis=-1)).astype(np.float32)


def write_channels(path: Path, channels: Mapping[str, NDArray[np.float32 | np.uint32]]) -> Files:
    """Write (H, W) channels of one type as an EXR file, and say what was written."""
    exr.write_zip(path, channels)
    planes = [channels[name] for name in sorted(channels)]
    return {path.name: planes[0] if len(planes) == 1 else np.stack(planes, axis=-1)}
