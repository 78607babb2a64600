"""Verbs that need PyTorch: train a network, predict with it."""

from __future__ import annotations

import argparse
import sys

from blender_addon.contract.words import in_shell

from .words import Verbs, need_torch, say_above_progress


def add_train(verbs: Verbs) -> None:
    from training.request import add_train_arguments

    verb = verbs.add_parser("train", help="train a network on a dataset; the same command goes on where it was stopped")
    add_train_arguments(verb)
    verb.set_defaults(call=_train)


def _train(parsed: argparse.Namespace) -> int:
    from postprocess.progress import progress_line
    from training.request import refuse_numbers, settings_of

    refuse_numbers(parsed)
    settings = settings_of(parsed)
    need_torch()
    from training.machine import machine_of
    from training.train import CURVES, train

    machine = machine_of(parsed.device, parsed.threads)
    train(parsed.dataset, parsed.out, settings, machine, say_above_progress, progress_line(sys.stderr, "pictures"))
    command = f"labelpass predict {in_shell(parsed.out)} PICTURES --out DIR"
    print(f"labelpass: look at {parsed.out / CURVES}, or predict: {command}")
    return 0


def add_predict(verbs: Verbs) -> None:
    from training.request import add_predict_arguments

    verb = verbs.add_parser("predict", help="write what a trained network says of pictures, as label maps")
    add_predict_arguments(verb)
    verb.set_defaults(call=_predict)


def _predict(parsed: argparse.Namespace) -> int:
    from postprocess.progress import progress_line
    from training.request import refuse_numbers

    refuse_numbers(parsed)
    need_torch()
    from training.machine import machine_of
    from training.predict import predict

    machine, show = machine_of(parsed.device, parsed.threads), progress_line(sys.stderr, "pictures")
    made = predict(parsed.model, parsed.pictures, parsed.out, machine, parsed.split, parsed.batch, show)
    print(f"labelpass: {parsed.out}: {made} label maps; what they mean is in label_set.json and classes.csv")
    return 0
