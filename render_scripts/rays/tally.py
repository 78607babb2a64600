"""How many rays agree with what is on disk, which differ, and which cannot tell: of a frame, and of a run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

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

    def to_dict(self) -> dict[str, Any]:
        return {"rays": self.rays, "seed": self.seed, **{name: each.to_dict() for name, each in self.tallies.items()}}


def to_document(scene: str, scores: Mapping[int, Score], damaged: Mapping[int, str]) -> dict[str, Any]:
    """What `--json` prints."""
    frames = {str(frame): score.to_dict() for frame, score in scores.items()}
    return {"schema": SCHEMA, "scene": scene, "ok": is_fine(scores, damaged), "frames": frames,
            "damaged": {str(frame): why for frame, why in damaged.items()}}  # fmt: skip


def is_fine(scores: Mapping[int, Score], damaged: Mapping[int, str]) -> bool:
    return not damaged and not any(score.differs for score in scores.values())


def to_text(scores: Mapping[int, Score], damaged: Mapping[int, str]) -> str:
    """A line for each file of each frame, with the first differences below; then the sum."""
    lines = [f"{'frame':>8}  {'file':<8}{'agreed':>8}{'differ':>8}{'unjudged':>10}"]
    total: dict[str, Tally] = {}
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
    reasons = sum((tally.not_judged for tally in total.values()), Counter[str]())
    lines += [f"{'':>10}not judged: {count} {why}" for why, count in reasons.most_common()]
    lines += [f"labelpass: frame {frame} is damaged: {why}" for frame, why in damaged.items()]
    bad = len(damaged) + sum(score.differs for score in scores.values())
    verdict = f"{counted(bad, 'frame')} not as the scene says" if bad else "every ray that can tell agrees"
    return "\n".join([*lines, f"labelpass: {counted(len(scores) + len(damaged), 'frame')}: {verdict}"]) + "\n"


def _row(frame: str, name: str, tally: Tally) -> str:
    unjudged = sum(tally.not_judged.values())
    return f"{frame:>8}  {name:<8}{tally.agreed:>8}{len(tally.differing):>8}{unjudged:>10}"


def _sentence(each: Difference) -> str:
    at = f" at {each.object!r}" if each.object else ""
    return f"pixel ({each.pixel[0]}, {each.pixel[1]}): the file says {each.file}, the ray {each.ray}{at}"
