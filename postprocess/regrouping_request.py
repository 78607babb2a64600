"""The words of `labelpass export` that merge, drop and keep labels, and what they ask for."""

from __future__ import annotations

import argparse
import csv

from blender_addon.contract.arguments import said

from .errors import ExportError
from .regrouping import Regrouping


def add_arguments(verb: argparse.ArgumentParser) -> None:
    add = verb.add_argument_group("labels, after --labels; names as in the label set").add_argument
    add("--merge", type=said(_merge), action="append", default=[], metavar="A,B=C", help="A and B become C; repeatable")
    add(
        "--drop",
        type=said(listed_names),
        action="extend",
        default=[],
        metavar="A,B",
        help="A and B become unlabelled",
    )
    add("--keep", type=said(listed_names), action="extend", default=[], metavar="A,B", help="keep A and B alone")
    add("--keep-most", type=int, metavar="K", help="keep the K labels with the most pixels in train")
    add("--rest", default="", metavar="NAME", help="write what is not kept as this label (default: unlabelled)")


def regrouping_from(parsed: argparse.Namespace) -> Regrouping | None:
    """None where nothing is asked for. Raises ExportError for wishes that contradict each other."""
    wish = Regrouping(
        tuple(parsed.merge), tuple(parsed.drop), tuple(parsed.keep), parsed.keep_most, parsed.rest.strip()
    )
    return None if wish == Regrouping() else wish


def _merge(text: str) -> tuple[tuple[str, ...], str]:
    names, equals, into = text.rpartition("=")
    if not equals or not into.strip():
        raise ExportError(f"{text!r}: say which labels become which, such as chair,sofa=seat")
    return listed_names(names), into.strip()


def listed_names(text: str) -> tuple[str, ...]:
    """Names between commas; one that has a comma of its own stands in double quotes."""
    try:
        cells = next(csv.reader([text], skipinitialspace=True, strict=True), [])
    except csv.Error:
        cells = []
    names = tuple(cell.strip() for cell in cells if cell.strip())
    if not names:
        raise ExportError(f"{text!r} names no labels; write names between commas, such as chair,sofa")
    return names
