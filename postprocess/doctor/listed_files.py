"""The lists of a dataset against its folders: who is named and not there, who is there and not named."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ..exporters import Format
from ..layout import Places
from .findings import ERROR, Finding

_NAME = re.compile(r"[^/\\\0\s]+")


@dataclass(frozen=True)
class Member:
    """A frame that a list names: where its files are, and whether image and labels are there."""

    split: str
    name: str
    places: Places
    is_there: bool


@dataclass(frozen=True)
class Listed:
    """`told`: files about which a finding was made."""

    members: tuple[Member, ...]
    findings: tuple[Finding, ...]
    told: frozenset[str]


def listed_files(dataset: Path, layout: Format, splits: Sequence[str], ending: str, files: set[str]) -> Listed:
    """`files`: all that the dataset has, as relative paths."""
    findings: list[Finding] = []
    told: set[str] = set()
    members: list[Member] = []
    seen: dict[str, tuple[str, int]] = {}
    for split in splits:
        listing = f"{split}.txt"
        try:
            lines = (dataset / listing).read_text(encoding="utf-8").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            findings.append(Finding(ERROR, "lists", listing, f"{listing} cannot be read: {error}"))
            told.add(listing)
            continue
        for number, line in enumerate(lines, start=1):
            where = f"{listing}, line {number}"
            name, wrong = _name(line, layout, split, ending)
            if wrong:
                findings.append(Finding(ERROR, "lists", listing, f"{where}: {wrong}"))
                continue
            # Case does not tell files apart on every disk.
            first = seen.setdefault(name.casefold(), (split, number))
            if first != (split, number):
                findings.append(_twice(name, first, (split, number)))
                continue
            places = _places(layout, split, name, ending)
            lacking = [place for place in _wanted(places) if place not in files]
            told.update(lacking)
            for place in lacking:
                findings.append(Finding(ERROR, "missing", place, f"{place} is missing, and {where} names it"))
            needed = {place for place in (places.image, places.label) if place}
            members.append(Member(split, name, places, needed <= files))
    for place, finding in _left_out(layout, splits, ending, members, files):
        told.add(place)
        findings.append(finding)
    return Listed(tuple(members), tuple(findings), frozenset(told))


def _places(layout: Format, split: str, name: str, ending: str) -> Places:
    """Without a picture where the dataset has none, and so no `ending` of them."""
    places = layout.places(split, name, ending)
    return places if ending else replace(places, image=None)


def _name(line: str, layout: Format, split: str, ending: str) -> tuple[str, str]:
    """(the frame that a line names, what is wrong with the line); one of them is ""."""
    parts = line.split()
    if layout.name == "segnet":
        if len(parts) != 2:
            return "", f"{line!r} is not the path of an image and of its labels"
        name = parts[1].rpartition("/")[2].removesuffix(".png")
        places = _places(layout, split, name, ending)
        if not all(
            path == place or path.endswith(f"/{place}") for path, place in zip(parts, (places.image, places.label))
        ):
            return "", f"{line!r} does not end in {places.image} {places.label}"
    else:
        name = line
    if not _NAME.fullmatch(name) or name in {".", ".."}:
        return "", f"{line!r} is no name of a frame"
    return name, ""


def _twice(name: str, first: tuple[str, int], second: tuple[str, int]) -> Finding:
    if first[0] == second[0]:
        sentence = f"{first[0]}.txt names {name!r} twice, in lines {first[1]} and {second[1]}"
        return Finding(ERROR, "duplicate names", name, sentence)
    return Finding(ERROR, "split overlap", name, f"{name!r} is in {first[0]}.txt and in {second[0]}.txt")


def _left_out(
    layout: Format, splits: Sequence[str], ending: str, members: Sequence[Member], files: set[str]
) -> Iterator[tuple[str, Finding]]:
    """(path, finding) of files in the folders of frames that no list names; each that stands alone is told as such."""
    named = {place for member in members for place in _wanted(member.places)}
    probes = [_places(layout, split, "\0", ending) for split in splits]
    for kind, others in _partners(probes).items():
        before, after = kind
        for path in sorted(files - named):
            if path.startswith(before) and path.endswith(after) and "/" not in path[len(before) :]:
                name = path.removeprefix(before).removesuffix(after)
                alone = [what for what, (front, back) in others.items() if f"{front}{name}{back}" not in files]
                if alone:
                    yield path, Finding(ERROR, "alone", path, f"{path} has no {alone[0]}, and no list names it")
                else:
                    yield path, Finding(ERROR, "left out", path, f"{path} is there, and no list names it")


def _partners(probes: Sequence[Places]) -> Mapping[tuple[str, str], Mapping[str, tuple[str, str]]]:
    """{(start, end) of the paths of a kind of files: {what else a frame has: its start and end}}."""
    found: dict[tuple[str, str], dict[str, tuple[str, str]]] = {}
    for probe in probes:
        ends = {
            what: (place.partition("\0")[0], place.partition("\0")[2])
            for what, place in (("image", probe.image), ("labels", probe.label))
            if place
        }
        for what, pair in ends.items():
            found[pair] = {other: of for other, of in ends.items() if other != what}
        if probe.preview:
            start, _, end = probe.preview.partition("\0")
            found[start, end] = {"labels": ends["labels"]}
    return found


def _wanted(places: Places) -> list[str]:
    return [place for place in (places.image, places.label, places.preview) if place]
