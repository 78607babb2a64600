r"""Label sets as CSV (RFC 4180): a row per label, for spreadsheets; and the simple tables of other data sets.

Columns, in any order, of which only `name` must be there: `id`, `name`, `color` as #rrggbb (or `r`, `g`, `b` from 0 to
255), `aliases` between semicolons, `parents` as taxonomy=id between semicolons, `transparency`. In lists a backslash
makes of the next character a plain one. Also read: lines of `R G B name`, as CamVid's label_colors.txt has them.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ..contract.labels import FIELDS, Label, LabelSet, LabelSetError, decided_by_policy, label_set_from_dict

_CHANNELS = {"r": 0, "g": 1, "b": 2, "red": 0, "green": 1, "blue": 2}
_COLOR_AND_NAME = re.compile(r"\s*(\d{1,3})[ \t]+(\d{1,3})[ \t]+(\d{1,3})[ \t]+(\S.*?)\s*")
_MOST = 2**20  # characters in a cell


def to_csv(label_set: LabelSet) -> str:
    """The labels in their order. What a table has no place for is left out: the set's name, title and source."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(FIELDS)
    for label in label_set.labels:
        writer.writerow(_cells(label))
    return text.getvalue()


def _cells(label: Label) -> tuple[str, ...]:
    policy = label.transparency if decided_by_policy(label) else ""
    color = "#{:02x}{:02x}{:02x}".format(*label.color)
    aliases, parents = texts_to_cell(label.aliases), parents_to_cell(label.parents)
    return str(label.id), label.name, color, aliases, parents, policy


def _escaped(text: str, special: str) -> str:
    """With a backslash before what would part the text, and before spaces at its ends, which readers strip."""
    text = re.sub(f"([{re.escape(special)}\\\\])", r"\\\1", text)
    return re.sub(r"^(?=\s)|(?=\s\Z)", r"\\", text) if text.strip() != text else text


def _joined(texts: Sequence[str]) -> str:
    """Between semicolons; one more where the last is empty, since a semicolon at the end parts nothing."""
    return ";".join(texts) + (";" if texts and not texts[-1] else "")


def split(text: str, at: str = ";") -> list[str]:
    r"""The texts between separators, without the spaces around them: `a; b\;c;` is a and b;c."""
    if not text.strip():
        return []
    parts = [_plain(part) for part in _split_raw(text, at)]
    return parts[:-1] if len(parts) > 1 and not parts[-1] else parts


def _split_raw(text: str, at: str) -> list[str]:
    parts, place = [""], 0
    while place < len(text):
        if text[place] == at:
            parts.append("")
        else:
            taken = 2 if text[place] == "\\" else 1
            parts[-1] += text[place : place + taken]
            place += taken - 1
        place += 1
    return parts


def _plain(part: str) -> str:
    part = part.lstrip()
    bare = part.rstrip()
    if bare != part and (len(bare) - len(bare.rstrip("\\"))) % 2:  # the space after a backslash is meant
        bare = part[: len(bare) + 1]
    return re.sub(r"\\(.)", r"\1", bare, flags=re.DOTALL)


def rows_from_csv(text: str, name: str) -> list[dict[str, Any]]:
    """The labels as `label_set_from_dict` takes them. Raises LabelSetError naming the line and the column.

    `text` with its line ends as they are in the file; `name` is the file's, for the errors.
    """
    rows, errors = rows_and_errors(text, name)
    if errors:
        raise errors[0]
    return [row for _, row in rows]


def rows_and_errors(text: str, name: str) -> tuple[list[tuple[int, dict[str, Any]]], list[LabelSetError]]:
    """(line, label) of all rows that are in order, and what is wrong with the others. Raises LabelSetError for text
    that has no rows to tell apart."""
    found = _colors_and_names(text)
    if found is not None:
        return found, []
    lines = _lines(text, name)
    if not lines:
        raise LabelSetError(f"{name}: empty; the first line names the columns, such as id,name,color")
    columns = _columns(lines[0][1], f"{name}, line {lines[0][0]}")
    rows: list[tuple[int, dict[str, Any]]] = []
    errors: list[LabelSetError] = []
    known: dict[tuple[str, Any], int] = {}
    for position, (line, cells) in enumerate(lines[1:], start=1):
        where = f"{name}, line {line}"
        try:
            if len(cells) > len(columns) and any(cell.strip() for cell in cells[len(columns) :]):
                raise LabelSetError(
                    f"{where}: {len(cells)} cells under {len(columns)} columns; quote a comma in a text"
                )
            row = _row(dict(zip(columns, cells)), where)
            row.setdefault("id", position)
            for key, value in (("id", row["id"]), ("name", row["name"].casefold())):
                first = known.setdefault((key, value), line)
                if first != line:
                    raise LabelSetError(f"{where}, column {key}: {row[key]!r} is in line {first} already")
            rows.append((line, row))
        except LabelSetError as error:
            errors.append(error)
    return rows, errors


