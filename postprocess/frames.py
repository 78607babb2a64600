"""Which frames go into a dataset: those of run folders, or the index passes in a folder, with names that are unique.

Names of written files are plain ASCII without spaces or dots: caffe reads lists with `>>`, which ends a path at a
space, and WebDataset ends a key at the first dot.
"""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from blender_addon.contract.labels import LabelSet
from blender_addon.contract.records import read_frame
from blender_addon.contract.run import LABELS, PURITY, Plan, RunError, finished_frames, frame_folder, read_plan
from blender_addon.contract.words import counted, listed

from .errors import ExportError
from .splits import FrameKey

IMAGE_ENDINGS = (".png", ".jpg", ".jpeg")
_NUMBERED = re.compile(r"(?P<view>.*?)[\s._-]*(?P<number>[0-9]+)")


@dataclass(frozen=True)
class Source:
    """Where frames come from, in words that mean the same on any machine: `kind` is "run", "index passes", or one of
    `dataset_frames`.

    `scene_sha256` is "" where nobody knows it; `planned` counts the frames that the source wants to have.
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


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame to export; `source` counts in the list of sources, `checksums` are of decoded pixels, by file name.

    `layer` chooses a view layer of an index-pass file and is None for others. `seen`: {label id: pixels} as the
    renderer counted them; empty where nobody did. `split` is that of a dataset, "" for frames that have none yet.
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


@dataclass(frozen=True)
class Collection:
    """Everything that an export will read, in a fixed order, and what a person should know before."""

    sources: tuple[Source, ...]
    frames: tuple[Frame, ...]
    warnings: tuple[str, ...]


def frames_of_runs(runs: Sequence[Path]) -> Collection:
    """The finished frames of run folders, the same in whatever order the folders are named.

    Folders of one plan, as two machines without a shared disk leave them, count as one run.

    Raises ExportError for no frames, a damaged run, and a frame that is damaged, of another run, or there twice (a run
    named twice, or copied).
    """
    same: dict[str, list[tuple[str, Path, Plan]]] = {}
    for run, plan in _plans(runs):
        same.setdefault(_digest(plan), []).append((slug(run.resolve().name, "run"), run, plan))
    names = _distinct({digest: min(slug for slug, _, _ in copies) for digest, copies in same.items()})
    plans = {names[digest]: same[digest][0][2] for digest in sorted(same, key=lambda digest: names[digest])}
    scenes = _scenes(plans)
    sources: list[Source] = []
    frames: list[Frame] = []
    warnings = _states_of_one_scene(plans)
    for digest in sorted(same, key=lambda digest: names[digest]):
        name, plan = names[digest], same[digest][0][2]
        found = [
            frame for _, run, _ in same[digest] for frame in _frames_of_run(run, plan, name, scenes[name], len(sources))
        ]
        if len(found) < len(plan.views):
            counts = f"{len(found)} of {counted(len(plan.views), 'frame')}"
            warnings.append(f"run {name!r} is unfinished: {counts}; render it again to go on")
        sources.append(_source_of(plan, name, len(found)))
        frames += sorted(found, key=lambda frame: frame.key.name)
    refuse_twice(frames)
    if not frames:
        raise ExportError(f"no finished frame in {', '.join(map(str, runs)) or 'no run at all'}; render first")
    return Collection(tuple(sources), tuple(frames), tuple(warnings))


def frames_of_folder(
    folder: Path, label_set: LabelSet, images: Path | None = None, layer: str | None = None
) -> Collection:
    """The index passes `*.exr` directly in `folder`, and the pictures of the same stem there (or in `images`), if any.

    Frames whose names differ in their last number alone are one view in that order. Raises ExportError for no files,
    for names that cannot be told apart, and where only some files have a picture.
    """
    paths = sorted(path for path in folder.glob("*") if path.suffix.lower() == ".exr" and path.is_file())
    if not paths:
        raise ExportError(f"{folder} has no .exr files")
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


def _plans(runs: Sequence[Path]) -> list[tuple[Path, Plan]]:
    try:
        return [(run, read_plan(run)) for run in runs]
    except RunError as error:
        raise ExportError(str(error)) from error


def _scenes(plans: Mapping[str, Plan]) -> dict[str, str]:
    """{run: what names its scene}, the same for runs that show one scene as far as anybody can tell.

    A .blend that is saved again has another hash and shows the same room; a copy has another name and the same hash.
    So either makes two runs one scene. Two projects that both have a scene.blend are one scene then, too: coarser than
    need be, and nothing leaks.
    """
    of: dict[str, str] = {}
    for plan in plans.values():
        marks = {f"file {plan.scene}"} | ({f"hash {plan.scene_sha256}"} if plan.scene_sha256 else set())
        known = {of[mark] for mark in marks if mark in of} | marks
        of |= {mark: min(known) for mark in {*(mark for mark, root in of.items() if root in known), *marks}}
    return {name: of[f"file {plan.scene}"] for name, plan in plans.items()}


def _states_of_one_scene(plans: Mapping[str, Plan]) -> list[str]:
    """A sentence for each .blend name that several contents share."""
    found: dict[str, list[tuple[str, str]]] = {}
    for name, plan in plans.items():
        found.setdefault(plan.scene, []).append((name, plan.scene_sha256))
    return [
        f"runs {listed([name for name, _ in runs], between=' and ')} are of {scene} with different contents: "
        "taken for states of one scene, which the split keeps together"
        for scene, runs in sorted(found.items())
        if len({content for _, content in runs}) > 1
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


def _frames_of_run(run: Path, plan: Plan, name: str, scene: str, source: int) -> list[Frame]:
    views = {view.frame: view for view in plan.views}
    period = len(plan.views) // plan.settings.draws  # the first draw of all views, then the second
    first = {view.frame: plan.views[place % period].frame for place, view in enumerate(plan.views)}
    found = []
    for number in finished_frames(run):
        try:
            record = read_frame(run, number, plan)
        except RunError as error:
            raise ExportError(str(error)) from error
        view, folder, files = views[number], frame_folder(run, number), record.files
        place = f"{view.camera}\n{view.name}", view.scene_frame
        key = FrameKey(scene, *place, f"{name}_{number:06d}", f"{name}_{first[number]:06d}")
        purity = folder / PURITY if PURITY in files else None
        checksums = {name: stored.checksum for name, stored in files.items()}
        seen = {label.id: label.pixels for label in record.labels}
        image = folder / plan.settings.image_file
        found.append(Frame(key, source, folder / LABELS, image, purity, checksums, seen=seen))
    return found


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
    seen: dict[str, Frame] = {}
    for frame in frames:
        # Case does not tell files apart on every disk.
        other = seen.setdefault(frame.key.name.casefold(), frame)
        if other is not frame:
            raise ExportError(f"{other.labels} and {frame.labels} would both be named {frame.key.name!r}; keep one")
