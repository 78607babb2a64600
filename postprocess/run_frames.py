"""The frames of run folders."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from blender_addon.contract.asked import asked_frames
from blender_addon.contract.records import read_frame
from blender_addon.contract.run import LABELS, PLAN, PURITY, Plan, RunError, finished_frames, frame_folder, read_plan
from blender_addon.contract.words import counted, listed

from .errors import ExportError
from .frames import Collection, Frame, Source, packed, refuse_twice, slug
from .splits import FrameKey


@dataclass(frozen=True)
class _Run:
    """A run folder, and what of its plan tells it from others. The plan itself is read again when its frames are: of
    many runs, one is in memory."""

    folder: Path
    slug: str
    plan: str  # its digest
    scene: str
    scene_sha256: str


def frames_of_runs(runs: Sequence[Path], partly: bool = False) -> Collection:
    """The finished frames of run folders, the same in whatever order the folders are named.

    Folders of one plan, as two machines without a shared disk leave them, count as one run. Frames that a run lacks
    are warned of unless it is known that there are some (`partly`).

    Raises ExportError for no frames, a damaged run, and a frame that is damaged, of another run, or there twice (a run
    named twice, or copied).
    """
    same: dict[str, list[_Run]] = {}
    for folder in runs:
        run = _run(folder)
        same.setdefault(run.plan, []).append(run)
    distinct = _distinct({digest: min(run.slug for run in copies) for digest, copies in same.items()})
    named = {name: same[digest] for digest, name in sorted(distinct.items(), key=lambda item: item[1])}
    scenes = _scenes({name: copies[0] for name, copies in named.items()})
    sources: list[Source] = []
    warnings = _states_of_one_scene({name: copies[0] for name, copies in named.items()})

    def read() -> Iterator[Frame]:
        for name, copies in named.items():
            plan = _plan(copies[0].folder)
            found = sorted((_name(name, number), run.folder, number) for run, number in _finished(copies))
            yield from _frames_of_run(found, plan, name, scenes[name], len(sources))
            asked = _asked(copies, plan)
            came = len(asked.intersection(number for *_, number in found))
            if came < len(asked) and not partly:
                counts = f"{came} of {counted(len(asked), 'frame')}"
                warnings.append(f"run {name!r} is unfinished: {counts}; render it again to go on")
            sources.append(_source_of(plan, name, len(found), max(len(asked), len(found)), sources))

    frames = packed(read())
    refuse_twice(frames)
    if not frames:
        raise ExportError(f"no finished frame in {', '.join(map(str, runs)) or 'no run at all'}; render first")
    return Collection(tuple(sources), frames, tuple(warnings))


def planned_sources(runs: Iterable[Path]) -> list[tuple[Source, frozenset[str]]]:
    """Run folders as sources before a frame is there, and the files that each of their frames will have. Raises
    ExportError where one has no plan."""
    sources: list[Source] = []
    files: list[frozenset[str]] = []
    for folder in runs:
        plan = _plan(folder)
        sources.append(_source_of(plan, slug(folder.resolve().name, "run"), 0, len(plan.views), sources))
        files.append(frozenset(plan.settings.files))
    return list(zip(sources, files))


def _run(folder: Path) -> _Run:
    plan = _plan(folder)
    return _Run(folder, slug(folder.resolve().name, "run"), _digest(plan), plan.scene, plan.scene_sha256)


def _plan(run: Path) -> Plan:
    try:
        return read_plan(run)
    except RunError as error:
        raise ExportError(f"{error}{_near(run)}") from error


def _asked(copies: Iterable[_Run], plan: Plan) -> frozenset[int]:
    try:
        return frozenset().union(*(asked_frames(run.folder, plan) for run in copies))
    except RunError as error:
        raise ExportError(str(error)) from error


def _near(folder: Path) -> str:
    """Where the runs are that somebody may mean who named a folder above or below; "" where none is near."""
    if (folder / PLAN).exists():
        return ""
    if (folder.parent / PLAN).is_file():
        return f"; name {folder.parent}"
    below = sorted(str(path.parent) for path in folder.glob(f"*/{PLAN}"))
    return f"; name those in it: {listed(below, between=' ')}" if below else ""


def _scenes(runs: Mapping[str, _Run]) -> dict[str, str]:
    """{run: what names its scene}, the same for runs that show one scene as far as anybody can tell.

    A .blend that is saved again has another hash and shows the same room; a copy has another name and the same hash.
    So either makes two runs one scene. Two projects that both have a scene.blend are one scene then, too: coarser than
    need be, and nothing leaks.
    """
    of: dict[str, str] = {}
    for run in runs.values():
        marks = {f"file {run.scene}"} | ({f"hash {run.scene_sha256}"} if run.scene_sha256 else set())
        known = {of[mark] for mark in marks if mark in of} | marks
        of |= {mark: min(known) for mark in {*(mark for mark, root in of.items() if root in known), *marks}}
    return {name: of[f"file {run.scene}"] for name, run in runs.items()}


def _states_of_one_scene(runs: Mapping[str, _Run]) -> list[str]:
    """A sentence for each .blend name that several contents share."""
    found: dict[str, list[tuple[str, str]]] = {}
    for name, run in runs.items():
        found.setdefault(run.scene, []).append((name, run.scene_sha256))
    return [
        f"runs {listed([name for name, _ in states], between=' and ')} are of {scene} with different contents: "
        "taken for states of one scene, which the split keeps together"
        for scene, states in sorted(found.items())
        if len({content for _, content in states}) > 1
    ]


def _source_of(plan: Plan, name: str, frames: int, planned: int, others: Iterable[Source]) -> Source:
    """Its label set is that of `others` where they are equal: those of a thousand runs would be a gigabyte."""
    return Source(
        kind="run",
        name=name,
        label_set=next((other.label_set for other in others if other.label_set == plan.label_set), plan.label_set),
        scene=plan.scene,
        scene_sha256=plan.scene_sha256,
        seed=plan.settings.seed,
        versions=plan.versions,
        frames=frames,
        planned=planned,
    )


def _finished(copies: Iterable[_Run]) -> Iterator[tuple[_Run, int]]:
    return ((run, number) for run in copies for number in finished_frames(run.folder))


def _name(run: str, number: int) -> str:
    return f"{run}_{number:06d}"


def _frames_of_run(
    found: Iterable[tuple[str, Path, int]], plan: Plan, name: str, scene: str, source: int
) -> Iterator[Frame]:
    """Those `found`, with their names, where they are, and their numbers."""
    period = len(plan.views) // plan.settings.draws  # the first draw of all views, then the second
    places = {view.frame: place for place, view in enumerate(plan.views)}
    for own, run, number in found:
        try:
            record = read_frame(run, number, plan)
        except RunError as error:
            raise ExportError(str(error)) from error
        view, folder, files = plan.by_frame[number], frame_folder(run, number), record.files
        first_number = plan.views[places[number] % period].frame
        first = own if first_number == number else _name(name, first_number)  # one text, where it is the same
        key = FrameKey(scene, f"{view.camera}\n{view.name}", view.scene_frame, own, first)
        purity = folder / PURITY if PURITY in files else None
        checksums = {name: stored.checksum for name, stored in files.items()}
        seen = {label.id: label.pixels for label in record.labels}
        image = folder / plan.settings.image_file
        yield Frame(key, source, folder / LABELS, image, purity, checksums, seen=seen)


def _digest(plan: Plan) -> str:
    return hashlib.sha256(json.dumps(plan.to_dict(), sort_keys=True).encode()).hexdigest()


def _distinct(slugs: Mapping[str, str]) -> dict[str, str]:
    """{digest: name}: the slug, with the digest's start where different plans share it."""
    uses = Counter(slug.casefold() for slug in slugs.values())
    return {digest: slug if uses[slug.casefold()] == 1 else f"{slug}-{digest[:8]}" for digest, slug in slugs.items()}
