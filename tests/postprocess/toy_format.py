"""A format that uses all that a format may: no label map, files and rows of each frame, a file of all."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from postprocess.frame_pixels import FramePixels, Made
from postprocess.layout import Encoding, Frames, Places, Traits, plain_encoding
from postprocess.spool import Rows
from postprocess.staging import write_streamed


@dataclass(frozen=True)
class Toy:
    name: ClassVar[str] = "toy"
    traits: ClassVar[Traits] = Traits(endings=(".jpg",))
    wants: ClassVar[frozenset[str]] = frozenset({"instances", "depth", "image"})

    def encoding(self, label_set: Any) -> Encoding:
        return plain_encoding(label_set)

    def classes(self, label_set: Any) -> tuple[int, ...]:
        return tuple(label_set.by_id)

    def places(self, split: str, name: str, ending: str) -> Places:
        return Places(image=f"pictures/{split}/{name}{ending}")

    def side_files(self, encoding: Encoding, frames: Frames, weights: Any) -> dict[str, str]:
        return {}

    def conventions(self, encoding: Encoding) -> dict[str, Any]:
        return {}

    def notes(self) -> tuple[str, ...]:
        return ()

    def frame(self, pixels: FramePixels) -> Made:
        placed = pixels.placed
        return Made(
            files={f"labels/{placed.split}/{placed.name}.bin": pixels.labels.pixels.tobytes()},
            rows={
                "instances": pixels.instances.tobytes(),
                "depth": pixels.depth.tobytes(),
                "things": repr(pixels.things).encode(),
                "picture": pixels.picture.data,
            },
        )

    def assemble(self, root: Path, frames: Frames, encoding: Encoding, rows: Rows) -> None:
        def pieces(kind: str) -> Iterator[bytes]:
            for members in frames.values():
                for placed in members:
                    yield b"%s %d " % (placed.name.encode(), placed.number) + rows.of(placed.number, kind)

        for kind in ("instances", "depth", "things", "picture"):
            write_streamed(root, f"{kind}.all", pieces(kind))
