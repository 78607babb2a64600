"""Pictures of a source that are there twice: lists overlap, and what somebody labelled was uploaded again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path

from blender_addon.contract.words import counted, listed

from ..checksums import NAME as CHECKSUMS
from ..checksums import read_checksums

_TOLD = 3


def repeat_warnings(dataset: Path, images: Mapping[str, str], splits: Mapping[str, str]) -> Iterator[str]:
    """A sentence where pictures of an import are equal, pixel by pixel: `images` is {name: file}, `splits` {name: its
    split}. One encoder wrote all of them, so that equal pixels are equal files."""
    checksums = read_checksums((dataset / CHECKSUMS).read_text(encoding="utf-8"))
    groups: dict[str, list[str]] = defaultdict(list)
    for name, path in images.items():
        groups[checksums[path]].append(name)
    repeated = [names for names in groups.values() if len(names) > 1]
    if not repeated:
        return
    across = [names for names in repeated if len({splits[name] for name in names}) > 1]
    told = [" = ".join(f"{name} ({splits[name]})" for name in names[:_TOLD]) for names in across or repeated]
    what = f"{counted(len(repeated), 'picture')} in more than one copy"
    if across:
        what += f", {len(across)} of them in more than one split, so scores will flatter"
    yield f"{what}: {listed(told, most=_TOLD, between='; ')}"
