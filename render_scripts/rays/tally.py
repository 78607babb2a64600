"""How many rays agree with what is on disk, which differ, and which cannot tell: of a frame, and of a run."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from blender_addon.contract.run import Plan
from blender_addon.contract.words import counted

SCHEMA = "labelpass.verify/1"
TOLD = 5
"""Differences of a frame that the table has a line for; the JSON has all."""


@dataclass(frozen=True)
class Difference:
    """A pixel (x, y) from the upper left corner where file and ray do not say the same, and what the ray hit."""

    pixel: tuple[int, int]
    file: str
    ray: str
    object: str | None = None


@dataclass
class Tally:
    """Of one file: rays that agree, that differ, and that cannot tell, by reason."""

    agreed: int = 0
    differing: list[Difference] = field(default_factory=list)
    not_judged: Counter[str] = field(default_factory=Counter)

    def to_dict(self) -> dict[str, Any]:
        differing = [
            {"pixel": list(each.pixel), "file": each.file, "ray": each.ray, "object": each.object}
            for each in self.differing
        ]
        return {"agreed": self.agreed, "differing": differing, "not_judged": dict(sorted(self.not_judged.items()))}


@dataclass(frozen=True)
class Score:
    """Of a frame: {"labels": Tally, "depth": ..., "normals": ...} of `rays` pixels."""

    rays: int
    seed: int
    tallies: Mapping[str, Tally]

    @property
    def differs(self) -> bool:
        return any(tally.differing for tally in self.tallies.values())

    @property
    def doubts(self) -> str:
        """How many rays say something else, of each file where any does."""
        found = (
            f"{len(tally.differing)} of {len(tally.differing) + tally.agreed} rays differ from its {name}"
            for name, tally in self.tallies.items()
            if tally.differing
        )
        return ", ".join(found)

    def to_dict(self) -> dict[str, Any]:
        return {"rays": self.rays, "seed": self.seed, **{name: each.to_dict() for name, each in self.tallies.items()}}


def report(
    plan: Plan, scores: Mapping[int, Score], damaged: Mapping[int, str], as_json: bool, looked_at: int = 0
) -> tuple[str, int]:
    """What there is to print, and the exit code. `looked_at`: frames whose files alone were looked at."""
    fine = not damaged and not any(score.differs for score in scores.values())
    if not as_json:
        return to_text(scores, damaged, looked_at), int(not fine)
    document = {
        "schema": SCHEMA,
        "scene": plan.scene,
        "ok": fine,
        "frames": {str(frame): score.to_dict() for frame, score in scores.items()},
        "damaged": {str(frame): why for frame, why in damaged.items()},
    }
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n", int(not fine)


def to_text(scores: Mapping[int, Score], damaged: Mapping[int, str], looked_at: int = 0) -> str:
    """A line for each file of each frame, with the first differences below; then the sum."""
    total: dict[str, Tally] = {}
    lines = [f"{'frame':>8}  {'file':<8}{'agreed':>8}{'differ':>8}{'unjudged':>10}"] if scores else []
    for frame, score in scores.items():
        for name, tally in score.tallies.items():
            lines.append(_row(str(frame), name, tally))
            lines += [f"{'':>10}{_sentence(each)}" for each in tally.differing[:TOLD]]
            if len(tally.differing) > TOLD:
                lines.append(f"{'':>10}and {len(tally.differing) - TOLD} more")
            sum_ = total.setdefault(name, Tally())
            sum_.agreed += tally.agreed
            sum_.differing += tally.differing
            sum_.not_judged += tally.not_judged
    lines += [_row("all", name, tally) for name, tally in total.items()]
    for name, tally in total.items():
        lines += [f"{'':>10}{name}, not judged: {count} {why}" for why, count in tally.not_judged.most_common()]
    lines += [f"labelpass: frame {frame} is damaged: {why}" for frame, why in damaged.items()]
    return "\n".join([*lines, f"labelpass: {_verdict(scores, damaged, looked_at)}"]) + "\n"


def _verdict(scores: Mapping[int, Score], damaged: Mapping[int, str], looked_at: int) -> str:
    frames = counted(looked_at or len({*scores, *damaged}), "frame")
    differ = sum(score.differs for score in scores.values())
    if differ:
        return f"{frames}: {counted(differ, 'frame')} not as the scene says"
    if damaged:
        return f"{frames}: {len(damaged)} damaged"
    if not scores:
        return f"{frames}: all files of pixels are as they were written"
    judged = sum(tally.agreed for score in scores.values() for tally in score.tallies.values())
    return f"{frames}: " + ("every ray that can tell agrees" if judged else "no ray can tell: nothing was judged")


def _row(frame: str, name: str, tally: Tally) -> str:
    unjudged = sum(tally.not_judged.values())
    return f"{frame:>8}  {name:<8}{tally.agreed:>8}{len(tally.differing):>8}{unjudged:>10}"


def _sentence(each: Difference) -> str:
    at = f" at {each.object!r}" if each.object else ""
    return f"pixel ({each.pixel[0]}, {each.pixel[1]}): the file says {each.file}, the ray {each.ray}{at}"
