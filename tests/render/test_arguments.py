"""Command lines to requests, and back."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blender_addon.contract.arguments import parse_size
from render_scripts.arguments import add_arguments, request_from, to_arguments
from render_scripts.request import Request

from .drawn_requests import requests


def parse(arguments: list[str]) -> Request:
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    return request_from(parser.parse_args(arguments))


@given(st.integers(4, 65536), st.integers(4, 65536), st.sampled_from("xX"))
def test_size_is_width_then_height(width, height, times):
    assert parse_size(f"{width}{times}{height}") == (width, height)


@pytest.mark.parametrize(
    "text", ["", "480", "480x", "x360", "480*360", "0x5", "5x0", "４x４", "-8x8", "4.0x4", "8 x 8"]
)  # fmt: skip
def test_sizes_that_are_none(text):
    with pytest.raises(ValueError, match="size "):
        parse_size(text)


@pytest.mark.parametrize("word", ["-run", "--out", "-1", "a b", "=", "-"])
def test_words_that_look_like_options_stay_words(word):
    asked = replace(parse(["--out=run"]), out=Path(word), camera=word, view_layer=word, label_set=word)
    assert parse(to_arguments(asked)) == asked


@given(requests)
def test_options_parse_into_the_same_request(request_):
    assert parse(to_arguments(request_)) == request_


def test_what_is_not_said_is_none():
    found = parse(["--out", "run"])
    assert found == Request(Path("run"))


def test_seed_zero_is_a_seed():
    assert parse(["--out", "run", "--seed", "0"]).seed == 0
    assert parse(["--out", "run", "--alpha-threshold", "0"]).alpha_threshold == 0
    assert "--seed=0" in to_arguments(parse(["--out", "run", "--seed", "0"]))


@pytest.mark.parametrize(
    "option",
    [
        "--seed=-1", f"--seed={2**63}", "--seed=1.0", "--seed=x", "--samples=0", "--label-supersample=0",
        "--label-supersample=16", "--alpha-threshold=1.01", "--alpha-threshold=-0.1", "--alpha-threshold=nan",
        "--size=0x3", "--frames=5-3", "--sample-views=rooom 4", "--sample-views=0", "--device=tpu", "--image=gif",
        "--with=deepth", "--frame-timeout=0", "--frame-timeout=x", "--frame-timeout=nan",
    ],
)  # fmt: skip
def test_wrong_values_are_refused_with_their_option(option, capsys):
    with pytest.raises(SystemExit) as refused:
        parse(["--out", "run", option])
    assert refused.value.code == 2
    assert option.split("=")[0] in capsys.readouterr().err


def test_out_is_needed_and_denoise_has_one_answer():
    for arguments in ([], ["--out", "run", "--denoise", "--no-denoise"]):
        with pytest.raises(SystemExit):
            parse(arguments)
