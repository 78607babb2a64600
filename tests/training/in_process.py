"""A command in this process: PyTorch is loaded once, not once for each of many commands."""

from __future__ import annotations

import contextlib
import io
from dataclasses import dataclass
from pathlib import Path

import labelpass


@dataclass(frozen=True)
class Said:
    """As `subprocess.CompletedProcess` has it."""

    returncode: int
    stdout: str
    stderr: str


def run_here(folder: Path, *words: str) -> Said:
    """`labelpass WORDS` in `folder`."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.chdir(folder), contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = labelpass.main([*words])
    return Said(code, out.getvalue(), err.getvalue())
