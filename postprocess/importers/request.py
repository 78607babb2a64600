"""`labelpass import`: its arguments, and which importer they mean."""

from __future__ import annotations

import argparse
import os
from dataclasses import replace
from typing import TYPE_CHECKING

from blender_addon.contract.arguments import parse_path, said

from ..splits import SPLITS

if TYPE_CHECKING:
    from blender_addon.contract.labels import LabelSet

    from .labelled import Labelled

KINDS = {
    "nyu": "nyu_depth_v2_labeled.mat, with the official split",
    "segnet": "a folder with train.txt, val.txt, test.txt of caffe-segnet (needs --label-set)",
    "fastai": "a folder with scenes/, masks/ and codes.txt",
    "coco": "instances_*.json or panoptic_*.json",
    "labelstudio": "the JSON export of Label Studio (needs --images)",
}


def add_arguments(verb: argparse.ArgumentParser) -> None:
    add = verb.add_argument
    add("kind", choices=tuple(KINDS), help="; ".join(f"{kind}: {what}" for kind, what in KINDS.items()))
    add("source", type=said(parse_path), metavar="SOURCE", help="the file or folder to read")
    add("--out", type=said(parse_path), required=True, metavar="DATASET", help="a new folder")
    add("--images", type=said(parse_path), metavar="DIR", help="coco, labelstudio: where the pictures are")
    add(
        "--label-set",
        metavar="NAME|FILE",
        help="what the classes mean, by number (segnet) or by name (others; default: the names in the source)",
    )
    add("--ignore", type=int, metavar="N", help="segnet: the ignore value (default: the number of classes)")
    add("--jobs", type=int, default=os.cpu_count() or 1, metavar="N", help="threads (default: all cores)")
    add("--as", dest="otherwise", choices=SPLITS, help="where pictures go that have no split there (default: train)")


def source_of(parsed: argparse.Namespace, label_set: LabelSet | None) -> Labelled:
    """What the arguments ask to import; `label_set` is the one that they name. Raises ValueError for arguments that do
    not go together."""
    _check(parsed)
    if parsed.kind == "nyu":
        from .nyu_mat import nyu_mat

        return nyu_mat(parsed.source)
    if parsed.kind == "segnet" and label_set:
        from .segnet_lists import segnet_lists

        return segnet_lists(parsed.source, label_set, parsed.ignore)
    if parsed.kind == "fastai":
        from .fastai_folders import fastai_folders

        return fastai_folders(parsed.source, label_set)
    if parsed.kind == "coco":
        from .coco_files import coco_files

        found = coco_files(parsed.source, parsed.images, label_set)
        # What somebody says counts for more than what a file is called.
        return (
            replace(found, entries=tuple(replace(of, split="") for of in found.entries)) if parsed.otherwise else found
        )
    from .label_studio import label_studio

    return label_studio(parsed.source, parsed.images, label_set)


def _check(parsed: argparse.Namespace) -> None:
    kind = parsed.kind
    if parsed.jobs < 1:
        raise ValueError(f"--jobs {parsed.jobs}: at least one thread is needed")
    for option, kinds in (("images", ("coco", "labelstudio")), ("ignore", ("segnet",))):
        if getattr(parsed, option) is not None and kind not in kinds:
            raise ValueError(f"import {kind}: --{option} goes with {' and '.join(kinds)}")
    if kind == "nyu" and parsed.label_set:
        raise ValueError("import nyu: its 894 labels are nyu894; choose others at export (--labels nyu40)")
    if kind == "segnet" and not parsed.label_set:
        raise ValueError("import segnet: say what classes 0..K-1 mean: --label-set NAME|FILE")
    if kind == "labelstudio" and not parsed.images:
        raise ValueError("import labelstudio: say where the pictures are: --images DIR")
