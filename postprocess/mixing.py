"""How many real pictures and how many rendered ones a train split has: fewer of the kind that there is too much of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from blender_addon.contract.words import counted

from .dataset_frames import IMPORTED
from .errors import ExportError
from .frames import Collection, packed
from .splits import Split

_STREAM = 3  # what the seed is used for, beside those of `postprocess.dataset`


def check_real_share(share: float) -> float:
    """A number between 0 and 1. Raises ExportError."""
    if not 0 < share < 1:
        raise ExportError(f"real share {share:g}: between 0 and 1, as 0.25 for one real picture to three rendered ones")
    return share


def mixed(collection: Collection, split: Split, share: float, seed: int) -> tuple[Collection, Split]:
    """Without the frames that train has too many of; val and test stay as they are. Raises ExportError."""
    kinds = [source.kind for source in collection.sources]
    train = [(frame.key.name, frame.source) for frame in collection.frames if split.of[frame.key.name] == "train"]
    real = [name for name, source in train if kinds[source] == IMPORTED]
    rendered = [name for name, source in train if kinds[source] != IMPORTED]
    gone, said = left_out(real, rendered, share, np.random.default_rng([seed, _STREAM]))
    frames = packed(frame for frame in collection.frames if frame.key.name not in gone)
    of = {name: part for name, part in split.of.items() if name not in gone}
    return replace(collection, frames=frames, warnings=(*collection.warnings, said)), replace(split, of=of)


def left_out(
    real: Sequence[str], rendered: Sequence[str], share: float, rng: np.random.Generator
) -> tuple[frozenset[str], str]:
    """Names that a train split does without, so that real ones are `share` of it (to the nearest picture), and a
    sentence of it. All of one kind stay. Which of the other go depends on the names and the rng alone.

    Raises ExportError where a kind is missing.
    """
    check_real_share(share)
    if not real or not rendered:
        raise ExportError(
            f"--real-share {share:g} mixes real pictures and rendered ones, and train has no "
            f"{'real' if not real else 'rendered'} ones"
        )
    most_rendered = max(1, round(len(real) * (1 - share) / share))
    if most_rendered <= len(rendered):
        gone = _drawn(rendered, len(rendered) - most_rendered, rng)
    else:
        gone = _drawn(real, len(real) - max(1, round(len(rendered) * share / (1 - share))), rng)
    kept_real, kept_rendered = (len([name for name in names if name not in gone]) for names in (real, rendered))
    kind = "rendered" if len(rendered) > kept_rendered else "real"
    return gone, (
        f"train has {kept_real} real and {counted(kept_rendered, 'rendered frame')}: {len(gone)} {kind} left out for "
        f"--real-share {share:g}"
    )


def _drawn(names: Sequence[str], count: int, rng: np.random.Generator) -> frozenset[str]:
    ordered = sorted(names)
    return frozenset(ordered[at] for at in rng.permutation(len(ordered))[: max(0, count)])
