"""Sizes of what rooms are furnished with, and where things lie on it. Pure.

`SORTS` has a row for each kind of thing that code builds: its size in metres as built, by how much it may be stretched,
and its label, by which assets take its place.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from scenes.rooms.layout import Model

Size = tuple[float, float, float]


@dataclass(frozen=True)
class Sort:
    """A kind of thing: its label, its size as built, and how much that may vary; `surface` is how far its top's edge is
    from where things lie on it, `top` that top's height where it is not the highest of it."""

    label: str
    size: Size
    vary: Size = (0.0, 0.0, 0.0)
    front: float = 0.0
    centred: bool = False
    surface: float | None = None
    top: float | None = None


SORTS: dict[str, Sort] = {
    "sofa": Sort("sofa", (2.06, 0.92, 0.84), (0.14, 0.04, 0.05), 0.45),
    "armchair": Sort("chair", (0.70, 0.86, 0.88), (0.06, 0.05, 0.05), 0.25),
    "coffee table": Sort("table", (1.08, 0.58, 0.43), (0.18, 0.12, 0.1), 0.0, True, 0.05),
    "side table": Sort("table", (0.45, 0.45, 0.5), (0.15, 0.15, 0.15), 0.0, True, 0.08),
    "tv stand": Sort("cabinet", (1.5, 0.42, 0.48), (0.2, 0.1, 0.15), 0.6, surface=0.03),
    "television": Sort("television", (1.05, 0.2, 0.66), (0.2, 0.0, 0.2), centred=True),
    "sideboard": Sort("cabinet", (1.6, 0.44, 0.78), (0.2, 0.08, 0.1), 0.5, surface=0.04),
    "bookcase": Sort("bookshelf", (1.3, 0.31, 2.02), (0.25, 0.06, 0.1), 0.5),
    "shelving": Sort("shelves", (0.9, 0.36, 1.75), (0.2, 0.08, 0.15), 0.5),
    "bath shelves": Sort("shelves", (0.6, 0.32, 1.55), (0.2, 0.06, 0.2), 0.5),
    "floor lamp": Sort("lamp", (0.46, 0.46, 1.66), (0.05, 0.05, 0.08), centred=True),
    "table lamp": Sort("lamp", (0.28, 0.28, 0.41), centred=True),
    "desk lamp": Sort("lamp", (0.2, 0.42, 0.58), centred=True),
    "floor plant": Sort("otherprop", (0.7, 0.7, 1.3), (0.15, 0.15, 0.15), centred=True),
    "fern": Sort("otherprop", (0.34, 0.34, 0.3), (0.1, 0.1, 0.1), centred=True),
    "bed": Sort("bed", (1.50, 2.06, 0.98), (0.13, 0.02, 0.12), 0.35),
    "single bed": Sort("bed", (1.02, 2.06, 0.98), (0.08, 0.02, 0.12), 0.35),
    "night stand": Sort("night stand", (0.42, 0.36, 0.522), (0.15, 0.12, 0.12), 0.3, surface=0.03),
    "wardrobe": Sort("cabinet", (1.05, 0.60, 2.06), (0.25, 0.05, 0.06), 0.7),
    "dresser": Sort("dresser", (1.15, 0.44, 0.82), (0.18, 0.08, 0.08), 0.6, surface=0.04),
    "desk": Sort("desk", (1.42, 0.72, 0.74), (0.14, 0.08, 0.03), 0.75, surface=0.03),
    "desk chair": Sort("chair", (0.62, 0.62, 1.02), (0.05, 0.05, 0.05), centred=True),
    "filing cabinet": Sort("cabinet", (0.42, 0.58, 1.0), (0.1, 0.1, 0.35), 0.6, surface=0.04),
    "dining table": Sort("table", (1.08, 1.08, 0.742), (0.12, 0.12, 0.02), 0.0, True, 0.16),
    "long table": Sort("table", (1.5, 0.82, 0.75), (0.2, 0.1, 0.03), 0.0, True, 0.05),
    "dining chair": Sort("chair", (0.46, 0.5, 0.86), (0.06, 0.04, 0.06), centred=True),
    "radiator": Sort("otherfurniture", (1.28, 0.14, 0.62), (0.15, 0.0, 0.0), centred=True),
    "kitchen run": Sort("counter", (2.68, 0.70, 2.6), (0.0, 0.0, 0.0), 0.9),
    "fitted kitchen": Sort("counter", (3.0, 0.64, 2.2), (0.0, 0.0, 0.03), 0.85),
    "left corner kitchen": Sort("counter", (3.0, 0.64, 2.2), (0.0, 0.0, 0.03), 0.85),
    "right corner kitchen": Sort("counter", (3.0, 0.64, 2.2), (0.0, 0.0, 0.03), 0.85),
    "low units": Sort("counter", (1.6, 0.64, 0.9), (0.0, 0.0, 0.0), 0.7, surface=0.04),
    "island": Sort("counter", (1.6, 0.84, 0.92), (0.0, 0.06, 0.0), 0.0, True, 0.05),
    "bar stool": Sort("otherprop", (0.38, 0.38, 0.92), (0.05, 0.05, 0.06), centred=True),
    "kettle": Sort("otherprop", (0.24, 0.2, 0.26), centred=True),
    "toaster": Sort("otherprop", (0.3, 0.18, 0.2), centred=True),
    "chopping board": Sort("otherprop", (0.36, 0.26, 0.05), centred=True),
    "jar": Sort("otherprop", (0.1, 0.1, 0.2), (0.1, 0.1, 0.25), centred=True),
    "bathtub": Sort("bathtub", (1.62, 0.74, 0.56), (0.06, 0.05, 0.05), 0.5),
    "toilet": Sort("toilet", (0.40, 0.66, 0.80), (0.05, 0.05, 0.05), 0.5),
    "washbasin": Sort("sink", (0.80, 0.50, 0.95), (0.2, 0.06, 0.04), 0.6, surface=None),
    "towel rail": Sort("towel", (0.6, 0.14, 1.3)),
    "laundry basket": Sort("otherprop", (0.42, 0.42, 0.33), (0.1, 0.1, 0.5), centred=True),
    "waste bin": Sort("otherprop", (0.28, 0.28, 0.32), (0.15, 0.15, 0.2), centred=True),
    "pouffe": Sort("otherfurniture", (0.5, 0.5, 0.35), (0.1, 0.1, 0.1), centred=True),
    "box": Sort("box", (0.42, 0.34, 0.3), (0.25, 0.25, 0.3), centred=True),
    "bag": Sort("bag", (0.32, 0.22, 0.42), (0.15, 0.15, 0.1), centred=True),
    "clothes": Sort("clothes", (0.6, 0.5, 0.1), (0.2, 0.2, 0.0), centred=True),
    "shoes": Sort("otherprop", (0.62, 0.34, 0.12), centred=True),
    "rug": Sort("floor mat", (2.62, 1.75, 0.02), (0.2, 0.2, 0.0), centred=True),
    "bath mat": Sort("floor mat", (0.8, 0.5, 0.02), (0.15, 0.15, 0.0), centred=True),
    "monitor": Sort("otherprop", (0.56, 0.2, 0.46), (0.15, 0.0, 0.1), centred=True),
    "keyboard": Sort("otherprop", (0.38, 0.14, 0.02), centred=True),
    "mouse": Sort("otherprop", (0.07, 0.11, 0.03), centred=True),
    "laptop": Sort("otherprop", (0.34, 0.34, 0.23), centred=True),
    "papers": Sort("paper", (0.3, 0.36, 0.01), centred=True),
    "book pile": Sort("books", (0.3, 0.3, 0.12), centred=True),
    "open book": Sort("books", (0.32, 0.24, 0.03), centred=True),
    "mug": Sort("otherprop", (0.09, 0.09, 0.09), centred=True),
    "plate": Sort("otherprop", (0.25, 0.25, 0.05), centred=True),
    "glass": Sort("otherprop", (0.09, 0.09, 0.2), centred=True),
    "bottle": Sort("otherprop", (0.09, 0.09, 0.28), centred=True),
    "fruit bowl": Sort("otherprop", (0.3, 0.3, 0.16), centred=True),
    "vase": Sort("otherprop", (0.3, 0.3, 0.6), centred=True),
    "remote": Sort("otherprop", (0.06, 0.19, 0.02), centred=True),
    "pen pot": Sort("otherprop", (0.1, 0.1, 0.16), centred=True),
    "small box": Sort("box", (0.22, 0.16, 0.1), (0.2, 0.2, 0.3), centred=True),
    "picture": Sort("picture", (0.55, 0.03, 0.65), (0.45, 0.0, 0.4)),
    "wall mirror": Sort("mirror", (0.76, 0.03, 0.76), (0.15, 0.0, 0.15)),
    "clock": Sort("otherprop", (0.31, 0.04, 0.31), (0.1, 0.0, 0.1)),
    "whiteboard": Sort("whiteboard", (1.5, 0.06, 1.0), (0.2, 0.0, 0.12)),
    "notice": Sort("paper", (0.3, 0.01, 0.42), (0.3, 0.0, 0.2)),
    "wall shelf": Sort("shelves", (0.97, 0.22, 0.44)),
    "coat rail": Sort("clothes", (0.8, 0.2, 1.15)),
    "wall television": Sort("television", (1.1, 0.06, 0.64), (0.2, 0.0, 0.2)),
    "medicine cabinet": Sort("cabinet", (0.42, 0.18, 0.6), (0.15, 0.0, 0.1)),
}


