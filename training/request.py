"""The words of `labelpass train` and `labelpass predict`, and what they ask for."""

from __future__ import annotations

import argparse
import re

from blender_addon.contract.arguments import parse_path, parse_size, said
from blender_addon.contract.strict import Misfits, build

from .errors import TrainingError
from .settings import LEARNING_RATES, PICTURES_SEEN, Settings

WEIGHTS = ("median", "inverse", "log", "none")


def add_train_arguments(verb: argparse.ArgumentParser) -> None:
    add, usual = verb.add_argument, Settings()
    add("dataset", type=said(parse_path), metavar="DATASET", help="a dataset of labelpass export or import")
    add("--out", type=said(parse_path), required=True, metavar="MODEL", help="a new folder, or one to go on with")
    add("--net", choices=("segnet", "unet"), default=usual.net, help=f"the network (default {usual.net})")
    add(
        "--width",
        type=float,
        default=usual.width,
        metavar="W",
        help=f"channels of its layers, as a share of the published ones (default {usual.width:g}; published: 1)",
    )
    add("--epochs", type=int, metavar="N", help=f"default: so many that about {PICTURES_SEEN:,} pictures are seen")
    add("--batch", type=int, default=usual.batch, metavar="N", help=f"pictures of a step (default {usual.batch})")
    add("--optimizer", choices=tuple(LEARNING_RATES), default=usual.optimizer, help=f"default {usual.optimizer}")
    rates = ", ".join(f"{rate:g} of {name}" for name, rate in LEARNING_RATES.items())
    add("--learning-rate", type=float, metavar="R", help=f"of the first step (default {rates})")
    add(
        "--schedule",
        choices=("poly", "constant"),
        default=usual.schedule,
        help=f"poly: the rate falls to 0 (default {usual.schedule})",
    )
    add("--weights", choices=WEIGHTS, default=usual.weights, help=f"of classes in the loss (default {usual.weights})")
    add("--crop", type=said(parse_size), metavar="WxH", help="learn from a window of each picture")
    add(
        "--scale",
        type=said(_scales),
        default=usual.scale,
        metavar="LOW-HIGH",
        help="smaller and larger, such as 0.75-1.5",
    )
    add("--no-flip", dest="flip", action="store_false", help="no pictures as in a mirror")
    add("--no-validation", dest="validate", action="store_false", help="no split val: the last epoch is the best")
    add("--seed", type=int, default=usual.seed, metavar="S", help=f"of all that is drawn (default {usual.seed})")
    _add_machine(verb)


def add_predict_arguments(verb: argparse.ArgumentParser) -> None:
    add = verb.add_argument
    add("model", type=said(parse_path), metavar="MODEL", help="what labelpass train made")
    add("pictures", type=said(parse_path), metavar="PICTURES|DATASET", help="a folder of pictures, or a dataset")
    add("--out", type=said(parse_path), required=True, metavar="PREDICTIONS", help="a new folder of label maps")
    add("--split", choices=("train", "val", "test"), help="of a dataset (default test)")
    add("--batch", type=int, default=4, metavar="N", help="pictures at once (default 4)")
    _add_machine(verb)


def settings_of(parsed: argparse.Namespace) -> Settings:
    """Raises TrainingError for a number that no training can have."""
    said = {name: getattr(parsed, name) for name in Settings.__dataclass_fields__}
    try:
        return build(Settings, {name: list(each) if isinstance(each, tuple) else each for name, each in said.items()})
    except Misfits as error:
        key, rest = str(error).split(" ", 1)
        raise TrainingError(f"--{key.replace('_', '-')} {rest}") from None


def refuse_numbers(parsed: argparse.Namespace) -> None:
    """Raises ValueError for threads and batches that nothing can be done with."""
    for name in ("threads", "batch"):
        value = getattr(parsed, name)
        if value is not None and value < 1:
            raise ValueError(f"--{name} {value}: a whole number from 1")


def _add_machine(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("--device", type=said(_device), default="auto", metavar="D",
                      help="cpu, cuda, cuda:1, mps; default: a graphics card where PyTorch has one")  # fmt: skip
    verb.add_argument("--threads", type=int, metavar="N", help="of the processor (default: PyTorch's choice)")


def _device(text: str) -> str:
    if not re.fullmatch(r"auto|(cpu|cuda|mps|xpu)(:\d{1,3})?", text):
        raise ValueError(f"device {text!r}: auto, cpu, cuda, cuda:1 or mps")
    return text


def _scales(text: str) -> tuple[float, float]:
    try:
        low, high = map(float, text.split("-"))
    except ValueError:
        raise ValueError(f"scale {text!r}: two numbers such as 0.75-1.5") from None
    return low, high
