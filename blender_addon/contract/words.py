"""Sentences that every room says to a person."""

from __future__ import annotations

import errno
import os
import shlex
import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path
from unicodedata import category


def listed(texts: Sequence[str], most: int = 5, between: str = ", ") -> str:
    """The first of many texts in one line, and how many more there are: "a, b and 3 more"."""
    more = f" and {len(texts) - most} more" if len(texts) > most else ""
    return between.join(texts[:most]) + more


def quoted(names: Iterable[str], most: int = 5) -> str:
    """The first of many names: "'Sofa', 'Lamp' and 3 more"."""
    return listed([repr(name) for name in names], most)


def counted(number: int, noun: str) -> str:
    """A number of things: "1 frame", "12 frames"."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def in_shell(path: object) -> str:
    """As a word of a command that people copy into a shell: a folder may be called anything."""
    text = str(path)
    if shown(text) == text:
        return shlex.quote(text)
    codes = (f"\\x{byte:02x}" if byte < 32 or byte > 126 or byte in b"'\\" else chr(byte) for byte in os.fsencode(text))
    return f"$'{''.join(codes)}'"


_JOINERS = "\u200c\u200d"  # of letters in Persian and Hindi: no more dangerous than letters


def shown(text: object) -> str:
    """As a part of a line in a terminal: what would steer it, break the line or turn its direction, and bytes of names
    that are no UTF-8, as Python's escapes."""
    return "".join(
        letter if letter.isprintable() or category(letter) == "Zs" or letter in _JOINERS else repr(letter)[1:-1]
        for letter in str(text)
    )


_FULL = {errno.ENOSPC, errno.EDQUOT}


def refusal(error: OSError, place: Path | str) -> str:
    """What the system refused, in a line that names the file. `place`: where it was, as far as the error does not say
    it; what is written into an open file has no name any more."""
    why = error.strerror or str(error)
    if error.errno in _FULL:
        why = f"the disk is full ({why})"
    if error.filename is None and error.errno == errno.ENOENT:  # of Python's temporary folders, and says which
        return why
    where = place if error.filename is None or isinstance(error.filename, int) else os.fsdecode(error.filename)
    return f"{where}: {why}"


_LITTLE = 64e6
"""Bytes: less than the passes of a large frame."""


def little_room(folder: Path) -> str:
    """What may be why a file did not come out whole: "; the disk of /tmp has 3 MB left", "" where there is room."""
    try:
        free = shutil.disk_usage(folder).free
    except OSError:
        return ""
    return f"; the disk of {folder} has {free / 1e6:.0f} MB left" if free < _LITTLE else ""
