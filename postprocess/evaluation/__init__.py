"""`labelpass evaluate`: predictions of a model held against the truth."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from blender_addon.contract.labels import LabelSet

from ..errors import ExportError
from ..progress import Progress
from ..staging import write_whole
from .classes import Classes, classes_of_dataset, classes_of_label_set, manifest_around
from .evaluate import Evaluation, Wishes, as_json, evaluate
from .page import page
from .pairs import pairs, truths
from .table import lines

__all__ = ["Evaluation", "Wishes", "check_ending", "evaluation_of", "lines", "write"]


def evaluation_of(
    models: Sequence[Path],
    truth: Path,
    label_set: LabelSet | None = None,
    split: str | None = None,
    wishes: Wishes | None = None,
    progress: Progress | None = None,
) -> Evaluation:
    """Predictions of one model or several against a dataset's split, or a folder of label maps.

    What values mean is said by `label_set`, else by the dataset.json of the truth. Raises ExportError.
    """
    found = pairs(truths(truth, split), models)
    names = [model.name for model in models]
    if len(set(names)) < len(names):
        names = [str(model) for model in models]
    return evaluate(found, _classes(truth, label_set), names, wishes or Wishes(), progress)


def check_ending(out: Path) -> None:
    """Raises ExportError for what `write` would not write: before hours of work, not after."""
    if out.suffix.lower() not in {".html", ".htm", ".json"}:
        raise ExportError(f"{out}: an evaluation is written as .html or .json")


def write(evaluation: Evaluation, out: Path) -> None:
    """As HTML or JSON, by the ending of `out`; whole or not at all. Raises ExportError for another ending."""
    check_ending(out)
    if out.suffix.lower() in {".html", ".htm"}:
        text = page(evaluation)
    else:
        text = json.dumps(as_json(evaluation), indent=1, ensure_ascii=False) + "\n"
    write_whole(out, text.encode())


def _classes(truth: Path, label_set: LabelSet | None) -> Classes:
    manifest = manifest_around(truth)
    if label_set is not None:
        return classes_of_label_set(label_set)
    if manifest is None:
        raise ExportError(f"{truth}: no dataset.json says what its values mean; say it: --label-set NAME|FILE")
    return classes_of_dataset(manifest)
