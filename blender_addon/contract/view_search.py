"""How the sampled views of a run were found: what was rejected and why, and which labels the views show."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Frequency:
    """Of a label: what was aimed for (None: nothing) and what the views show, as shares of labelled pixels."""

    label: str
    target: float | None
    achieved: float


@dataclass(frozen=True)
class Search:
    """What came of a request: how many `candidates` were looked at and how many views `accepted` of them, {why one was
    not taken: how many}, and what the views show. Of a walk the candidates are walks, each with all its views."""

    request: str
    candidates: int
    accepted: int
    rejected: Mapping[str, int] = field(default_factory=dict)
    frequencies: tuple[Frequency, ...] = ()

    def lines(self) -> list[str]:
        said = [self.counts()]
        if any(each.target is not None for each in self.frequencies):
            said += [f"{'label':24} {'target':>7} {'views':>7}"]
            said += [
                f"{each.label:24} {'' if each.target is None else f'{each.target:.1%}':>7} {each.achieved:>7.1%}"
                for each in self.frequencies
            ]
        return said

    def counts(self) -> str:
        """Such as "candidates 412: accepted 40; outside 372"; a walk is accepted or rejected with all its views."""
        what = "walks" if self.request.startswith("trajectory") else "candidates"
        reasons = sorted(self.rejected.items(), key=lambda item: (-item[1], item[0]))
        told = [f"accepted {self.accepted}", *(f"{reason} {number}" for reason, number in reasons)]
        return f"{what} {self.candidates}: {'; '.join(told)}"
