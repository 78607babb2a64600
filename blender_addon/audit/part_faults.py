"""Face parts that went stale: copies that drifted from their source, modifiers that came after the part."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import bpy

from ..occurrences import Occurrence
from ..parts.face_parts import has_drifted, is_part, known_source
from ..parts.obstacles import why_modifiers_forbid
from .findings import WARNING, Finding, Fix
from .label_faults import culprit, showing

Drifted = Callable[[bpy.types.Material], bool]


def stale_parts(things: Iterable[Occurrence], drifted: Drifted = has_drifted) -> Iterator[Finding]:
    """Parts that a render shows. `drifted` looks at all nodes of a material and of its source, so it may remember."""
    parts = {part: objects for part, objects in showing(things).items() if is_part(part)}
    holders: dict[bpy.types.Object, None] = {}
    for part in sorted(parts, key=lambda part: part.name_full):
        holders |= dict.fromkeys(parts[part])
        source = known_source(part)  # one that somebody deleted would be made anew by looking
        if source and drifted(part):
            fix = None if part.library else Fix("update")
            yield Finding("part", WARNING, tuple(map(culprit, parts[part])), (culprit(part),), saying="part drifted",
                          detail=(source.name_full,), label_id=part.pass_index, fix=fix)  # fmt: skip
    for obj in holders:
        reason = why_modifiers_forbid([obj])
        if reason:
            yield Finding("part", WARNING, (culprit(obj),), saying="part misled", detail=(reason,))
