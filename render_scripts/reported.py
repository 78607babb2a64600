"""A script of ours in an installed Blender, for which the front door waits: its report goes to a file."""

from __future__ import annotations

import argparse
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from blender_addon.contract.words import refusal

Request = TypeVar("Request")


def reported(
    make: Callable[[Path, Request], tuple[str, int]],
    add_arguments: Callable[[argparse.ArgumentParser], None],
    request_from: Callable[[argparse.Namespace], Request],
) -> int:
    """Parse what follows `--`, a path and the options of a request, write the text that `make` gives of both into
    `--report FILE`, and return its exit code: 1 for what cannot be done as asked, 3 for a bug. Blender itself prints on
    stdout what it likes."""
    parser = argparse.ArgumentParser(prog=f"{make.__name__}.py")
    parser.add_argument("path", type=Path)
    parser.add_argument("--report", type=Path, required=True)
    add_arguments(parser)
    parsed = parser.parse_args(sys.argv[sys.argv.index("--") + 1 :])
    try:
        text, code = make(parsed.path, request_from(parsed))
        parsed.report.write_text(text, encoding="utf-8", errors="backslashreplace")
        return code
    except (ValueError, OSError) as error:
        sentence = refusal(error, parsed.report) if isinstance(error, OSError) else error
        print(f"labelpass: {sentence}", file=sys.stderr, flush=True)
        return 1
    except Exception:  # noqa: BLE001
        traceback.print_exc()
        return 3
