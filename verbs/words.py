"""What several verbs say and need."""

from __future__ import annotations

import argparse
import sys
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, TypeAlias

from blender_addon.contract.endings import NotHere
from blender_addon.contract.words import shown

if TYPE_CHECKING:
    from postprocess.dataset import ExportSummary

NO_BLENDER = (
    "no Blender in this Python: install the module, pip install 'labelpass[bpy]', or, to render, name a Blender with "
    "--blender PATH"
)
NO_TORCH = "no PyTorch in this Python: pip install 'labelpass[train]'"
Verbs: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"
"""What a verb is added to."""


def printed(text: str, code: int) -> int:
    """A report as it is, with its own line ends; its exit code."""
    sys.stdout.write(text)
    sys.stdout.flush()
    return code


def say_made(made: ExportSummary) -> None:
    for warning in made.warnings:
        print(f"labelpass: warning: {warning}", file=sys.stderr)
    for note in made.notes:
        print(f"labelpass: {note}")
    if made.there:
        print(f"labelpass: {made.there} frames were there from an export that was interrupted")
    split = ", ".join(f"{count} {name}" for name, count in made.frames.items())
    sizes = ", ".join(f"{width}x{height}" for width, height in made.sizes[:3])
    more = f" and {len(made.sizes) - 3} sizes more" if len(made.sizes) > 3 else ""
    print(f"labelpass: {made.out}: {made.format}, {made.label_set}, {sizes}{more}, {split}")


def import_bpy() -> Any:
    """Raises NotHere where there is none, or it does not load. Ctrl-C counts once it is there: Blender's start takes
    it for a fault of the add-on that it loads at that moment, and goes on."""
    from postprocess.signals import held

    try:
        with held():
            import bpy
    except ImportError as error:
        if error.name == "bpy":
            raise NotHere(NO_BLENDER) from None
        raise NotHere(f"the Blender in this Python, the bpy module, does not load on this machine: {error}") from None
    return bpy


def need_torch() -> None:
    """Raises ValueError where there is none."""
    if find_spec("torch") is None:
        raise ValueError(NO_TORCH)


def say_above_progress(line: str) -> None:
    if sys.stderr.isatty():  # where the line of progress is
        print("\r\x1b[K", end="", file=sys.stderr, flush=True)
    print(f"labelpass: {shown(line)}", flush=True)
