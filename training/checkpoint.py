"""The files of a model: best.pt, which predicts, and last.pt, from which training goes on.

Both are written beside their place and renamed into it. They are read with `weights_only`: a file that somebody else
made can hold numbers and words, and nothing that runs.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from blender_addon.contract import VERSION
from blender_addon.contract.words import refusal
from postprocess.staging import write_whole

from .errors import TrainingError
from .history import Epoch, as_plain, epochs_from
from .learned import Learned, learned_from
from .settings import Settings, settings_from
from .settings import as_plain as settings_as_plain

SCHEMA = 1
BEST, LAST = "best.pt", "last.pt"
_UNSAFE = "Weights only load failed"
"""What PyTorch says of what `weights_only` does not let in."""


@dataclass(frozen=True)
class Model:
    """A network that can be built again; `state` are its weights and running means."""

    settings: Settings
    learned: Learned
    state: Mapping[str, torch.Tensor]
    epoch: int


@dataclass(frozen=True)
class Progress:
    """Where a training is: so many epochs are over, and of the next so many steps, whose losses add up to `loss` over
    so many `pixels`. `dataset` is the digest of what is learned."""

    model: Model
    dataset: str
    optimizer: Mapping[str, Any]
    step: int
    loss: float
    pixels: int
    epochs: tuple[Epoch, ...]


def write_model(path: Path, model: Model) -> None:
    """Raises ExportError where the disk refuses."""
    _write(path, _plain_model(model))


def write_progress(path: Path, progress: Progress) -> None:
    """Raises ExportError where the disk refuses."""
    data = _plain_model(progress.model) | {
        "dataset": progress.dataset,
        "optimizer": progress.optimizer,
        "step": progress.step,
        "loss": progress.loss,
        "pixels": progress.pixels,
        "epochs": as_plain(progress.epochs),
    }
    _write(path, data)


def read_model(path: Path) -> Model:
    """Either file, on the CPU. Raises TrainingError for what is missing, damaged, or of another program."""
    return _read(path, _model_from)


def read_progress(path: Path) -> Progress:
    """A last.pt, on the CPU. Raises TrainingError as `read_model` does."""
    return _read(path, _progress_from)


def _plain_model(model: Model) -> dict[str, Any]:
    return {
        "schema": SCHEMA,
        "labelpass": VERSION,
        "settings": settings_as_plain(model.settings),
        "learned": model.learned.to_dict(),
        "epoch": model.epoch,
        "state": dict(model.state),
    }


def _model_from(data: Any) -> Model:
    if data["schema"] != SCHEMA:
        raise TrainingError(f"it is of schema {data['schema']}, and this version of labelpass reads {SCHEMA}")
    state = {str(name): tensor for name, tensor in data["state"].items()}
    if not all(isinstance(tensor, torch.Tensor) for tensor in state.values()):
        raise TypeError("state holds what is no tensor")
    return Model(settings_from(data["settings"]), learned_from(data["learned"]), state, int(data["epoch"]))


def _progress_from(data: Any) -> Progress:
    return Progress(
        _model_from(data),
        str(data["dataset"]),
        data["optimizer"],
        int(data["step"]),
        float(data["loss"]),
        int(data["pixels"]),
        epochs_from(data["epochs"]),
    )


def _write(path: Path, data: Mapping[str, Any]) -> None:
    file = io.BytesIO()
    torch.save(data, file)
    write_whole(path, file.getvalue())


def _read(path: Path, made_of: Any) -> Any:
    try:
        file = io.BytesIO(path.read_bytes())
    except OSError as error:
        raise TrainingError(refusal(error, path)) from None
    try:
        _refuse_flipped(file)
        return made_of(torch.load(file, map_location="cpu", weights_only=True))
    except TrainingError as error:
        raise TrainingError(f"{path}: {error}") from None
    except Exception as error:  # noqa: BLE001 (the file may be anything, and readers of archives raise anything)
        if _UNSAFE in str(error):  # its next words say how to read it all the same, and that would run what is in it
            raise TrainingError(
                f"{path} is no model of labelpass train: it holds more than numbers, and nothing of it was run"
            ) from None
        why = str(error).strip().splitlines() or [type(error).__name__]
        raise TrainingError(f"{path} is no model of labelpass train, or damaged ({why[0]})") from None


def _refuse_flipped(file: io.BytesIO) -> None:
    """PyTorch's files are archives with checksums, at which PyTorch does not look: weights would be wrong unnoticed."""
    with zipfile.ZipFile(file) as archive:
        if any(each.compress_type != zipfile.ZIP_STORED for each in archive.infolist()):
            raise ValueError("it is compressed, which PyTorch's are not: it may fill the memory")
        damaged = archive.testzip()
    if damaged is not None:
        raise ValueError(f"the checksum of {damaged!r} is another one")
    file.seek(0)
