"""What the doctor has to say: findings by severity, as lines for a person and as JSON.

An error is what cannot be right: a file that is damaged, missing or not as it was written. A warning is what may be
meant and mostly is not: black pictures, frames that are there twice. A note is worth knowing.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from blender_addon.contract.words import counted

ERROR, WARNING, NOTE = SEVERITIES = ("error", "warning", "note")
TOLD = 5
"""Findings of a kind that have a line; the JSON has all."""


@dataclass(frozen=True)
class Finding:
    """`kind` is a word for programs, such as "black"; `where` a frame or a file, "" for all of them."""

    severity: str
    kind: str
    where: str
    sentence: str


def in_order(findings: Sequence[Finding]) -> list[Finding]:
    """Errors first; within a severity kinds stay together, in the order in which they came up."""
    kinds = {(each.severity, each.kind): None for each in findings}
    ranked = sorted(kinds, key=lambda key: SEVERITIES.index(key[0]))
    return [each for key in ranked for each in findings if (each.severity, each.kind) == key]


def exit_code(findings: Sequence[Finding], strict: bool) -> int:
    """1 where there is an error, or, if `strict`, a warning; else 0."""
    bad = {ERROR, WARNING} if strict else {ERROR}
    return int(any(each.severity in bad for each in findings))


def to_lines(findings: Sequence[Finding]) -> list[str]:
    """A line each, and of each kind no more than TOLD and how many more there are."""
    lines, told = [], dict.fromkeys(((each.severity, each.kind) for each in findings), 0)
    ordered = in_order(findings)
    for at, each in enumerate(ordered):
        key = each.severity, each.kind
        told[key] += 1
        start = "labelpass: " if each.severity == ERROR else f"labelpass: {each.severity}: "
        if told[key] <= TOLD:
            lines.append(start + _in_one_line(each.sentence))
        elif at + 1 == len(ordered) or (ordered[at + 1].severity, ordered[at + 1].kind) != key:
            lines.append(f"{start}and {told[key] - TOLD} more of this kind ({each.kind}); --json names all")
    return lines


def in_short(findings: Sequence[Finding]) -> str:
    """ "2 errors, 1 warning"; "" where there are none. Notes do not count."""
    count = {severity: sum(each.severity == severity for each in findings) for severity in (ERROR, WARNING)}
    return ", ".join(counted(number, severity) for severity, number in count.items() if number)


def to_json(head: Mapping[str, Any], findings: Sequence[Finding]) -> str:
    return (
        json.dumps({**head, "findings": [asdict(each) for each in in_order(findings)]}, ensure_ascii=False, indent=1)
        + "\n"
    )


def _in_one_line(text: str) -> str:
    return " ".join(text.split())
