"""A script of ours in an installed Blender, for which the front door waits: its report goes to a file."""

from __future__ import annotations

import argparse
import sys
import traceback
from collections.abc import Callable
from pathlib import Path


def reported(parser: argparse.ArgumentParser, make: Callable[[argparse.Namespace], tuple[str, int]]) -> int:
    """Parse what follows `--`, write the text that `make` gives into `--report FILE`, and return its exit code: 1 for
    what cannot be done as asked, 3 for a bug. Blender itself prints on stdout what it likes."""
    parser.add_argument("--report", type=Path, required=True)
    parsed = parser.parse_args(sys.argv[sys.argv.index("--") + 1 :])
    try:
        text, code = make(parsed)
        parsed.report.write_text(text, encoding="utf-8", errors="backslashreplace")
        return code
    except (ValueError, OSError) as error:
        print(f"labelpass: {error}", file=sys.stderr, flush=True)
        return 1
    except Exception:  # noqa: BLE001
        traceback.print_exc()
        return 3
