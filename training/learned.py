"""What the outputs of a network mean: labels of a label set, and perhaps the background, in the order of classes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from blender_addon.contract.labels import BACKGROUND, CODE_NAMES, Color, LabelSet, label_set_from_dict, voc_color
from blender_addon.contract.words import quoted
from postprocess.manifest import manifest_read

from .errors import TrainingError


@dataclass(frozen=True)
class Learned:
    """`ids`: the label id of each class, or the code of the background."""

    label_set: LabelSet
    ids: tuple[int, ...]

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def names(self) -> tuple[str, ...]:
        labels = self.label_set.by_id
        return tuple(labels[id_].name if id_ in labels else CODE_NAMES[id_] for id_ in self.ids)

    @property
    def colors(self) -> tuple[Color, ...]:
        labels = self.label_set.by_id
        return tuple(labels[id_].color if id_ in labels else voc_color(0) for id_ in self.ids)

    def to_dict(self) -> dict[str, Any]:
        return {"label_set": self.label_set.to_dict(), "ids": list(self.ids)}


def learned_from(data: Any) -> Learned:
    """Of `to_dict`. Raises ValueError, KeyError and TypeError for anything else."""
    label_set, ids = label_set_from_dict(data["label_set"]), tuple(map(int, data["ids"]))
    if unknown := [id_ for id_ in ids if id_ not in label_set.by_id and id_ != BACKGROUND]:
        raise ValueError(f"class {unknown[0]} is no label of {label_set.name!r}")
    return Learned(label_set, ids)


def learned_of_dataset(path: Path) -> Learned:
    """Of a `dataset.json`: its classes in the order of their values. Raises ExportError."""
    with manifest_read(path) as data:
        rows = [(int(row["value"]), int(row["id"])) for row in data["classes"]]
        if data["conventions"].get("background is a class"):
            rows.append((int(data["codes"]["background"]["written_as"]), BACKGROUND))
        return learned_from({"label_set": data["label_set"], "ids": [id_ for _, id_ in sorted(rows)]})


def refuse_other_classes(model: Learned, dataset: Learned, model_name: str, dataset_name: str) -> None:
    """Raises TrainingError where a dataset's classes are not those of a model, each at its place."""
    if model.names == dataset.names:
        return
    lacking = [name for name in dataset.names if name not in model.names]
    more = [name for name in model.names if name not in dataset.names]
    parts = [
        *([f"it never learned {quoted(lacking)}"] if lacking else []),
        *([f"it also knows {quoted(more)}"] if more else []),
    ]
    why = " and ".join(parts) or "they stand in another order"
    raise TrainingError(
        f"the classes of {model_name} are not those of {dataset_name}: {why}; export with the "
        "labels that it was trained on"
    )
