"""What every room says of a file that the system refused."""

from __future__ import annotations

import errno
import shutil
from collections import namedtuple
from pathlib import Path

import pytest

from blender_addon.contract.words import little_room, refusal


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
