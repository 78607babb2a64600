"""What every room says of a file that the system refused."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
from collections import namedtuple
from pathlib import Path

import pytest

from blender_addon.contract.words import in_shell, little_room, refusal, shown


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), "runs/a: the disk is full (No space left on device)"),
        (OSError(errno.ENOSPC, "No space left", "x.exr"), "x.exr: the disk is full (No space left)"),
        (OSError(errno.EDQUOT, "Disk quota exceeded"), "runs/a: the disk is full (Disk quota exceeded)"),
        (PermissionError(errno.EACCES, "Permission denied", b"caf\xc3\xa9"), "café: Permission denied"),
        (OSError(errno.EIO, "Input/output error", 3), "runs/a: Input/output error"),
        (OSError("no number"), "runs/a: no number"),
        (FileNotFoundError(errno.ENOENT, "No usable temporary directory found in ['/t']"),
         "No usable temporary directory found in ['/t']"),
    ],
)  # fmt: skip
def test_a_refusal_names_its_file_and_no_number(error, told):
    assert refusal(error, Path("runs/a")) == told


def test_little_room_is_told(tmp_path, monkeypatch):
    assert little_room(tmp_path / "is not there") == ""
    for free, told in ((3_200_000, f"; the disk of {tmp_path} has 3 MB left"), (10**9, "")):
        usage = namedtuple("usage", "free")(free)
        monkeypatch.setattr(shutil, "disk_usage", lambda _, usage=usage: usage)
        assert little_room(tmp_path) == told


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("flat 2 (new).blend", None),
        ("caf\xe9 \u5ba4\u3000\u0645\u06cc\u200c\u062e", None),  # also a wide space, and a joiner of Persian
        ("a\x1b]0;pwned\x07\nlabelpass: all is there", r"a\x1b]0;pwned\x07\nlabelpass: all is there"),
        ("\u202eknalb.\x9b31m\r\t", r"\u202eknalb.\x9b31m\r\t"),
        ("\udcff.blend\x00", r"\udcff.blend\x00"),
    ],
)
def test_nothing_that_is_shown_steers_a_terminal_or_breaks_a_line(name, told):
    assert shown(name) == (name if told is None else told)


@pytest.mark.skipif(not shutil.which("bash"), reason="no bash to ask")
@pytest.mark.parametrize("name", ["flat's", "a\x1b[2J\n'b\\", "caf\xe9 \udcff$(date)", "\u202e"])
def test_a_word_for_a_shell_is_the_name_again_and_steers_no_terminal(name):
    word = in_shell(name)
    assert shown(word) == word
    printed = subprocess.run([b"bash", b"-c", os.fsencode(f"printf %s {word}")], capture_output=True, check=True)
    assert printed.stdout == os.fsencode(name)
