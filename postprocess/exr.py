"""Read label maps from EXR files: our own `labels.exr`, and index passes that any Blender rendered.

Two dialects of index pass are read, whatever the view layer is called (dots and spaces included):

- Blender 4.x, one part: `<layer>.IndexOB.X`, `<layer>.IndexMA.X`, `<layer>.Depth.Z`
- Blender 5.x, several parts: `<layer>.Object Index.X`, `<layer>.Material Index.X`, `<layer>.Depth.Z`

and files of a compositor's File Output node: one channel of any name, or R, G and B that are equal.

OpenEXR's `File` prints a warning and drops the part when pixels cannot be decoded (3.5.3: `parts` comes back shorter
than the header says). `InputFile` raises, so it reads what has one part; of several parts the missing are counted.
"""

from __future__ import annotations

import io
import os
import re
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import OpenEXR
from numpy.typing import NDArray

from blender_addon.contract.labels import BACKGROUND, CODE_NAMES, MAX_ID, NO_SURFACE, UNLABELLED, LabelSet
from blender_addon.contract.run import LABEL_CHANNEL, PURITY_CHANNEL
from blender_addon.contract.words import counted

from .errors import ExportError
from .labelmap import LabelMap, changes, label_map, with_changes
from .picture_sizes import refuse_huge

HALF_WHOLE = 2048  # whole numbers above this are rounded in a half float

_STDERR = 2
_one_at_a_time = threading.RLock()

_KINDS = {
    "IndexOB": "object",
    "Object Index": "object",
    "IndexMA": "material",
    "Material Index": "material",
    "Depth": "depth",
}
_CHANNEL = re.compile(rf"(?:(?P<layer>.+)\.)?(?P<kind>{'|'.join(_KINDS)})\.[A-Za-z]")
_UNKNOWN_ADVICE = "; relabel it, or add the id to the label set"
_RENDER_ADVICE = "; render it again"
_READ_ERRORS = (OSError, RuntimeError, ValueError, TypeError, KeyError, IndexError)


@dataclass(frozen=True)
class IndexPass:
    """Labels of an index-pass file. `background_known`: it had a depth channel, so background is told from unlabelled.

    `layer` is the view layer's name, "" where the file names none.
    """

    labels: LabelMap
    background_known: bool
    layer: str


def read_labels(path: Path, label_set: LabelSet) -> LabelMap:
    """`labels.exr` of a run: label ids of `label_set` and the three codes.

    Raises ExportError for a file that is missing, damaged or not one float channel `Label`, and for a value that is
    neither an id nor a code; `postprocess.pixels` says what mends it.
    """
    return whole_ids(_read_single(path, LABEL_CHANNEL), set(label_set.by_id) | set(CODE_NAMES), label_set.name, path)


def read_purity(path: Path) -> NDArray[np.float32]:
    """`purity.exr` of a run: float32 (H, W) in 0..1, the share of a pixel's samples that agree. Raises ExportError."""
    purity = _read_single(path, PURITY_CHANNEL)
    if not bool(((purity >= 0) & (purity <= 1)).all()):
        raise ExportError(f"{path}: purity outside 0..1")
    return purity


def read_all_channels(path: Path) -> NDArray[Any]:
    """All channels of a file of one part, in the order of their names: (H, W, channels), or (H, W) of one channel.
    Raises ExportError."""
    with _reading(path):
        file = OpenEXR.InputFile(str(path))
        try:
            header = file.header()
            planes = [_decode(file, header, name, path) for name in sorted(header["channels"])]
        finally:
            file.close()
    return planes[0] if len(planes) == 1 else np.stack(planes, axis=-1)


