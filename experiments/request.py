"""The words of `labelpass experiments`."""

from __future__ import annotations

import argparse
import os

from blender_addon.contract.arguments import parse_path, said

from .experiment import EXPERIMENTS


def add_run_arguments(verb: argparse.ArgumentParser) -> None:
    add = verb.add_argument
    add("experiment", metavar="EXPERIMENT", help="one of `labelpass experiments list`, or a file: my.yaml")
    add("--out", type=said(parse_path), required=True, metavar="DIR", help="a folder; look at DIR/results.html")
    add(
        "--times",
        type=said(_times),
        default=1.0,
        metavar="T",
        help="so many times the frames, and pictures that networks see (default 1: minutes of a processor)",
    )
    add("--repeats", type=int, default=3, metavar="N", help="trainings of each network, of other seeds (default 3)")
    add(
        "--set",
        dest="changes",
        action="append",
        default=[],
        metavar="DATA.KEY=VALUE",
        help="of a dataset or test: a setting, render.KEY, export.KEY, count or seed; repeatable",
    )
    add("--jobs", type=int, default=os.cpu_count() or 1, metavar="N", help="processes that export (default: all cores)")
    add("--blender", metavar="PATH", help="build and render with this Blender; default: the bpy module")
    add("--device", default="auto", metavar="D", help="of the networks: cpu, cuda; default: a graphics card, if any")
    add("--threads", type=int, metavar="N", help="of the processor (default: PyTorch's choice)")


def list_text() -> str:
    """A line for each experiment: its name, and what it asks."""
    return f"{EXPERIMENTS.listed()}\nlabelpass experiments show NAME > my.yaml: one to change\n"


def show_text(name: str) -> str:
    """The file of an experiment."""
    return EXPERIMENTS.file(name).read_text(encoding="utf-8")


def _times(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not 0.001 <= value <= 10_000:
        raise ValueError(f"times {text!r}: a number from 0.001 to 10000")
    return value
