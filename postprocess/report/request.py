"""The words of `labelpass report`, and what they ask for."""

from __future__ import annotations

import argparse
import os
from dataclasses import dataclass
from pathlib import Path

from blender_addon.contract.arguments import parse_path, said


@dataclass(frozen=True)
class Wishes:
    """`pictures` are shown at most, and of `pixels` frames at most pixels are read; both spread over all frames."""

    pictures: int = 48
    pixels: int = 1000
    jobs: int = 1


def add_arguments(verb: argparse.ArgumentParser) -> None:
    add, usual = verb.add_argument, Wishes()
    add("folder", type=Path, metavar="RUN|DATASET", help="a run folder, or a dataset of labelpass export")
    add("-o", "--out", type=said(parse_path), required=True, metavar="FILE.html", help="one that is there is replaced")
    add("--pictures", type=int, default=usual.pictures, metavar="N",
        help=f"frames that are shown, spread over all (default {usual.pictures})")  # fmt: skip
    add("--pixels", type=int, default=usual.pixels, metavar="N",
        help=f"frames whose pixels are read, for maps of positions and depth (default {usual.pixels})")  # fmt: skip
    add("--jobs", type=int, default=os.cpu_count() or 1, metavar="N", help="processes (default: all cores)")


def wishes_from(parsed: argparse.Namespace) -> Wishes:
    for name, least in (("pictures", 0), ("pixels", 0), ("jobs", 1)):
        if getattr(parsed, name) < least:
            raise ValueError(f"--{name} {getattr(parsed, name)}: a whole number from {least}")
    return Wishes(parsed.pictures, parsed.pixels, parsed.jobs)