def read_index_pass(path: Path, label_set: LabelSet, layer: str | None = None) -> IndexPass:
    """Labels from an EXR that anybody rendered with an object or material index pass.

    A material index above 0 (a labelled face part) wins over the object index. Index 0 is background where the depth
    is 1e9 or more, else unlabelled; without a depth channel every 0 is written as unlabelled. `layer` chooses among
    several view layers. Raises ExportError for several layers and no choice, no index channel, half floats that
    cannot hold the ids, a crop, a damaged file, and any value that is no id of `label_set`.
    """
    channels = _find_channels(path, layer)
    pixels = _read_channels(path, [key for keys in channels.keys.values() for key in keys])
    colors = [pixels[key] for key in channels.keys.get("plain", ())]
    if any(not np.array_equal(colors[0], other) for other in colors[1:]):
        raise ExportError(f"{path}: R, G and B differ, so this is a picture and not an index pass")
    known = set(label_set.by_id) | {UNLABELLED}
    found: dict[str, NDArray[np.uint16]] = {}
    for kind in ("plain", "object", "material"):
        for key in channels.keys.get(kind, ())[:1]:
            _refuse_rounded(pixels[key], key.name, label_set, path)
            found[kind] = whole_ids(pixels[key], known, label_set.name, path, _UNKNOWN_ADVICE).pixels
    labels = found.get("plain", found.get("object", found.get("material")))
    if labels is None:
        raise ExportError(f"{path} has no index pass")
    if "material" in found:
        labels = np.where(found["material"] > 0, found["material"], labels)
    for key in channels.keys.get("depth", ()):
        labels = np.where((labels == UNLABELLED) & (pixels[key] >= NO_SURFACE), np.uint16(BACKGROUND), labels)
    return IndexPass(label_map(labels), "depth" in channels.keys, channels.layer)


def whole_ids(values: NDArray[Any], known: set[int], set_name: str, path: Path, advice: str = "") -> LabelMap:
    """The label map of (H, W) numbers that all are whole and in `known`; nothing is rounded.

    `advice` follows where an id is not in the label set.

    Raises ExportError with the first value that is not, its pixel (x, y) from the top left, and how many there are.
    """
    places = changes(values)
    with np.errstate(invalid="ignore"):  # NaN and infinity: the comparison finds them
        ids = values.astype(np.uint16)
    labels = with_changes(ids, places)
    # A cast that changed the value was no whole number in 0..65535, whatever the cast made of it. What equals the pixel
    # above is as good as that one.
    is_known = np.zeros(65536, bool)
    is_known[list(known)] = True
    bad = (labels.values != values.ravel()[places]) | ~is_known[labels.values]
    if bad.any():
        y, x = divmod(int(places[np.argmax(bad)]), values.shape[1])
        count = int(((ids != values) | ~is_known[ids]).sum())
        raise ExportError(
            f"{path}: value {_number(values[y, x])} at pixel (x {x}, y {y}) "
            f"is {_why_no_id(float(values[y, x]), set_name, advice)}; {counted(count, 'such pixel')} in this file"
        )
    return labels


def _number(value: Any) -> str:
    number = float(value)
    return str(int(number)) if number.is_integer() and abs(number) < 2**53 else f"{number:.9g}"


def _why_no_id(value: float, set_name: str, advice: str) -> str:
    if not np.isfinite(value) or value != np.floor(value):
        return "no whole number, so it is no label (filtered, denoised, or written in a lossy codec?)"
    if value < 0 or value > MAX_ID:
        return f"outside 0..{MAX_ID}, the range of Blender's pass index"
    return f"an id that label set {set_name!r} does not define{advice}"


def _refuse_rounded(values: NDArray[Any], name: str, label_set: LabelSet, path: Path) -> None:
    if values.dtype == np.float16 and label_set.max_id > HALF_WHOLE:
        raise ExportError(
            f"{path}: channel {name!r} is a half float, which rounds ids above {HALF_WHOLE}, and label set "
            f"{label_set.name!r} has ids up to {label_set.max_id}; render with full floats (32 bit)"
        )


class _Key(NamedTuple):
    part: int
    name: str


@dataclass(frozen=True)
class _Channels:
    layer: str
    keys: Mapping[str, tuple[_Key, ...]]  # "object", "material", "depth"; "plain" where no name says which pass it is


def _find_channels(path: Path, layer: str | None) -> _Channels:
    found: dict[str, dict[str, tuple[_Key, ...]]] = {}
    keys: list[_Key] = []
    with _reading(path, _RENDER_ADVICE):
        parts = OpenEXR.File(str(path), separate_channels=True, header_only=True).parts
        for index, part in enumerate(parts):
            for name in (channel.name for channel in part.header["channels"]):
                keys.append(_Key(index, name))
                match = _CHANNEL.fullmatch(name) or _CHANNEL.fullmatch(f"{part.name() or ''}.{name}")
                if match:
                    found.setdefault(match["layer"] or "", {})[_KINDS[match["kind"]]] = (keys[-1],)
    layers = {key: kinds for key, kinds in found.items() if "object" in kinds or "material" in kinds}
    have = ", ".join(map(repr, sorted(layers)))
    if layer is not None:
        if layer not in layers:
            raise ExportError(f"{path}: no index pass of view layer {layer!r}; layers with one: {have or 'none'}")
        return _Channels(layer, layers[layer])
    if len(layers) > 1:
        raise ExportError(f"{path} has index passes of several view layers: {have}; say which with --layer NAME")
    if layers:
        return _Channels(*next(iter(layers.items())))
    names = [key.name for key in keys]
    if len(names) == 1 or sorted({*names} - {"A"}) == ["B", "G", "R"]:
        return _Channels("", {"plain": tuple(key for key in keys if key.name != "A")})
    raise ExportError(
        f"{path}: no index pass among its channels ({', '.join(names[:8])}{', ...' if len(names) > 8 else ''}); "
        "turn on View Layer > Passes > Object Index and render to OpenEXR MultiLayer"
    )


