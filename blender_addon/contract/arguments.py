"""Words of a command line that mean the same to every door: paths, sizes, and what to say of wrong ones."""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

Parsed = TypeVar("Parsed")

LABEL_SET_HELP = (
    "what pass indices mean, in the place of the scene's own label set: a built-in set, or a JSON/YAML/CSV file"
)


_SIDE = r"([1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-6])"
SIZE = rf"^\s*{_SIDE}[xX]{_SIDE}\s*$"
"""The pattern of a size in a schema: two sides of up to 65536 pixels."""


def parse_size(text: str) -> tuple[int, int]:
    """'480x360' as (width, height) in pixels. Raises ValueError for anything else."""
    match = re.fullmatch(r"([1-9]\d*)[xX]([1-9]\d*)", text.strip(), re.ASCII)
    if not match:
        raise ValueError(f"size {text!r}: write WIDTHxHEIGHT, such as 480x360")
    return int(match[1]), int(match[2])


def parse_path(text: str) -> Path:
    """A path. Raises ValueError for no text at all, which pathlib takes for the current folder, and for Blender's `//`,
    which means the folder of a .blend in one place and the root of the disk in another."""
    if not text:
        raise ValueError("no path is given")
    if text.startswith("//"):
        raise ValueError(f"{text!r}: only Blender takes // for the folder of a .blend; write the path out")
    return Path(text)


def said(parse: Callable[[str], Parsed]) -> Callable[[str], Parsed]:
    """Let argparse show the text of a ValueError instead of its own 'invalid value'."""

    def parsed(text: str) -> Parsed:
        try:
            return parse(text)
        except ValueError as error:
            raise argparse.ArgumentTypeError(str(error)) from None

    return parsed
