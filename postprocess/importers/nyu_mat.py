"""NYU Depth v2 as its authors give it: `nyu_depth_v2_labeled.mat`, MATLAB's HDF5 (v7.3), with the official split.

h5py sees the axes of MATLAB reversed: `images` is (N, 3, W, H), `labels` (N, W, H). Label n is entry n of `names`,
0 is unlabelled. The split, 795 to train and 654 to test, is `splits.mat` of the same authors; of the 795 no part is set
aside for validation.
"""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import numpy as np

from blender_addon.contract.labels import LabelSet, built_in

from ..errors import ExportError
from ..matlab import array_in, open_mat, read_texts
from .labelled import Entry, Labelled, Pixels

PICTURES = 1449


def nyu_mat(path: Path) -> Labelled:
    """The pictures of the file. A file of another number of them has no official split, which is warned of.

    Raises ExportError where it is no such file or its names are not those of nyu894.
    """
    file = open_mat(path)
    images, labels = (array_in(file, path, name) for name in ("images", "labels"))
    count, _, width, height = images.shape if images.ndim == 4 else (0, 0, 0, 0)
    if not count or images.shape[1] != 3 or labels.shape != (count, width, height):
        raise ExportError(
            f"{path}: images are {images.shape} and labels {labels.shape}, not (N, 3, W, H) and (N, W, H)"
        )
    if images.dtype != np.uint8 or labels.dtype.kind != "u":
        raise ExportError(f"{path}: images are {images.dtype} and labels {labels.dtype}, not uint8 and uint16")
    label_set = _label_set(read_texts(file, path, "names"), path)
    scenes = read_texts(file, path, "scenes") if "scenes" in file else [""] * count
    if len(scenes) != count:
        raise ExportError(f"{path}: {count} images and {len(scenes)} scenes")
    official = count == PICTURES
    test = _test_pictures() if official else frozenset()
    entries = tuple(
        Entry(
            f"nyu_{number:04d}",
            ("test" if number in test else "train") if official else "",
            scene,
            f"picture {number} of {path.name}",
        )
        for number, scene in enumerate(scenes, start=1)
    )

    def read(at: int) -> Pixels:
        try:
            image, ids = images[at].transpose(2, 1, 0), labels[at].T
        except (OSError, RuntimeError, ValueError) as error:
            raise ExportError(f"{path}: picture {at + 1} cannot be read: {error}") from None
        if int(ids.max(initial=0)) > label_set.max_id:
            raise ExportError(f"{path}: picture {at + 1} has label {int(ids.max())}, of {label_set.max_id} names")
        return Pixels(np.ascontiguousarray(image, np.uint8), np.ascontiguousarray(ids, np.uint16))

    few = f"{path.name} has {count} pictures and not {PICTURES}, so the official split does not apply"
    return Labelled("NYU Depth v2", label_set, entries, read, () if official else (few,))


def _label_set(names: list[str], path: Path) -> LabelSet:
    known = built_in("nyu894")
    for id_, name in enumerate(names, start=1):
        ours = known.by_id.get(id_)
        if ours is None or ours.name.casefold() != name.strip().casefold():
            raise ExportError(f"{path}: label {id_} is {name!r} there and {ours and ours.name!r} in nyu894")
    return known


def _test_pictures() -> frozenset[int]:
    """The numbers, from 1, of the pictures in the official test set."""
    text = files(__package__).joinpath("nyu_test_pictures.txt").read_text(encoding="ascii")
    return frozenset(int(line) for line in text.splitlines() if not line.startswith("#"))
