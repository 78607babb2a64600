"""Why there are no sampled views, or too few: what was found, and which word of a request asks for less."""

from __future__ import annotations

from blender_addon.contract.view_search import Search
from blender_addon.contract.words import counted

from .choice import ALIKE
from .judging import (
    BEFORE_THE_LENS,
    CLOSE,
    ONE_LABEL,
    OUTSIDE,
    TOO_FAR,
    TWO_LABELS,
    few,
    labels_there,
    labels_wanted,
)
from .room_views import HIDDEN
from .rooms import Rooms
from .surfaces import Surfaces
from .surroundings import Place
from .trajectory_views import LITTLE
from .view_request import ViewRequest

LOW_CEILING = 2.0
"""Metres: cameras above it may be above the ceilings of rooms."""
SMALLEST, LARGEST = 1.5, 1000.0
"""Metres across, of scenes with rooms in them: what is smaller or larger is likely told in other units."""


class NoViews(ValueError):
    """What was asked for is not to be had in this scene; the message says what stood in the way, with counts."""


def too_few(report: Search, request: ViewRequest, surfaces: Surfaces) -> str:
    found = f"{report.accepted} of {request.count} found" if report.accepted else "none found"
    most = max(report.rejected, key=lambda reason: (report.rejected[reason], reason))
    word = next((word for start, word in _LOOSENED_BY.items() if most.startswith(start)), "")
    hint = f"loosen {word}" if word else "loosen what rejects most"
    if most in (ONE_LABEL, TWO_LABELS) and labels_there(surfaces) < 2:
        hint = "take views of one label, since the scene shows no more: one_label=1"
    ways = f"Add fewer=yes to take these {report.accepted}" if report.accepted else "Ask for fewer"
    units = _strange_size(surfaces)
    return f"sampled views ({report.request}): {found}; {report.counts()}{units}. {ways}, or {hint}: see docs/views.md"


_LOOSENED_BY = {
    ALIKE: "like",
    CLOSE: "clearance",
    BEFORE_THE_LENS: "distances",
    TOO_FAR: "distances",
    OUTSIDE: "enclosed",
    ONE_LABEL: "one_label",
    TWO_LABELS: "variety",
    HIDDEN: "visible or radius",
    LITTLE: "labels",
    few(0)[:16]: "labels",
}
"""{reason, or how it begins: the word of a request that asks for less of it}."""


def no_room(place: Place, rooms: Rooms, request: ViewRequest) -> str:
    """What the floors that there are lack."""
    units = _strange_size(place.surfaces)
    air = f"{request.heights[0] + request.clearance:g} m of air above"
    if not rooms.floors:
        return f"sampled views: no floor of half a square metre with {air}{units}; lower heights, or orbit"
    wanted = labels_wanted(place.surfaces, request)
    lacking = []
    if request.enclosed and not rooms.enclosed:
        lacking.append("none is enclosed by walls (take places outside with enclosed=no)")
    if not rooms.sees:
        near = f"within {request.distances[1]:g} m"
        lacking.append(f"from none {counted(wanted, 'label')} are in sight {near} (loosen labels or distances)")
    why = " and ".join(lacking) or f"none is enclosed by walls where {counted(wanted, 'label')} are in sight"
    if request.heights[0] > LOW_CEILING:
        units += "; rooms with less air have no such floor: lower heights"
    return f"sampled views: of {counted(rooms.floors, 'floor')} with {air} {why}{units}; a thing alone can be orbited"


def _strange_size(surfaces: Surfaces) -> str:
    """A remark on the scene's size where that is none of a house."""
    low, high = surfaces.bounds
    size = high - low
    if max(size[:2]) >= SMALLEST and size[2] <= LARGEST:
        return ""
    told = " x ".join(f"{side:.0f}" if side >= 100 else f"{side:.2g}" for side in size)
    return f"; by its unit scale the scene is {told} m large: set the unit scale right (Scene > Units) if it is not"