def _read_channels(path: Path, keys: list[_Key]) -> dict[_Key, NDArray[Any]]:
    """{key: (H, W) array in its stored type}. Raises ExportError rather than returning what could not be decoded."""
    with _reading(path, _RENDER_ADVICE):
        headers = OpenEXR.File(str(path), separate_channels=True, header_only=True).parts
        for part in headers:
            _refuse_window(np.ravel(part.header["dataWindow"]), np.ravel(part.header["displayWindow"]), path)
        declared = len(headers)
        if declared == 1:
            file = OpenEXR.InputFile(str(path))
            try:
                header = file.header()
                return {key: _decode(file, header, key.name, path) for key in keys}
            finally:
                file.close()
        parts = OpenEXR.File(str(path), separate_channels=True).parts
        if len(parts) != declared:
            raise ExportError(
                f"{path} is damaged: {declared - len(parts)} of its {declared} parts cannot be decoded{_RENDER_ADVICE}"
            )
        return {key: np.asarray(parts[key.part].channels[key.name].pixels) for key in keys}


def _read_single(path: Path, channel: str) -> NDArray[np.float32]:
    with _reading(path):
        file = OpenEXR.InputFile(str(path))
        try:
            header = file.header()
            names = sorted(header["channels"])
            if names != [channel]:
                raise ExportError(f"{path}: expected the one channel {channel!r}, found {', '.join(names)}")
            pixels = _decode(file, header, channel, path)
        finally:
            file.close()
    if pixels.dtype != np.float32:
        raise ExportError(f"{path}: channel {channel!r} is {pixels.dtype}, expected float32")
    return pixels


def _decode(file: Any, header: Mapping[str, Any], channel: str, path: Path) -> NDArray[Any]:
    data, display = header["dataWindow"], header["displayWindow"]
    window = (data.min.x, data.min.y, data.max.x, data.max.y)
    _refuse_window(window, (display.min.x, display.min.y, display.max.x, display.max.y), path)
    dtype = {"FLOAT": np.float32, "HALF": np.float16, "UINT": np.uint32}[str(header["channels"][channel].type)]
    pixels = np.frombuffer(file.channel(channel), dtype)
    return pixels.reshape(window[3] - window[1] + 1, window[2] - window[0] + 1)


def _refuse_window(data: Iterable[Any], display: Iterable[Any], path: Path) -> None:
    """Before there is room made for it."""
    left, top, right, bottom = map(int, data)
    refuse_huge(path, max(0, right - left + 1), max(0, bottom - top + 1))
    if [left, top, right, bottom] != list(map(int, display)):
        raise ExportError(f"{path} holds only a part of its picture (a border render?); render the whole frame")


@contextmanager
def _reading(path: Path, advice: str = "") -> Iterator[None]:
    """Turn whatever OpenEXR raises into an ExportError that names the file, with `advice` at its end."""
    if not path.is_file():
        raise ExportError(f"{path} is missing")
    try:
        with _quiet(), redirect_stdout(io.StringIO()):  # its Python half prints
            yield
    except ExportError:
        raise
    except _READ_ERRORS as error:
        raise ExportError(
            f"{path} cannot be read as OpenEXR ({error}): it is damaged, cut short or another format{advice}"
        ) from error


@contextmanager
def _quiet() -> Iterator[None]:
    """OpenEXR's C++ tells the terminal what it raises, too; a person reads it once, in our words.

    The error stream is that of the whole process: one thread at a time may turn it away, or none would turn it back.
    """
    with _one_at_a_time:
        try:
            kept = os.dup(_STDERR)
        except OSError:  # there is none
            yield
            return
        try:
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, _STDERR)
            os.close(nowhere)
            yield
        finally:
            os.dup2(kept, _STDERR)
            os.close(kept)