def draw_size(kind: str, rng: np.random.Generator) -> Model:
    """A thing of this kind as code builds it, in a size of its own. Square things stay square."""
    sort = SORTS[kind]
    wide, deep, tall = (
        length * rng.uniform(1 - vary, 1 + vary) for length, vary in zip(sort.size, sort.vary, strict=True)
    )
    if sort.centred and sort.size[0] == sort.size[1]:
        deep = wide
    return with_surface(Model(kind, wide, deep, tall, sort.front, sort.centred), sort)


def with_surface(model: Model, sort: Sort) -> Model:
    """The model with what lies on it in mind: the whole of its top but for an edge."""
    if sort.surface is None:
        return model
    edge, half = sort.surface * min(model.wide, 1.0), model.wide / 2
    back = model.deep / 2 if model.centred else 0.0
    rectangle = (-half + edge, half - edge, back - model.deep + edge, back - edge)
    return replace(model, surface=(*rectangle, (sort.top or 1.0) * model.tall))


@dataclass(frozen=True)
class Catalogue:
    """What things are drawn from: sizes that code builds, and the assets that fit a kind, by kind."""

    rng: np.random.Generator
    assets: Mapping[str, Sequence[Model]]
    share: float = 1.0

    def draw(self, kind: str) -> Model:
        """A thing of this kind, an asset where there are some, in `share` of the draws."""
        own = draw_size(kind, self.rng)
        found = self.assets.get(kind, ())
        pick, taken = self.rng.random(), self.rng.random() < self.share
        return found[int(pick * len(found))] if found and taken else own
