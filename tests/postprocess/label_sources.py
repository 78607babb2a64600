"""Small sources of labels as other tools write them, with answers known on paper."""

from __future__ import annotations

import json
import struct
import zlib
from pathlib import Path

import h5py
import numpy as np
from PIL import Image

from blender_addon.contract.labels import built_in


def write_picture(path: Path, size=(8, 6), seed=0) -> np.ndarray:
    path.parent.mkdir(parents=True, exist_ok=True)
    pixels = np.random.default_rng(seed).integers(0, 256, (size[1], size[0], 3), dtype=np.uint8)
    Image.fromarray(pixels).save(path)
    return pixels


def png_that_claims(width: int, height: int) -> bytes:
    """A PNG of a few bytes and right checksums, without the pixels that it speaks of."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">2I5B", width, height, 8, 0, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(bytes(9))), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(*part) for part in parts)


def write_mat(path: Path, names: list[str], count=3, size=(8, 6)) -> tuple[np.ndarray, np.ndarray]:
    """A file as MATLAB leaves it: the axes reversed, cells of references, strings of UTF-16 units.

    (images (N, H, W, 3), labels (N, H, W))."""
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (count, size[1], size[0], 3), dtype=np.uint8)
    labels = rng.integers(0, len(names) + 1, (count, size[1], size[0]), dtype=np.uint16)
    with h5py.File(path, "w", userblock_size=512) as file:
        file["images"] = images.transpose(0, 3, 2, 1)
        file["labels"] = labels.transpose(0, 2, 1)
        _cells(file, "names", names)
        _cells(file, "scenes", [f"kitchen_{number:04d}" for number in range(count)])
    with open(path, "r+b") as file:
        file.write(b"MATLAB 7.3 MAT-file".ljust(512))
    return images, labels


def _cells(file: h5py.File, name: str, texts: list[str]) -> None:
    references = np.zeros((1, len(texts)), h5py.ref_dtype)
    for at, text in enumerate(texts):
        made = file.create_dataset(f"#refs#/{name}{at}", data=np.array([[ord(letter)] for letter in text], np.uint16))
        references[0, at] = made.ref
    file.create_dataset(name, data=references)


def write_json(path: Path, data: object) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(data), encoding="utf-8")
    return path


def packed(values: np.ndarray, sizes=(3, 4, 8, 16)) -> list[int]:
    """Bytes of runs as Label Studio's editor packs them: repeated values as one run, others each by itself."""
    bits = f"{len(values):032b}{7:05b}" + "".join(f"{size - 1:04b}" for size in sizes)
    at = 0
    while at < len(values):
        end = at + 1
        while end < len(values) and values[end] == values[at] and end - at < 2 ** sizes[-1]:
            end += 1
        repeated = end - at > 1
        choice = next(number for number, size in enumerate(sizes) if end - at - 1 < 2**size)
        bits += f"{int(repeated)}{choice:02b}{end - at - 1:0{sizes[choice]}b}{values[at]:08b}"
        at = end
    bits += "0" * (-len(bits) % 8)
    return [int(bits[place : place + 8], 2) for place in range(0, len(bits), 8)]


def lay_sources(folder: Path) -> None:
    """A source of each kind, by the names that pages call them."""
    names = [label.name for label in sorted(built_in("nyu894").labels, key=lambda label: label.id)]
    write_mat(folder / "nyu_depth_v2_labeled.mat", names, size=(48, 36))
    for place in ("camvid/train/a.png", "street/scenes/a.png", "pictures/a.png"):
        write_picture(folder / place)
    classes = np.tile(np.uint8([0, 0, 1, 1, 2, 2, 1, 0]), (6, 1))
    for place in ("camvid/trainannot/a.png", "street/masks/a.png"):
        (folder / place).parent.mkdir(parents=True)
        Image.fromarray(classes).save(folder / place)
    (folder / "camvid" / "train.txt").write_text("train/a.png trainannot/a.png\n")
    (folder / "street" / "codes.txt").write_text("road\ncar\nvoid\n")
    square = [10, 10, 60, 10, 60, 60, 10, 60]
    annotation = {"id": 1, "image_id": 1, "category_id": 1, "iscrowd": 0, "segmentation": [[0, 0, 4, 0, 4, 4, 0, 4]]}
    images, categories = [{"id": 1, "file_name": "a.png"}], [{"id": 1, "name": "car"}]
    coco = {"images": images, "annotations": [annotation], "categories": categories}
    write_json(folder / "annotations" / "instances_val.json", coco)
    corners = [square[at : at + 2] for at in range(0, 8, 2)]
    region = {"type": "polygonlabels", "value": {"points": corners, "polygonlabels": ["chair"]}}
    task = {"id": 1, "data": {"image": "/data/upload/a.png"}, "annotations": [{"id": 1, "result": [region]}]}
    write_json(folder / "project.json", [task])


def brush(mask: np.ndarray) -> list[int]:
    """(H, W) of booleans as a brush mask: RGBA pixels of which alpha says where it was."""
    pixels = np.zeros((*mask.shape, 4), np.uint8)
    pixels[mask] = (255, 0, 10, 255)
    return packed(pixels.ravel())
