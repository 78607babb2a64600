"""What decides what a network learns: defaults, limits, and the learning rate of each step."""

from __future__ import annotations

import argparse
import json
import tomllib
from dataclasses import fields, replace
from pathlib import Path

import pytest

from training.errors import TrainingError
from training.request import WEIGHTS, add_train_arguments, settings_of
from training.settings import LEARNING_RATES, Settings, as_plain, differing, learning_rate_at, settings_from, settled

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "training.md").read_text(encoding="utf-8")


def parsed(*words: str) -> Settings:
    parser = argparse.ArgumentParser()
    add_train_arguments(parser)
    return settings_of(parser.parse_args(["dataset", "--out", "model", *words]))


def test_settings_come_back_from_json():
    for settings in (Settings(), settled(Settings(crop=(64, 48), scale=(0.5, 2.0), optimizer="sgd"), 100)):
        assert settings_from(json.loads(json.dumps(as_plain(settings)))) == settings


def test_the_words_of_the_command_are_the_settings():
    assert parsed() == Settings()
    said = parsed(
        *"--net unet --width 0.5 --epochs 7 --batch 2 --optimizer sgd --learning-rate 0.2 --schedule constant".split(),
        *"--weights none --crop 64x48 --scale 0.75-1.5 --no-flip --no-validation --seed 3".split(),
    )
    assert said == Settings("unet", 0.5, 7, 2, "sgd", 0.2, "constant", "none", (64, 48), False, (0.75, 1.5), False, 3)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("--width 0", "--width must be from 0.01 to 8"),
        ("--epochs 0", "epochs must be from 1"),
        ("--batch 0", "--batch must be from 1"),
        ("--learning-rate nan", "--learning-rate must be a number"),
        ("--seed -1", "seed must be from 0"),
        ("--scale 2-0.5", "scale 2 to 0.5"),
        ("--scale 0-1", "scale 0 to 1"),
    ],
)
def test_numbers_that_no_training_can_have(words, told):
    with pytest.raises(TrainingError, match=told):
        parsed(*words.split())


@pytest.mark.parametrize("words", ["--scale 2", "--scale a-b", "--crop 12", "--weights mean", "--device gpu"])
def test_words_that_are_none(words, capsys):
    with pytest.raises(SystemExit):
        parsed(*words.split())
    assert words.split()[0] in capsys.readouterr().err


def test_epochs_follow_from_the_number_of_pictures():
    assert [settled(Settings(), pictures).epochs for pictures in (1, 50, 100, 3000, 100_000)] == [60, 60, 30, 1, 1]
    assert settled(Settings(epochs=9), 1).epochs == 9


def test_the_learning_rate_falls_to_nothing_or_stays():
    falling = settled(Settings(learning_rate=0.2), 10)
    assert learning_rate_at(falling, 0, 100) == pytest.approx(0.2)
    assert learning_rate_at(falling, 50, 100) == pytest.approx(0.2 * 0.5**0.9)
    assert 0 < learning_rate_at(falling, 99, 100) < 0.004
    constant = settled(Settings(optimizer="sgd", schedule="constant"), 10)
    assert {learning_rate_at(constant, step, 100) for step in range(100)} == {0.1}


def test_what_differs_is_said_in_words():
    assert differing(Settings(), Settings()) == []
    other = replace(Settings(), width=1.0, learning_rate=0.1, flip=False)
    assert differing(Settings(), other) == ["width 0.25, not 1", "learning rate none, not 0.1", "flip yes, not no"]


def test_every_setting_is_on_the_page():
    words = {"flip": "no-flip", "validate": "no-validation"}
    for field in fields(Settings):
        assert f"--{words.get(field.name, field.name).replace('_', '-')}" in PAGE, field.name
    for word in (*WEIGHTS, *LEARNING_RATES, "segnet", "unet"):
        assert f"`{word}`" in PAGE
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    assert "pip install '.[train]'" in PAGE and extras["train"]
    usual = Settings()
    assert f"| `--batch N` | {usual.batch} |" in PAGE and f"| `--weights` | `{usual.weights}` |" in PAGE
    assert f"| `--learning-rate R` | {LEARNING_RATES['adam']:g} of adam, {LEARNING_RATES['sgd']:g} of sgd |" in PAGE
    assert f"`--width` is a share of the published channels: {usual.width:g} by default" in PAGE
