"""Looks through a candidate's camera with a few hundred rays: is a picture from there worth rendering?"""

from __future__ import annotations

import numpy as np

from blender_addon.contract.labels import BACKGROUND, IGNORE, UNLABELLED

from .choice import Candidate, cubes
from .poses import Array, Optics, fan
from .surfaces import NOTHING, Surfaces
from .surroundings import AROUND, Place, is_enclosed, is_inside_a_thing
from .view_request import ViewRequest

COLUMNS, ROWS = 24, 18
PRESENT = 0.01
"""Share of the rays from which on a label counts as seen."""
NEAR = 0.1
"""Share of the rays that may meet something nearer than asked for."""
FAR = 0.5
"""Share of the rays that may meet nothing, or only what is farther."""
NO_LABEL = (UNLABELLED, IGNORE, BACKGROUND)

SOLID = "in a wall or furniture"
OUTSIDE = "outside"
CLOSE = "too close to a surface"
BEFORE_THE_LENS = "something right before the lens"
TOO_FAR = "too little within reach"
ONE_LABEL = "one label fills the view"
TWO_LABELS = "little but two labels"


def few(labels: int) -> str:
    return f"sees fewer than {labels} label{'s' * (labels != 1)}"


def labels_there(surfaces: Surfaces) -> int:
    """How many labels the scene shows."""
    return sum(label not in NO_LABEL for label in np.unique(surfaces.label).tolist())


def labels_wanted(surfaces: Surfaces, request: ViewRequest) -> int:
    """As many as asked for, or all where the scene has fewer."""
    return min(request.labels, labels_there(surfaces))


def why_not_here(place: Place, eye: Array, request: ViewRequest, *, enclosed: bool) -> str | None:
    """Why no camera stands at a point; None where one may."""
    hits = place.surfaces.cast(eye, AROUND)
    if is_inside_a_thing(place, hits.metres, hits.back, hits.things):
        return SOLID
    if enclosed and not is_enclosed(hits.metres):
        return OUTSIDE
    return CLOSE if place.surfaces.is_near(eye, request.clearance) else None


def labels_seen(place: Place, matrix: Array, lens: float, optics: Optics) -> int:
    """How many labels a picture shows, by a few rays."""
    hits = place.surfaces.cast(matrix[:3, 3], fan(matrix, optics.tangents(lens), COLUMNS // 2, ROWS // 2))
    labels, counts = np.unique(hits.labels, return_counts=True)
    return sum(label not in NO_LABEL and count > 1 for label, count in zip(labels.tolist(), counts.tolist()))


def looked_through(
    place: Place, matrix: Array, lens: float, optics: Optics, request: ViewRequest, wanted: int
) -> Candidate | str:
    """The candidate, with what it sees, or what is wrong with that."""
    directions = fan(matrix, optics.tangents(lens), COLUMNS, ROWS)
    hits = place.surfaces.cast(matrix[:3, 3], directions)
    nearest, farthest = request.distances
    if (hits.metres < nearest).mean() > NEAR:
        return BEFORE_THE_LENS
    if (hits.metres > farthest).mean() > FAR:
        return TOO_FAR
    within = (hits.metres >= nearest) & (hits.metres <= farthest)
    labels, counts = np.unique(hits.labels[within], return_counts=True)
    present = [label for label, share in zip(labels.tolist(), counts / len(directions)) if share >= PRESENT]
    if sum(label not in NO_LABEL for label in present) < wanted:
        return few(wanted)
    every, counts = np.unique(hits.labels[hits.things != NOTHING], return_counts=True)
    if counts.max() / len(directions) > request.one_label:
        return ONE_LABEL
    if wanted > 2 and np.sort(counts)[:-2].sum() / len(directions) < request.variety:
        return TWO_LABELS
    labelled = {label: count for label, count in zip(every.tolist(), counts.tolist()) if label not in NO_LABEL}
    total = sum(labelled.values())
    points = matrix[:3, 3] + directions[within] * hits.metres[within, None]
    return Candidate(matrix, lens, cubes(points), {label: count / total for label, count in labelled.items()})
