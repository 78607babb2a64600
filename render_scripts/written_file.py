"""YAML and JSON that people write, read strictly; what is wrong with it is told with its line and column.

::

    data, places = read_file(Path("job.yaml"), "a job")
    raise refusal(path, places, ["size must be text, not 7"])       # job.yaml:3:7: size must be text, not 7
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from json import JSONDecodeError
from pathlib import Path
from typing import Any

from blender_addon.contract.strict import parse_json
from blender_addon.strict_yaml import Place, YamlError, read_yaml

MAX_BYTES = 2**20
MOST_TOLD = 20


class FileRefused(ValueError):
    """A file that cannot be done as it is written; a line for each thing that is wrong."""


def read_file(path: Path, what: str) -> tuple[Any, Mapping[str, Place]]:
    """(data, {key: where it stands in the file}) of a .yaml, .yml or .json file, of which JSON has no places; `what` is
    what it should be, such as "a job". Raises FileRefused."""
    text = _text(path, what)
    try:
        data, places = (parse_json(text), {}) if path.suffix.lower() == ".json" else read_yaml(text, what)
    except YamlError as error:
        raise FileRefused(f"{_at(path, error.place)}: {error}") from None
    except JSONDecodeError as error:
        raise FileRefused(f"{path}:{error.lineno}:{error.colno}: {error.msg}") from None
    except ValueError as error:
        raise FileRefused(f"{path}: {error}") from None
    if isinstance(data, dict) and not isinstance(data.pop("$schema", ""), str):  # JSON tells editors of its schema so
        raise refusal(path, places, ["$schema must be text, which editors read"])
    return data, places


def _text(path: Path, what: str) -> str:
    try:
        with open(path, "rb") as file:
            content = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise FileRefused(f"{path}: {error.strerror or error}") from None
    if len(content) > MAX_BYTES:
        raise FileRefused(f"{path}: larger than {MAX_BYTES // 2**20} MiB, so hardly {what}")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise FileRefused(f"{path}: not UTF-8 text (byte {error.start}); save it as UTF-8") from None


def refusal(path: Path, places: Mapping[str, Place], sentences: Iterable[str]) -> FileRefused:
    """In the order of the file; each sentence begins with the key that it is about."""
    placed = [(_place_of(sentence, places), sentence) for sentence in sentences]
    placed.sort(key=lambda each: each[0] or Place(MAX_BYTES, 0))
    lines = [f"{_at(path, place)}: {sentence}" for place, sentence in placed]
    more = [f"{path}: and {len(lines) - MOST_TOLD} more"] if len(lines) > MOST_TOLD else []
    return FileRefused("\n".join([*lines[:MOST_TOLD], *more]))


def _place_of(sentence: str, places: Mapping[str, Place]) -> Place | None:
    """Of the longest key that a sentence begins with."""
    ends = (end for end in range(len(sentence), 0, -1) if not re.match(r"\w", sentence[end : end + 1]))
    return next((places[sentence[:end]] for end in ends if sentence[:end] in places), None)


def _at(path: Path, place: Place | None) -> str:
    """`job.yaml:7:3`, as compilers write it and editors take it."""
    return ":".join(map(str, (path, *(number for number in place or () if number))))
