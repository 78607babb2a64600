"""What a format sees of a frame that it makes files or rows of: pixels in the ids of the exported label set.

All are of one size, after `--size` (by the nearest pixel) and `--ignore-impure`. What frames hold beside labels is read
where the format's `wants` names it, and compared with its checksum as all else is.

=============  =======================================  ==============================================
`wants`        gives                                    needs
=============  =======================================  ==============================================
"image"        `picture`: pixels, and encoded bytes     pictures
"pixels"       `picture`: pixels alone                  pictures
"instances"    `instances` and `things`                 runs of `labelpass render --with instances`
"depth"        `depth`                                  runs of `labelpass render --with depth`
=============  =======================================  ==============================================
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from blender_addon.contract.labels import IGNORE
from blender_addon.contract.modalities import MODALITIES

from .drawn_frames import Drawn, drawn_instances
from .errors import ExportError
from .frames import Frame
from .labelmap import LabelMap, resize_labels
from .layout import Encoding, Placed
from .pictures import Picture
from .pixels import checked_depth, checked_instances, checked_things

WANTS = ("image", "pixels", "instances", "depth")


@dataclass(frozen=True)
class FramePixels:
    """`labels` are ids of `encoding.label_set` and codes. `instances` (H, W) are ids of things, the same in all frames
    (53 bits), 0 where a pixel shows none or is ignored; `things` their rows in instances.json, whose labels are of the
    run's own set and whose boxes and counts are of the size that was rendered. `depth` (H, W) is in metres along the
    camera's axis, infinite where there is no surface.
    """

    placed: Placed
    encoding: Encoding
    labels: LabelMap
    picture: Picture | None = None
    instances: NDArray[np.uint64] | None = None
    things: tuple[Mapping[str, Any], ...] = ()
    depth: NDArray[np.float32] | None = None


@dataclass(frozen=True)
class Made:
    """What a format makes of a frame, and has decoded again: `files` {path in the dataset: bytes}, and `rows` {kind:
    bytes} that it meets again when it assembles the dataset."""

    files: Mapping[str, bytes] = field(default_factory=dict)
    rows: Mapping[str, bytes] = field(default_factory=dict)


def refuse_lacking(frames: Iterable[Frame], format: str, wants: Iterable[str]) -> None:
    """Raises ExportError at the first frame that lacks what a format wants; it says how to render it."""
    needed = {want: MODALITIES[want].files for want in sorted(wants) if want in MODALITIES}
    for frame in frames:
        for want, files in needed.items():
            if all(name in frame.checksums for name in files):
                continue
            folder = frame.labels.parent
            if frame.split:
                raise ExportError(
                    f"{folder.parent} is a dataset, which holds no {want}, and {format} needs some: leave it out, "
                    "or choose a format or an option that needs none"
                )
            raise ExportError(f"{folder} has no {want}, which {format} needs: render a run with --with {want}")


def frame_pixels(
    frame: Frame,
    placed: Placed,
    encoding: Encoding,
    labels: LabelMap,
    picture: Picture | None,
    wants: Iterable[str],
    size: tuple[int, int] | None,
    drawn: Drawn | None = None,
) -> FramePixels:
    """Read what is wanted, or take it from what was `drawn`; `labels` and `picture` are as exported. Raises ExportError
    for damaged files."""
    folder, checksums = frame.labels.parent, frame.checksums
    instances: NDArray[np.uint64] | None = None
    things: tuple[Mapping[str, Any], ...] = ()
    depth: NDArray[np.float32] | None = None
    if drawn is not None:
        if "instances" in wants:
            instances = _sized(drawn_instances(drawn, frame), size)
            instances[labels.pixels == IGNORE] = 0
        return FramePixels(placed, encoding, labels, picture, instances)
    if "instances" in wants:
        instances = _sized(checked_instances(folder / "instances.exr", checksums["instances.exr"]), size)
        instances[labels.pixels == IGNORE] = 0
        things = checked_things(folder / "instances.json", checksums["instances.json"])
    if "depth" in wants:
        depth = _sized(checked_depth(folder / "depth.exr", checksums["depth.exr"]), size)
    return FramePixels(placed, encoding, labels, picture, instances, things, depth)


def _sized(pixels: NDArray[Any], size: tuple[int, int] | None) -> NDArray[Any]:
    return pixels if size is None else resize_labels(pixels, size)
