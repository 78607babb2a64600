"""Into which label set the sources of a dataset go, and what is lost on the way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from blender_addon.contract.labels import LabelSet, LabelSetError
from blender_addon.contract.words import listed

from .convert import Converted
from .errors import ExportError
from .frames import Collection, Source


def target_of(sources: Sequence[Source], target: LabelSet | None) -> LabelSet:
    """The label set to write: `target`, or the one that all sources share. Raises ExportError where they differ."""
    if target is not None:
        return target
    for source in sources:
        if source.label_set != sources[0].label_set:
            raise ExportError(
                f"{sources[0].name} is labelled with {sources[0].label_set.name!r} and {source.name} with "
                f"{'another ' * (source.label_set.name == sources[0].label_set.name)}{source.label_set.name!r}; "
                "say into which label set both go (--labels), or export them apart"
            )
    return sources[0].label_set


def crosswalk_of(source: Source, target: LabelSet) -> dict[int, int]:
    """{id in the source: id in `target`}. Raises ExportError where none exists, or one name means two label sets."""
    here = source.label_set
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
        raise ExportError(f"{source.name}: {error}") from error


def lost_labels(
    collection: Collection, crosswalks: Sequence[Mapping[int, int]], converted: Sequence[Converted], target: LabelSet
) -> list[str]:
    """Labels that were seen and have no meaning in the target: a person must know that they are gone."""
    pixels: dict[str, int] = {}
    for frame, done in zip(collection.frames, converted):
        labels = collection.sources[frame.source].label_set.by_id
        for id_, count in done.source_counts.items():
            if id_ in labels and id_ not in crosswalks[frame.source]:
                pixels[labels[id_].name] = pixels.get(labels[id_].name, 0) + count
    if not pixels:
        return []
    named = [f"{name} ({count} pixels)" for name, count in sorted(pixels.items())]
    return [f"no parent in {target.name!r}, written as unlabelled: {listed(named, most=8)}"]
