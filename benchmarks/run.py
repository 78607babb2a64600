"""The figures of docs/benchmarks.md and docs/suggestions.md that need no window: `make benchmark`."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

FILES = (
    "assign.py", "overlay.py", "audit.py", "suggestions.py", "suggestion_list.py", "labels.py", "exactness.py",
    "instances.py", "rays.py", "cost.py", "objects.py", "memory.py", "balloons.py", "drawn.py", "presets.py",
    "views.py", "export.py", "export_memory.py",
)  # fmt: skip

for name in FILES:
    print(f"== {name}", flush=True)
    subprocess.run([sys.executable, str(Path(__file__).with_name(name))], check=True)
