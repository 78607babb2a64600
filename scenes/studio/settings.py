"""What may be said about the sample flat: nothing but a seed."""

from __future__ import annotations

from dataclasses import dataclass

SUMMARY = "the sample flat: one furnished studio, twelve views"
FRAMES_A_SCENE = 12
INDEPENDENT = False
LABEL_SET = "nyu40"


@dataclass(frozen=True)
class Settings:
    """There is nothing to choose."""
