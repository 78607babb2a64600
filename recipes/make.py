"""A recipe made: from nothing to a dataset in a folder, or on from where it was stopped."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from blender_addon.contract.labels import LabelSet
from blender_addon.contract.words import counted, listed
from blender_addon.label_sets import label_files
from postprocess.checksums import NAME as CHECKSUMS
from postprocess.checksums import read_checksums
from postprocess.dataset import ExportSummary, export
from postprocess.dealing import Growing
from postprocess.drawn_frames import DrawnFrames
from postprocess.export_request import assets_from, wishes_from
from postprocess.frames import slug
from postprocess.manifest import NAME as MANIFEST
from postprocess.manifest import manifest_read
from postprocess.progress import Progress
from scenes.drawn import Pages

from .first_frames import FirstFrames
from .folder import DATASET, NAME, begin
from .makers import sole_maker
from .recipe_file import Asked
from .rehearsal import rehearse
from .rendered import label_set_of, render_all

MOST_FRAMES, MOST_SEED = 10_000_000, 2**31
_NEXT = "dataset-next"


@dataclass(frozen=True)
class Wish:
    """`count` frames of `seed` in the folder `out`; `jobs` processes export, and `blender` renders (None: bpy).

    `like`: the folder of a recipe with the same builder, settings and seed, whose scenes need not be built again.
    """

    out: Path
    count: int
    seed: int
    jobs: int
    blender: str | None = None
    like: Path | None = None


def make(asked: Asked, wish: Wish, progress: Progress | None = None) -> tuple[ExportSummary | None, int]:
    """The dataset, None where it is there already or was not reached; and the exit code (see `render`).

    Raises ValueError for a folder of another recipe, and for what cannot be made.
    """
    pages, target = check(asked, wish)
    made_of = {"made_of": pages.made_of} if pages is not None and pages.made_of else {}
    with sole_maker(wish.out, f".{NAME}"):
        begin(wish.out, {**asked.to_dict(), "seed": wish.seed, **made_of}, usual=asked.usual())
        return _made(asked, wish, pages, target, progress)


def _made(
    asked: Asked, wish: Wish, pages: Pages | None, target: LabelSet | None, progress: Progress | None
) -> tuple[ExportSummary | None, int]:
    before = _count(wish.out / DATASET)
    if before == wish.count:
        return None, 0
    if pages is not None:
        drawn = DrawnFrames(
            slug(asked.name, "drawn"), pages.label_set, pages.draw, wish.count, wish.seed, pages.made_of
        )
        made = _exported_drawn(asked, wish, drawn, target, progress)
    else:
        runs, code = render_all(asked, wish.count, wish.seed, wish.out, wish.blender, wish.like)
        if code:
            return None, code
        made = _exported(asked, wish, runs, target, progress)
    return replace(made, notes=(*made.notes, *_left_out(before, wish.count))), 0


def _left_out(before: int, count: int) -> list[str]:
    if before <= count:
        return []
    verb, them = ("is", "it") if before - count == 1 else ("are", "them")
    gone = f"{before - count} of {counted(before, 'frame')} {verb} left out of the dataset now"
    return [f"{gone}; --count {before} brings {them} back"]


def check(asked: Asked, wish: Wish) -> tuple[Pages | None, LabelSet | None]:
    """What draws the frames, None where they are rendered, and the label set that they go into, None for their own.

    Raises ValueError for what cannot be made.
    """
    if not 1 <= wish.count <= MOST_FRAMES or not 0 <= wish.seed < MOST_SEED:
        raise ValueError(f"--count goes from 1 to {MOST_FRAMES}, --seed from 0 to {MOST_SEED - 1}")
    if hasattr(asked.module, "check"):
        asked.module.check(asked.settings)
    pages: Pages | None = asked.module.pages(asked.settings, wish.seed) if asked.job is None else None
    target = label_files.read(asked.export.labels) if asked.export.labels else None
    rehearse(asked, label_set_of(asked) if pages is None else pages.label_set, target, wish.count)
    return pages, target


def _count(place: Path) -> int:
    """How many frames the dataset has; 0 where there is none."""
    if not (place / MANIFEST).is_file():
        return 0
    with manifest_read(place / MANIFEST) as told:
        return sum(int(source["frames"]) for source in told["sources"])


def _exported(
    asked: Asked, wish: Wish, runs: list[Path], target: LabelSet | None, progress: Progress | None
) -> ExportSummary:
    words = _words(asked, wish, target, progress)
    words |= {"ignore_impure": asked.export.ignore_impure, "split_assets": assets_from(asked.export)}
    last = wish.count - (len(runs) - 1) * int(asked.module.FRAMES_A_SCENE)
    return _in_place(wish, lambda out: export(FirstFrames(runs, last), out, asked.export.format, **words))


def _exported_drawn(
    asked: Asked, wish: Wish, drawn: DrawnFrames, target: LabelSet | None, progress: Progress | None
) -> ExportSummary:
    words = _words(asked, wish, target, progress)
    del words["split_lists"]  # whose frames could they name
    return _in_place(wish, lambda out: export(drawn, out, asked.export.format, **words))


def _words(asked: Asked, wish: Wish, target: LabelSet | None, progress: Progress | None) -> dict[str, Any]:
    growing = Growing(independent=asked.job is None or asked.module.INDEPENDENT)
    said = {"seed": wish.seed, "jobs": wish.jobs, "target": target, "progress": progress, "growing": growing}
    return wishes_from(asked.export) | said


def _in_place(wish: Wish, export_to: Callable[[Path], ExportSummary]) -> ExportSummary:
    """Where a dataset of another count stands, it gives way once the new one is whole."""
    place, beside = wish.out / DATASET, wish.out / _NEXT
    if beside.exists():  # whole, but for its name
        shutil.rmtree(beside)
    if not place.exists():
        return export_to(place)
    _refuse_strangers(place)
    made = export_to(beside)
    shutil.rmtree(place)
    beside.rename(place)
    return replace(made, out=place)


def _refuse_strangers(dataset: Path) -> None:
    """Raises ValueError where a dataset that would give way holds files that no export wrote: a model, say."""
    known = {CHECKSUMS, *read_checksums((dataset / CHECKSUMS).read_text(encoding="utf-8"))}
    strange = sorted({path.relative_to(dataset).as_posix() for path in dataset.rglob("*") if path.is_file()} - known)
    if strange:
        raise ValueError(
            f"{dataset} would be made anew, and holds {listed(strange, most=3)}, which no export wrote: move it away"
        )
