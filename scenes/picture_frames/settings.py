"""What somebody may ask of walls with pictures, and the labels that they have."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Literal

from blender_addon.contract.labels import Label, LabelSet

SUMMARY = "framed pictures on walls, as phones photograph them; the art inside frame and mat is a label"
FRAMES_A_SCENE = 12
INDEPENDENT = True

WALLS = ("plaster", "gallery", "rough plaster", "stripes", "wallpaper", "brick", "panelling", "boards", "concrete")
Count = Annotated[int, 1, 24]
Share = Annotated[float, 0, 1]


def _label(id_: int, name: str, color: tuple[int, int, int], nyu40: int, *aliases: str) -> Label:
    return Label(id_, name, color, aliases, {"nyu40": nyu40})


LABEL_SET = LabelSet(
    "wallshots",
    (
        _label(1, "art", (230, 57, 70), 11, "picture"),
        _label(2, "wall", (168, 190, 205), 1),
        _label(3, "frame", (244, 162, 97), 11),
        _label(4, "mat", (255, 236, 179), 11, "passe-partout", "mount"),
        _label(5, "floor", (120, 94, 66), 2, "floor mat"),
        _label(6, "ceiling", (225, 225, 235), 22),
        _label(7, "mirror", (120, 220, 232), 19),
        _label(8, "lamp", (255, 209, 46), 35),
        _label(9, "seat", (69, 123, 157), 5, "chair", "sofa", "pillow"),
        _label(10, "furniture", (108, 88, 160), 39, "otherfurniture", "table", "cabinet", "dresser", "shelves", "desk",
               "bookshelf", "night stand", "counter", "bed"),
        _label(11, "thing", (106, 153, 78), 40, "otherprop", "otherstructure", "books", "plant", "clothes", "box"),
    ),
    title="Pictures on walls: the art apart from frame, mat and wall",
)  # fmt: skip
"""Art and wall have the ids that they have in `rectangles`. Who wants no more merges at the export: `--keep art --rest
wall`."""


@dataclass(frozen=True)
class Settings:
    """Walls with pictures. Shares are of walls, but those of mats and glass, which are of framed pictures."""

    pictures: Annotated[tuple[Count, Count], "Pictures on a wall, fewest and most."] = (1, 9)
    art: Annotated[Path | None, "A folder of pictures to hang. Default: they are painted."] = None
    painted: Annotated[Share, "With a folder: the share of pictures that are painted all the same."] = 0.0
    models: Annotated[Path | None, "A folder of .glb files to stand in the way, beside what is built."] = None
    walls: Annotated[tuple[Literal[WALLS], ...], "The kinds of walls: one or a list."] = WALLS  # type: ignore[valid-type]
    angle: Annotated[float, 0, 65, "Degrees that the camera looks past the wall's perpendicular, at most."] = 45.0
    mats: Annotated[Share, "Framed pictures with a mat."] = 0.55
    glass: Annotated[Share, "Framed pictures behind glass."] = 0.6
    obstructed: Annotated[Share, "Walls with something in the way."] = 0.35
    blurred: Annotated[Share, "Frames with a depth of field that shows."] = 0.3
    dim: Annotated[Share, "Frames with too little light."] = 0.1
    empty: Annotated[Share, "Walls without any art: bare, or with mirrors and empty frames."] = 0.04
    hard: Annotated[
        bool,
        "For a test set: striped walls, things in the way, blur, little light; with paintings, stripes, things in the "
        "way and a fifth of the folder's pictures that walls without it never have.",
    ] = False

    def __post_init__(self) -> None:
        if self.pictures[0] > self.pictures[1]:
            raise ValueError(
                f"pictures must be a lower and a higher number, not {self.pictures[0]}, {self.pictures[1]}"
            )
        if not self.walls:
            raise ValueError("walls must name one kind at least")


def hardened(settings: Settings) -> Settings:
    """The shares of hard walls: at least these."""
    return replace(
        settings,
        angle=max(settings.angle, 55.0),
        obstructed=max(settings.obstructed, 0.85),
        blurred=max(settings.blurred, 0.6),
        dim=max(settings.dim, 0.55),
    )
