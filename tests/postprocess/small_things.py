"""Adds to a small run what `labelpass render --with instances,depth` would have left in it."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from small_inputs import checksum, write_exr, write_run

from blender_addon.contract.labels import BACKGROUND, IGNORE
from blender_addon.contract.run import PLAN, RECORD, finished_frames, frame_folder, read_plan
from postprocess.exr import read_labels

IDS = np.array([7, 2**32 + 5, 2**53 - 1, 3 * 2**40], np.uint64)


def write_run_of_things(run: Path, *args, with_: tuple[str, ...] = ("instances",), **kwargs) -> Path:
    """`write_run`, and in each frame four things that lie across the labels, so that one has several labels."""
    write_run(run, *args, **kwargs)
    plan = json.loads((run / PLAN).read_text())
    plan["settings"]["modalities"] = [name for name in ("depth", "instances") if name in with_]
    (run / PLAN).write_text(json.dumps(plan))
    for number in finished_frames(run):
        _add(run, number, with_)
    return run


def things_of(run: Path, number: int) -> np.ndarray:
    """(H, W) uint64 of a frame of `write_run_of_things`."""
    labels = _labels(run, number)
    rng = np.random.default_rng(number)
    coarse = rng.choice(IDS, (4, 5))
    height, width = labels.shape
    ids = np.repeat(np.repeat(coarse, -(-height // 4), 0), -(-width // 5), 1)[:height, :width].copy()
    ids[(labels == BACKGROUND) | (labels == IGNORE)] = 0
    return ids


def depth_of(run: Path, number: int) -> np.ndarray:
    """(H, W) float32 of the same."""
    labels = _labels(run, number)
    near = np.random.default_rng([number, 1]).uniform(0.5, 9, labels.shape).astype(np.float32)
    return np.where(labels == BACKGROUND, np.float32(np.inf), near)


def _labels(run: Path, number: int) -> np.ndarray:
    return read_labels(frame_folder(run, number) / "labels.exr", read_plan(run).label_set).pixels


def _add(run: Path, number: int, with_: tuple[str, ...]) -> None:
    folder = frame_folder(run, number)
    record = json.loads((folder / RECORD).read_text())
    if "instances" in with_:
        ids = things_of(run, number)
        halves = {"Instance.High": (ids >> np.uint64(32)).astype(np.uint32), "Instance.Low": ids.astype(np.uint32)}
        write_exr(folder / "instances.exr", halves)
        record["files"]["instances.exr"] = _stored(np.stack(list(halves.values()), axis=-1))
        rows = [{"id": int(id_), "pixels": int((ids == id_).sum())} for id_ in np.unique(ids[ids > 0])]
        text = json.dumps({"schema": 1, "instances": rows}).encode()
        (folder / "instances.json").write_bytes(text)
        record["files"]["instances.json"] = _stored(np.frombuffer(text, np.uint8))
    if "depth" in with_:
        z = depth_of(run, number)
        write_exr(folder / "depth.exr", {"Distance": z * 2, "Z": z})
        record["files"]["depth.exr"] = _stored(np.stack([z * 2, z], axis=-1))
    (folder / RECORD).write_text(json.dumps(record))


def _stored(pixels: np.ndarray) -> dict[str, object]:
    return {"checksum": checksum(pixels), "shape": list(pixels.shape), "dtype": pixels.dtype.name}
