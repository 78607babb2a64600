"""Findings: what is wrong with a scene's labels, as rows with a sentence each, in the order of what matters most.

One finding is about one thing; `together` makes one of all that are alike, in a sentence of the same words.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ..contract.words import counted, quoted

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
        sentence = _SENTENCES.get(self.saying or self.kind)
        return sentence(self.names, *self.detail) if sentence else " ".join(self.detail)

    @property
    def short(self) -> str:
        """What fits a row of a list."""
        said = _SHORT.get(self.saying or self.kind)
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


def _unlabelled(names: Sequence[str]) -> str:
    it = "it" if len(names) == 1 else "them"
    return (
        f"{counted(len(names), 'object')} without a label will come out unlabelled: {quoted(names)}; "
        f"label {it}, or hide {it} in renders"
    )


def _unknown(names: Sequence[str], what: str, id_: str, label_set: str) -> str:
    return (
        f"{what} {quoted(sorted(names))} has pass index {id_}, which label set {label_set!r} does not define; "
        f"relabel it or add id {id_}"
    )


def _twice(names: Sequence[str]) -> str:
    return (
        f"{quoted(sorted(names))} is copied by geometry nodes or particles under different labels (or shown itself "
        "without one), and Blender gives all such copies one index; label the object itself"
    )


def _animated(names: Sequence[str]) -> str:
    return (
        f"the pass index of {quoted(sorted(names))} is animated, and what an instance gives its members does "
        "not change while a run renders; label the members themselves, outside of the instance"
    )


def _overruled(names: Sequence[str], label: str) -> str:
    return (
        f"{quoted(names)} carries {label!r}, and none of it comes out so: each of its materials carries a label of its "
        "own; clear one of the two"
    )


def _name(names: Sequence[str], label: str, better: str, reason: str) -> str:
    return f"{quoted(names)} is labelled {label!r}, and its name says {better!r} ({reason}); change it, or keep it"


def _missed(names: Sequence[str], threshold: str) -> str:
    return (
        f"semi-transparent material {quoted(names)} has less alpha than the threshold {threshold}: labels "
        "there are what lies behind it; --alpha-threshold 0.05 labels the surface itself"
    )


def _counts(names: Sequence[str], alpha: str) -> str:
    return (
        f"semi-transparent material {quoted(names)} (alpha {alpha}) counts as a surface: what is seen through it is "
        "not in the labels; an alpha below the view layer's Alpha Threshold is looked through"
    )


def _drifted(names: Sequence[str], source: str) -> str:
    return (
        f"part material {quoted(names)} does not look like its source {source!r} any more, since one of them was "
        "edited; update the parts, and they are copies of it again"
    )


def _misled(names: Sequence[str], reason: str) -> str:
    return f"{quoted(names)} has faces with a label of their own, and {reason}"


def _hidden(names: Sequence[str]) -> str:
    return (
        f"{quoted(names)} is hidden in the viewport and rendered all the same; hide it in renders (camera icon in the "
        "Outliner), or show it"
    )


def _not_rendered(names: Sequence[str], why: str) -> str:
    return f"{quoted(names)} is labelled, shown in the viewport and not rendered: {why}; render it, or clear its label"


def _no_carrier(names: Sequence[str], why: str) -> str:
    return f"{quoted(names)} has a pass index that never shows: {why}; clear it"


def _shared(names: Sequence[str], hosts: str) -> str:
    return (
        f"all copies of {quoted(names)} by {hosts} share one id: in the labels they cannot be told apart; make them "
        "real objects where that matters"
    )


def _texture(names: Sequence[str]) -> str:
    return f"missing texture {quoted(sorted(names))}: its surfaces render pink"


_SENTENCES: Mapping[str, Callable[..., str]] = {
    "unlabelled": _unlabelled,
    "unknown_id": _unknown,
    "twice": _twice,
    "animated": _animated,
    "overruled": _overruled,
    "name": _name,
    "alpha missed": _missed,
    "alpha counts": _counts,
    "part drifted": _drifted,
    "part misled": _misled,
    "hidden": _hidden,
    "not_rendered": _not_rendered,
    "no_carrier": _no_carrier,
    "shared_id": _shared,
    "texture": _texture,
}
"""{what `Finding.saying` names: the sentence, of names and details}; of others the detail is the sentence."""

_SHORT: Mapping[str, Callable[..., str]] = {
    "unlabelled": lambda: "no label",
    "unknown_id": lambda _what, id_, _label_set: f"unknown id {id_}",
    "twice": lambda: "several labels",
    "animated": lambda: "animated label",
    "overruled": lambda label: f"{label} never seen",
    "name": lambda label, better, _reason: f"{label}, or {better}?",
    "alpha missed": lambda _threshold: "looked through",
    "alpha counts": lambda alpha: f"alpha {alpha}",
    "part drifted": lambda source: f"unlike {source}",
    "part misled": lambda _reason: "modifier misleads its parts",
    "hidden": lambda: "hidden, but rendered",
    "not_rendered": lambda _why: "labelled, not rendered",
    "no_carrier": lambda _why: "cannot carry a label",
    "shared_id": lambda _hosts: "copies share one id",
    "texture": lambda: "missing texture",
    "volume": lambda _said: "volume",
    "file": lambda _said: "missing",
}
