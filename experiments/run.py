"""An experiment carried out: datasets made, networks trained, tests predicted; on from where it was stopped."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

from blender_addon.contract.strict import plain
from postprocess.evaluation import Evaluation, Wishes, evaluation_of
from postprocess.progress import Progress
from recipes.folder import begin
from recipes.make import Wish as MakeWish
from recipes.make import check, make
from recipes.recipe_file import Asked, read_recipe
from training.history import best_of, told
from training.machine import Machine
from training.predict import are_of, predict
from training.train import train

from . import steps
from .experiment import Data, Experiment
from .steps import (
    DATA,
    Wish,
    changes,
    dataset_of,
    everything,
    frames_of,
    lender_of,
    model_of,
    options_of,
    predictions_of,
    settings_of,
    trainings,
)

NAME = "experiment.json"


def carry_out(
    experiment: Experiment,
    wish: Wish,
    machine: Machine,
    say: Callable[[str], None],
    progress: Callable[[str], Progress],
) -> tuple[dict[str, Evaluation], int]:
    """{test: predictions of all networks and their repeats held against it}, and the exit code: not 0 where a render
    did not end well (see `render`), which leaves evaluations out.

    Raises ValueError for what cannot be done, and for a folder of another experiment.
    """
    asked = {name: _asked(experiment, wish, name, data) for name, data in everything(experiment)}
    for name in experiment.models:
        options_of(experiment, name)
    begin(wish.out, {"experiment": plain(experiment), "times": wish.times}, NAME)
    say(steps.told(experiment, wish))
    for name, data in everything(experiment):
        say(f"data {name}: {data.says or data.recipe}")
        _, code = make(*asked[name], progress("frames"))
        if code:
            return {}, code
    for name, repeat in trainings(experiment, wish):
        learned = dataset_of(wish, experiment.models[name].data)
        settings, place = settings_of(experiment, name, repeat, wish), model_of(wish, name, repeat)
        say(f"network {name}, {repeat + 1} of {wish.repeats}")
        done = train(learned, place, settings, machine, _quiet, progress("pictures"))
        say(told(best_of(done) or done[-1], len(done)))
        for test in experiment.tests:
            _predicted(place, dataset_of(wish, test), predictions_of(wish, name, repeat, test), machine)
    return {test: _evaluated(experiment, wish, test) for test in experiment.tests}, 0


def _asked(experiment: Experiment, wish: Wish, name: str, data: Data) -> tuple[Asked, MakeWish]:
    """Raises ValueError for a dataset that cannot be made: of the last one, too, before the first is begun."""
    lender = lender_of(experiment, name)
    like = wish.out / DATA / lender if lender else None
    wanted = MakeWish(wish.out / DATA / name, frames_of(data, wish), data.seed, wish.jobs, wish.blender, like)
    try:
        asked = read_recipe(str(data.recipe), changes(data, name in experiment.tests))
        check(asked, wanted)
    except ValueError as error:
        where = f"{'tests' if name in experiment.tests else 'data'}.{name}"
        raise ValueError(f"{where}: {str(error).removeprefix('--set: ')}") from None
    return asked, wanted


def _predicted(model: Path, dataset: Path, out: Path, machine: Machine) -> None:
    """Made where they are not there, or those of a model or a dataset that was made anew since."""
    if out.exists():
        if are_of(out, model, dataset):
            return
        shutil.rmtree(out)
    predict(model, dataset, out, machine)


def _quiet(_line: str) -> None:
    """Of each epoch log.jsonl says enough."""


def _evaluated(experiment: Experiment, wish: Wish, test: str) -> Evaluation:
    models = [predictions_of(wish, name, repeat, test) for name, repeat in trainings(experiment, wish)]
    return evaluation_of(models, dataset_of(wish, test), split="test", wishes=Wishes(draws=0, jobs=wish.jobs))
