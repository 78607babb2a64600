"""What of a request cannot be done in any scene: choices of it that contradict one another."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from .randomization.materials import ALL
from .randomization.spec import Randomization, without
from .request import Request

_FROM_THE_IMAGE = {"linear", "depth", "depth-png", "parts", "stereo", "lidar"}
"""Modalities that need nothing of the label render but what Cycles takes from a pixel's first sample."""


def contradictions(request: Request, called: Callable[[str], str]) -> Iterator[str]:
    """A sentence each. `called` gives the words for a field of a request: those of a command line, or of a job."""
    modalities, k = request.modalities or (), request.label_supersample or 1
    if "amodal" in modalities and "instances" not in modalities:
        yield f"{called('modalities')} amodal: its masks are of instances; ask for those, too"
    if request.draws and request.at_least:
        yield f"{called('draws')} and {called('at_least')} both say how often each view is rendered: leave out one"
    if request.thin_labels and k == 1:
        yield f"{called('thin_labels')}: one sample a pixel has no shares; add {called('label_supersample')} 3 or more"
    if request.min_presence and not request.thin_labels:
        yield f"{called('min_presence')} is for labels of thin things: name them with {called('thin_labels')}"
    if strange := _not_there_to_leave_off(request):
        yield f"{called('without')} {', '.join(strange)}: nothing of that is randomised, so nothing can be left off"
    spec = drawn_from(request)
    if ALL in spec.keep and (idle := [name for name in ("materials", "poses") if getattr(spec, name)]):
        both = " and ".join(idle)
        yield f"{called('randomize')}: keep {ALL!r} leaves all as it is, so {both} would do nothing: drop either"
    if request.label_render == "image" and (why := why_own_anywhere(request)):
        yield f"{called('label_render')} image: labels need a render of their own: {why}"


def _not_there_to_leave_off(request: Request) -> list[str]:
    asked = request.randomize or Randomization()
    return [name for name in request.without if getattr(asked, name) is None and name not in asked.without]


def in_options(name: str) -> str:
    """A field of a request as a command line says it."""
    options = {"modalities": "--with", "thin_labels": "--thin-label"}
    return options.get(name, f"--{name.replace('_', '-')}")


def why_own_anywhere(request: Request) -> str:
    """Why labels need a render of their own, whatever the scene; "" where the scene tells."""
    averaged = next((name for name in request.modalities or () if name not in _FROM_THE_IMAGE), "")
    if averaged:
        return averaged
    camera = drawn_from(request).camera
    if camera and camera.focused:
        return "a depth of field may be drawn"
    return "several label samples a pixel" if (request.label_supersample or 1) > 1 else ""


def drawn_from(request: Request) -> Randomization:
    """What a request randomises, but for the families that it leaves off."""
    asked = request.randomize or Randomization()
    return without(asked, (*asked.without, *request.without))
