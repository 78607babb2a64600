"""Label sets by name or from a person's own file, JSON, YAML or CSV, read and never executed; and such files written.

YAML is read as `strict_yaml` says, JSON as `contract.strict` does: each thing is said once, and nothing is guessed.
"""

from __future__ import annotations

import io
import json
import re
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

from ..contract.labels import LabelSet, LabelSetError, built_in, built_in_names, label_set_from_dict
from ..contract.strict import parse_json
from ..strict_yaml import YamlError, read_yaml, ruamel_yaml
from . import label_csv

SUFFIXES = (".json", ".yaml", ".yml", ".csv", ".txt")
WRITTEN = (".json", ".yaml", ".yml", ".csv")
MAX_BYTES = 8 * 2**20  # the 894 names of NYU, with all their parents, take 90 kB


def read(source: str | Path) -> LabelSet:
    """The label set of a .json, .yaml, .yml, .csv or .txt file (see `label_csv`), or the built-in one of that name.

    A file that gives its set no name gets the file's. Raises LabelSetError naming the file, and the line where it can.
    """
    path = Path(source)
    if is_name(source):
        return built_in(str(source))
    text = read_text(path)
    data = parse(text, path)
    try:
        return label_set_from_dict(data)
    except LabelSetError as error:
        raise LabelSetError(f"{path.name}{_line_of(str(error), text)}: {error}") from None


def is_name(source: str | Path) -> bool:
    """Whether this is no file but the name of a built-in set. Raises LabelSetError for any other kind of file."""
    path = Path(source)
    if path.suffix.lower() in SUFFIXES:
        return False
    if path.name != str(source):  # in some folder, so no name of a built-in set
        raise LabelSetError(f"{path.name}: a label set is a {', '.join(SUFFIXES)} file")
    return True


def parse(text: str, path: Path) -> Any:
    """What the text of a label set file says, as `label_set_from_dict` takes it. Raises LabelSetError."""
    suffix = path.suffix.lower()
    if suffix in {".csv", ".txt"}:
        data: Any = label_csv.rows_from_csv(text, path.name)
    else:
        data = _json(text, path) if suffix == ".json" else _yaml(text, path)
    return with_name(data, path)


def with_name(data: Any, path: Path) -> Any:
    """The data of a set that says no name with the file's."""
    if isinstance(data, list):
        data = {"labels": data}
    if isinstance(data, dict):
        data.setdefault("name", re.sub(r"[^A-Za-z0-9._-]+", "-", path.stem).strip("-._")[:64] or "custom")
    return data


def write(label_set: LabelSet, path: Path) -> None:
    """The label set as a file of the kind that its suffix says, whole or not at all; `read` gives it back.

    But for CSV, which has no place for the set's title and source, and takes its name from the file's. Raises
    LabelSetError naming the file.
    """
    text, suffix = "", path.suffix.lower()
    if suffix not in WRITTEN:
        raise LabelSetError(f"{path.name}: write a label set as {', '.join(WRITTEN)}")
    if suffix == ".json":
        text = label_set.to_json()
    elif suffix == ".csv":
        text = label_csv.to_csv(label_set)
        text = text if text.isascii() else f"\ufeff{text}"  # else spreadsheets take it for another encoding
    else:
        text = _to_yaml(label_set)
    beside = path.with_name(f".{path.name}.part")
    try:
        beside.write_bytes(text.encode())
        beside.replace(path)
    except OSError as error:
        raise LabelSetError(f"{path}: {error.strerror or error}") from None
    finally:
        with suppress(OSError):
            beside.unlink()


def _to_yaml(label_set: LabelSet) -> str:
    """A line per label, as people write it; texts that any reader of YAML may take for something else in quotes."""
    yaml = ruamel_yaml()
    from ruamel.yaml.comments import CommentedMap, CommentedSeq
    from ruamel.yaml.scalarstring import DoubleQuotedScalarString

    def plain(value: Any) -> Any:
        if isinstance(value, str):
            harmless = _HARMLESS.fullmatch(value) and value.casefold() not in _WORDS
            return value if harmless else DoubleQuotedScalarString(value)
        if isinstance(value, dict):
            found = CommentedMap((plain(key), plain(each)) for key, each in value.items())
        elif isinstance(value, list):
            found = CommentedSeq(map(plain, value))
        else:
            return value
        found.fa.set_flow_style()
        return found

    data = label_set.to_dict()
    for row in data["labels"]:
        row["color"] = "#{:02x}{:02x}{:02x}".format(*row["color"])
    head = CommentedMap((key, plain(value)) for key, value in data.items() if key != "labels")
    head["labels"] = CommentedSeq(plain(row) for row in data["labels"])
    writer = yaml.YAML(pure=True)
    writer.width, writer.allow_unicode = 2**20, True
    writer.indent(mapping=2, sequence=4, offset=2)
    stream = io.StringIO()
    writer.dump(head, stream)
    return stream.getvalue()


_HARMLESS = re.compile(r"[A-Za-z](?:[A-Za-z0-9 _-]*[A-Za-z0-9])?")
_WORDS = {"y", "n", "yes", "no", "on", "off", "true", "false", "null", "nan", "inf"}


@cache
def built_in_titles() -> tuple[tuple[str, str], ...]:
    """(name, title) of the label sets that come with Labelpass, smallest first."""
    found = sorted((built_in(name) for name in built_in_names()), key=lambda label_set: len(label_set.labels))
    return tuple((label_set.name, label_set.title or label_set.name) for label_set in found)


def read_text(path: Path) -> str:
    """Raises LabelSetError for what is no text, or too much."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise LabelSetError(f"{path.name}: larger than {MAX_BYTES // 2**20} MiB, so hardly a label set")
        with open(path, encoding="utf-8-sig", newline="") as file:  # a line end inside a quoted name is its own
            return file.read()
    except OSError as error:
        raise LabelSetError(f"{path}: {error.strerror or error}") from None
    except UnicodeDecodeError as error:
        raise LabelSetError(f"{path.name}: not UTF-8 text (byte {error.start}); save it as UTF-8") from None


def _json(text: str, path: Path) -> Any:
    try:
        return parse_json(text)
    except json.JSONDecodeError as error:
        raise LabelSetError(f"{path.name}, line {error.lineno}: {error.msg}") from None
    except ValueError as error:
        raise LabelSetError(f"{path.name}: {error}") from None


def _yaml(text: str, path: Path) -> Any:
    try:
        return read_yaml(text, "a label set")[0]
    except YamlError as error:
        line = f", line {error.place.line}" if error.place else ""
        raise LabelSetError(f"{path.name}{line}: {error}") from None


def _line_of(message: str, text: str) -> str:
    """`, line N` where the message quotes a label's name or a key that stands on one line alone."""
    quoted = re.search(r"'([^']+)'", message)
    lines = [number for number, line in enumerate(text.splitlines(), 1) if quoted and quoted[1] in line]
    return f", line {lines[0]}" if len(lines) == 1 else ""
