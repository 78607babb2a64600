"""MATLAB's files: v7.3, which is HDF5, by h5py; and v5, for lists of numbers.

MATLAB's first axis is HDF5's last: what is (N, W, H) here is H x W x N there. Strings are arrays of UTF-16 code units,
a cell array holds references to what is in `#refs#`. The header is MATLAB's own but for the time in it.

Stacks are written a chunk at a time as their bytes came, so that nothing but one chunk is in memory, and packing is the
work of whoever made them.
"""

from __future__ import annotations

import errno
import struct
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from blender_addon.contract.words import refusal

from .errors import ExportError
from .picture_sizes import MOST_PIXELS
from .staging import make_folders

_USERBLOCK = 512
_LEVEL = 1  # of zlib's 1 to 9: maps of labels are small at once
_CLASSES = {"uint8": b"uint8", "uint16": b"uint16", "float32": b"single"}
_MATRIX, _INT8, _INT32, _UINT32, _DOUBLE = 14, 1, 5, 6, 9  # types of data in v5
_DOUBLES = 6  # the class of an array in v5
_HEADER = 128  # bytes
_MOST_TEXTS, _LONGEST_TEXT = 2**22, 2**16  # of a list, and its letters: more would only fill the memory


@dataclass(frozen=True)
class Stack:
    """An array of (N, *shape) of dtype "uint8", "uint16" or "float32", N chunks, all of them `packed` or `plain`."""

    name: str
    dtype: str
    shape: tuple[int, ...]
    packed: bool = False


def check_h5py(format: str) -> None:
    """Raises ExportError where it is not installed."""
    if find_spec("h5py") is None:
        raise ExportError(f"{format} is HDF5: pip install 'labelpass[mat]'")


def plain(pixels: NDArray[Any]) -> bytes:
    """A chunk as it is, the lower byte first."""
    return np.ascontiguousarray(pixels).astype(pixels.dtype.newbyteorder("<"), copy=False).tobytes()


def packed(pixels: NDArray[Any]) -> bytes:
    """A chunk as HDF5's filter "deflate" packs it. Raises ExportError where it does not unpack to what it was."""
    data = plain(pixels)
    small = zlib.compress(data, _LEVEL)
    if zlib.decompress(small) != data:
        raise ExportError("a chunk does not unpack to what it was made of: failing memory? export again")
    return small


def write_mat(
    root: Path,
    path: str,
    count: int,
    stacks: Sequence[Stack],
    chunk: Callable[[str, int], bytes],
    cells: Mapping[str, Sequence[str]],
) -> None:
    """Write `path` below `root`: `chunk(name, at)` is that of a stack, `cells` are columns of texts.

    Everything is read back. Raises ExportError where that differs, OSError where the disk refuses.
    """
    import h5py

    place = make_folders(root, path)
    with _refusals(place):
        with h5py.File(place, "w", userblock_size=_USERBLOCK) as file:
            for stack in stacks:
                made = file.create_dataset(
                    stack.name,
                    (count, *stack.shape),
                    np.dtype(stack.dtype).newbyteorder("<"),
                    chunks=(1, *stack.shape),
                    compression="gzip" if stack.packed else None,
                    compression_opts=_LEVEL if stack.packed else None,
                )
                made.attrs["MATLAB_class"] = np.bytes_(_CLASSES[stack.dtype])
                for at in range(count):
                    made.id.write_direct_chunk((at, *[0] * len(stack.shape)), chunk(stack.name, at))
            texts: dict[str, Any] = {}
            for name, column in cells.items():
                _write_cells(file, name, column, texts)
        with open(place, "r+b") as raw:
            raw.write(_header73())
        with h5py.File(place, "r") as file:
            _read_back(file, place, count, stacks, chunk, cells)


def mat5(lists: Mapping[str, Sequence[int]]) -> bytes:
    """A file of MATLAB 5 with a column of doubles for each name."""
    parts = [b"MATLAB 5.0 MAT-file, made by Labelpass".ljust(116) + bytes(8) + struct.pack("<H", 0x0100) + b"IM"]
    for name, numbers in lists.items():
        body = b"".join(
            (
                _element(_UINT32, struct.pack("<2I", _DOUBLES, 0)),
                _element(_INT32, struct.pack("<2i", len(numbers), 1)),
                _element(_INT8, name.encode("ascii")),
                _element(_DOUBLE, np.asarray(numbers, "<f8").tobytes()),
            )
        )
        parts.append(struct.pack("<2I", _MATRIX, len(body)) + body)
    return b"".join(parts)


def read_mat5(path: Path) -> dict[str, list[int]]:
    """What `mat5` wrote. Raises ExportError for any other file."""
    try:
        data, at, found = path.read_bytes(), _HEADER, {}
        while at < len(data):
            kind, size = struct.unpack_from("<2I", data, at)
            body = data[at + 8 : at + 8 + size]
            if kind != _MATRIX or len(body) != size:
                raise ValueError("no matrix, or cut short")
            _, _, name, numbers = _elements(body)
            found[name.decode("ascii")] = [int(number) for number in np.frombuffer(numbers, "<f8").tolist()]
            at += 8 + size
    except OSError as error:
        raise ExportError(refusal(error, path)) from None
    except (ValueError, OverflowError, struct.error) as error:
        raise ExportError(f"{path} is not as it was exported ({error})") from None
    return found


def _elements(body: bytes) -> Iterator[bytes]:
    at = 0
    while at < len(body):
        _, size = struct.unpack_from("<2I", body, at)
        yield body[at + 8 : at + 8 + size]
        at += 8 + size + -size % 8


