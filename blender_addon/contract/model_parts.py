"""The files beside a model that it is made of: materials and pictures of an .obj, buffers and pictures of a .gltf."""

from __future__ import annotations

import json
import mmap
import re
from collections.abc import Iterator
from pathlib import Path
from struct import unpack_from
from typing import Any
from urllib.parse import unquote

_OBJ_MATERIALS = re.compile(rb"^[ \t]*mtllib[ \t]+(.*)$", re.MULTILINE)
_MTL_PICTURE = re.compile(rb"^[ \t]*(?:map_\w+|bump|disp|decal|norm|refl)[ \t]+(.*)$", re.MULTILINE | re.IGNORECASE)
_JSON = b"JSON"


def parts_of(model: Path) -> list[Path]:
    """Each once, whether it is there or not; none of a .blend, whose libraries and pictures Blender alone can tell."""
    kind = model.suffix.lower()
    if kind == ".obj":
        found = _of_obj(model)
    elif kind in (".gltf", ".glb"):
        found = _of_gltf(model)
    else:
        return []
    return list(dict.fromkeys(found))


def is_there(path: Path) -> bool:
    """Whether a path is that of a file, also where no file could have such a name."""
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


def _of_obj(model: Path) -> Iterator[Path]:
    for named in _lines(model, _OBJ_MATERIALS):
        library = _file_of(model.parent, named)
        yield library
        if is_there(library):
            yield from (_file_of(library.parent, picture) for picture in _lines(library, _MTL_PICTURE))


def _lines(path: Path, pattern: re.Pattern[bytes]) -> list[str]:
    """What stands behind the words of a pattern; scans of gigabytes are not read into memory for it."""
    if not path.stat().st_size:
        return []
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        return [match[1].decode("utf-8", "replace").strip() for match in pattern.finditer(content)]


def _file_of(folder: Path, said: str) -> Path:
    """Options stand before a name, and names may have blanks: the longest end of a line that is a file."""
    words = re.split(r"(?<=\s)(?=\S)", said.replace("\\", "/"))
    names = ["".join(words[at:]) for at in range(len(words))]
    return next((folder / name for name in names if is_there(folder / name)), folder / names[0])


def _of_gltf(model: Path) -> Iterator[Path]:
    try:
        data = json.loads(_json_of(model))
    except (ValueError, RecursionError):  # what it lacks is told where it is read
        return
    for kind in ("buffers", "images"):
        for each in _list(data, kind):
            uri = each.get("uri") if isinstance(each, dict) else None
            if isinstance(uri, str) and not uri.startswith("data:"):
                yield model.parent / unquote(uri)


def _json_of(model: Path) -> bytes:
    """The whole of a .gltf; of a .glb its first piece."""
    with model.open("rb") as file:
        head = file.read(20)
        if head[:4] == b"glTF":
            return file.read(unpack_from("<I", head, 12)[0]) if head[16:] == _JSON else b""
        return head + file.read()


def _list(data: Any, name: str) -> list[Any]:
    found = data.get(name) if isinstance(data, dict) else None
    return found if isinstance(found, list) else []
