"""Which frames go into a dataset: those of run folders, or the index passes in a folder, with names that are unique.

Names of written files are plain ASCII without spaces or dots: caffe reads lists with `>>`, which ends a path at a
space, and WebDataset ends a key at the first dot.
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from blender_addon.contract.labels import LabelSet
from blender_addon.contract.records import read_frame
from blender_addon.contract.run import LABELS, PLAN, PURITY, Plan, RunError, finished_frames, frame_folder, read_plan
from blender_addon.contract.words import counted, listed

from .errors import ExportError
from .packed import Packed
from .splits import FrameKey
from .stored import Stored, Written, made_stored, plain_stored

IMAGE_ENDINGS = (".png", ".jpg", ".jpeg")
_NUMBERED = re.compile(r"(?P<view>.*?)[\s._-]*(?P<number>[0-9]+)")


@dataclass(frozen=True)
class Source:
    """Where frames come from, in words that mean the same on any machine: `kind` is "run", "index passes", or one of
    `dataset_frames`.

    `scene_sha256` is "" where nobody knows it; `planned` counts the frames that the source wants to have; `written` is
    what label files of a dataset hold.
    """

    kind: str
    name: str
    label_set: LabelSet
    scene: str
    scene_sha256: str
    seed: int | None
    versions: Mapping[str, str]
    frames: int
    planned: int
    written: Written | None = None


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame to export; `source` counts in the list of sources, `checksums` are of decoded pixels, by file name.

    `layer` chooses a view layer of an index-pass file and is None for others. `seen`: {label id: pixels} as the
    renderer counted them; empty where nobody did. `split` is that of a dataset, "" for frames that have none yet; of
    such a frame `stored` says where its pixels are, and `sums` what checksums.txt says of the files `labels` and
    `image`, "" where it says nothing.
    """

    key: FrameKey
    source: int
    labels: Path
    image: Path | None
    purity: Path | None
    checksums: Mapping[str, str] = field(default_factory=dict)
    layer: str | None = None
    seen: Mapping[int, int] = field(default_factory=dict)
    split: str = ""
    stored: Stored | None = None
    sums: tuple[str, str] = ("", "")


def packed(frames: Iterable[Frame]) -> Sequence[Frame]:
    """The same in some hundred bytes each."""
    return Packed(frames, _plain, _made)


def _plain(frame: Frame) -> list[Any]:
    paths = [None if path is None else str(path) for path in (frame.labels, frame.image, frame.purity)]
    seen, key = list(frame.seen.items()), frame.key
    first = None if key.first == key.name else key.first
    key_parts = [key.scene, key.view, key.order, key.name, first]
    stored = None if frame.stored is None else plain_stored(frame.stored)
    told = [dict(frame.checksums), frame.layer, seen, frame.split, stored, frame.sums]
    return [key_parts, frame.source, *paths, *told]


def _made(row: list[Any]) -> Frame:
    (scene, view, order, name, first), source, labels, image, purity, *told = row
    checksums, layer, seen, split, stored, (of_labels, of_image) = told
    # One text where frames have the same: a split knows all keys at once.
    key = FrameKey(sys.intern(scene), sys.intern(view), order, name, name if first is None else first)
    paths = Path(labels), None if image is None else Path(image), None if purity is None else Path(purity)
    where = None if stored is None else made_stored(stored)
    return Frame(key, source, *paths, checksums, layer, dict(seen), split, where, (of_labels, of_image))


@dataclass(frozen=True)
class Collection:
    """Everything that an export will read, in a fixed order, and what a person should know before."""

    sources: tuple[Source, ...]
    frames: Sequence[Frame]
    warnings: tuple[str, ...]


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
            if len(found) < len(plan.views) and not partly:
                counts = f"{len(found)} of {counted(len(plan.views), 'frame')}"
                warnings.append(f"run {name!r} is unfinished: {counts}; render it again to go on")
            # Equal label sets are one object: those of a thousand runs would be a gigabyte.
            labels = next((known.label_set for known in sources if known.label_set == plan.label_set), plan.label_set)
            sources.append(replace(_source_of(plan, name, len(found)), label_set=labels))

    frames = packed(read())
    refuse_twice(frames)
    if not frames:
        raise ExportError(f"no finished frame in {', '.join(map(str, runs)) or 'no run at all'}; render first")
    return Collection(tuple(sources), frames, tuple(warnings))