def open_mat(path: Path) -> Any:
    """An `h5py.File`. Raises ExportError where that is not installed, and for a file that is none."""
    try:
        import h5py
    except ImportError:
        raise ExportError(f"{path} is HDF5: pip install 'labelpass[mat]'") from None
    try:
        return h5py.File(path, "r")
    except FileNotFoundError:
        raise ExportError(f"{path} is missing") from None
    except OSError as error:
        if path.is_dir():
            raise ExportError(f"{path} is a folder: name the file in it") from None
        why = str(error).partition("(")[2].partition("time =")[0].strip(" ()") or "unreadable"  # HDF5 adds a clock
        raise ExportError(f"{path} is no HDF5 file (MATLAB v7.3), or cut short: {why}") from None


def read_stack(path: Path, name: str, at: int) -> NDArray[Any]:
    """Entry `at` of an array, its axes as MATLAB has them: (H, W) or (H, W, 3). Raises ExportError."""
    with open_mat(path) as file:
        found = array_in(file, path, name)
        try:
            return np.asarray(found[at]).T
        except (OSError, RuntimeError, KeyError, ValueError, TypeError, IndexError) as error:
            raise ExportError(f"{path}: {name} {at} cannot be read: {error}") from None


def read_texts(file: Any, path: Path, name: str) -> list[str]:
    """A cell array of strings: references to arrays of UTF-16 code units. Raises ExportError."""
    references = array_in(file, path, name)
    try:
        if references.size > _MOST_TEXTS:
            raise ValueError(f"{references.size:,} are more than anybody has")
        return [_text(file[each]) for each in np.asarray(references).ravel()]
    except (KeyError, TypeError, ValueError, OSError, RuntimeError) as error:
        raise ExportError(f"{path}: {name!r} is no list of texts: {error}") from None


def array_in(file: Any, path: Path, name: str) -> Any:
    """The array of that name, not read yet. Raises ExportError."""
    import h5py

    if isinstance(file.get(name, getlink=True), h5py.ExternalLink):
        raise ExportError(f"{path}: {name!r} lies in another file, and only what is in this one is read")
    found = file.get(name)
    if not isinstance(found, h5py.Dataset):
        raise ExportError(f"{path} has no {name!r}")
    if found.external or found.is_virtual:
        raise ExportError(f"{path}: {name!r} lies in another file, and only what is in this one is read")
    for piece in (found.shape[1:], found.chunks or ()):  # HDF5 makes room for the whole of a chunk
        if np.prod(piece, dtype=np.float64) > 3 * MOST_PIXELS:
            size = "x".join(map(str, piece))
            raise ExportError(f"{path}: {name!r} says that it has pieces of {size} numbers, more than any picture")
    return found


def _text(found: Any) -> str:
    if found.attrs.get("MATLAB_empty"):
        return ""
    if found.size > _LONGEST_TEXT:
        raise ValueError(f"a text of {found.size:,} letters")
    return np.asarray(found).ravel().astype("<u2").tobytes().decode("utf-16-le", "surrogatepass")


def _element(kind: int, data: bytes) -> bytes:
    return struct.pack("<2I", kind, len(data)) + data + bytes(-len(data) % 8)


def _header73() -> bytes:
    text = b"MATLAB 7.3 MAT-file, Platform: GLNXA64, made by Labelpass HDF5 schema 1.00 ."
    return text.ljust(116) + bytes(8) + struct.pack("<H", 0x0200) + b"IM"


def _write_cells(file: Any, name: str, column: Sequence[str], texts: dict[str, Any]) -> None:
    """A cell array of one column; texts that are there already are referred to again."""
    import h5py

    group = file.require_group("#refs#")
    references = np.empty((1, len(column)), h5py.ref_dtype)
    for at, text in enumerate(column):
        if text not in texts:
            texts[text] = _write_text(group, f"text{len(texts)}", text).ref
        references[0, at] = texts[text]
    made = file.create_dataset(name, data=references, dtype=h5py.ref_dtype)
    made.attrs["MATLAB_class"] = np.bytes_(b"cell")


def _write_text(group: Any, name: str, text: str) -> Any:
    units = _units(text)
    if units.size:
        made = group.create_dataset(name, data=units.reshape(-1, 1))
    else:
        made = group.create_dataset(name, data=np.zeros(2, "<u8"))  # MATLAB says how large nothing is
        made.attrs["MATLAB_empty"] = np.uint8(1)
    made.attrs["MATLAB_class"] = np.bytes_(b"char")
    made.attrs["MATLAB_int_decode"] = np.int32(2)
    return made


def _units(text: str) -> NDArray[np.uint16]:
    return np.frombuffer(text.encode("utf-16-le", "surrogatepass"), "<u2")


def _read_back(
    file: Any,
    place: Path,
    count: int,
    stacks: Sequence[Stack],
    chunk: Callable[[str, int], bytes],
    cells: Mapping[str, Sequence[str]],
) -> None:
    for stack in stacks:
        for at in range(count):
            _, data = file[stack.name].id.read_direct_chunk((at, *[0] * len(stack.shape)))
            if data != chunk(stack.name, at):
                raise _lies(place)
    for name, column in cells.items():
        references = file[name][()]
        for at, text in enumerate(column):
            if text and not np.array_equal(file[references[0, at]][:, 0], _units(text)):
                raise _lies(place)


@contextmanager
def _refusals(place: Path) -> Iterator[None]:
    """h5py tells of a full disk in several ways, and with no number of the system's."""
    try:
        yield
    except (OSError, RuntimeError) as error:
        full = "errno = 28" in str(error) or "No space left" in str(error)
        if full:
            raise OSError(errno.ENOSPC, "No space left on device", str(place)) from error
        raise OSError(errno.EIO, f"HDF5 refuses: {error}", str(place)) from error


def _lies(place: Path) -> ExportError:
    return ExportError(f"{place} does not hold what was written: a full or failing disk?")
