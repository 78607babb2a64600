"""A scene's findings as text for a person or as one JSON document: what `labelpass check` prints."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

from ..contract.words import counted
from .findings import ERROR, WARNING, Finding, in_words, severities, together, worst_first

SCHEMA = "labelpass.check/1"


@dataclass(frozen=True)
class Looks:
    """What pixels were counted in: `views` of the scene's `all_views`, of this `size` in pixels (width, height)."""

    size: tuple[int, int]
    views: int
    all_views: int


@dataclass(frozen=True)
class Report:
    """Findings, worst first, and what they were found in. `labelled`, `unlabelled`: things that a render shows."""

    scene: str
    view_layer: str
    label_set: str | None
    blender: str
    labelled: int
    unlabelled: int
    looks: Looks | None
    findings: tuple[Finding, ...]

    def fails(self, strict: bool) -> bool:
        """Whether any finding counts as an error; with `strict`, warnings do."""
        counts = severities(self.findings)
        return bool(counts[ERROR] or (strict and counts[WARNING]))

    def to_json(self, strict: bool = False) -> str:
        looks = self.looks
        document = {
            "schema": SCHEMA,
            "scene": self.scene,
            "view_layer": self.view_layer,
            "label_set": self.label_set,
            "blender": self.blender,
            "labelled": self.labelled,
            "unlabelled": self.unlabelled,
            "looks": looks and {"size": list(looks.size), "views": looks.views, "all_views": looks.all_views},
            "strict": strict,
            "ok": not self.fails(strict),
            "counts": severities(self.findings),
            "findings": [each.to_dict() for each in self.findings],
        }
        return json.dumps(document, indent=1, ensure_ascii=True) + "\n"

    def to_text(self) -> str:
        """A finding a line, worst first, and a line that sums up."""
        return "".join(f"{line}\n" for line in (*self._lines(), f"labelpass: {self._summary()}"))

    def _lines(self) -> Iterator[str]:
        seen = [each for each in self.findings if each.pixels]
        rest = together(each for each in self.findings if not each.pixels)
        for each in worst_first((*seen, *rest)):
            how_much = f" [{each.seen()}{' of the pixels' if each.pixels else ''}]" if each.seen() else ""
            yield f"{each.severity}: {_on_a_line(each.message)}{how_much}"

    def _summary(self) -> str:
        said = in_words(severities(self.findings)) or "nothing wrong"
        said = f"{_on_a_line(self.scene)}: {said}; {self.labelled} labelled, {self.unlabelled} unlabelled"
        if not self.looks:
            return said
        some = f" of {self.looks.all_views}" if self.looks.views < self.looks.all_views else ""
        views = f"{self.looks.views}{some} views" if some else counted(self.looks.views, "view")
        return f"{said}; pixels from {views} at {self.looks.size[0]}x{self.looks.size[1]}"


def _on_a_line(text: str) -> str:
    """Names may hold anything, line breaks too, and a line is a finding."""
    return " ".join(text.split())
