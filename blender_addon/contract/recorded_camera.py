"""The camera of a frame as frame.json has it, held to what a camera can be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

Three = tuple[float, float, float]
Four = tuple[float, float, float, float]
Pose = tuple[Four, Four, Four, Four]


@dataclass(frozen=True)
class RecordedCamera:
    """What rays need of it; the units and axes are those of `render_scripts.camera`. Raises ValueError for matrices
    that are none of a camera, or that contradict each other."""

    type: str
    width: Annotated[int, 1, 65536]
    height: Annotated[int, 1, 65536]
    K: tuple[Three, Three, Three] | None
    world_from_camera: Pose
    camera_from_world: Pose
    distortion: tuple[float, float, float, float, float] | None = None
    lens_mm: float = 0.0

    def __post_init__(self) -> None:
        if self.K and not (self.K[0][0] and self.K[1][1] and self.K[2] == (0, 0, 1)):
            raise ValueError("K is no matrix of a camera")
        if self.distortion and not (self.K and self.lens_mm > 0):
            raise ValueError("distortion is that of a lens, and K or lens_mm is missing")
        if not _are_inverse(self.world_from_camera, self.camera_from_world):
            raise ValueError("world_from_camera and camera_from_world contradict each other")

    @property
    def size(self) -> tuple[int, int]:
        return self.width, self.height


_AXES = (1, -1, -1, 1)
"""Of Blender's camera axes in OpenCV's."""


def _are_inverse(world_from_camera: Pose, camera_from_world: Pose) -> bool:
    """Up to what float32 leaves of the inverse of a camera that stands far off."""
    far = max(1.0, *(abs(row[3]) for row in (*world_from_camera, *camera_from_world)))
    product = [
        [sum(world_from_camera[i][k] * _AXES[k] * camera_from_world[k][j] for k in range(4)) for j in range(4)]
        for i in range(4)
    ]
    return all(abs(product[i][j] - (i == j)) <= 1e-3 * far for i in range(4) for j in range(4))
