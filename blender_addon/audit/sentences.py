"""What is said of findings: a sentence for one or many that are alike, and a few words for a row of a list."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from ..contract.words import counted, quoted


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


def _twice(names: Sequence[str], labels: str) -> str:
    return (
        f"{quoted(sorted(names))}: copies by geometry nodes or particles are under different labels ({labels}), and "
        "Blender gives them all one index; label the object itself"
    )


def _simulated(names: Sequence[str], labels: str) -> str:
    return (
        f"{quoted(sorted(names))}: a rigid body, or with a baked simulation, in a collection that is instanced under "
        f"different labels ({labels}): copies for each label would not move as it does; label the object itself"
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


def _unread(names: Sequence[str]) -> str:
    return (
        f"light may pass through material {quoted(names)}, and its nodes do not say how much (a script, a closure or "
        "loop, an output in a group): labels of it are left to chance; mix it with a Transparent BSDF instead, or "
        "use the alpha of a Principled BSDF"
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


SENTENCES: Mapping[str, Callable[..., str]] = {
    "unlabelled": _unlabelled,
    "unknown_id": _unknown,
    "twice": _twice,
    "twice simulated": _simulated,
    "animated": _animated,
    "overruled": _overruled,
    "name": _name,
    "alpha missed": _missed,
    "alpha counts": _counts,
    "alpha unread": _unread,
    "part drifted": _drifted,
    "part misled": _misled,
    "hidden": _hidden,
    "not_rendered": _not_rendered,
    "no_carrier": _no_carrier,
    "shared_id": _shared,
    "texture": _texture,
}
"""{what `Finding.saying` names: the sentence, of names and details}; of others the detail is the sentence."""

SHORT: Mapping[str, Callable[..., str]] = {
    "unlabelled": lambda: "no label",
    "unknown_id": lambda _what, id_, _label_set: f"unknown id {id_}",
    "twice": lambda _labels: "several labels",
    "twice simulated": lambda _labels: "simulated, several labels",
    "animated": lambda: "animated label",
    "overruled": lambda label: f"{label} never seen",
    "name": lambda label, better, _reason: f"{label}, or {better}?",
    "alpha missed": lambda _threshold: "looked through",
    "alpha counts": lambda alpha: f"alpha {alpha}",
    "alpha unread": lambda: "alpha unknown",
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
"""{the same: what fits a row of a list}, of details."""
