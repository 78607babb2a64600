"""The commands where no PyTorch is: all else works, and the error names the extra."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def without_torch(*arguments: object) -> subprocess.CompletedProcess[str]:
    words = [str(argument) for argument in arguments]
    program = "import sys, importlib.util as u; found = u.find_spec; sys.modules['torch'] = None\n"
    program += "import labelpass, verbs.training_verbs as verbs\n"
    program += "verbs.find_spec = lambda name: None if name == 'torch' else found(name)\n"
    program += f"sys.exit(labelpass.main({words!r}))"
    return subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("verb", [["train", "DATASET", "--out", "MODEL"], ["predict", "MODEL", "DIR", "--out", "DIR"]])
def test_the_error_names_the_extra(verb):
    done = without_torch(*verb)
    assert done.returncode == 1
    assert done.stderr == "labelpass: no PyTorch in this Python: pip install 'labelpass[train]'\n"


@pytest.mark.parametrize("words", [["--help"], ["train", "--help"], ["predict", "--help"], ["labels", "show"]])
def test_all_else_works(words):
    done = without_torch(*words)
    assert done.returncode == 0 and done.stdout and not done.stderr


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["train", "d", "--out", "m", "--width", "99"], "--width must be from 0.01 to 8, not 99.0"),
        (["train", "d", "--out", "m", "--threads", "0"], "--threads 0: a whole number from 1"),
        (["predict", "m", "d", "--out", "p", "--batch", "0"], "--batch 0: a whole number from 1"),
    ],
)
def test_wrong_numbers_are_one_line(words, told):
    done = without_torch(*words)
    assert done.returncode == 1 and done.stderr == f"labelpass: {told}\n"
