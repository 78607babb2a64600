"""The words of `labelpass evaluate`, and what they ask for."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from blender_addon.contract.arguments import parse_path, said

from .evaluate import Wishes

MOST_DRAWS = 1_000_000


def add_arguments(verb: argparse.ArgumentParser) -> None:
    add = verb.add_argument
    add(
        "predictions", type=Path, metavar="PREDICTIONS", help="a folder of label maps (PNG, TIFF), named as the truth's"
    )
    add("truth", type=Path, metavar="TRUTH", help="a dataset of labelpass export, or a folder of label maps")
    add("--against", type=Path, metavar="DIR", help="another model's predictions, to put side by side")
    add("--split", metavar="NAME", help="of a dataset: train, val or test (default test)")
    add("--label-set", metavar="NAME|FILE", help="what values mean, where no dataset.json says it")
    add("--class-numbers", action="store_true", help="predictions hold class numbers 0..K-1, not the truth's values")
    add(
        "--boundary", type=said(_share), default=0.02, metavar="S", help="width of rims, of the diagonal (default 0.02)"
    )
    add(
        "--draws", type=said(_draws), default=1000, metavar="N", help="of the bootstrap; 0: no intervals (default 1000)"
    )
    add("--level", type=said(_level), default=0.95, metavar="P", help="of the intervals (default 0.95)")
    add("--seed", type=int, default=0, metavar="S", help="of the bootstrap (default 0)")
    add("--jobs", type=int, default=os.cpu_count() or 1, metavar="N", help="threads (default: all cores)")
    add("--out", type=said(parse_path), action="append", default=[], metavar="FILE", help="also an .html or .json file")


def wishes_from(parsed: argparse.Namespace) -> Wishes:
    if parsed.jobs < 1:
        raise ValueError(f"--jobs {parsed.jobs}: at least one thread is needed")
    if parsed.seed < 0:
        raise ValueError(f"--seed {parsed.seed}: seeds are whole numbers from 0")
    return Wishes(parsed.boundary, parsed.draws, parsed.level, parsed.seed, parsed.class_numbers, parsed.jobs)


def _share(text: str) -> float:
    return _between(text, "share of the diagonal", 0, 0.5)


def _level(text: str) -> float:
    return _between(text, "level", 0, 1)


def _between(text: str, what: str, least: float, most: float) -> float:
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not least < value < most:
        raise ValueError(f"{what} {text!r}: a number between {least} and {most}")
    return value


def _draws(text: str) -> int:
    if not text.isdecimal() or int(text) > MOST_DRAWS:
        raise ValueError(f"draws {text!r}: a whole number from 0 to {MOST_DRAWS}")
    return int(text)
