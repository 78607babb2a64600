"""Runs the Blender-side tests inside a real Blender, with the Python that comes with it.

blender -b --factory-startup --python-exit-code 1 -P tests/blender/suite.py -- FOLDER_WITH_PYTEST PYTEST_ARGUMENTS

That Python has no pip: FOLDER_WITH_PYTEST is made by `pip install --target FOLDER pytest hypothesis`, of versions
without compiled parts, since the Pythons differ.
"""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

with_pytest, *arguments = sys.argv[sys.argv.index("--") + 1 :]
sys.path[:0] = [str(ROOT), str(Path(with_pytest).resolve())]
sys.dont_write_bytecode = True

import pytest  # noqa: E402

sys.exit(int(pytest.main(["-p", "no:cacheprovider", "-m", "not slow", *arguments])))
