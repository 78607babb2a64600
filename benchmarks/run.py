"""All figures of docs/benchmarks.md: `python benchmarks/run.py`, or `make benchmark`."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

FILES = (
    "assign.py",
    "overlay.py",
    "audit.py",
    "suggestions.py",
    "suggestion_list.py",
    "labels.py",
    "rays.py",
    "export.py",
)

for name in FILES:
    print(f"== {name}", flush=True)
    subprocess.run([sys.executable, str(Path(__file__).with_name(name))], check=True)