def _colors_and_names(text: str) -> list[tuple[int, dict[str, Any]]] | None:
    """Rows of a file in which every line is `R G B name`; None of any other."""
    lines = [(number, line) for number, line in enumerate(text.splitlines(), start=1) if line.strip()]
    matches = [(number, _COLOR_AND_NAME.fullmatch(line)) for number, line in lines]
    if not matches or not all(match for _, match in matches):
        return None
    return [
        (number, {"name": match[4], "color": [int(match[n]) for n in (1, 2, 3)]}) for number, match in matches if match
    ]


def _lines(text: str, name: str) -> list[tuple[int, list[str]]]:
    """(line where it starts, cells) of each row that holds anything."""
    rows, line = [], 1
    csv.field_size_limit(_MOST)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return rows
        except csv.Error as error:
            raise LabelSetError(f"{name}, line {line}: {error}") from None
        if any(cell.strip() for cell in cells):
            rows.append((line, cells))
        line = reader.line_num + 1


def _delimiter(text: str) -> str:
    """A comma; a semicolon or a tab where the first line has no comma, as spreadsheets of some countries write them."""
    head = next((line for line in text.splitlines() if line.strip()), "")
    return next((each for each in ",;\t" if each in head), ",")


def _columns(cells: Iterable[str], where: str) -> list[str]:
    columns = [cell.strip().casefold() for cell in cells]
    columns = ["color" if column == "colour" else column for column in columns]
    while columns and not columns[-1]:
        columns.pop()
    for column in columns:
        if column not in FIELDS and column not in _CHANNELS:
            raise LabelSetError(f"{where}: unknown column {column!r}; known: {', '.join(FIELDS)}, r, g, b")
        if columns.count(column) > 1:
            raise LabelSetError(f"{where}: column {column!r} is there twice")
    if "name" not in columns:
        raise LabelSetError(f"{where}: no column 'name'; the first line names the columns, such as id,name,color")
    if {"color"} < set(columns) & {"color", *_CHANNELS}:
        raise LabelSetError(f"{where}: a column 'color' and columns of channels; one of the two is enough")
    return columns


def _row(cells: Mapping[str, str], where: str) -> dict[str, Any]:
    row: dict[str, Any] = {"name": cells.get("name", "")}
    column = "name"
    try:
        for column, cell in cells.items():
            if column in _READERS and cell.strip():
                row[column] = _READERS[column](cell)
        channels = {_CHANNELS[key]: cell for key, cell in cells.items() if key in _CHANNELS and cell.strip()}
        if channels:
            column = "r, g, b"
            row["color"] = [_whole(channels.get(channel, "")) for channel in range(3)]
        column = next((key for key in ("name", *row) if _refuses({"name": "x", key: row[key]})), column)
        label_set_from_dict({"labels": [{"id": 1, **row}]})
    except LabelSetError as error:
        raise LabelSetError(f"{where}, column {column}: {error}") from None
    return row


def _refuses(row: Mapping[str, Any]) -> bool:
    try:
        label_set_from_dict({"labels": [row]})
    except LabelSetError:
        return True
    return False


def _whole(cell: str) -> int:
    if not re.fullmatch(r"[+-]?[0-9]{1,9}", cell.strip()):
        raise LabelSetError(f"{cell!r} is not a whole number")
    return int(cell)


def parents_from(cell: str) -> dict[str, int]:
    """{taxonomy: id} of `nyu40=5; nyu13=4`. Raises LabelSetError."""
    parents: dict[str, int] = {}
    for part in _split_raw(cell, ";"):
        if not part.strip():
            continue
        taxonomy, *id_ = _split_raw(part, "=")
        if len(id_) != 1:
            raise LabelSetError(f"{part.strip()!r} is not taxonomy=id, such as nyu40=5")
        if _plain(taxonomy) in parents:
            raise LabelSetError(f"{_plain(taxonomy)!r} is there twice")
        parents[_plain(taxonomy)] = _whole(id_[0])
    return parents


def texts_to_cell(texts: Sequence[str]) -> str:
    """The inverse of `split`."""
    return _joined([_escaped(text, ";") for text in texts])


def parents_to_cell(parents: Mapping[str, int]) -> str:
    """The inverse of `parents_from`."""
    return _joined([f"{_escaped(taxonomy, ';=')}={id_}" for taxonomy, id_ in parents.items()])


_READERS = {
    "id": _whole,
    "color": str.strip,
    "aliases": split,
    "parents": parents_from,
    "transparency": lambda cell: cell.strip().casefold(),
}
