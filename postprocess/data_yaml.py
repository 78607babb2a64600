"""Ultralytics' data.yaml: where the pictures of each split are, and the name of each class."""

from __future__ import annotations

from collections.abc import Iterable

from .layout import Frames


def data_yaml(frames: Frames, names: Iterable[str], *more: str) -> str:
    """Splits without frames are left out; `more` are lines as they are."""
    folders = [f"{split}: images/{split}" for split, members in frames.items() if members]
    rows = [f"  {number}: {_quoted(name)}" for number, name in enumerate(names)]
    return "".join(f"{line}\n" for line in (*folders, *more, "names:", *rows))


def _quoted(name: str) -> str:
    """As YAML: whatever is not plain ASCII by its number."""
    plain = (letter if " " <= letter <= "~" and letter not in '"\\' else f"\\U{ord(letter):08x}" for letter in name)
    return f'"{"".join(plain)}"'
