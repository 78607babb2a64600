"""A dataset of `labelpass export`: is it what was exported, and may something be wrong with what was?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from blender_addon.contract.words import counted

from ..checksums import NAME as CHECKSUMS
from ..checksums import checksums, files_below, read_checksums
from ..drawn_frames import DRAWN
from ..exporters import FORMATS
from ..exporters.coco import Coco
from ..likeness import leak_warnings
from ..manifest import NAME
from ..progress import Progress
from ..stored import Stored
from .annotations import annotation_faults
from .dataset_pixels import Counted, look_at_stored, off_size, wrong_counts, wrong_facts
from .export_command import export_command
from .findings import ERROR, NOTE, WARNING, Finding, exit_code, in_short, to_json, to_lines
from .frame_faults import frame_faults
from .listed_files import Listed, listed_files
from .looks import Look
from .promised import Promised, read_promised

SCHEMA = "labelpass.verify/1"
_AHEAD = 4  # frames a thread, whose looks wait for their turn


@dataclass(frozen=True)
class DatasetReport:
    """`frames` that were looked at."""

    dataset: Path
    promised: Promised
    frames: int
    findings: tuple[Finding, ...]


def examine_dataset(dataset: Path, jobs: int = 1, progress: Progress | None = None) -> DatasetReport:
    """Reads and decodes all of it, in so many threads. Raises ExportError where dataset.json cannot be read."""
    promised = read_promised(dataset)
    files = files_below(dataset)
    layout = FORMATS[promised.format]()
    listed = listed_files(dataset, layout, tuple(promised.frames), promised.ending, set(files))
    findings = [*listed.findings, *_pixels(dataset, listed, promised, jobs, progress)]
    if isinstance(layout, Coco):
        findings += annotation_faults(dataset, listed, promised, jobs)
    if promised.lost:
        text = f"{promised.lost}: pixels are looked at as the polygons show them, and not counted"
        findings.append(Finding(NOTE, "not counted", "", text))
    told = listed.told | {each.where for each in findings if each.severity == ERROR}
    findings += _checksums(dataset, files, told, jobs)
    return DatasetReport(dataset, promised, len(listed.members), tuple(findings))


def told(report: DatasetReport, as_json: bool, strict: bool = False, repair: bool = False) -> tuple[str, int]:
    """What there is to print, and the exit code. `repair` asks how the dataset is made again."""
    code = exit_code(report.findings, strict)
    if as_json:
        head = {
            "schema": SCHEMA,
            "dataset": report.dataset.resolve().name,
            "format": report.promised.format,
            "ok": code == 0,
            "frames": report.frames,
        }
        return to_json(head, report.findings), code
    what = counted(report.frames, "frame") if report.frames else report.promised.format
    uncompared = any(each.kind == "no checksums" for each in report.findings)
    fine = "nothing is wrong that shows without checksums" if uncompared else "every file is as it was exported"
    verdict = in_short(report.findings) or fine
    lines = [*to_lines(report.findings), f"labelpass: {what}: {verdict}"]
    if repair and code:
        lines.append(f"labelpass: nothing was changed; {_advice(report.promised)}")
    return "\n".join(lines) + "\n", code


def _advice(promised: Promised) -> str:
    try:
        return (
            f"to make it again, with the places of runs and label sets for their names: {export_command(promised.data)}"
        )
    except (KeyError, TypeError, IndexError):
        return f"{NAME} does not say how it was made"


def _pixels(dataset: Path, listed: Listed, promised: Promised, jobs: int, progress: Progress | None) -> list[Finding]:
    """Of frames that are there, in the order of their names, which is that of their runs."""
    there = sorted((each.stored for each in listed.members if each.is_there), key=lambda stored: stored.name)
    sums, findings = Counted(), _frames_missing(listed, promised)
    sums.unread |= {each.stored.split for each in listed.members if not each.is_there} | listed.unread
    sums.unread |= {each.where for each in findings}
    alike: list[tuple[str, str, int | None]] = []

    def looks() -> Iterator[Look]:
        for stored, look in _looked_at(dataset, there, promised, jobs, progress):
            if not isinstance(look, Look):
                sums.unread.add(stored.split)
                findings.append(Finding(ERROR, "damaged", look.split(" ")[0].rstrip(":,"), look))
                continue
            sums.take(stored.split, look)
            findings.extend(off_size(look, promised))
            findings.extend(wrong_facts(dataset, stored, look))
            alike.append((look.name, stored.split, look.seen.likeness if look.seen else None))
            yield look

    faults = frame_faults(looks(), promised.meaning, in_one_scene=False)
    is_drawn = all(source["kind"] == DRAWN for source in promised.data["sources"])  # alike by chance alone
    leaks = leak_warnings(*zip(*alike)) if alike and not is_drawn else ()
    faults += [Finding(WARNING, "alike", "", text) for text in leaks]
    return [*findings, *wrong_counts(sums, promised), *faults]


def _looked_at(
    dataset: Path, frames: Sequence[Stored], promised: Promised, jobs: int, progress: Progress | None
) -> Iterator[tuple[Stored, Look | str]]:
    with ThreadPoolExecutor(jobs) as pool:
        step = jobs * _AHEAD
        for at in range(0, len(frames), step):
            part = frames[at : at + step]
            yield from zip(part, pool.map(lambda stored: look_at_stored(dataset, stored, promised), part))
            if progress is not None:
                progress(at + len(part), len(frames))


def _frames_missing(listed: Listed, promised: Promised) -> list[Finding]:
    have = Counter(each.stored.split for each in listed.members)
    return [
        Finding(
            ERROR, "frames", split, f"{NAME} says that {split} has {counted(number, 'frame')}, its list {have[split]}"
        )
        for split, number in promised.frames.items()
        if number != have[split] and split not in listed.unread
    ]


def _checksums(dataset: Path, files: Sequence[str], told: frozenset[str], jobs: int) -> Iterator[Finding]:
    """`told`: files that were found to be wrong before, and need no second line."""
    path = dataset / CHECKSUMS
    if not path.exists():
        yield Finding(NOTE, "no checksums", CHECKSUMS, f"{CHECKSUMS} is not there: bytes are not compared")
        return
    try:
        wanted = read_checksums(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        yield Finding(ERROR, "checksums", CHECKSUMS, f"{CHECKSUMS} cannot be read: {error}")
        return
    there, whose = set(files), {wanted[name]: name for name in sorted(wanted, reverse=True)}
    for name in sorted(wanted.keys() - there - told):
        yield Finding(ERROR, "missing", name, f"{name} is missing, and {CHECKSUMS} names it")
    for name, found in checksums(dataset, sorted(wanted.keys() & there), jobs):
        if isinstance(found, OSError):
            yield Finding(ERROR, "unreadable", name, f"{name} cannot be read: {found.strerror or found}")
        elif found != wanted[name] and name not in told:
            what = f": it is {whose[found]}" if found in whose else " (wrong checksum)"
            yield Finding(ERROR, "checksum", name, f"{name} is not what was exported{what}")
    for name in sorted(there - wanted.keys() - told):
        yield Finding(NOTE, "added", name, f"{name} was not exported")
