"""A split that somebody else has decided: lists of names, as benchmarks publish them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from blender_addon.contract.words import counted, listed, refusal

from .errors import ExportError
from .splits import SPLITS, FrameKey, Split


def split_by_lists(frames: Sequence[FrameKey], lists: Sequence[Path]) -> Split:
    """`lists` are files of train, val and test, or of train and test: a name on each line, or paths that end in one, of
    which the last counts (SegNet's "image label"). Empty lines do not count.

    Raises ExportError unless each frame is in exactly one list and each name is a frame.
    """
    if len(lists) not in (2, 3):
        raise ExportError(f"--split-list names {counted(len(lists), 'file')}: give train,val,test or train,test")
    parts = SPLITS if len(lists) == 3 else (SPLITS[0], SPLITS[2])
    known = {frame.name for frame in frames}
    of: dict[str, str] = {}
    by: dict[str, Path] = {}
    for part, path in zip(parts, lists):
        names = _names(path)
        unknown = [name for name in names if name not in known]
        if unknown:
            raise ExportError(f"{path} names {listed(unknown, most=3)}: no such frame; names are like {min(known)}")
        for name in names:
            if name in of:
                where = "twice" if by[name] == path else f"and so does {by[name]}"
                raise ExportError(f"{path} names {name} {where}: each frame is in one list, once")
            of[name], by[name] = part, path
    lacking = sorted(known - of.keys())
    if lacking:
        raise ExportError(
            f"{', '.join(map(str, lists))}: none names {listed(lacking, most=3)}; each frame needs a list"
        )
    return Split(of, "list", ())


def _names(path: Path) -> list[str]:
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except OSError as error:
        raise ExportError(refusal(error, path)) from None
    except UnicodeDecodeError:
        raise ExportError(f"{path} is no text of names") from None
    return [_name(line.split()[-1]) for line in lines if line.strip()]


def _name(word: str) -> str:
    """The frame that a path or a name means; names of ours have no dots."""
    return word.rpartition("/")[2].partition(".")[0]
