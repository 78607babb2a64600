"""The front door, the `labelpass` command: its verbs, and what becomes of their errors. A verb is in `verbs/`."""

from __future__ import annotations

import argparse
import io
import os
import sys
import traceback
from pathlib import Path

from blender_addon.contract import VERSION
from blender_addon.contract.endings import NOT_WRITTEN, NotHere, print_no_more, unprinted
from blender_addon.contract.words import refusal, shown
from render_scripts.orphans import end_with_parent
from verbs.dataset_verbs import add_evaluate, add_export, add_import, add_labels, add_report, add_sheet
from verbs.experiment_verbs import add_experiments
from verbs.farm_verbs import add_plan, add_status, add_unit
from verbs.recipe_verbs import add_dataset, add_scenes
from verbs.scene_verbs import add_check, add_job, add_render
from verbs.training_verbs import add_predict, add_train
from verbs.verify_verb import add_verify

_VERBS = {
    "check": add_check,
    "render": add_render,
    "verify": add_verify,
    "job": add_job,
    "plan": add_plan,
    "unit": add_unit,
    "status": add_status,
    "export": add_export,
    "import": add_import,
    "labels": add_labels,
    "train": add_train,
    "predict": add_predict,
    "evaluate": add_evaluate,
    "sheet": add_sheet,
    "report": add_report,
    "scenes": add_scenes,
    "dataset": add_dataset,
    "experiments": add_experiments,
}

_MOST_PIXELS = "178956970"
"""OpenCV, which is loaded later, decodes no picture that says more: that of `postprocess.picture_sizes`."""


def main(arguments: list[str] | None = None) -> int:
    """Run `labelpass VERB ...`; returns the exit code."""
    arguments = sys.argv[1:] if arguments is None else arguments
    parser = argparse.ArgumentParser(prog="labelpass", description="Label a Blender scene once; render, export, check.")
    parser.add_argument("--version", action="version", version=f"labelpass {VERSION}")
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", required=True)
    asked = arguments[0] if arguments else ""
    for name in [asked] if asked in _VERBS else _VERBS:  # the words of one verb are read in a fraction of a second
        _VERBS[name](verbs)
    parsed = parser.parse_args(arguments)
    try:
        code = int(parsed.call(parsed))
        print(end="", flush=True)
        return code
    except BrokenPipeError:  # whoever read what is printed has read enough, as `head` does
        print_no_more()
        return 141  # as a shell says it of other programs: 128 + SIGPIPE
    except ValueError as error:  # the rooms' own errors are ValueErrors with a sentence for the user
        return _ended(getattr(parsed, "not_here", 1) if isinstance(error, NotHere) else 1, str(error), parsed)
    except OSError as error:
        stream = unprinted(error)
        return _ended(_fault(parsed, NOT_WRITTEN if stream else 1), refusal(error, stream or Path.cwd()), parsed)
    except KeyboardInterrupt as stop:
        _say_notes("stopped", stop)
        return 130
    except SystemExit as stop:
        if getattr(stop, "__notes__", []):
            _say_notes("stopped", stop)
        raise


def _ended(code: int, why: str, parsed: argparse.Namespace) -> int:
    """The code, once why is said; where that cannot be written, nobody was told, and it is no answer."""
    try:
        print("\n".join(f"labelpass: {shown(line)}" for line in why.split("\n")), file=sys.stderr, flush=True)
        print(end="", flush=True)
    except OSError:
        print_no_more()
        return _fault(parsed, NOT_WRITTEN)
    return code


def _fault(parsed: argparse.Namespace, code: int) -> int:
    """The exit code of a verb that could not read or write something: its own, where it has one."""
    return int(getattr(parsed, "fault", code))


def _say_notes(what: str, stop: BaseException) -> None:
    """A signal came; what was done, and how to go on, are notes on its exception."""
    for line in (what, *getattr(stop, "__notes__", [])):
        print(f"labelpass: {line}", file=sys.stderr)


def command() -> None:
    """`main` as a program. With the bpy module loaded, its tear-down is left out: 4.5's may hang for ever."""
    end_with_parent()
    os.environ.setdefault("OPENCV_IO_MAX_IMAGE_PIXELS", _MOST_PIXELS)
    if isinstance(sys.stdout, io.TextIOWrapper):  # a view's name that the terminal cannot spell must not end a run
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        code = main()
    except KeyboardInterrupt:  # before a verb began
        code = 130
    except Exception:  # noqa: BLE001 (a bug of ours, or of Blender: never an answer such as 1)
        traceback.print_exc()
        code = 3
    print_no_more()
    if "bpy" in sys.modules:
        from blender_addon.compat import remove_temporary_files

        remove_temporary_files()
        os._exit(code)
    sys.exit(code)


if __name__ == "__main__":
    command()
