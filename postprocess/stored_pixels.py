"""The pixels of a dataset's frames, read again, whatever the format: for verify, reports, and exports of datasets."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from blender_addon.contract.words import refusal

from .errors import ExportError
from .labelmap import LabelMap, label_map
from .matlab import read_stack
from .pixels import checked_image, decoded_image, decoded_label_png, decoded_label_tiff
from .stored import Part, Row, Where, Written, file_of


def read_values(labels: Where, written: Written) -> LabelMap:
    """A label map, as it is written. Raises ExportError for what is missing or damaged, and for pixels of another
    kind."""
    if not isinstance(labels, Row):
        if file_of(labels).suffix == ".tif":
            return decoded_label_tiff(labels, read_bytes(labels), written.dtype)
        return decoded_label_png(labels, read_bytes(labels), written.dtype, written.palette)
    pixels = _row(labels)
    if pixels.ndim != 2 or pixels.dtype != written.dtype or not pixels.size:
        raise ExportError(f"{labels} is {pixels.dtype} {pixels.shape}, and its dataset says {written.dtype}")
    return label_map(np.asarray(pixels, np.uint16))


def read_ids(labels: Where, written: Written) -> LabelMap:
    """The same in label ids and codes, of several that a value may mean the first. Raises ExportError also for a value
    that means nothing."""
    values = read_values(labels, written).pixels
    table, known = np.zeros(65536, np.uint16), np.zeros(65536, np.bool_)
    for value, (meaning, *_) in written.meanings.items():
        table[value], known[value] = meaning, True
    unknown = values[~known[values]]
    if unknown.size:
        raise ExportError(f"{labels} holds {int(unknown[0])}, which is neither a class nor a code of its dataset.json")
    return label_map(np.asarray(table[values], np.uint16))


def read_picture(image: Where, checksum: str | None = None) -> tuple[bytes, NDArray[np.uint8]]:
    """A picture as it is encoded, b"" where it is not, and its pixels (H, W, 3) RGB. Raises ExportError as
    `pixels.checked_image` does."""
    if isinstance(image, Path):
        return checked_image(image, checksum)
    if isinstance(image, Part):
        data = read_bytes(image)
        return data, decoded_image(image, data)
    pixels = _row(image)
    if pixels.dtype != np.uint8 or pixels.ndim != 3 or pixels.shape[2] != 3 or not pixels.size:
        raise ExportError(f"{image} is {pixels.dtype} {pixels.shape}: trainers want 8-bit RGB")
    return b"", np.ascontiguousarray(pixels)


def read_bytes(where: Path | Part) -> bytes:
    """Raises ExportError where the disk has less than that."""
    try:
        if isinstance(where, Path):
            return where.read_bytes()
        with open(where.path, "rb") as file:
            file.seek(where.start)
            data = file.read(where.length)
    except FileNotFoundError:
        raise ExportError(f"{file_of(where)} is missing") from None
    except OSError as error:
        raise ExportError(refusal(error, file_of(where))) from None
    if len(data) != where.length:
        raise ExportError(f"{where} is cut short")
    return data


def _row(where: Row) -> NDArray[Any]:
    if where.array:
        return read_stack(where.path, where.array, where.at)
    try:
        return np.array(np.load(where.path, mmap_mode="r", allow_pickle=False)[where.at])
    except (OSError, ValueError, IndexError, KeyError, TypeError) as error:
        raise ExportError(f"{where} cannot be read: {error}") from None
