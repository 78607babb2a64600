"""The frames of a dataset that may be damaged: who is named and not there, who is there and not named, who is twice."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ..exporters import Format, Gathered
from ..exporters.yolo import Yolo, polygon_file
from ..frames import slug
from ..layout import Places
from ..stored import Stored, file_of
from ..stored_frames import listed_name, places_of, stored_at
from .findings import ERROR, Finding


@dataclass(frozen=True)
class Member:
    """A frame that a list names, and whether image and labels are there."""

    stored: Stored
    is_there: bool


@dataclass(frozen=True)
class Listed:
    """`told`: files about which a finding was made; `unread`: splits of which not all frames could be found."""

    members: tuple[Member, ...]
    findings: tuple[Finding, ...]
    told: frozenset[str]
    unread: frozenset[str] = frozenset()


def listed_files(dataset: Path, layout: Format, splits: Sequence[str], ending: str, files: set[str]) -> Listed:
    """`files`: all that the dataset has, as relative paths."""
    if isinstance(layout, Gathered):
        return _gathered(dataset, layout, splits, ending)
    findings: list[Finding] = []
    told: set[str] = set()
    members: list[Member] = []
    named: set[str] = set()
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
            name, wrong = listed_name(line, layout, split, ending)
            if wrong:
                findings.append(Finding(ERROR, "lists", listing, f"{where}: {wrong}"))
                continue
            # Case does not tell files apart on every disk.
            first = seen.setdefault(name.casefold(), (split, number))
            if first != (split, number):
                findings.append(_twice(name, first, (split, number)))
                continue
            places = _places(layout, split, name, ending)
            named.update(_wanted(places))
            lacking = [place for place in _wanted(places) if place not in files]
            told.update(lacking)
            for place in lacking:
                findings.append(Finding(ERROR, "missing", place, f"{place} is missing, and {where} names it"))
            needed = {place for place in (places.image, places.label) if place}
            members.append(Member(stored_at(dataset, split, name, places), needed <= files))
    for place, finding in _left_out(layout, splits, ending, named, files):
        told.add(place)
        findings.append(finding)
    return Listed(tuple(members), tuple(findings), frozenset(told))


def _gathered(dataset: Path, layout: Gathered, splits: Sequence[str], ending: str) -> Listed:
    """The same of frames that are no files of their own."""
    findings: list[Finding] = []
    members: list[Member] = []
    seen: dict[str, str] = {}
    unread: set[str] = set()
    for split in splits:
        for each in layout.gathered(dataset, split, bool(ending)):
            if isinstance(each, str):
                sentence = each.replace(f"{dataset}/", "")
                findings.append(Finding(ERROR, "damaged", sentence.split(" ")[0].rstrip(":"), sentence))
                unread.add(split)
            elif slug(each.name, "") != each.name:
                file = file_of(each.labels).name
                findings.append(Finding(ERROR, "damaged", file, f"{file}: {each.name!r} is no name of a frame"))
                unread.add(split)
            elif (key := each.name.casefold()) in seen:
                kind = "duplicate names" if seen[key] == split else "split overlap"
                twice = f"{each.name!r} is in {seen[key]}, and again in {split}, in {file_of(each.labels).name}"
                findings.append(Finding(ERROR, kind, each.name, twice))
            else:
                seen[key] = split
                members.append(Member(each, True))
    told = frozenset(each.where for each in findings if each.kind == "damaged")
    return Listed(tuple(members), tuple(findings), told, frozenset(unread))


def _places(layout: Format, split: str, name: str, ending: str) -> Places:
    """With the polygons of a frame in the place of its label map, where a format has these."""
    places = places_of(layout, split, name, ending)
    return replace(places, label=polygon_file(split, name)) if isinstance(layout, Yolo) else places


def _twice(name: str, first: tuple[str, int], second: tuple[str, int]) -> Finding:
    if first[0] == second[0]:
        sentence = f"{first[0]}.txt names {name!r} twice, in lines {first[1]} and {second[1]}"
        return Finding(ERROR, "duplicate names", name, sentence)
    return Finding(ERROR, "split overlap", name, f"{name!r} is in {first[0]}.txt and in {second[0]}.txt")


def _left_out(
    layout: Format, splits: Sequence[str], ending: str, named: set[str], files: set[str]
) -> Iterator[tuple[str, Finding]]:
    """(path, finding) of files in the folders of frames that no list names; each that stands alone is told as such."""
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
