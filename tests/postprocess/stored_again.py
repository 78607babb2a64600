"""Writes other pixels into a dataset, whatever its format: what tests of damage share."""

from __future__ import annotations

import io
import shutil
import tarfile
from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np
from PIL import Image

from blender_addon.contract.labels import voc_color
from postprocess.manifest import NAME, manifest_read
from postprocess.stored import Part, Row, Stored, Where
from postprocess.stored_frames import ending_in, stored_frames, written_in
from postprocess.stored_pixels import read_picture, read_values

Change = Callable[[np.ndarray], np.ndarray]


def frames_in(folder: Path) -> list[Stored]:
    with manifest_read(folder / NAME) as data:
        return [*stored_frames(folder, data["format"], ending_in(data))]


def pixels_in(folder: Path) -> dict[str, tuple[str, np.ndarray, np.ndarray]]:
    """{frame, by its number in the run: (split, values of its labels, its picture)}."""
    with manifest_read(folder / NAME) as data:
        written = written_in(data)
    return {
        each.name[-6:]: (each.split, read_values(each.labels, written).pixels, read_picture(each.image)[1])
        for each in frames_in(folder)
    }


def change_labels(folder: Path, frame: Stored, change: Change) -> None:
    """`change` is given written values."""
    with manifest_read(folder / NAME) as data:
        written = written_in(data)
    pixels = change(read_values(frame.labels, written).pixels.astype(written.dtype))
    _put(frame.labels, pixels, written.palette)


def change_image(frame: Stored, change: Change) -> None:
    assert frame.image is not None
    _put(frame.image, change(read_picture(frame.image)[1].copy()))


def change_bytes(where: Path | Part, change: Callable[[bytes], bytes]) -> None:
    """Of an encoded file; a member of a tar keeps its place, and others theirs."""
    if isinstance(where, Path):
        where.write_bytes(change(where.read_bytes()))
        return
    made = io.BytesIO()
    with tarfile.open(where.path) as tar, tarfile.open(fileobj=made, mode="w", format=tarfile.USTAR_FORMAT) as again:
        for member in tar.getmembers():
            data = tar.extractfile(member).read()
            data = change(data) if member.name == where.name else data
            member.size = len(data)
            again.addfile(member, io.BytesIO(data))
    where.path.write_bytes(made.getvalue())


def _put(where: Where, pixels: np.ndarray, palette: bool = False) -> None:
    if isinstance(where, Row) and where.array:
        with h5py.File(where.path, "r+") as file:
            file[where.array][where.at] = pixels.T
    elif isinstance(where, Row):
        np.load(where.path, mmap_mode="r+")[where.at] = pixels
    else:
        change_bytes(where, lambda _: _encoded(pixels, str(where), palette))


def _encoded(pixels: np.ndarray, name: str, palette: bool) -> bytes:
    picture, file = Image.fromarray(pixels), io.BytesIO()
    if palette:
        picture = Image.fromarray(pixels, "P")
        picture.putpalette([channel for value in range(256) for channel in voc_color(value)])
    kind = {".jpg": "JPEG", ".tif": "TIFF"}.get(name[-4:], "PNG")
    picture.save(file, kind, **({"quality": 95} if kind == "JPEG" else {}))
    return file.getvalue()


def copied(folder: Path, to: Path) -> Path:
    return Path(shutil.copytree(folder, to))