def frames_of_folder(
    folder: Path, label_set: LabelSet, images: Path | None = None, layer: str | None = None
) -> Collection:
    """The index passes `*.exr` directly in `folder`, and the pictures of the same stem there (or in `images`), if any.

    Frames whose names differ in their last number alone are one view in that order. Raises ExportError for no files,
    for names that cannot be told apart, and where only some files have a picture.
    """
    paths = sorted(path for path in folder.glob("*") if path.suffix.lower() == ".exr" and path.is_file())
    if not paths:
        deeper = min(folder.glob("*/*.exr"), default=None)
        below = f" directly in it; name the folder that has, such as {deeper.parent}" if deeper else ""
        raise ExportError(f"{folder} has no .exr files{below}")
    pictures = [_picture(path, images or folder) for path in paths]
    if any(pictures) and not all(pictures):
        lone = [path.name for path, picture in zip(paths, pictures) if picture is None]
        others = f", nor {'has' if len(lone) == 2 else 'have'} {counted(len(lone) - 1, 'other')}" if lone[1:] else ""
        raise ExportError(f"{lone[0]} has no picture beside it{others}; all or none need one")
    scene = slug(folder.resolve().name, "scene")
    frames = []
    for at, (path, picture) in enumerate(zip(paths, pictures)):
        match = _NUMBERED.fullmatch(path.stem)
        view, order = (match["view"], int(match["number"])) if match else (path.stem, at)
        frames.append(
            Frame(FrameKey(scene, view, order, slug(path.stem, "frame")), 0, path, picture, None, layer=layer)
        )
    refuse_twice(frames)
    source = Source("index passes", scene, label_set, "", "", None, {}, len(frames), len(frames))
    warnings = ("no record says which scene these index passes show: all count as one scene",)
    return Collection((source,), tuple(frames), warnings)


def _run(folder: Path) -> _Run:
    plan = _plan(folder)
    return _Run(folder, slug(folder.resolve().name, "run"), _digest(plan), plan.scene, plan.scene_sha256)


def _plan(run: Path) -> Plan:
    try:
        return read_plan(run)
    except RunError as error:
        raise ExportError(f"{error}{_near(run)}") from error


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


def _source_of(plan: Plan, name: str, frames: int) -> Source:
    return Source(
        kind="run",
        name=name,
        label_set=plan.label_set,
        scene=plan.scene,
        scene_sha256=plan.scene_sha256,
        seed=plan.settings.seed,
        versions=plan.versions,
        frames=frames,
        planned=len(plan.views),
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


def _picture(path: Path, folder: Path) -> Path | None:
    found = sorted(
        other
        for ending in IMAGE_ENDINGS
        for other in (folder / f"{path.stem}{ending}", folder / f"{path.stem}{ending.upper()}")
        if other.is_file()
    )
    if len({other.name.casefold() for other in found}) > 1:
        raise ExportError(f"{path.name} has several pictures: {', '.join(other.name for other in found)}; keep one")
    return found[0] if found else None


def slug(text: str, otherwise: str) -> str:
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^A-Za-z0-9_-]+", "-", plain).strip("-") or otherwise


def _digest(plan: Plan) -> str:
    return hashlib.sha256(json.dumps(plan.to_dict(), sort_keys=True).encode()).hexdigest()


def _distinct(slugs: Mapping[str, str]) -> dict[str, str]:
    """{digest: name}: the slug, with the digest's start where different plans share it."""
    uses = Counter(slug.casefold() for slug in slugs.values())
    return {digest: slug if uses[slug.casefold()] == 1 else f"{slug}-{digest[:8]}" for digest, slug in slugs.items()}


def refuse_twice(frames: Sequence[Frame]) -> None:
    """Raises ExportError for two frames of one name. Case does not tell files apart on every disk."""
    hashes = np.fromiter((hash(frame.key.name.casefold()) for frame in frames), np.int64, len(frames))
    if len(np.unique(hashes)) == len(frames):  # else names are alike, or by chance only their hashes
        return
    seen: dict[str, Frame] = {}
    for frame in frames:
        other = seen.setdefault(frame.key.name.casefold(), frame)
        if other is not frame:
            raise ExportError(f"{other.labels} and {frame.labels} would both be named {frame.key.name!r}; keep one")
