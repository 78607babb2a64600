"""The export: many frames from runs or index passes to one dataset that is there whole or not at all.

Frames are converted by `postprocess.convert` in as many processes as asked, into a folder beside the target, which
takes its name only when every file is written and checked. The bytes depend on the input and the options, and not on
the number of processes, the order of the runs or the machine's paths.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from blender_addon.contract.labels import CODE_NAMES, LabelSet

from .convert import Converted, Recipe
from .errors import ExportError
from .exporters import FORMATS, Format
from .frames import Collection, Frame, frames_of_folder, frames_of_runs
from .manifest import NAME, Choices, Contents, manifest_json
from .masks import Encoding, encoding_table, lookup_table
from .pool import convert_all
from .progress import Progress
from .splits import SPLITS, Split, check_fractions, split_frames
from .staging import staged
from .stats import ABSENT_WEIGHT, count_classes, median_frequency_weights
from .taxonomy import crosswalk_of, lost_labels, some, target_of

_SPLIT_STREAM, _ORDER_STREAM = 1, 2  # what the seed is used for: one seed, and draws that do not depend on each other


@dataclass(frozen=True)
class ExportSummary:
    """What was made: frames per split, (width, height), and what a person should read before training."""

    out: Path
    format: str
    label_set: str
    frames: Mapping[str, int]
    size: tuple[int, int]
    warnings: tuple[str, ...]
    notes: tuple[str, ...]


def export(
    runs: Sequence[Path],
    out: Path,
    format: str,
    *,
    target: LabelSet | None = None,
    split: tuple[float, float, float] = (0.8, 0.1, 0.1),
    split_by: str | None = None,
    seed: int = 0,
    size: tuple[int, int] | None = None,
    ignore_impure: float | None = None,
    jobs: int = 1,
    options: Mapping[str, Any] | None = None,
    progress: Progress | None = None,
) -> ExportSummary:
    """Export the finished frames of run folders as "nyu" or "segnet" into the new folder `out`.

    `target` remaps through the label sets' parents; `split` are fractions of train, val, test, assigned by `split_by`
    ("scene", "view", "frame", or None for the leak-safe default of `postprocess.splits`) with `seed`; `size` is
    (width, height) in pixels; `ignore_impure` writes pixels of less purity (0..1) as ignore; `jobs` is a number of
    processes; `options` are the fields of the format's dataclass. `progress` is called with (done, total) frames.
    Raises ExportError, and leaves nothing, for any input that cannot be trusted and any wish that cannot be met.
    """
    choices = Choices(check_fractions(split), seed, size, ignore_impure)
    return _export(partial(frames_of_runs, runs), out, format, target, split_by, choices, jobs, options, progress)


def export_index_passes(
    folder: Path,
    label_set: LabelSet,
    out: Path,
    format: str,
    *,
    images: Path | None = None,
    layer: str | None = None,
    target: LabelSet | None = None,
    split: tuple[float, float, float] = (0.8, 0.1, 0.1),
    split_by: str | None = None,
    seed: int = 0,
    size: tuple[int, int] | None = None,
    jobs: int = 1,
    options: Mapping[str, Any] | None = None,
    progress: Progress | None = None,
) -> ExportSummary:
    """Export a folder of index-pass EXRs that anybody rendered; `label_set` says what their numbers mean.

    Pictures of the same stem are taken from `images` or the folder itself; `layer` chooses among several view layers.
    The rest is as in `export`.
    """
    choices = Choices(check_fractions(split), seed, size, None)
    collect = partial(frames_of_folder, folder, label_set, images, layer)
    return _export(collect, out, format, target, split_by, choices, jobs, options, progress)


def _export(
    collect: Callable[[], Collection],
    out: Path,
    format: str,
    target: LabelSet | None,
    split_by: str | None,
    choices: Choices,
    jobs: int,
    options: Mapping[str, Any] | None,
    progress: Progress | None,
) -> ExportSummary:
    layout = _layout(format, options or {})
    _check_wishes(out, choices, jobs)
    collection = collect()
    written = target_of(collection.sources, target)
    crosswalks = [crosswalk_of(source, written) for source in collection.sources]
    encoding = layout.encoding(written)
    frames = collection.frames
    with_images = frames[0].image is not None
    if layout.needs_images and not with_images:
        raise ExportError(
            f"{layout.name} needs a picture for each frame, and there is none beside {frames[0].labels}; "
            "put PNG or JPEG files of the same stem there, or export as nyu"
        )
    rng = np.random.default_rng([choices.seed, _SPLIT_STREAM])
    split = split_frames([frame.key for frame in frames], choices.fractions, rng, split_by)
    places = [layout.places(split.of[frame.key.name], frame.key.name, with_images) for frame in frames]
    recipe = Recipe(
        label_sets=tuple(source.label_set for source in collection.sources),
        crosswalks=tuple(lookup_table(crosswalk) for crosswalk in crosswalks),
        encode=encoding_table(encoding),
        palette=encoding.palette(),
        size=choices.size,
        ignore_below=choices.ignore_below,
    )
    with staged(out) as staging:
        converted = _of_one_size(frames, convert_all(frames, places, recipe, staging, jobs, progress))
        lost = lost_labels(collection, crosswalks, converted, written)
        warnings = [*collection.warnings, *split.warnings, *lost]
        contents = _contents(layout, encoding, collection, split, converted, choices, warnings)
        for name, text in _texts(layout, contents).items():
            (staging / name).write_bytes(text.encode())
            if (staging / name).read_bytes() != text.encode():
                raise ExportError(f"{staging / name} does not hold what was written: a full or failing disk?")
    return ExportSummary(
        out=out,
        format=layout.name,
        label_set=written.name,
        frames={part: len(names) for part, names in contents.names.items()},
        size=contents.size,
        warnings=tuple(contents.warnings),
        notes=layout.notes(),
    )


def _contents(
    layout: Format,
    encoding: Encoding,
    collection: Collection,
    split: Split,
    converted: Sequence[Converted],
    choices: Choices,
    warnings: Sequence[str],
) -> Contents:
    frames = collection.frames
    members = {part: [at for at, frame in enumerate(frames) if split.of[frame.key.name] == part] for part in SPLITS}
    counts = {part: count_classes(converted[at].counts for at in ats) for part, ats in members.items()}
    names = {part: tuple(frames[at].key.name for at in ats) for part, ats in members.items()}
    # A trainer that reads its list in order must not see one camera's frames in a row.
    order = np.random.default_rng([choices.seed, _ORDER_STREAM]).permutation(len(names["train"]))
    names["train"] = tuple(names["train"][at] for at in order)
    weights = median_frequency_weights(counts["train"], layout.classes(encoding.label_set))
    found = list(warnings)
    if members["train"] and weights.absent:
        labels = encoding.label_set.by_id
        absent = [labels[id_].name if id_ in labels else CODE_NAMES[id_] for id_ in weights.absent]
        found.append(f"classes that train does not show ({len(absent)}, weight {ABSENT_WEIGHT:g}): {some(absent)}")
    background_known = all(done.background_known for done in converted)
    if not background_known:
        found.append("index passes without depth: background is written as unlabelled; render with the Z pass")
    return Contents(
        encoding=encoding,
        sources=collection.sources,
        split=split,
        names=names,
        counts=counts,
        weights=weights if members["train"] else None,
        choices=choices,
        size=converted[0].size,
        background_known=background_known,
        with_images=frames[0].image is not None,
        warnings=tuple(found),
    )


def _texts(layout: Format, contents: Contents) -> dict[str, str]:
    files = layout.side_files(contents.encoding, contents.names, contents.weights)
    return files | {NAME: manifest_json(layout, contents)}


def _layout(format: str, options: Mapping[str, Any]) -> Format:
    if format not in FORMATS:
        raise ExportError(f"format {format!r}: known are {', '.join(sorted(FORMATS))}")
    known = {field.name for field in fields(FORMATS[format])}
    for name in options:
        if name not in known:
            raise ExportError(f"format {format} has no option {name!r}; it has {', '.join(sorted(known))}")
    return FORMATS[format](**options)


def _check_wishes(out: Path, choices: Choices, jobs: int) -> None:
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise ExportError(f"{out} is there already and not empty; name a new folder, or remove it first")
    if choices.size is not None and min(choices.size) < 1:
        raise ExportError(f"size {choices.size[0]}x{choices.size[1]}: both sides need at least one pixel")
    if choices.ignore_below is not None and not 0 <= choices.ignore_below <= 1:
        raise ExportError(f"purity threshold {choices.ignore_below:g}: purity goes from 0 to 1")
    if choices.seed < 0:
        raise ExportError(f"seed {choices.seed}: seeds are whole numbers from 0")
    if jobs < 1:
        raise ExportError(f"{jobs} jobs: at least one process is needed")


def _of_one_size(frames: Sequence[Frame], results: Iterable[Converted]) -> list[Converted]:
    """All results; raises ExportError at the first that differs, before the rest are waited for."""
    found: list[Converted] = []
    for frame, done in zip(frames, results):
        found.append(done)
        if done.size != found[0].size:
            (width, height), (first_width, first_height) = done.size, found[0].size
            raise ExportError(
                f"{frame.labels} is {width}x{height} and {frames[0].labels} {first_width}x{first_height}; "
                "trainers want one size: say which (--size WxH)"
            )
    return found
