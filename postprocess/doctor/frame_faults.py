"""What may be wrong with frames that are whole: black, even, without a label, there twice, out of step, of one class.

Warnings and notes, since each of these may be meant. Looks come in the order of the frames and are let go, so that a
million of them fit.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from blender_addon.contract.words import listed

from .alignment import why_all_out_of_step, why_out_of_step
from .findings import NOTE, WARNING, Finding
from .looks import Look

_NEARLY = 0.95  # of the pixels of a frame, and of all frames
_LEAST_FRAMES = 5  # to call a class in nearly all pixels of nearly all frames a collapse
_LEAST_BEFORE = 20  # frames that show a class, and then as many that do not, before it has vanished
_LEAST_AFTER = 0.1  # of all frames


@dataclass(frozen=True)
class Meaning:
    """What values of label maps are: `names` of all of them, and which are `void`, of no class."""

    names: Mapping[int, str]
    void: frozenset[int]


def frame_faults(looks: Iterable[Look], meaning: Meaning, *, in_one_scene: bool) -> list[Finding]:
    """`in_one_scene`: the frames are in the order in which one scene was rendered, so that a class which all show does
    not go without a reason."""
    tally = _Tally(meaning)
    found: list[Finding] = []
    for look, beside in _with_neighbours(looks):
        found += tally.take(look)
        if why := why_out_of_step(look.outline, [(each.name, each.outline) for each in beside]):
            found.append(Finding(WARNING, "out of step", look.name, f"{look.name}: {why}: are both of one render?"))
    if why := why_all_out_of_step(tally.fits):
        found.append(Finding(WARNING, "all out of step", "", f"{why}: are both of one render?"))
    return [*found, *tally.collapsed(), *(tally.vanished() if in_one_scene else ())]


@dataclass
class _Tally:
    """What is kept of frames that went by."""

    meaning: Meaning
    frames: int = 0
    images: dict[str, str] = field(default_factory=dict)
    labels: dict[str, Look] = field(default_factory=dict)
    fits: list[float] = field(default_factory=list)
    shown: Counter[int] = field(default_factory=Counter)
    ruled: Counter[int] = field(default_factory=Counter)
    last: dict[int, tuple[int, int, str]] = field(default_factory=dict)
    """{value: (frames that show it, frames up to the last of these, its name)}."""

    def take(self, look: Look) -> Iterator[Finding]:
        """What this frame says, also about those before it."""
        yield from self._picture(look)
        yield from self._labels(look)
        if look.outline:
            self.fits.append(look.outline.fit)
        self.frames += 1
        pixels = sum(look.counts.values())
        for value, count in look.counts.items():
            self.shown[value] += 1
            self.ruled[value] += count >= _NEARLY * pixels
            self.last[value] = self.shown[value], self.frames, look.name

    def _picture(self, look: Look) -> Iterator[Finding]:
        if look.seen is None:
            return
        if look.seen.is_black:
            yield Finding(WARNING, "black", look.name, f"{look.name}: the image is black")
        elif look.seen.is_even:
            yield Finding(WARNING, "even", look.name, f"{look.name}: the image is of nearly one colour")
        elif (first := self.images.setdefault(look.seen.checksum, look.name)) != look.name:
            yield Finding(WARNING, "duplicate", look.name, f"{look.name}: the image is that of {first}, pixel by pixel")

    def _labels(self, look: Look) -> Iterator[Finding]:
        if self.meaning.void.issuperset(look.counts):
            names = listed([self.meaning.names[value] for value in sorted(look.counts)], between=" and ")
            yield Finding(WARNING, "empty", look.name, f"{look.name}: no pixel has a label ({names} alone)")
        if len(look.counts) == 1:
            return
        first = self.labels.setdefault(look.labels, replace(look, outline=None))
        told = look.seen is not None and first.seen is not None and look.seen.checksum == first.seen.checksum
        if first.name != look.name and not told and not (look.view and look.view == first.view):
            yield Finding(NOTE, "same labels", look.name, f"{look.name}: the labels are those of {first.name}")

    def collapsed(self) -> Iterator[Finding]:
        if self.frames < _LEAST_FRAMES:
            return
        for value in sorted(value for value, frames in self.ruled.items() if frames >= _NEARLY * self.frames):
            name = self.meaning.names[value]
            yield Finding(
                WARNING, "collapse", name,
                f"{name} has {_NEARLY:.0%} of the pixels or more in {self.ruled[value]} of {self.frames} frames",
            )  # fmt: skip

    def vanished(self) -> Iterator[Finding]:
        for value, (shown, upto, frame) in sorted(self.last.items()):
            after = self.frames - upto
            if shown >= max(_LEAST_BEFORE, _NEARLY * upto) and after >= max(_LEAST_BEFORE, _LEAST_AFTER * self.frames):
                name = self.meaning.names[value]
                yield Finding(
                    WARNING, "vanished", name,
                    f"{name} is in {shown} of {upto} frames up to {frame}, and in none of the {after} after it",
                )  # fmt: skip


def _with_neighbours(looks: Iterable[Look]) -> Iterator[tuple[Look, list[Look]]]:
    """Each with those before and after it; three are in memory."""
    before: Look | None = None
    here: Look | None = None
    for after in looks:
        if here is not None:
            yield here, [each for each in (before, after) if each]
        before, here = here, after
    if here is not None:
        yield here, [before] if before else []
