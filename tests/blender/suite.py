"""Runs the Blender-side tests inside a real Blender, with the Python that comes with it.

blender-5.2 -b --factory-startup --python-exit-code 1 -P tests/blender/suite.py -- FOLDER_WITH_PYTEST [PYTEST ARGUMENTS]

That Python has no pip: FOLDER_WITH_PYTEST is made by `pip install --target FOLDER pytest hypothesis`.
"""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("contract", "render", "addon", "scenes")

arguments = sys.argv[sys.argv.index("--") + 1 :]
sys.path[:0] = [str(ROOT), arguments[0]]
sys.dont_write_bytecode = True

import pytest

code = pytest.main(
    ["-p", "no:cacheprovider", "-m", "not slow", *arguments[1:], *(str(ROOT / "tests" / room) for room in ROOMS)]
)
sys.exit(int(code))
