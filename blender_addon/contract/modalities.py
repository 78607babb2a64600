"""What a frame may hold beside image and labels: names to ask for, the files they make, units and axes of each.

::

    labelpass render scene.blend --out RUN --with depth,normals

A frame's record repeats what is said here of the files that it has, so that a run folder explains itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated

IMAGE_FORMATS = {"png": "image.png", "jpeg": "image.jpg"}
"""{format: file} of the image as the scene's view transform shows it, 8-bit RGB."""

_CENTRE = "taken at the pixel's centre"
_NOTHING = "where there is no surface"


@dataclass(frozen=True)
class Modality:
    """A kind of data that a frame may hold. `files`: {file name: what its values are, in words}."""

    name: str
    files: Mapping[str, str]


MODALITIES = {
    modality.name: modality
    for modality in (
        Modality("linear", {"image.exr": "R, G, B: the image before the view transform, scene-linear, half floats"}),
        Modality(
            "depth",
            {
                "depth.exr": "Z: distance along the camera's axis; Distance: along the ray from the camera; metres, "
                f"float32, inf {_NOTHING}, {_CENTRE}"
            },
        ),
        Modality(
            "depth-png",
            {"depth.png": f"distance along the camera's axis; millimetres, uint16, 0 {_NOTHING} and from 65536 on"},
        ),
        Modality(
            "normals",
            {
                "normals.exr": "World.X, .Y, .Z: unit vectors in Blender's world axes (z up); Camera.X, .Y, .Z: in "
                f"OpenCV's camera axes (x right, y down, z away); shading normals, float32, 0 {_NOTHING}, {_CENTRE}"
            },
        ),
        Modality(
            "flow",
            {
                "flow.exr": "Forward.X, .Y: where the point seen here is one scene frame later; Backward.X, .Y: one "
                f"earlier; pixels from here, x right, y down, float32, nan {_NOTHING} and across a cut, {_CENTRE}"
            },
        ),
        Modality(
            "albedo",
            {
                "albedo.exr": "R, G, B: share of light that the surface reflects diffusely, scene-linear, float32, "
                f"0 {_NOTHING}, mean of the label samples"
            },
        ),
        Modality(
            "parts",
            {
                "parts.exr": "Object: label id of the object seen; Part: label id of the face part seen, 0 where faces "
                "are no part; float32 whole numbers, of the sample that gave the pixel its label"
            },
        ),
        Modality(
            "points",
            {
                "points.ply": "a point per pixel that shows a surface, row by row: x, y, z in metres in Blender's "
                f"world axes (z up), red, green, blue of the image, label, with instances their ids (double); {_CENTRE}"
            },
        ),
        Modality(
            "instances",
            {
                "instances.exr": "Instance.High, Instance.Low: the id of the thing seen is High * 2**32 + Low, the "
                f"same in all frames; uint32, 0 {_NOTHING} or labels are ignored",
                "instances.json": "a row for each id: label, path, matrix, boxes in 3D and 2D, visible pixels; "
                "`conventions` says the units and axes",
            },
        ),
        Modality(
            "amodal",
            {
                "amodal.json": "the pixels that each thing would cover if nothing stood before it: run lengths down "
                "the columns, beginning with pixels outside, as COCO has them uncompressed; null for what is not "
                "triangles alone"
            },
        ),
        Modality(
            "lidar",
            {
                "lidar.ply": "one turn of a spinning LiDAR where the camera stands, upright: x, y, z in metres in "
                "Blender's world axes (z up), range in metres, beam from the lowest on, column from the heading to the "
                "left, label, instance (double; 0 where not asked for)"
            },
        ),
        Modality(
            "stereo",
            {
                "image_right": "the image of the right eye: the camera moved along its own x axis by the baseline that "
                "the record's `stereo` says in metres",
                "labels_right.exr": "Label: the label map of the right eye",
                "disparity.exr": "Disparity: pixels by which the point seen here lies further left in the right image; "
                f"float32, 0 {_NOTHING}, {_CENTRE}",
            },
        ),
    )
}
"""{name: modality}, in the order in which they are written."""


@dataclass(frozen=True)
class Lidar:
    """A spinning LiDAR. `beams`: how many, at even angles. `lowest`: degrees above the horizon of the first of them.
    `highest`: of the last. `columns`: of a turn. `nearest`: metres from which on something returns. `furthest`: metres
    up to which it does. `range_noise`: standard deviation of a range in metres. `dropout`: share of returns lost.
    """

    beams: Annotated[int, 1, 4096] = 32
    lowest: Annotated[float, -90, 90] = -25.0
    highest: Annotated[float, -90, 90] = 15.0
    columns: Annotated[int, 1, 65535] = 1024
    nearest: Annotated[float, 0, 1e6] = 0.3
    furthest: Annotated[float, 0, 1e6] = 100.0
    range_noise: Annotated[float, 0, 1e3] = 0.02
    dropout: Annotated[float, 0, 1] = 0.0

    def __post_init__(self) -> None:
        if self.lowest > self.highest:
            raise ValueError("lowest is higher than highest")
        if self.nearest >= self.furthest:
            raise ValueError("nearest is further than furthest")


def files_of(names: Iterable[str], image: str) -> dict[str, str]:
    """{file name: what it holds} of the modalities, for an image of that format (a key of `IMAGE_FORMATS`)."""
    suffix = IMAGE_FORMATS[image].removeprefix("image")
    files = [about for name in names for about in MODALITIES[name].files.items()]
    return {(name if "." in name else name + suffix): about for name, about in files}


def parse_modalities(text: str) -> tuple[str, ...]:
    """'depth,normals' as names in the order of `MODALITIES`. Raises ValueError with the nearest name for another."""
    asked = [word.strip() for word in text.split(",") if word.strip()]
    for word in asked:
        if word not in MODALITIES:
            from difflib import get_close_matches

            near = get_close_matches(word, MODALITIES, n=1)
            known = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(MODALITIES)}"
            raise ValueError(f"{word!r} is nothing that a frame can hold; {known}")
    return tuple(name for name in MODALITIES if name in asked)
