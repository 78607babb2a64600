"""A lens that bends straight lines: OpenCV's radial distortion, and the panorama of Cycles that is this lens.

OpenCV: a point at (x, y) of a picture plane at depth 1 is seen at (x, y) * (1 + k1 q + k2 q^2 + k3 q^3), q = x^2 + y^2;
Brown, "Decentering distortion of lenses", 1966, without its tangential part. Cycles' "fisheye lens polynomial" casts a
ray at the angle -(c0 + c1 r + c2 r^2 + c3 r^3 + c4 r^4) from the axis through a point of the sensor that is r mm from
its middle. So every sample of a render has the bent ray itself, and nothing is resampled.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Terms = tuple[float, float, float]
"""(k1, k2, k3) as OpenCV counts them."""

FURTHEST = 0.25
"""Pixels by which what is rendered may differ from OpenCV's formula."""
_WIDEST = np.radians(85.0)
"""Of the angle between the axis and the corners: pictures of a plane have an end."""
_POINTS = 257
_ROUNDS = 60


class NoLens(ValueError):
    """No such lens can be rendered; the message says why and what to do."""


@dataclass(frozen=True)
class Lens:
    """`polynomial`: c0 to c4 for Cycles, per power of a mm; `off`: pixels by which it differs from OpenCV's formula at
    most, within the picture."""

    polynomial: tuple[float, float, float, float, float]
    off: float


def bent(points: Floats, terms: Terms) -> Floats:
    """Where a lens shows points (N, 2) of the plane at depth 1."""
    return np.asarray(points * _factor((points**2).sum(axis=-1), terms)[..., None])


def straight(points: Floats, terms: Terms) -> Floats:
    """The points (N, 2) of the plane at depth 1 that a lens shows at these; they are within a picture of the lens."""
    radius = np.hypot(points[..., 0], points[..., 1])
    table = np.linspace(0.0, _end(float(radius.max(initial=0.0)), terms), 1025)
    found = np.interp(radius, table * _factor(table**2, terms), table)
    for _ in range(4):  # Newton
        found = found - (found * _factor(found**2, terms) - radius) / _slope(found**2, terms)
    return np.asarray(points * np.divide(found, radius, out=np.ones_like(radius), where=radius > 0)[..., None])


def fitted(terms: Terms, matrix: Sequence[Sequence[float]], size: tuple[int, int], focal: float) -> Lens:
    """Cycles' lens for a picture of `size` (width, height) whose camera has the intrinsic `matrix` and `focal` mm.

    The largest difference in pixels is made as small as it can be (Lawson's weights). Raises NoLens where the picture
    would fold back on itself or show what is beside the camera, and where Cycles' polynomial cannot be this lens.
    """
    (fx, _, cx), (_, fy, cy), _ = matrix
    x, y = max(cx, size[0] - cx) / fx, max(cy, size[1] - cy) / fy
    named = f"a lens of {focal:.4g} mm with distortion k1 {terms[0]:g}, k2 {terms[1]:g}, k3 {terms[2]:g}"
    corner = float(np.hypot(x, y))
    radii = corner * (1 - np.cos(np.linspace(0, np.pi, _POINTS))) / 2
    try:
        plane = straight(np.column_stack([radii, np.zeros(_POINTS)]), terms)[:, 0]
    except NoLens:
        raise NoLens(f"{named} folds the picture back before its corners: {_REMEDY}") from None
    angle = np.arctan(plane)
    if angle[-1] > _WIDEST:
        raise NoLens(
            f"{named} sees {np.degrees(angle[-1]):.0f} degrees aside in the corners, which no plane shows: {_REMEDY}"
        )
    per_pixel = 1 / (_slope(plane**2, terms) * (1 + plane**2)) / max(fx, fy)  # radians
    powers = (radii / corner)[:, None] ** np.arange(1, 5)
    weights, best = np.ones(_POINTS), (np.inf, np.zeros(4))
    for _ in range(_ROUNDS):
        scale = weights / per_pixel
        found = np.linalg.lstsq(powers * scale[:, None], angle * scale, rcond=None)[0]
        pixels = np.abs(powers @ found - angle) / per_pixel
        if pixels.max() < best[0]:
            best = float(pixels.max()), found
        weights *= 0.5 + 0.5 * pixels / max(pixels.max(), 1e-12)
    off, found = best
    if not off <= FURTHEST:
        raise NoLens(f"{named} could be rendered to {off:.2g} pixels only, and {FURTHEST} is the limit: {_REMEDY}")
    c1, c2, c3, c4 = (-float(term) / (corner * focal) ** power for power, term in enumerate(found, start=1))
    return Lens((0.0, c1, c2, c3, c4), off)


