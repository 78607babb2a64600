"""The words of `labelpass export`, and what they ask for."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from blender_addon.contract.arguments import parse_path, parse_size, said

from .regrouping_request import add_arguments as add_regrouping
from .regrouping_request import listed_names, regrouping_from

if TYPE_CHECKING:
    from .asset_splits import AssetWish

FORMATS = (  # asking the exporters takes too long
    *("ade20k", "cityscapes", "coco", "fastai", "fastai-tif", "huggingface", "mmseg", "numpy", "nyu", "nyu-mat"),
    *("segnet", "ultralytics", "voc", "webdataset", "yolo"),
)
FORMAT_OPTIONS = (
    *("void", "ignore", "background_class", "unlabelled", "prefix", "stuff", "polygons"),
    *("shard_size", "depths", "instances"),
)


def add_arguments(verb: argparse.ArgumentParser) -> None:
    add = verb.add_argument
    add("runs", nargs="*", type=Path, metavar="RUN", help="run folders, and datasets of labelpass import or export")
    add("--exr", type=Path, metavar="DIR", help="instead of runs: a folder of EXRs with index passes; see --label-set")
    add("--pictures", type=Path, metavar="DIR", help="with --exr: where the pictures of the same names are")
    add("--layer", metavar="NAME", help="with --exr: which view layer, where files hold several")
    add(
        "--label-set", metavar="NAME|FILE", help="with --exr: what indices mean: a built-in set or a JSON/YAML/CSV file"
    )
    add("--format", required=True, choices=FORMATS, help="the layout to write")
    add("--out", type=said(parse_path), required=True, metavar="DATASET", help="a new folder")
    add("--labels", metavar="NAME|FILE", help="remap into this label set, such as nyu13")
    add("--split", type=said(_fractions), default=(0.8, 0.1, 0.1), metavar="0.8/0.1/0.1", help="train/val/test")
    add(
        "--split-by",
        choices=("scene", "view", "frame", "hash"),
        help="what never falls apart; default: the safest possible",
    )
    add(
        "--split-list",
        type=said(_lists),
        default=(),
        metavar="TRAIN,VAL,TEST",
        help="files of names that say the split",
    )
    add(
        "--split-assets",
        type=said(listed_names),
        default=(),
        metavar="LABELS",
        help="no thing of these labels, such as chair,sofa, is in two splits; of runs with instances",
    )
    add("--leave-out-mixed", action="store_true", help="with --split-assets: leave out frames of two splits")
    add("--seed", type=int, default=0, metavar="S", help="seed of the split (default 0)")
    add("--size", type=said(parse_size), metavar="480x360", help="resize; labels by nearest alone")
    add("--ignore-impure", type=float, metavar="P", help="ignore pixels of less purity than this, 0 to 1")
    add("--ignore-boundary", type=int, default=0, metavar="N", help="ignore N pixels on each side of edges of labels")
    add(
        "--weights",
        choices=("median", "inverse", "log"),
        default="median",
        help="of classes (default: median frequency)",
    )
    add("--real-share", type=float, metavar="P", help="of train: so much is imported pictures, the rest rendered ones")
    add("--images", choices=("copy", "link", "png", "jpeg"), help="pictures: as they are, hard links, or encoded anew")
    add("--jpeg-quality", type=int, default=95, metavar="Q", help="of --images jpeg, 1 to 100 (default 95)")
    add("--jobs", type=int, default=os.cpu_count() or 1, metavar="N", help="processes (default: all cores)")
    add_regrouping(verb)
    _add_options(verb)


def _add_options(verb: argparse.ArgumentParser) -> None:
    add = verb.add_argument_group("of single formats").add_argument
    add("--void", choices=("apart", "zero"), help="nyu, nyu-mat: keep unlabelled, ignore, background apart, or all 0")
    add("--ignore", type=int, metavar="N", help="segnet, fastai: the ignore value (default: the number of classes)")
    add("--background-class", action="store_true", default=None, help="where classes count from 0: background is one")
    add("--unlabelled", choices=("ignore", "background"), help="voc: what has no label is void, or background")
    add("--instances", action="store_true", default=None, help="voc, cityscapes: single things, too")
    add("--prefix", metavar="PATH", help="segnet: put before the paths in the lists")
    add("--shard-size", metavar="N|NMB", help="webdataset: frames of a shard, or megabytes (default 500MB)")
    add("--no-depths", dest="depths", action="store_false", default=None, help="nyu-mat: without depths")
    add("--no-instances", dest="instances", action="store_false", default=None, help="nyu-mat: without instances")
    add("--stuff", metavar="NAMES", help="coco: labels that are no things, such as wall,floor; '*' for all")
    add("--polygons", action="store_true", default=None, help="coco: outlines without holes for exact masks")


def wishes_from(parsed: argparse.Namespace) -> dict[str, Any]:
    """What `dataset.export` takes of any frames, but for label sets. Raises ValueError for
    words that do not go together."""
    if bool(parsed.runs) == bool(parsed.exr):
        raise ValueError("export: name run folders, or one folder of EXRs with --exr DIR --label-set NAME|FILE")
    if not parsed.exr and (parsed.label_set or parsed.pictures or parsed.layer):
        raise ValueError("export: --label-set, --pictures and --layer go with --exr; runs carry their own label set")
    if parsed.exr and not parsed.label_set:
        raise ValueError("export: --exr needs --label-set NAME|FILE, which says what the indices mean")
    if parsed.exr and parsed.real_share is not None:
        raise ValueError("export: --real-share mixes imported datasets and runs; index passes are neither")
    if parsed.exr and parsed.ignore_impure is not None:
        raise ValueError("export: --ignore-impure needs the purity of a run; index passes have none")
    ways = {"--split-list": parsed.split_list, "--split-by": parsed.split_by, "--split-assets": parsed.split_assets}
    said_ways = [way for way, value in ways.items() if value]
    if len(said_ways) > 1:
        raise ValueError(f"export: {' and '.join(said_ways)} each say the split; give one of them")
    if parsed.leave_out_mixed and not parsed.split_assets:
        raise ValueError("export: --leave-out-mixed goes with --split-assets")
    if parsed.exr and parsed.split_assets:
        raise ValueError("export: --split-assets needs the instances of a run; index passes have none")
    options = {name: getattr(parsed, name) for name in FORMAT_OPTIONS}
    return {
        "regrouping": regrouping_from(parsed),
        "split": parsed.split,
        "split_by": parsed.split_by,
        "split_lists": parsed.split_list,
        "seed": parsed.seed,
        "size": parsed.size,
        "images": parsed.images,
        "jpeg_quality": parsed.jpeg_quality,
        "ignore_boundary": parsed.ignore_boundary,
        "weights": parsed.weights,
        "jobs": parsed.jobs,
        "options": {name: value for name, value in options.items() if value is not None},
    }


def assets_from(parsed: argparse.Namespace) -> AssetWish | None:
    """What must not be in two splits; None where nobody said."""
    if not parsed.split_assets:
        return None
    from .asset_splits import AssetWish

    return AssetWish(parsed.split_assets, parsed.leave_out_mixed)


def _lists(text: str) -> tuple[Path, ...]:
    return tuple(parse_path(part) for part in text.split(","))


def _fractions(text: str) -> tuple[float, float, float]:
    try:
        train, val, test = (float(part) for part in text.split("/"))
    except ValueError:
        raise ValueError(f"split {text!r}: write three shares, such as 0.8/0.1/0.1") from None
    return train, val, test
