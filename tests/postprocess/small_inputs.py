"""Small run folders and index passes, written by hand: what the renderer and Blender would leave on disk."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import OpenEXR

from blender_addon.contract.labels import BACKGROUND, IGNORE, LabelSet, built_in
from blender_addon.contract.run import Plan, Settings, View, new_frame, pixel_checksum, read_plan, write_plan

SIZE = (40, 30)


def write_exr(path: Path, channels: dict[str, np.ndarray]) -> None:
    header = {"compression": OpenEXR.ZIP_COMPRESSION, "type": OpenEXR.scanlineimage}
    OpenEXR.File(header, {name: OpenEXR.Channel(np.ascontiguousarray(of)) for name, of in channels.items()}).write(
        str(path)
    )


def write_parts(path: Path, parts: Sequence[tuple[str, dict[str, np.ndarray]]]) -> None:
    """A file of several parts, as Blender 5 writes it."""
    header = {"compression": OpenEXR.ZIP_COMPRESSION, "type": OpenEXR.scanlineimage}
    made = [
        OpenEXR.Part(
            dict(header), {key: OpenEXR.Channel(np.ascontiguousarray(of)) for key, of in channels.items()}, name
        )
        for name, channels in parts
    ]
    OpenEXR.File(made).write(str(path))


def some_labels(rng: np.random.Generator, label_set: LabelSet, size: tuple[int, int] = SIZE) -> np.ndarray:
    """uint16 (H, W): patches of ids and of all three codes."""
    ids = np.array([0, IGNORE, BACKGROUND, *sorted(label_set.by_id)[:12]], np.uint16)
    coarse = rng.choice(ids, (6, 8))
    return np.repeat(np.repeat(coarse, -(-size[1] // 6), 0), -(-size[0] // 8), 1)[: size[1], : size[0]].copy()


def some_image(rng: np.random.Generator, size: tuple[int, int] = SIZE) -> np.ndarray:
    return rng.integers(0, 256, (size[1], size[0], 3), dtype=np.uint8)


def checksum(pixels: np.ndarray) -> str:
    return pixel_checksum(pixels.shape, pixels.dtype.name, np.ascontiguousarray(pixels).data)


def write_frame(
    run: Path, view: View, labels: np.ndarray, image: np.ndarray, purity: np.ndarray | None = None, seed: int = 0,
    draw: dict[str, Any] | None = None,
) -> None:  # fmt: skip
    """A finished frame as the renderer leaves it."""
    arrays: dict[str, np.ndarray] = {"image.png": image, "labels.exr": labels}
    if purity is not None:
        arrays["purity.exr"] = purity
    with new_frame(run, view.frame) as folder:
        cv2.imwrite(str(folder / "image.png"), cv2.cvtColor(image, cv2.COLOR_RGB2BGR))
        write_exr(folder / "labels.exr", {"Label": labels.astype(np.float32)})
        if purity is not None:
            write_exr(folder / "purity.exr", {"Purity": purity})
        files = {
            name: {"checksum": checksum(of), "shape": list(of.shape), "dtype": of.dtype.name}
            for name, of in arrays.items()
        }
        ids, counts = np.unique(labels, return_counts=True)
        plan = read_plan(run)
        names = {label.id: label.name for label in plan.label_set.labels}
        seen = [
            {"id": id_, "name": names[id_], "pixels": count}
            for id_, count in zip(ids.tolist(), counts.tolist())
            if id_ in names
        ]
        record: dict[str, Any] = {
            "schema": 1,
            "frame": view.frame,
            "view": vars(view),
            "labels": seen,
            "files": files,
            "seed": seed,
            "draw": draw or {},
        }
        (folder / "frame.json").write_text(json.dumps(record))


def write_run(
    run: Path,
    label_set: LabelSet | None = None,
    *,
    scene: str = "room.blend",
    content: str = "",
    views: int = 10,
    size: tuple[int, int] = SIZE,
    seed: int = 0,
    purity: bool = False,
    one_camera: bool = False,
    skip: Sequence[int] = (),
) -> Path:
    """A run folder with a frame per view, except those in `skip`; `content` is what tells the .blend's hash, else its
    name."""
    label_set = label_set or built_in("nyu40")
    made = tuple(View(n, n, "Camera", "Camera" if one_camera else f"view {n}") for n in range(1, views + 1))
    settings = Settings(size, 8, seed, 3 if purity else 1, "CPU", False, 0.5, "ViewLayer")
    content = f"{content or scene:0<64}".encode().hex()[:64]
    write_plan(run, Plan(label_set, scene, content, made, settings, {"blender": "4.5.15"}))
    rng = np.random.default_rng([seed, len(scene)])
    for view in made:
        labels, image = some_labels(rng, label_set, size), some_image(rng, size)
        share = rng.random((size[1], size[0])).astype(np.float32) if purity else None
        if view.frame not in skip:
            write_frame(run, view, labels, image, share, seed)
    return run


def files_of(folder: Path) -> dict[str, bytes]:
    """{relative path: bytes} of everything in a folder."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}
