"""What a person should know before anything else of a run or a dataset, worst first, each with what to do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from blender_addon.contract.labels import IGNORE, UNLABELLED
from blender_addon.contract.run import Plan
from blender_addon.contract.words import counted, listed

from ..stats import ClassCounts
from .figures import Kind
from .run_tally import RunTally

NAMED = 8  # of labels
_MUCH_IGNORED = 0.05
_RARE = 0.01  # of the images: what shows so few is hardly learnt


def of_run(plan: Plan, tally: RunTally, finished: int, asked: int) -> Iterator[str]:
    """`finished` of the frames that are `asked` for."""
    if tally.damaged:
        more = "" if tally.damaged <= len(tally.why) else f"; and {tally.damaged - len(tally.why)} more"
        yield f"{counted(tally.damaged, 'frame')} damaged, and counted nowhere below. {'; '.join(tally.why)}{more}"
    if tally.rays.get("differing"):
        yield (
            f"{counted(tally.rays['differing'], 'pixel')} of {sum(tally.rays.values()):,} that the render held against "
            "rays has another label there; labelpass verify lists them"
        )
    if finished < asked:
        yield f"Unfinished: {finished:,} of {counted(asked, 'frame')}. Render it again to go on."
    if tally.bare:
        share, frame = tally.barest
        yield (
            f"Unlabelled surfaces: {_share(tally.counts.pixels.get(UNLABELLED, 0), tally.counts.total)} of all pixels, "
            f"in {tally.bare:,} of {counted(tally.counts.frames, 'frame')}; most in frame {frame}, {_percent(share)} "
            "of it. labelpass check names the things."
        )
    if tally.alone:
        yield f"{counted(tally.alone, 'frame')} of one label and nothing else: cameras in walls, or too near?"
    yield from _ignored(tally.counts)
    seen = tally.counts.images
    yield from _never(plan, [label.name for label in plan.label_set.labels if label.id not in seen])
    if len(tally.versions) > 1:
        yield f"Frames of {len(tally.versions)} versions: {listed(list(tally.versions), most=3, between='; ')}"


def of_dataset(
    said: list[str], groups: Mapping[str, ClassCounts], kinds: Mapping[int, Kind], classes: list[int]
) -> Iterator[str]:
    """`said` is what the export found to warn about."""
    yield from said
    total = sum((counts.total for counts in groups.values()), 0)
    bare = sum(counts.pixels.get(UNLABELLED, 0) for counts in groups.values())
    if bare:
        yield f"Unlabelled: {_share(bare, total)} of all pixels have no class, and teach nothing."
    train = groups.get("train")
    if train is not None and train.frames:
        for name in ("val", "test"):
            other = groups.get(name)
            alone = [
                kinds[id_].name for id_ in classes if other and other.images.get(id_) and not train.images.get(id_)
            ]
            if alone:
                yield f"{name} shows what train never does ({len(alone)}): {listed(alone, most=NAMED)}"
        rare = [kinds[id_].name for id_ in classes if 0 < train.images.get(id_, 0) < _RARE * train.frames]
        if rare:
            yield f"In less than {_RARE:.0%} of the training images: {listed(rare, most=NAMED)}"
    never = [kinds[id_].name for id_ in classes if not any(counts.images.get(id_) for counts in groups.values())]
    if never:
        yield f"No image shows {len(never)} of {len(classes)} classes: {listed(never, most=NAMED)}"


def _never(plan: Plan, never: list[str]) -> Iterator[str]:
    if never:
        yield (
            f"No frame shows {len(never)} of the {len(plan.label_set.labels)} labels of {plan.label_set.name}: "
            f"{listed(never, most=NAMED)}"
        )


def _ignored(counts: ClassCounts) -> Iterator[str]:
    ignored = counts.pixels.get(IGNORE, 0)
    if ignored > _MUCH_IGNORED * counts.total:
        yield f"{_share(ignored, counts.total)} of all pixels are ignored, and teach nothing."


def _share(part: int, whole: int) -> str:
    return _percent(part / max(1, whole))


def _percent(share: float) -> str:
    return f"{share:.1%}" if share >= 0.0005 else "less than 0.1%"
