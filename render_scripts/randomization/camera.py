"""The camera: lens, shift, roll, small changes of place and direction, depth of field."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from .lights import Factor
from .streams import CAMERA, check_ranges, even, even_log, happens, stream

FStop = Annotated[float, 0.1, 128]
K = Annotated[float, -10, 10]


@dataclass(frozen=True)
class Camera:
    """`lens`: factor on the focal length; `shift`: of the larger side of the picture, at most; `roll` and `turned`:
    degrees at most; `moved`: metres along each axis at most; `focused`: share of the frames that have a depth of field,
    with `fstop`, focused on what is in the middle of the picture; `distortion`: OpenCV's k1 of the lens, below 0 a
    barrel, above a pincushion, without a shift; `distortion_k2` and `distortion_k3`: its k2 and k3, where neither is
    said those that a lens with this k1 is likely to have.
    """

    lens: tuple[Factor, Factor] = (0.9, 1.1)
    shift: Annotated[float, 0, 1] = 0.02
    roll: Annotated[float, 0, 180] = 2.0
    turned: Annotated[float, 0, 90] = 2.0
    moved: Annotated[float, 0, 100] = 0.03
    focused: Annotated[float, 0, 1] = 0.0
    fstop: tuple[FStop, FStop] = (1.4, 8.0)
    distortion: tuple[K, K] = (0.0, 0.0)
    distortion_k2: tuple[K, K] | None = None
    distortion_k3: tuple[K, K] | None = None

    def __post_init__(self) -> None:
        check_ranges(self, "lens", "fstop", "distortion")
        check_ranges(self, *(name for name in ("distortion_k2", "distortion_k3") if getattr(self, name)))

    @property
    def bends(self) -> bool:
        """Whether lenses have a distortion."""
        return any((*self.distortion, *(self.distortion_k2 or ()), *(self.distortion_k3 or ())))

    @property
    def higher(self) -> tuple[tuple[float, float], ...]:
        """The ranges of k2 and k3; none where they follow from k1."""
        said = self.distortion_k2, self.distortion_k3
        return tuple(limits or (0.0, 0.0) for limits in said) if any(said) else ()


@dataclass(frozen=True)
class CameraDraw:
    """`fstop` is 0 where everything is sharp; `turned`: degrees about the camera's x and y; `distortion`: k1, or k1, k2
    and k3; None where lenses are straight."""

    lens: float
    shift: tuple[float, float]
    roll: float
    turned: tuple[float, float]
    moved: tuple[float, float, float]
    fstop: float
    distortion: tuple[float, ...] | None = None


def draw_camera(spec: Camera, seed: int, frame: int) -> CameraDraw:
    rng = stream(seed, frame, CAMERA)
    lens, roll = even_log(rng, spec.lens), even(rng, (-spec.roll, spec.roll))
    across, up = (even(rng, (-spec.shift, spec.shift)) for _ in range(2))
    tilt, pan = (even(rng, (-spec.turned, spec.turned)) for _ in range(2))
    x, y, z = (even(rng, (-spec.moved, spec.moved)) for _ in range(3))
    focused, fstop = happens(rng, spec.focused), even_log(rng, spec.fstop)
    k1, *more = (
        even(rng, limits or (0.0, 0.0)) for limits in (spec.distortion, spec.distortion_k2, spec.distortion_k3)
    )
    shift, bend = ((0.0, 0.0), (k1, *more) if spec.higher else (k1,)) if spec.bends else ((across, up), None)
    return CameraDraw(lens, shift, roll, (tilt, pan), (x, y, z), fstop if focused else 0.0, bend)