@lru_cache(maxsize=64)
def likely(k1: float, corner: float) -> Terms:
    """The terms with this k1 that Cycles' polynomial is nearest to, for a picture whose corners are `corner` from the
    middle at depth 1. So a lens that is known by its k1 alone neither folds nor strays where it is wide, as the k2 of
    real lenses sees to.

    Gauss and Newton's steps on what the best polynomial leaves, by least squares, while k1 grows from 0: smooth, and so
    the same on all machines once it is rounded. Raises NoLens where that ends in no lens.
    """
    radii = corner * (1 - np.cos(np.linspace(0, np.pi, 65)[1:])) / 2
    powers = (radii / corner)[:, None] ** np.arange(1, 5)
    scale = np.array([corner**4, corner**6])

    def left(now: float, free: Floats) -> Floats:
        terms = (now, *(float(term) for term in free / scale))
        plane = straight(np.column_stack([radii, np.zeros(len(radii))]), terms)[:, 0]
        pixels = _slope(plane**2, terms) * (1 + plane**2)
        angle = np.arctan(plane) * pixels
        basis = np.linalg.qr(powers * pixels[:, None])[0]
        return np.asarray(angle - basis @ (basis.T @ angle))

    def improved(now: float, free: Floats) -> Floats:
        """By a step that leaves less, cut where it folds."""
        rest = left(now, free)
        turns = np.column_stack([(left(now, free + step) - rest) / 1e-4 for step in np.eye(2) * 1e-4])
        way = np.linalg.lstsq(turns, rest, rcond=None)[0]
        for _ in range(8):
            with suppress(NoLens):
                if np.linalg.norm(left(now, free - way)) < np.linalg.norm(rest):
                    return free - way
            way = way / 3
        return free

    def unfolded(now: float, free: Floats, before: Floats) -> Floats:
        """Where to begin with the next k1: further the same way, or with more of a k2."""
        for begin in (2 * free - before, free, *(free + (more, 0.0) for more in (0.01, 0.02, 0.05, 0.1))):
            with suppress(NoLens):
                left(now, begin)
                return np.asarray(begin)
        raise NoLens(f"no lens with distortion k1 {k1:g} is as wide as this one: {_REMEDY}")

    free, steps = np.array([0.05, 0.01]) * scale, max(1, int(np.ceil(abs(k1) * corner**2 / 0.03)))
    before = free
    for now in np.linspace(k1 / steps, k1, steps):
        begin, before = unfolded(now, free, before), free
        for _ in range(4 if now != k1 else 12):
            begin = improved(now, begin)
        free = begin
    k2, k3 = (float(f"{term:.6g}") for term in free / scale)
    return k1, k2, k3


_REMEDY = "take smaller numbers, a k2 of the other sign, a longer lens or a smaller picture"


def of_record(distortion: Sequence[float]) -> Terms:
    """The terms of a camera's `distortion` in frame.json: OpenCV's k1, k2, p1, p2, k3. Raises ValueError for others."""
    k1, k2, p1, p2, k3 = (float(term) for term in distortion)
    if p1 or p2:
        raise ValueError("a lens with tangential distortion")
    return k1, k2, k3


def _factor(q: Floats, terms: Terms) -> Floats:
    k1, k2, k3 = terms
    return np.asarray(1 + q * (k1 + q * (k2 + q * k3)))


def _slope(q: Floats, terms: Terms) -> Floats:
    """By how much the radius in the picture grows with that in the plane."""
    k1, k2, k3 = terms
    return np.asarray(1 + q * (3 * k1 + q * (5 * k2 + q * 7 * k3)))


def _end(radius: float, terms: Terms) -> float:
    """A radius in the plane at or beyond what is shown at a `radius` of the picture. Raises NoLens where the picture
    ends before."""
    k1, k2, k3 = terms
    roots = np.roots(np.trim_zeros([7 * k3, 5 * k2, 3 * k1, 1.0], "f"))
    folds = [root.real for root in roots if abs(root.imag) < 1e-12 and root.real > 0]
    if folds:
        end = float(np.sqrt(min(folds))) * 0.999
        if end * float(_factor(np.array(end**2), terms)) < radius:
            raise NoLens("it folds")
        return end
    end = max(radius, 1e-6)
    while end * float(_factor(np.array(end**2), terms)) < radius:
        end *= 1.5
    return end
