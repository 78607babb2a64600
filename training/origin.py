"""What predictions were made from, kept beside them: whether they are still those of a model and a dataset as these are
now. A file that predictions are older than says nothing: a copy has another time, and no other content."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from blender_addon.contract import VERSION
from blender_addon.contract.strict import parse_json
from blender_addon.contract.words import refusal
from postprocess.staging import write_checked

from .errors import TrainingError

NAME = "made_from.json"


@dataclass(frozen=True)
class Origin:
    """`model`: the SHA-256 of the file that predicted; `dataset`: the digest of `training.frames.Dataset`, None where
    pictures were a folder's; `split` of it."""

    model: str
    dataset: str | None
    split: str | None


def checksum_of(model: Path) -> str:
    """Raises TrainingError for a file that cannot be read."""
    try:
        with open(model, "rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise TrainingError(refusal(error, model)) from None


def write_origin(root: Path, origin: Origin) -> None:
    """Raises ExportError where the disk refuses."""
    told = {"labelpass": VERSION, **asdict(origin)}
    write_checked(root, NAME, (json.dumps(told, indent=1) + "\n").encode())


def is_from(predictions: Path, origin: Origin) -> bool:
    """False also where they do not say what they are from, or are not there."""
    try:
        told: Any = parse_json((predictions / NAME).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(told, dict) and {key: told.get(key) for key in asdict(origin)} == asdict(origin)
