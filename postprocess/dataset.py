"""The export: many frames from runs or index passes to one dataset that is there whole or not at all.

Frames are converted by `postprocess.convert` in as many processes as asked, into a folder beside the target, which
takes its name only when every file is written and checked. The bytes depend on the input and the options, and not on
the number of processes, the order of the runs or the machine's paths.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from blender_addon.contract.labels import CODE_NAMES, LabelSet
from blender_addon.contract.words import listed

from . import journal
from .asset_splits import AssetWish, split_by_assets
from .checksums import NAME as CHECKSUMS
from .checksums import checksum_lines
from .convert import Recipe
from .dataset_frames import refuse_mingled
from .dealing import Growing, split_growing
from .drawn_frames import DRAWN, Draw
from .errors import ExportError
from .exporters import Assembled, Format, PerFrame
from .folders import Folders
from .frame_pixels import refuse_lacking
from .frames import Collection, Frame
from .frequencies import check_counted
from .journal import digest_of
from .labelmap import is_squashed, lookup_table
from .layout import Encoding, encoding_table
from .likeness import leak_warnings
from .manifest import NAME, Choices, Contents, in_pixels, manifest_json
from .mixing import mixed
from .packed import Texts, shared
from .pictures import QUALITY, Pictures, settled
from .placing import Chosen, Placing
from .pool import convert_all
from .progress import Progress
from .regrouping import Regrouped, Regrouping
from .split_lists import split_by_lists
from .splits import SPLITS, FrameKey, Split, check_fractions, split_beside
from .spool import Rows
from .staging import in_pieces, staged, write_streamed
from .stats import ABSENT_WEIGHT, ClassWeights, class_weights
from .taxonomy import crosswalk_of, lost_labels, regroup, target_of
from .totals import Totals
from .wishes import Wishes, check_wishes, layout_of

_SPLIT_STREAM, _ORDER_STREAM = 1, 2  # what the seed is used for: one seed, and draws that do not depend on each other


@dataclass(frozen=True)
class ExportSummary:
    """What was made: frames per split, each (width, height), and what a person should read before training; how many
    frames were there from an export that was interrupted."""

    out: Path
    format: str
    label_set: str
    frames: Mapping[str, int]
    sizes: tuple[tuple[int, int], ...]
    warnings: tuple[str, ...]
    notes: tuple[str, ...]
    there: int = 0


class Origin(Protocol):
    """Where frames come from: `Folders`, `IndexPasses` or `DrawnFrames`. `draw` makes those that no file holds."""

    @property
    def draw(self) -> Draw | None: ...
    def collected(self) -> Collection: ...


def export(
    origin: Origin | Sequence[Path],
    out: Path,
    format: str,
    *,
    target: LabelSet | None = None,
    regrouping: Regrouping | None = None,
    split: tuple[float, float, float] = (0.8, 0.1, 0.1),
    split_by: str | None = None,
    split_lists: Sequence[Path] = (),
    split_assets: AssetWish | None = None,
    growing: Growing | None = None,
    seed: int = 0,
    size: tuple[int, int] | None = None,
    ignore_impure: float | None = None,
    images: str | None = None,
    jpeg_quality: int = QUALITY,
    ignore_boundary: int = 0,
    weights: str = "median",
    real_share: float | None = None,
    jobs: int = 1,
    options: Mapping[str, Any] | None = None,
    progress: Progress | None = None,
) -> ExportSummary:
    """Export the frames of `origin`, run folders and datasets of ours where it is paths, in one of `exporters.FORMATS`
    into the new folder `out`.

    Datasets keep their splits unless another is asked for; `real_share` of the train split is to be imported pictures.
    `target` remaps through the label sets' parents, and `regrouping` what comes out of that; `split` are fractions of
    train, val, test, assigned by `split_by` ("scene", "view", "frame", "hash", or None for the leak-safe default of
    `postprocess.splits`) with `seed`, or `split_lists` are files that say it (`postprocess.split_lists`), or
    `split_assets` what must not be in two of them (`postprocess.asset_splits`), and `growing` frames keep theirs when
    others are added (`postprocess.dealing`); `size` is
    (width, height) in pixels; `ignore_impure` writes pixels of less purity (0..1) as ignore, and `ignore_boundary` so
    many on each side of edges between labels; `images` is one of `pictures.WAYS`, None for what the format's readers
    expect; `weights` is one of `stats.METHODS`; `jobs` is a number of processes; `options` are the fields of the
    format's dataclass. `progress` is called with (done, total) frames.
    Raises ExportError, and leaves nothing, for any input that cannot be trusted and any wish that cannot be met. What
    a signal, a full disk or a dying process ends leaves a hidden folder beside `out`, with which the same call goes on.
    """
    kept = images, jpeg_quality, ignore_boundary, weights
    choices = Choices(check_fractions(split), seed, size, ignore_impure, *kept)
    lists = tuple(split_lists)
    wishes = Wishes(
        layout_of(format, options or {}),
        target,
        regrouping,
        split_by,
        lists,
        choices,
        real_share,
        split_assets,
        growing,
    )
    check_wishes(out, choices, jobs)
    job = _settle(Folders(origin) if isinstance(origin, Sequence) else origin, wishes, jobs)
    with staged(out, job.digest()) as staging:
        there = journal.count(staging)
        totals, rows = _converted(job, staging, jobs, progress)
        contents = _contents(job, totals)
        for name, text in _texts(job.layout, contents).items():
            write_streamed(staging, name, in_pieces(text))
        if isinstance(job.layout, Assembled):
            job.layout.assemble(staging, contents.frames, job.encoding, rows)
        write_streamed(staging, CHECKSUMS, checksum_lines(staging, jobs))
    return ExportSummary(
        out=out,
        format=job.layout.name,
        label_set=job.encoding.label_set.name,
        frames={part: len(members) for part, members in contents.frames.items()},
        sizes=tuple(sorted(contents.sizes)),
        warnings=tuple(contents.warnings),
        notes=job.layout.notes(),
        there=there,
    )


@dataclass(frozen=True)
class _Job:
    """All that is settled before the first frame is read: what goes where, and as what."""

    layout: Format
    encoding: Encoding
    collection: Collection
    parents: tuple[Mapping[int, int], ...]  # into the label set asked for; `crosswalks`: into the one that is written
    regrouped: Regrouped | None
    crosswalks: tuple[Mapping[int, int], ...]
    placing: Placing
    split_method: str
    choices: Choices
    pictures: Pictures | None
    warnings: tuple[str, ...]
    draw: Draw | None = None

    def digest(self) -> str:
        """Of all that decides bytes: what another export with the same one has done need not be done again."""
        sources = zip(self.collection.sources, self.crosswalks)
        settled = (self.layout, self.encoding, *sources, self.choices, self.pictures)
        return digest_of(settled, zip(self.collection.frames, self.placing))

    def recipe(self) -> Recipe:
        meanings = encoding_table(self.encoding)
        tables = {id(crosswalk): lookup_table(crosswalk) for crosswalk in self.crosswalks}  # equal ones are one object
        written = {key: meanings[table] for key, table in tables.items()}
        return Recipe(
            sources=self.collection.sources,
            crosswalks=tuple(tables[id(crosswalk)] for crosswalk in self.crosswalks),
            written=tuple(written[id(crosswalk)] for crosswalk in self.crosswalks),
            palette=self.encoding.palette(),
            size=self.choices.size,
            ignore_below=self.choices.ignore_below,
            ignore_band=self.choices.ignore_band,
            pictures=self.pictures or Pictures(),
            encoding=self.encoding,
            of_format=self.layout if isinstance(self.layout, PerFrame) else None,
            draw=self.draw,
        )


def _converted(job: _Job, staging: Path, jobs: int, progress: Progress | None) -> tuple[Totals, Rows]:
    """What all frames come to. Raises ExportError at the first that does not fit the others, or its record, before the
    rest are waited for."""
    collection, rows = job.collection, Rows(staging)
    totals = Totals(len(collection.sources))
    with closing(convert_all(collection.frames, job.placing, job.recipe(), staging, jobs, progress)) as results:
        for frame, placed, done in results:
            totals.add(frame, placed.split, done)
            rows.add(placed.number, done.rows)
            if job.layout.traits.one_size and len(totals.sizes) > 1:
                first = next(iter(totals.sizes))
                raise ExportError(
                    f"{frame.labels} is {in_pixels(done.size)} and {collection.frames[0].labels} {in_pixels(first)}; "
                    f"{job.layout.name} wants one size, since {job.layout.traits.one_size}: say which (--size WxH)"
                )
            if job.regrouped is not None and job.regrouped.counted:
                check_counted(frame, done)
    return totals, rows


def _settle(origin: Origin, wishes: Wishes, jobs: int) -> _Job:
    collection = origin.collected()
    layout, choices, frames = wishes.layout, wishes.choices, collection.frames
    written = target_of(collection.sources, wishes.target)
    parents = shared(crosswalk_of(source, written) for source in collection.sources)
    if layout.traits.needs_images and frames[0].image is None:
        raise ExportError(
            f"{layout.name} needs a picture for each frame, and there is none beside {frames[0].labels}; "
            "put PNG or JPEG files of the same stem there, or export as nyu"
        )
    if isinstance(layout, PerFrame):
        held = {"instances"} if origin.draw is not None else set()
        refuse_lacking(frames, layout.name, layout.wants - held)
    found = (frame.image for frame in frames if frame.image is not None)
    pictures = None
    if frames[0].image is not None:  # and so all have one
        ways = choices.images, choices.jpeg_quality
        pictures = settled(*ways, layout.name, layout.traits.endings, found, choices.size is not None)
    if pictures is not None and pictures.way == "link" and layout.places("train", "x", pictures.ending).image is None:
        raise ExportError(f"{layout.name} has no file for each picture that could be a link; use --images copy")
    if wishes.assets is not None:
        rng = np.random.default_rng([choices.seed, _SPLIT_STREAM])
        collection, split = split_by_assets(collection, wishes.assets, choices.fractions, rng)
    else:
        split = _split(frames, wishes)
    if wishes.real_share is not None:
        collection, split = mixed(collection, split, wishes.real_share, choices.seed)
    made, crosswalks = regroup(collection, parents, written, wishes.regrouping, split.of, jobs)
    encoding = layout.encoding(written if made is None else made.label_set)
    refuse_mingled(collection.sources, encoding, layout.name)
    placing = _placing(collection.frames, split, layout, pictures)
    warnings = (*collection.warnings, *split.warnings)
    settled_as = made, crosswalks, placing, split.method
    return _Job(layout, encoding, collection, parents, *settled_as, choices, pictures, warnings, origin.draw)


def _split(frames: Iterable[Frame], wishes: Wishes) -> Split:
    keys: list[FrameKey] = []
    kept: dict[str, str] = {}
    for frame in frames:
        keys.append(frame.key)
        if frame.split:
            kept[frame.key.name] = frame.split
    if wishes.split_lists:
        return split_by_lists(keys, wishes.split_lists)
    if wishes.growing is not None:
        seed, fractions = wishes.choices.seed, wishes.choices.fractions
        if split := split_growing(keys, wishes.growing, fractions, seed, wishes.split_by):
            return split
    rng = np.random.default_rng([wishes.choices.seed, _SPLIT_STREAM])
    return split_beside(keys, kept, wishes.choices.fractions, rng, wishes.split_by)


def _placing(frames: Iterable[Frame], split: Split, layout: Format, pictures: Pictures | None) -> Placing:
    names, scenes, splits = Texts(), Texts(), bytearray()
    for frame in frames:
        names.add(frame.key.name)
        scenes.add(frame.key.scene.removeprefix("file ").removesuffix(".blend"))
        splits.append(SPLITS.index(split.of[frame.key.name]))
    ending = pictures.ending if pictures else None
    return Placing(layout, ending, names, scenes, np.frombuffer(splits, np.uint8))


def _contents(job: _Job, totals: Totals) -> Contents:
    members = {part: np.flatnonzero(job.placing.splits == at) for at, part in enumerate(SPLITS)}
    # A trainer that reads its list in order must not see one camera's frames in a row.
    order = np.random.default_rng([job.choices.seed, _ORDER_STREAM]).permutation(len(members["train"]))
    members["train"] = members["train"][order]
    counts, weights = totals.counts(), None
    if len(order):
        classes = job.layout.classes(job.encoding.label_set)
        weights = class_weights(counts["train"], classes, job.choices.weights)
    return Contents(
        encoding=job.encoding,
        regrouped=job.regrouped,
        sources=job.collection.sources,
        split_method=job.split_method,
        frames={part: Chosen(job.placing, which) for part, which in members.items()},
        counts=counts,
        weights=weights,
        choices=job.choices,
        sizes=totals.sizes,
        background_known=totals.background_known,
        pictures=job.pictures,
        warnings=tuple(_warnings(job, totals, weights)),
    )


def _warnings(job: _Job, totals: Totals, weights: ClassWeights | None) -> Iterator[str]:
    yield from job.warnings
    label_set = job.encoding.label_set
    if any(source.kind != DRAWN for source in job.collection.sources):  # draws look alike by chance alone
        parts = [SPLITS[at] for at in job.placing.splits]
        yield from leak_warnings(job.placing.names, parts, totals.likenesses)
    yield from lost_labels(job.collection.sources, job.parents, totals.seen, label_set, job.regrouped)
    if weights is None and job.layout.traits.weights_file:
        yield f"no frame in train, so no class weights: {job.layout.traits.weights_file} is not written"
    if weights is not None and weights.absent:
        absent = [label_set.by_id[id_].name if id_ in label_set.by_id else CODE_NAMES[id_] for id_ in weights.absent]
        many = f"({len(absent)}, weight {ABSENT_WEIGHT:g})"
        yield f"classes that train does not show {many}: {listed(absent, most=8)}"
    for before, size in sorted(totals.reshaped):
        if is_squashed(before, size):
            yield f"{_with_ratio(before)} are squashed to {_with_ratio(size)}: images and labels alike are out of shape"
    sizes = sorted(totals.sizes, key=lambda size: (size[0] * size[1], size))
    if len(sizes) > 1:
        yield (
            f"pictures are of {len(sizes)} sizes, {in_pixels(sizes[0])} to {in_pixels(sizes[-1])} pixels: where a "
            "trainer does not scale or crop them itself, export with --size WxH"
        )
    if not totals.background_known:
        yield "index passes without depth: background is written as unlabelled; render with the Z pass"


def _with_ratio(size: tuple[int, int]) -> str:
    width, height = size
    return f"{width}x{height} pixels ({width / height:.3g}:1)"


def _texts(layout: Format, contents: Contents) -> dict[str, str]:
    files = layout.side_files(contents.encoding, contents.frames, contents.weights)
    return files | {NAME: manifest_json(layout, contents)}
