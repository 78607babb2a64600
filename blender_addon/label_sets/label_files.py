"""Label sets by name or from a person's own file, JSON, YAML or CSV, read and never executed; and such files written.

YAML is read as version 1.2, where `no`, `on` and `off` are plain words, so they make fine label names. Refused are
numbers that readers disagree on (012 is 10 in YAML 1.1 and 12 in 1.2; 1_0 is a number there and a word here), and what
a label set does not need: tags, and anchors and aliases, which can make a small file unfold without end.
"""

from __future__ import annotations

import io
import json
import re
import sys
from contextlib import suppress
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

from ..contract.labels import LabelSet, LabelSetError, built_in, built_in_names, label_set_from_dict
from ..contract.strict import parse_json
from . import label_csv

SUFFIXES = (".json", ".yaml", ".yml", ".csv", ".txt")
WRITTEN = (".json", ".yaml", ".yml", ".csv")
MAX_BYTES = 8 * 2**20  # the 894 names of NYU, with all their parents, take 90 kB
_WHEELS = Path(__file__).parents[1] / "wheels"
_DOUBTFUL = re.compile(r"[-+]?(?:0[0-9_]+|[0-9]+_[0-9_]*|[0-9]{31,}|0[xo][0-9a-fA-F]{31,})")


def read(source: str | Path) -> LabelSet:
    """The label set of a .json, .yaml, .yml, .csv or .txt file (see `label_csv`), or the built-in one of that name.

    A file that gives its set no name gets the file's. Raises LabelSetError naming the file, and the line where it can.
    """
    path = Path(source)
    if path.suffix.lower() not in SUFFIXES:
        if path.name != str(source):  # in some folder, so no name of a built-in set
            raise LabelSetError(f"{path.name}: a label set is a {', '.join(SUFFIXES)} file")
        return built_in(str(source))
    text = _text(path)
    suffix = path.suffix.lower()
    if suffix in {".csv", ".txt"}:
        data = label_csv.rows_from_csv(text, path.name)
    else:
        data = _json(text, path) if suffix == ".json" else _yaml(text, path)
    if isinstance(data, list):
        data = {"labels": data}
    if isinstance(data, dict):
        data.setdefault("name", re.sub(r"[^A-Za-z0-9._-]+", "-", path.stem).strip("-._")[:64] or "custom")
    try:
        return label_set_from_dict(data)
    except LabelSetError as error:
        raise LabelSetError(f"{path.name}{_line_of(str(error), text)}: {error}") from None


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
    yaml = _ruamel_yaml()
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


def _text(path: Path) -> str:
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
    yaml = _ruamel_yaml()
    loader = yaml.YAML(typ="safe", pure=True)
    loader.Composer, loader.max_depth = _composer(), 20
    try:
        return loader.load(text)
    except yaml.reader.ReaderError as error:
        number, letter = text.count("\n", 0, error.position) + 1, text[error.position]
        raise LabelSetError(
            f"{path.name}, line {number}: character {letter!r} cannot stand in YAML; remove it"
        ) from None
    except yaml.error.YAMLError as error:
        mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
        line = f", line {mark.line + 1}" if mark else ""
        raise LabelSetError(f"{path.name}{line}: {getattr(error, 'problem', None) or error}") from None
    except (RecursionError, ValueError) as error:
        raise LabelSetError(f"{path.name}: not YAML that a label set needs: {error}") from None


@cache
def _composer() -> type:
    """ruamel's composer without what the module's first paragraph refuses."""
    from ruamel.yaml.composer import Composer, ComposerError
    from ruamel.yaml.events import AliasEvent

    class LabelSetComposer(Composer):
        def compose_node(self, parent: Any, index: Any) -> Any:
            event = self.parser.peek_event()
            if isinstance(event, AliasEvent) or getattr(event, "anchor", None):
                raise ComposerError(None, None, "a label set has no anchors (&) or aliases (*)", event.start_mark)
            if getattr(event, "tag", None):
                raise ComposerError(None, None, f"a label set has no tags ({event.tag})", event.start_mark)
            if getattr(event, "style", 1) is None and _DOUBTFUL.fullmatch(getattr(event, "value", "")):
                problem = (
                    f"{event.value[:20]} is another number to other readers of YAML; write plain digits, no zero first"
                )
                raise ComposerError(None, None, problem, event.start_mark)
            return super().compose_node(parent, index)

    return LabelSetComposer


def _ruamel_yaml() -> ModuleType:
    """ruamel.yaml as Blender installed it with the extension; from a checkout, straight out of the wheel.

    `ruamel` is a namespace package and its wheel lists no folders, which zipimport needs before Python 3.14 to see one.
    """
    try:
        import ruamel.yaml
    except ModuleNotFoundError:
        namespace = sys.modules.setdefault("ruamel", ModuleType("ruamel"))
        inside = next(_WHEELS.glob("ruamel_yaml-*.whl")) / "ruamel"
        namespace.__path__ = [*getattr(namespace, "__path__", ()), str(inside)]
        import ruamel.yaml
    return ruamel.yaml


def _line_of(message: str, text: str) -> str:
    """`, line N` where the message quotes a label's name or a key that stands on one line alone."""
    quoted = re.search(r"'([^']+)'", message)
    lines = [number for number, line in enumerate(text.splitlines(), 1) if quoted and quoted[1] in line]
    return f", line {lines[0]}" if len(lines) == 1 else ""
