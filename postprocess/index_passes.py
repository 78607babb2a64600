"""Index-pass EXRs that anybody rendered, as frames of an export."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from blender_addon.contract.labels import LabelSet
from blender_addon.contract.words import counted

from .errors import ExportError
from .frames import Collection, Frame, Source, refuse_twice, slug
from .splits import FrameKey

IMAGE_ENDINGS = (".png", ".jpg", ".jpeg")
_NUMBERED = re.compile(r"(?P<view>.*?)[\s._-]*(?P<number>[0-9]+)")


@dataclass(frozen=True)
class IndexPasses:
    """The `*.exr` directly in `folder`, whose numbers `label_set` explains, and the pictures of the same stem there (or
    in `pictures`), if any; `layer` chooses among several view layers."""

    folder: Path
    label_set: LabelSet
    pictures: Path | None = None
    layer: str | None = None

    draw: ClassVar[None] = None

    def collected(self) -> Collection:
        """Frames whose names differ in their last number alone are one view in that order.

        Raises ExportError for no files, for names that cannot be told apart, and where only some files have a picture.
        """
        folder = self.folder
        paths = sorted(path for path in folder.glob("*") if path.suffix.lower() == ".exr" and path.is_file())
        if not paths:
            deeper = min(folder.glob("*/*.exr"), default=None)
            below = f" directly in it; name the folder that has, such as {deeper.parent}" if deeper else ""
            raise ExportError(f"{folder} has no .exr files{below}")
        pictures = [_picture(path, self.pictures or folder) for path in paths]
        if any(pictures) and not all(pictures):
            lone = [path.name for path, picture in zip(paths, pictures) if picture is None]
            have = "has" if len(lone) == 2 else "have"
            others = f", nor {have} {counted(len(lone) - 1, 'other')}" if lone[1:] else ""
            raise ExportError(f"{lone[0]} has no picture beside it{others}; all or none need one")
        scene = slug(folder.resolve().name, "scene")
        frames = []
        for at, (path, picture) in enumerate(zip(paths, pictures)):
            match = _NUMBERED.fullmatch(path.stem)
            view, order = (match["view"], int(match["number"])) if match else (path.stem, at)
            key = FrameKey(scene, view, order, slug(path.stem, "frame"))
            frames.append(Frame(key, 0, path, picture, None, layer=self.layer))
        refuse_twice(frames)
        source = Source("index passes", scene, self.label_set, "", "", None, {}, len(frames), len(frames))
        warnings = ("no record says which scene these index passes show: all count as one scene",)
        return Collection((source,), tuple(frames), warnings)


def _picture(path: Path, folder: Path) -> Path | None:
    found = sorted(
        other
        for ending in IMAGE_ENDINGS
        for other in (folder / f"{path.stem}{ending}", folder / f"{path.stem}{ending.upper()}")
        if other.is_file()
    )
    if len({other.name.casefold() for other in found}) > 1:
        raise ExportError(f"{path.name} has several pictures: {', '.join(other.name for other in found)}; keep one")
    return found[0] if found else None
