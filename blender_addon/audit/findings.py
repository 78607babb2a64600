"""Findings: what is wrong with a scene's labels, as rows with a sentence each, in the order of what matters most.

One finding is about one thing; `together` makes one of all that are alike, in a sentence of the same words.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ..contract.words import counted
from .sentences import SENTENCES, SHORT

ERROR, WARNING, NOTE = "error", "warning", "note"
SEVERITIES = (ERROR, WARNING, NOTE)
"""An error stops a render, a warning does with --strict, a note is there to be known."""

KINDS = {
    "label_set": "Label set",
    "camera": "Camera",
    "nothing": "Nothing to label",
    "unlabelled": "Unlabelled",
    "unknown_id": "Unknown ids",
    "animated": "Animated labels",
    "twice": "Several labels",
    "overruled": "Label never seen",
    "material_override": "Material override",
    "name": "Names that disagree",
    "alpha": "Semi-transparent",
    "volume": "Volumes",
    "part": "Parts",
    "hidden": "Hidden, rendered",
    "not_rendered": "Labelled, not rendered",
    "no_carrier": "Cannot carry a label",
    "shared_id": "Copies with one id",
    "file": "Missing files",
    "settings": "Render settings",
}
"""{kind of finding: its title}."""

_WITHOUT_PIXELS = {"volume", "not_rendered", "no_carrier", "alpha missed"}


@dataclass(frozen=True)
class Culprit:
    """An object or material by its full name (with its library's) and its `session_uid`, which no other ever has."""

    name: str
    uid: int


@dataclass(frozen=True)
class Fix:
    """What would mend it: an action of `fixes`, and the label that it gives."""

    action: str
    label_id: int = 0


@dataclass(frozen=True)
class Finding:
    """Something wrong. `objects` show it, and their pixels are its; `materials` are to blame, where those are.

    `saying`: which sentence, where that is not the kind's own; `detail`: its words, or the whole of it. `named`: what
    it names, where that is neither objects nor materials. `label_id`: what the culprit carries now. `pixels`: samples
    seen, None where nobody looked; `share` of all samples, 0 to 1.
    """

    kind: str
    severity: str
    objects: tuple[Culprit, ...] = ()
    materials: tuple[Culprit, ...] = ()
    saying: str = ""
    detail: tuple[str, ...] = ()
    named: tuple[str, ...] = ()
    label_id: int = 0
    fix: Fix | None = None
    pixels: int | None = None
    share: float = 0.0

    @property
    def names(self) -> tuple[str, ...]:
        return self.named or tuple(each.name for each in self.materials or self.objects)

    @property
    def message(self) -> str:
        """What is wrong, where, and what to do next."""
        sentence = SENTENCES.get(self.saying or self.kind)
        return sentence(self.names, *self.detail) if sentence else " ".join(self.detail)

    @property
    def short(self) -> str:
        """What fits a row of a list."""
        said = SHORT.get(self.saying or self.kind)
        names = " ".join(self.names[:1]) + (f" +{len(self.names) - 1}" if len(self.names) > 1 else "")
        return f"{names}: {said(*self.detail)}" if said and names else KINDS[self.kind]

    @property
    def key(self) -> str:
        """Names the row across changes of the list."""
        culprits = self.materials or self.objects
        return f"{self.kind} {culprits[0].uid if culprits else ' '.join((*self.named, *self.detail))} {self.label_id}"

    @property
    def measurable(self) -> bool:
        """Whether pixels of its objects say how bad it is: not of what no label map shows."""
        return bool(self.objects) and not {self.kind, self.saying} & _WITHOUT_PIXELS

    def seen(self) -> str:
        """Its pixels in words: "12.3%", "not seen"; "" where nobody looked."""
        if self.pixels is None:
            return ""
        return percent(self.share) if self.pixels else "not seen"

    def to_dict(self) -> dict[str, Any]:
        """Plain data, each field always there and always of its type."""
        return {
            "kind": self.kind,
            "severity": self.severity,
            "message": self.message,
            "objects": [each.name for each in self.objects],
            "materials": [each.name for each in self.materials],
            "pixels": self.pixels,
            "share": None if self.pixels is None else round(self.share, 9),
            "fix": {"action": self.fix.action, "label_id": self.fix.label_id or None} if self.fix else None,
        }


def percent(share: float) -> str:
    """A share with as many digits as a person can use: "12%", "3.4%", "0.05%", "<0.01%"."""
    hundred = 100 * share
    if hundred and hundred < 0.01:
        return "<0.01%"
    return f"{hundred:.0f}%" if hundred >= 10 else f"{hundred:.1f}%" if hundred >= 1 else f"{hundred:.2g}%"


def together(findings: Iterable[Finding]) -> list[Finding]:
    """One finding of all that differ in their culprits alone, at the place of the first of them."""
    groups: dict[tuple[object, ...], list[Finding]] = {}
    for each in findings:
        kind = (each.kind, each.severity, each.saying, each.detail, each.label_id, bool(each.named))
        groups.setdefault(kind, []).append(each)
    return [_joined(group) for group in groups.values()]


def _joined(group: Sequence[Finding]) -> Finding:
    if len(group) == 1:
        return group[0]
    pixels = [each.pixels for each in group if each.pixels is not None]
    return replace(
        group[0],
        objects=tuple(dict.fromkeys(culprit for each in group for culprit in each.objects)),
        materials=tuple(dict.fromkeys(culprit for each in group for culprit in each.materials)),
        named=tuple(dict.fromkeys(name for each in group for name in each.named)),
        pixels=sum(pixels) if pixels else None,
        share=sum(each.share for each in group),
        fix=group[0].fix if all(each.fix == group[0].fix for each in group) else None,
    )


def measured(findings: Iterable[Finding], pixels: Mapping[str, int] | None, total: int) -> list[Finding]:
    """Findings with what is seen of their objects; `pixels`: {full name: samples of all views}, of `total` samples.

    What is not in there came later and is not known.
    """
    if pixels is None:
        return [replace(each, pixels=None, share=0.0) if each.pixels is not None else each for each in findings]
    found = []
    for each in findings:
        if each.measurable:
            known = [pixels[obj.name] for obj in each.objects if obj.name in pixels]
            count, share = (sum(known), sum(known) / total) if known and total else (None, 0.0)
            each = replace(each, pixels=count, share=share)  # noqa: PLW2901
        found.append(each)
    return found


def worst_first(findings: Iterable[Finding]) -> list[Finding]:
    """Errors, since they stop a render; then what is seen; what no view sees comes last. In each, what covers most."""
    kinds = list(KINDS)

    def rank(each: Finding) -> tuple[object, ...]:
        severity, unseen = SEVERITIES.index(each.severity), each.pixels == 0
        whole = not each.measurable and each.severity == ERROR  # it concerns all pixels
        first = 0 if each.severity == ERROR else 2 if unseen else 1
        return (first, not whole, unseen, severity, -(each.pixels or 0), kinds.index(each.kind), each.names)

    return sorted(findings, key=rank)


def severities(findings: Iterable[Finding]) -> dict[str, int]:
    """{severity: how many}, each of them."""
    counts = dict.fromkeys(SEVERITIES, 0)
    for each in findings:
        counts[each.severity] += 1
    return counts


def in_words(counts: Mapping[str, int]) -> str:
    """'2 errors, 1 warning'; what there is none of is left out."""
    return ", ".join(counted(counts[each], each) for each in SEVERITIES if counts[each])
