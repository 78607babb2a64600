"""Pixels of a frame from disk, and the proof that they are those that were rendered: the checksums of frame.json."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from blender_addon.contract.labels import LabelSet
from blender_addon.contract.records import StoredPixels, remove_and_render
from blender_addon.contract.run import pixel_checksum
from blender_addon.contract.words import counted, refusal

from . import png
from .errors import ExportError
from .exr import read_all_channels, read_labels, read_purity
from .labelmap import LabelMap, label_map
from .picture_sizes import is_picture


def checked_labels(path: Path, label_set: LabelSet, checksum: str) -> LabelMap:
    """`labels.exr` of a run. Raises ExportError where it is damaged, or not what was rendered."""
    with _advised(path):
        labels = read_labels(path, label_set)
        _check(path, labels.pixels, checksum)
    return labels


def checked_purity(path: Path, checksum: str) -> NDArray[np.float32]:
    """`purity.exr` of a run, (H, W) in 0..1. Raises ExportError where it is damaged, or not what was rendered."""
    with _advised(path):
        purity = read_purity(path)
        _check(path, purity, checksum)
    return purity


def checked_instances(path: Path, checksum: str) -> NDArray[np.uint64]:
    """`instances.exr` of a run: the id of the thing that each pixel shows, (H, W), 0 where it shows none.

    Raises ExportError where it is damaged, or not what was rendered.
    """
    with _advised(path):
        halves = read_all_channels(path)
        _check(path, halves, checksum)
        if halves.dtype != np.uint32 or halves.shape[2:] != (2,):
            raise ExportError(f"{path} is {halves.dtype} {halves.shape}, and ids are two channels of uint32")
    return np.asarray(halves[..., 0].astype(np.uint64) << np.uint64(32) | halves[..., 1], np.uint64)


def checked_things(path: Path, checksum: str) -> tuple[Mapping[str, Any], ...]:
    """`instances.json` of a run: its rows, which `label_render.instance_table.Row` describes. Raises ExportError."""
    with _advised(path):
        data = path.read_bytes()
        if pixel_checksum((len(data),), "uint8", data) != checksum:
            raise ExportError(f"{path}: it is not what was rendered (wrong checksum)")
        try:
            return tuple(json.loads(data)["instances"])
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise ExportError(f"{path} is no table of things ({error!r})") from None


def checked_depth(path: Path, checksum: str) -> NDArray[np.float32]:
    """`depth.exr` of a run: metres along the camera's axis, (H, W), infinite where there is no surface.

    Raises ExportError where it is damaged, not what was rendered, or a panorama's, which has no axis.
    """
    with _advised(path):
        channels = read_all_channels(path)
        _check(path, channels, checksum)
    if channels.ndim == 2:
        raise ExportError(f"{path} is of a panorama, which has no axis to measure depth along; leave such runs out")
    return np.asarray(channels[..., 1], np.float32)


def decoded_label_png(place: object, data: bytes, dtype: str, palette: bool = False) -> LabelMap:
    """A label map of a dataset, as it is written: the gray PNG in `data`, or one with a `palette`, whose places are the
    values. Raises ExportError, naming `place`, for what is no whole PNG of one channel of this type."""
    if not png.is_whole(data):
        raise ExportError(f"{place} is no whole PNG: damaged or cut short")
    pixels = _places_in_palette(place, data) if palette else decoded(place, data)
    if pixels is None:
        raise ExportError(f"{place} is no whole PNG: damaged or cut short")
    return _label_map(place, pixels, dtype)


def decoded_label_tiff(place: object, data: bytes, dtype: str) -> LabelMap:
    """The same of a TIFF."""
    pixels = decoded(place, data) if data[:4] in (b"II*\0", b"MM\0*") else None
    if pixels is None:
        raise ExportError(f"{place} is no whole TIFF: damaged or cut short")
    return _label_map(place, pixels, dtype)


def _label_map(place: object, pixels: NDArray[Any], dtype: str) -> LabelMap:
    if pixels.ndim != 2 or pixels.dtype != dtype:
        channels = pixels.shape[2] if pixels.ndim == 3 else 1
        raise ExportError(f"{place} has {counted(channels, 'channel')} of {pixels.dtype}, and its dataset says {dtype}")
    return label_map(np.asarray(pixels, np.uint16))


def _places_in_palette(place: object, data: bytes) -> NDArray[np.uint8] | None:
    """OpenCV would give the colours."""
    from PIL import Image

    if not is_picture(place, data):
        return None
    try:
        with Image.open(io.BytesIO(data)) as picture:
            mode, pixels = picture.mode, np.asarray(picture)
    except (OSError, SyntaxError, ValueError):
        return None
    if mode != "P":
        raise ExportError(f"{place} has no palette, and the label maps of its dataset have one")
    return pixels


def checked_image(path: Path, checksum: str | None) -> tuple[bytes, NDArray[np.uint8]]:
    """The file and its pixels, (H, W, 3) RGB; without a checksum (pictures of others) only that the file is whole.

    Raises ExportError where it is missing, damaged, no 8-bit RGB, or not what was rendered.
    """
    if checksum is None:
        return _read_image(path)
    with _advised(path):
        data, image = _read_image(path)
        _check(path, image, checksum)
    return data, image


def checked_other(path: Path, stored: StoredPixels) -> None:
    """A file of `contract.modalities`. Raises ExportError where it is damaged, or not what was rendered."""
    with _advised(path):
        if path.suffix == ".exr":
            pixels = read_all_channels(path).astype(stored.dtype)
        elif path.suffix in {".png", ".jpg"} and stored.dtype == "uint8":
            _, pixels = _read_image(path)
        elif path.suffix == ".png":
            pixels = _decode_gray16(path)
        else:
            _check_bytes(path, stored)
            return
        _check(path, pixels, stored.checksum)


def _decode_gray16(path: Path) -> NDArray[np.uint16]:
    data = path.read_bytes()
    pixels = decoded(path, data) if png.is_whole(data) else None
    if pixels is None or pixels.dtype != np.uint16 or pixels.ndim != 2:
        raise ExportError(f"{path} is no whole PNG of one 16-bit channel: damaged or cut short")
    return np.asarray(pixels, np.uint16)


def _check_bytes(path: Path, stored: StoredPixels) -> None:
    """Points of a PLY file, or a text: what follows the header is what was checked."""
    data = path.read_bytes()
    body = data.partition(b"end_header\n")[2] if path.suffix == ".ply" else data
    if pixel_checksum(stored.shape, stored.dtype, body) != stored.checksum:
        raise ExportError(f"{path}: it is not what was rendered (wrong checksum)")


@contextmanager
def _advised(path: Path) -> Iterator[None]:
    """Whatever is wrong with a file of a run is damage: the renderer checked what it wrote. So say what mends it."""
    try:
        yield
    except ExportError as error:
        raise ExportError(f"{error}; {remove_and_render(path.parent)}") from error
    except OSError as error:
        raise ExportError(refusal(error, path)) from None


def _read_image(path: Path) -> tuple[bytes, NDArray[np.uint8]]:
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise ExportError(f"{path} is missing") from None
    except OSError as error:
        raise ExportError(refusal(error, path)) from None
    return data, decoded_image(path, data)


def _check(path: Path, pixels: NDArray[Any], expected: str) -> None:
    if pixel_checksum(pixels.shape, pixels.dtype.name, np.ascontiguousarray(pixels).data) != expected:
        raise ExportError(f"{path}: its pixels are not those that were rendered (wrong checksum)")


def decoded_image(path: object, data: bytes) -> NDArray[np.uint8]:
    """(H, W, 3) RGB of a PNG or JPEG. Decoders fill in what is missing of a cut file, so its end is looked for first.

    Raises ExportError, naming `path`, for what is damaged, or no 8-bit RGB."""
    whole = png.is_whole(data) if data[:4] == b"\x89PNG" else b"\xff\xd9" in data[-1024:]
    pixels = decoded(path, data) if whole else None
    if pixels is None:
        raise ExportError(f"{path} is no whole PNG or JPEG: damaged or cut short")
    if pixels.dtype == np.uint8 and pixels.ndim == 3 and pixels.shape[2] == 4 and np.all(pixels[..., 3] == 255):
        pixels = np.ascontiguousarray(pixels[..., :3])
    if pixels.dtype != np.uint8 or pixels.ndim != 3 or pixels.shape[2] != 3:
        raise ExportError(f"{path} is {pixels.dtype} {pixels.shape}: trainers want 8-bit RGB without transparency")
    return np.asarray(cv2.cvtColor(pixels, cv2.COLOR_BGR2RGB), np.uint8)


def decoded(place: object, data: bytes) -> NDArray[Any] | None:
    """Pixels as they are stored; None for what is no picture. Raises ExportError, naming `place`, for what claims a
    size beyond all reason."""
    if not is_picture(place, data):
        return None
    try:
        return cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    except cv2.error:
        return None
