"""A run whose records say all that the renderer's say, with names as bad as names can be."""

from __future__ import annotations

import json
from math import cos, radians, sin
from pathlib import Path
from typing import Any

import numpy as np
from small_inputs import checksum, some_image, write_exr, write_frame

from blender_addon.contract.labels import BACKGROUND, CODE_NAMES, LabelSet, label_set_from_dict
from blender_addon.contract.run import Plan, Settings, View, frame_folder, write_plan

EVIL = "</script><script>alert(1)</script><img src=x onerror=alert(2)>'\"&\u202e"
SET = label_set_from_dict({"name": "evil", "labels": ["wall", EVIL, "lamp", "never"]})
WIDTH, HEIGHT = 40, 30


def labels_of(frame: int) -> np.ndarray:
    """A wall, above it half of the background; the lamp in even frames, in the left upper corner."""
    labels = np.full((HEIGHT, WIDTH), 1, np.uint16)
    labels[: HEIGHT // 2] = BACKGROUND
    labels[:, WIDTH // 2 :] = 2
    if frame % 2 == 0:
        labels[:5, :4] = 3
    return labels


def camera_of(frame: int) -> dict[str, Any]:
    """At (frame, 2 frame, 1.5), 10 degrees below the horizon, looking along y."""
    down = radians(10)
    right, up, back = (1, 0, 0), (0, sin(down), cos(down)), (0, -cos(down), sin(down))
    place = (float(frame), 2.0 * frame, 1.5)
    pose = [[right[i], up[i], back[i], place[i]] for i in range(3)] + [[0, 0, 0, 1]]
    axes = np.array(pose) @ np.diag([1, -1, -1, 1])
    return {
        "name": EVIL,
        "type": "PERSP",
        "width": WIDTH,
        "height": HEIGHT,
        "K": [[20.0, 0, 20.0], [0, 20.0, 15.0], [0, 0, 1]],
        "world_from_camera": pose,
        "camera_from_world": np.linalg.inv(axes).tolist(),
        "lens_mm": 24.0,
    }


def write_recorded(run: Path, frames: int = 4, planned: int = 0, label_set: LabelSet = SET) -> Path:
    views = tuple(View(n, n, EVIL, f"{EVIL} {n}") for n in range(1, max(planned, frames) + 1))
    settings = Settings((WIDTH, HEIGHT), 8, 0, 1, "CPU", False, 0.5, EVIL, modalities=("depth",))
    write_plan(run, Plan(label_set, f"{EVIL}.blend", "", views, settings, {"blender": "4.5.15"}))
    rng = np.random.default_rng(0)
    for view in views[:frames]:
        write_frame(run, view, labels_of(view.frame), some_image(rng))
        _record_all(run, view, label_set)
    return run


def _record_all(run: Path, view: View, label_set: LabelSet) -> None:
    folder, labels = frame_folder(run, view.frame), labels_of(view.frame)
    depth = np.stack([np.full(labels.shape, 3.0, np.float32), np.full(labels.shape, 2.0, np.float32)], axis=-1)
    depth[labels == BACKGROUND] = np.inf
    write_exr(folder / "depth.exr", {"Distance": depth[..., 0], "Z": depth[..., 1]})
    record = json.loads((folder / "frame.json").read_text())
    record |= {
        "labels": [
            {"id": each.id, "name": each.name, "pixels": int((labels == each.id).sum())}
            for each in label_set.labels
            if (labels == each.id).any()
        ],
        **{name: int((labels == code).sum()) for code, name in CODE_NAMES.items()},
        "camera": camera_of(view.frame),
        "draw": {
            "noise_seed": 7,
            "lights": {"lights": {EVIL: {"power": 0.5 * view.frame, "warmth": 0.0}}, "added": []},
            "world": {"hdri": EVIL, "strength": 1.0, "turn": 90.0 * view.frame},
        },
        "versions": {"blender": f"4.5.15 {EVIL}"},
        "timings": {"image_s": 2.0, "write_s": 0.5, EVIL: 0.25},
    }
    stored = {"checksum": checksum(depth), "shape": list(depth.shape), "dtype": "float32"}
    record["files"]["depth.exr"] = stored
    (folder / "frame.json").write_text(json.dumps(record), encoding="utf-8")
