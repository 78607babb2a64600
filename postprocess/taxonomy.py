"""Into which label set the sources of a dataset go, and what is lost on the way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from blender_addon.contract.labels import LabelSet, LabelSetError, built_in, built_in_names
from blender_addon.contract.words import listed

from .dataset_frames import IMPORTED
from .errors import ExportError
from .frames import Collection, Source
from .frequencies import pixels_in_train
from .packed import shared
from .regrouping import Regrouped, Regrouping, regrouped


def target_of(sources: Sequence[Source], target: LabelSet | None) -> LabelSet:
    """The label set to write: `target`, or the one that all sources share. Raises ExportError where they differ."""
    if target is not None:
        return target
    for source in sources:
        if _of_today(source.label_set) != _of_today(sources[0].label_set):
            raise ExportError(
                f"{sources[0].name} is labelled with {sources[0].label_set.name!r} and {source.name} with "
                f"{'another ' * (source.label_set.name == sources[0].label_set.name)}{source.label_set.name!r}; "
                "say into which label set both go (--labels), or export them apart"
            )
    return _of_today(sources[0].label_set)


def _of_today(label_set: LabelSet) -> LabelSet:
    """A set that comes with Labelpass as this version has it: a run of an older one knows fewer aliases and parents."""
    if label_set.name not in built_in_names():
        return label_set
    today = built_in(label_set.name)
    looks = [[(label.id, label.name, label.color) for label in each.labels] for each in (label_set, today)]
    return today if looks[0] == looks[1] else label_set


def crosswalk_of(source: Source, target: LabelSet) -> dict[int, int]:
    """{id in the source: id in `target`}. Raises ExportError where none exists, or one name means two label sets."""
    here = _of_today(source.label_set)
    if here.name == target.name:
        for id_ in sorted(here.by_id.keys() & target.by_id.keys()):
            if here.by_id[id_].name.casefold() != target.by_id[id_].name.casefold():
                raise ExportError(
                    f"{source.name}: id {id_} is {here.by_id[id_].name!r} there and {target.by_id[id_].name!r} in the "
                    f"label set {target.name!r} asked for; they share a name and differ, so rename one of them"
                )
    try:
        return here.crosswalk(target)
    except LabelSetError as error:
        again = f", or import it again with --label-set {target.name}" if source.kind == IMPORTED else ""
        raise ExportError(f"{source.name}: {error}{again}") from error


def regroup(
    collection: Collection,
    crosswalks: Sequence[Mapping[int, int]],
    target: LabelSet,
    wish: Regrouping | None,
    split_of: Mapping[str, str],
    jobs: int,
) -> tuple[Regrouped | None, tuple[Mapping[int, int], ...]]:
    """The target as wished, None where nobody wished anything, and the cross-walks into that. Raises ExportError."""
    if wish is None:
        return None, tuple(crosswalks)
    counts = {} if wish.keep_most is None else pixels_in_train(collection, split_of, crosswalks, jobs)
    made = regrouped(target, wish, counts)
    sources = (source.label_set.by_id for source in collection.sources)
    return made, shared(made.crosswalk(crosswalk, ids) for crosswalk, ids in zip(crosswalks, sources))


def lost_labels(
    sources: Sequence[Source],
    crosswalks: Sequence[Mapping[int, int]],
    seen: Sequence[Mapping[int, int]],
    target: LabelSet,
    made: Regrouped | None = None,
) -> list[str]:
    """Labels that were seen and have no meaning in the target, or were not kept: a person must know that they are gone,
    or in a rest. `seen` are {id: pixels} of each source. `crosswalks` are those into the set before regrouping; merged
    labels have their new name."""
    before = target if made is None else made.before
    orphans: dict[str, int] = {}
    left_out: dict[str, int] = {}
    for source, crosswalk, pixels in zip(sources, crosswalks, seen):
        labels = source.label_set.by_id
        for id_, count in pixels.items():
            if id_ in labels and id_ not in crosswalk:
                orphans[labels[id_].name] = orphans.get(labels[id_].name, 0) + count
            elif id_ in labels and made and (name := made.names[crosswalk[id_]]) in made.left_out:
                left_out[name] = left_out.get(name, 0) + count
    rest = target.by_id[made.rest] if made and made.rest else None
    written = f"written as {repr(rest.name) if rest else 'unlabelled'}"
    return [
        f"{why}, {written}: {listed([f'{name} ({count} pixels)' for name, count in sorted(pixels.items())], most=8)}"
        for why, pixels in ((f"no parent in {before.name!r}", orphans), ("not kept", left_out))
        if pixels
    ]
