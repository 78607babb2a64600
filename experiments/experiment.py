"""An experiment as it is written: datasets, networks that learn them, tests of all of them. Pure.

::

    question: Do balloons of one noise teach what balloons of another look like?
    train: {net: segnet}                          # options of labelpass train, of all networks
    data:
      perlin: {recipe: balloons, count: 240}      # labelpass dataset; settings, render, export as in a recipe
      other: {like: perlin, settings: {noise: sparse-convolution}}
    models:
      perlin: {data: perlin}
    tests:
      new: {like: perlin, seed: 2, count: 60}
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal

from blender_addon.contract.strict import Misfits, build, nearest
from blender_addon.strict_yaml import YamlError, read_yaml
from postprocess.evaluation.scores import OVERALL
from recipes.built_in import BuiltIn
from render_scripts.written_file import read_file, refusal

EXPERIMENTS = BuiltIn("experiment", Path(__file__).parent)
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,40}")
_OF_A_DATASET = ("settings", "render", "export")


@dataclass(frozen=True)
class Data:
    """Frames of a recipe. `like`: all that is not said here is as another dataset or test says it, its settings one by
    one; `without`: keys that are not, such as render.randomize.lights."""

    says: str = ""
    like: str | None = None
    recipe: str | None = None
    count: Annotated[int | None, 1, 10_000_000] = None
    grows: Annotated[bool, "--times makes it larger"] = True
    seed: Annotated[int, 0, 2**31 - 1] = 0
    settings: Mapping[str, Any] = field(default_factory=dict)
    render: Mapping[str, Any] = field(default_factory=dict)
    export: Mapping[str, Any] = field(default_factory=dict)
    without: tuple[str, ...] = ()
    alike: Annotated[Literal["frame", "scene"], "what intervals take for independent of each other"] = "frame"


@dataclass(frozen=True)
class Learner:
    """A network: the dataset that it learns, and options of `labelpass train` beside those of all."""

    data: str
    train: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Published:
    """What others found, to be seen beside ours: {score: value}, names as `labelpass evaluate` has them."""

    says: str
    scores: Mapping[str, Annotated[float, 0, 1]]

    def __post_init__(self) -> None:
        for score in self.scores:
            if score not in OVERALL:
                raise ValueError(f"scores: no score {score!r}{nearest(score, OVERALL)}")


@dataclass(frozen=True)
class Experiment:
    """`data` and `tests`: {name: frames}, with nothing left to be looked up in another. The first of the models is what
    others are compared with."""

    question: str
    data: Mapping[str, Data]
    models: Mapping[str, Learner]
    tests: Mapping[str, Data]
    train: Mapping[str, Any] = field(default_factory=dict)
    pictures: Annotated[int, 1, 10**9, "that each network sees, some of them again and again"] = 3000
    published: Published | None = None

    def __post_init__(self) -> None:
        for key in ("data", "models", "tests"):
            if not getattr(self, key):
                raise ValueError(f"{key} must have one at least")
            for name in getattr(self, key):
                if not _NAME.fullmatch(name):
                    raise ValueError(f"{key}: {name!r} would name a folder: write a-z, 0-9 and -, 40 at most")
        if twice := sorted(set(self.data) & set(self.tests)):
            raise ValueError(f"tests: {twice[0]!r} is a dataset, too: give the test another name")
        for name, model in self.models.items():
            if model.data not in self.data:
                raise ValueError(
                    f"models: {name} learns {model.data!r}, which is no data{nearest(model.data, self.data)}"
                )


def read_experiment(name: str, changes: Iterable[str] = ()) -> Experiment:
    """By its name or path, with `changes` such as "all.render.samples=8" in its datasets and tests.

    Raises ValueError, with a line for each thing that is wrong.
    """
    path = EXPERIMENTS.file(name)
    data, places = read_file(path, "an experiment")
    try:
        written = build(Experiment, data, alone=True)
        return _settled(_changed(written, changes))
    except Misfits as error:
        raise refusal(path, places, error.found) from None


def _changed(experiment: Experiment, changes: Iterable[str]) -> Experiment:
    parts = {"data": dict(experiment.data), "tests": dict(experiment.tests)}
    for text in changes:
        keys, equals, value = text.partition("=")
        name, _, inside = keys.strip().partition(".")
        part = next((part for part in parts.values() if name in part), None)
        if part is None or not equals or not inside:
            known = [*experiment.data, *experiment.tests]
            raise ValueError(f"--set {text!r}: write DATA.KEY=VALUE, DATA one of {', '.join(known)}")
        if inside.split(".")[0] not in (*_OF_A_DATASET, "count", "seed"):
            inside = f"settings.{inside}"
        try:
            said = read_yaml(value, "a value")[0]
        except YamlError as error:
            raise ValueError(f"--set {text!r}: {error}") from None
        part[name] = _with(part[name], inside.split("."), said)
    return _replaced(experiment, **parts)


def _with(data: Data, keys: list[str], value: Any) -> Data:
    first, *rest = keys
    if rest:
        value = _merged(getattr(data, first), _nested(rest, value))
    try:
        return build(Data, {**_said(data), first: value}, alone=True)
    except Misfits as error:
        raise ValueError(f"--set {'.'.join(keys)}: {error}") from None


def _nested(keys: list[str], value: Any) -> dict[str, Any]:
    return {keys[0]: _nested(keys[1:], value) if keys[1:] else value}


def _said(data: Data) -> dict[str, Any]:
    return {name: list(value) if isinstance(value, tuple) else value for name, value in vars(data).items()}


def _replaced(experiment: Experiment, **parts: Mapping[str, Data]) -> Experiment:
    return Experiment(**{**vars(experiment), **parts})


def _settled(experiment: Experiment) -> Experiment:
    """With every `like` and `without` carried out. Raises Misfits."""
    known = {**experiment.data, **experiment.tests}
    wrong: list[str] = []
    settled: dict[str, Data] = {}
    for name, data in known.items():
        where = f"{'data' if name in experiment.data else 'tests'}.{name}"
        try:
            settled[name] = _looked_up(name, data, known, ())
        except ValueError as error:
            wrong.append(f"{where}: {error}")
            continue
        wrong += [f"{where}.{key} is missing" for key in ("recipe", "count") if getattr(settled[name], key) is None]
    if wrong:
        raise Misfits(wrong)
    return _replaced(
        experiment,
        data={name: settled[name] for name in experiment.data},
        tests={name: settled[name] for name in experiment.tests},
    )


def _looked_up(name: str, data: Data, known: Mapping[str, Data], on_the_way: tuple[str, ...]) -> Data:
    said: dict[str, Any] = _said(data)
    if data.like is not None:
        if data.like not in known:
            raise ValueError(f"no data {data.like!r} to be like{nearest(data.like, known)}")
        if data.like in (*on_the_way, name):
            raise ValueError(f"{name} and {data.like} are each like the other")
        model = _said(_looked_up(data.like, known[data.like], known, (*on_the_way, name)))
        usual = _said(Data())
        mine = {key: value for key, value in said.items() if value != usual[key] and key not in _OF_A_DATASET}
        said = {**model, **mine, **{key: _merged(model[key], said[key]) for key in _OF_A_DATASET}}
    for key in data.without:
        said = _left_out(said, key.split("."), key)
    return build(Data, {**said, "like": None, "without": []}, alone=True)


def _merged(under: Any, over: Any) -> Any:
    if isinstance(under, Mapping) and isinstance(over, Mapping):
        return {**under, **{key: _merged(under.get(key), value) for key, value in over.items()}}
    return over


def _left_out(said: Mapping[str, Any], keys: list[str], whole: str) -> dict[str, Any]:
    first, *rest = keys
    if not isinstance(said, Mapping) or first not in said:
        raise ValueError(f"without: there is no {whole}")
    if not rest:
        return {key: value for key, value in said.items() if key != first}
    return {**said, first: _left_out(said[first], rest, whole)}
