"""The arguments of `labelpass check`, for the front door and for the script that an installed Blender runs."""

from __future__ import annotations

import argparse
from dataclasses import dataclass

from blender_addon.contract.arguments import LABEL_SET_HELP, parse_size, said

EXIT_CODES = (
    "Exit codes: 0 nothing that counts as an error, 1 errors (with --strict also warnings) or a file that cannot be "
    "checked, 2 wrong arguments, 3 Blender failed, 130 stopped by Ctrl-C."
)


@dataclass(frozen=True)
class CheckRequest:
    """What was asked for."""

    strict: bool
    json: bool
    view_layer: str | None
    label_set: str | None
    size: tuple[int, int]
    fast: bool


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of a check."""
    add = parser.add_argument
    add("--strict", action="store_true", help="let warnings count as errors")
    add("--json", action="store_true", help="print one JSON document, and nothing else, on stdout")
    add("--view-layer", metavar="NAME", help="the view layer to check; default: the active one")
    add("--label-set", metavar="NAME|FILE", help=LABEL_SET_HELP)
    add(
        "--size",
        type=said(_size),
        default=(160, 120),
        metavar="160x120",
        help="of the looks through the scene's cameras that count pixels (default 160x120)",
    )
    add("--fast", action="store_true", help="look through no camera: what is wrong, and not how much of the images")


def _size(text: str) -> tuple[int, int]:
    width, height = parse_size(text)
    if not 4 <= min(width, height) <= max(width, height) <= 4096:
        raise ValueError(f"size {text!r}: a look has 4 to 4096 pixels a side")
    return width, height


def request_from(arguments: argparse.Namespace) -> CheckRequest:
    return CheckRequest(**{name: getattr(arguments, name) for name in CheckRequest.__dataclass_fields__})


def to_arguments(request: CheckRequest) -> list[str]:
    """The options that parse into this request again: what the front door hands to a Blender."""
    options = ["--size", "x".join(map(str, request.size))]
    options += [
        f"--{name.replace('_', '-')}={value}"
        for name in ("view_layer", "label_set")
        if (value := getattr(request, name))
    ]
    return options + [f"--{name}" for name in ("strict", "json", "fast") if getattr(request, name)]
