"""The command as a person types it, and what it leaves in a run folder."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from blender_addon.contract import run as run_folder

ROOT = Path(__file__).resolve().parents[2]
SMALL = ("--size", "16x12", "--samples", "1")


def labelpass(*arguments, check: int | None = 0) -> subprocess.CompletedProcess[str]:
    """Run the command as a person would; its exit code must be `check`."""
    done = subprocess.run(
        [sys.executable, str(ROOT / "labelpass.py"), *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert check is None or done.returncode == check, done.stdout + done.stderr
    return done


def checksums(run: Path) -> dict[int, dict[str, str]]:
    frames = run_folder.finished_frames(run)
    return {
        frame: {name: file["checksum"] for name, file in run_folder.read_record(run, frame)["files"].items()}
        for frame in frames
    }
