"""Experiments as they are written: what is like what, what is left out, what is wrong with them."""

from __future__ import annotations

from pathlib import Path

import pytest

from experiments.experiment import EXPERIMENTS, Data, read_experiment
from experiments.steps import Wish, changes, everything, frames_of, lender_of, trainings
from recipes.recipe_file import read_recipe

WRITTEN = """
question: What?
train: {net: unet}
data:
  all:
    recipe: rooms
    count: 100
    seed: 4
    settings: {clutter: 0.5}
    render: {samples: 4, randomize: {lights: true, sensor: true}}
  dark: {like: all, without: [render.randomize.lights], settings: {times: evening}}
  few: {like: dark, count: 10, grows: false}
models:
  all: {data: all}
  few: {data: few, train: {width: 0.5}}
tests:
  new: {like: few, seed: 5, grows: true}
"""


def written(folder: Path, text: str = WRITTEN) -> str:
    (folder / "mine.yaml").write_text(text, encoding="utf-8")
    return str(folder / "mine.yaml")


def test_what_is_like_another_differs_where_it_says_so(tmp_path: Path) -> None:
    asked = read_experiment(written(tmp_path))
    dark = asked.data["dark"]
    assert (dark.recipe, dark.count, dark.seed) == ("rooms", 100, 4)
    assert dark.settings == {"clutter": 0.5, "times": "evening"}
    assert dark.render == {"samples": 4, "randomize": {"sensor": True}}
    assert asked.data["all"].render["randomize"] == {"lights": True, "sensor": True}
    assert asked.data["few"].count == 10 and asked.data["few"].render == dark.render
    assert asked.tests["new"].seed == 5


def test_a_change_reaches_all_that_are_like_it(tmp_path: Path) -> None:
    asked = read_experiment(
        written(tmp_path), ["all.render.samples=9", "few.clutter=1", "new.count=7", "all.render.randomize.sensor={}"]
    )
    assert [data.render["samples"] for _, data in everything(asked)] == [9] * 4
    assert asked.data["few"].settings["clutter"] == asked.tests["new"].settings["clutter"] == 1
    assert asked.data["dark"].settings["clutter"] == 0.5 and asked.tests["new"].count == 7
    assert asked.data["dark"].render["randomize"] == {"sensor": {}}


def test_scenes_of_the_same_settings_and_seed_are_built_once(tmp_path: Path) -> None:
    text = WRITTEN.replace("models:", "  bare: {like: all, without: [render.randomize], count: 7}\nmodels:", 1)
    asked = read_experiment(written(tmp_path, text))
    assert {name: lender_of(asked, name) for name, _ in everything(asked)} == {
        "all": None,
        "dark": None,  # other settings
        "bare": "all",
        "few": "dark",
        "new": None,  # another seed
    }


def test_how_much_it_is(tmp_path: Path) -> None:
    asked, wish = read_experiment(written(tmp_path)), Wish(tmp_path, times=2.5, repeats=2)
    assert {name: frames_of(data, wish) for name, data in everything(asked)} == {
        "all": 250, "dark": 250, "few": 10, "new": 10,
    }  # fmt: skip
    assert [*trainings(asked, wish)] == [("all", 0), ("few", 0), ("all", 1), ("few", 1)]


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("like: all,", "like: al,", "data.dark: no data 'al' to be like; did you mean all?"),
        ("recipe: rooms", "like: few", "data.all: dark and all are each like the other"),
        ("randomize.lights]", "randomize.light]", "data.dark: without: there is no render.randomize.light"),
        ("    count: 100\n", "", "data.all.count is missing"),
        ("{data: few,", "{data: fw,", "models: few learns 'fw', which is no data; did you mean few?"),
        ("  new:", "  ../new:", "tests: '../new' would name a folder"),
        ("  new:", "  dark:", "tests: 'dark' is a dataset, too"),
        ("  all: {data: all}\n  few: {data: few, train: {width: 0.5}}", " {}", "models must have one at least"),
        ("question: What?", "question: What?\npublished: {says: us, scores: {iou: 1}}", "no score 'iou'"),
        ("seed: 4", "sead: 4", "data.all.sead is unknown; did you mean seed?"),
    ],
)
def test_what_is_wrong_is_told(tmp_path: Path, old: str, new: str, why: str) -> None:
    assert old in WRITTEN
    with pytest.raises(ValueError) as told:
        read_experiment(written(tmp_path, WRITTEN.replace(old, new, 1)))
    assert why in str(told.value) and "mine.yaml" in str(told.value)


@pytest.mark.parametrize("change", ["nobody.count=3", "all=3", "all.count", "all.count=none", "all.seed=-1"])
def test_a_change_of_nothing_is_refused(tmp_path: Path, change: str) -> None:
    with pytest.raises(ValueError, match="--set"):
        read_experiment(written(tmp_path), [change])


def test_an_unknown_name_is_told() -> None:
    with pytest.raises(ValueError, match=r"no experiment 'baloons'; did you mean balloons\?"):
        read_experiment("baloons")


@pytest.mark.parametrize("name", EXPERIMENTS.names())
def test_recipes_take_what_ours_say(name: str) -> None:
    asked = read_experiment(name)
    for each, data in everything(asked):
        recipe = read_recipe(str(data.recipe), changes(data, each in asked.tests))
        assert recipe.export.split == ((0, 0, 1) if each in asked.tests else recipe.export.split)
        assert data.says, each


def test_what_says_the_split_itself_keeps_it() -> None:
    said = changes(Data(recipe="rectangles", export={"split": "1/0/0"}), is_test=False)
    assert said == ['export.split="1/0/0"', 'export.split_by="frame"']
