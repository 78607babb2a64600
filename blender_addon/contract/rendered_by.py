"""What rendered a run's frames, as their records say: frames of several Blenders or processors may differ in the last
digits of their colours."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from .run import RECORD, frame_folder
from .strict import parse_json
from .words import listed

_NAMES = {"blender": "Blenders", "kernel": "kinds of processors or GPUs"}


def machine_of(run: Path, frame: int) -> dict[str, str]:
    """What decides the last digits of a frame: which Blender, on what. {} where its record does not say: whoever reads
    frames tells of that."""
    try:
        versions = parse_json((frame_folder(run, frame) / RECORD).read_text(encoding="utf-8"))["versions"]
        found = {"blender": f"{versions['blender']} {versions['build']}", "kernel": versions["kernel"]}
    except (OSError, ValueError, KeyError, TypeError):
        return {}
    return {what: value for what, value in found.items() if isinstance(value, str)}


def differing(machines: Iterable[Mapping[str, str]]) -> tuple[str, ...]:
    """A sentence for each way in which machines differ."""
    found: dict[str, set[str]] = {}
    for machine in machines:
        for what, value in machine.items():
            found.setdefault(what, set()).add(value)
    return tuple(
        f"{len(values)} {_NAMES.get(what, what)} rendered this: {listed(sorted(values), between=' and ')}"
        for what, values in sorted(found.items())
        if len(values) > 1
    )
