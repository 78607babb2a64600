"""The log of a training and its page: lines that come back, curves in a browser, names that are anything."""

from __future__ import annotations

import json
import re

import pytest
from small_datasets import SHAPES

from blender_addon.contract.labels import Label, LabelSet
from tests.postprocess.browser import PROGRAM, browser
from training.curves import page
from training.history import Epoch, Verdict, as_lines, as_plain, best_of, epochs_from, told
from training.learned import Learned
from training.settings import Settings, facts

LEARNED = Learned(SHAPES, (1, 4, 9))
FACTS = facts(Settings(epochs=3)) | {"dataset": "shapes"}
EPOCHS = (
    Epoch(1, 0.75, 0.003, Verdict(0.8, 0.5, 0.25, (0.5, None, 0.0)), True, 30.0),
    Epoch(2, 0.5, 0.002, Verdict(0.6, 0.75, 0.5, (0.75, None, 0.25)), True, 30.0),
    Epoch(3, 0.25, 0.001, Verdict(0.7, 0.7, 0.4, (0.8, None, 0.0)), False, 60.0),
)
BARE = tuple(Epoch(epoch.number, epoch.loss, epoch.learning_rate, None, True, 1.0) for epoch in EPOCHS)


def test_epochs_come_back():
    for epochs in (EPOCHS, BARE):
        assert epochs_from(as_plain(epochs)) == epochs
        assert [json.loads(line) for line in as_lines(epochs).splitlines()] == as_plain(epochs)


@pytest.mark.parametrize("wrong", [{"number": 1}, {**as_plain(EPOCHS)[0], "loss": None}, 3])
def test_rows_that_are_no_epochs(wrong):
    with pytest.raises(ValueError, match="epoch 1"):
        epochs_from([wrong])


def test_the_best_is_the_last_that_was_better():
    assert best_of(EPOCHS) == EPOCHS[1] and best_of(()) is None
    assert told(EPOCHS[1], 9) == (
        "epoch 2/9: loss 0.5000; val: loss 0.6000, accuracy 0.7500, mean IoU 0.5000, the best so far"
    )
    assert told(EPOCHS[2], 9).endswith("mean IoU 0.4000") and told(BARE[0], 9) == "epoch 1/9: loss 0.7500"


def points(html: str, kind: str) -> list[list[float]]:
    """Heights of the lines of a kind, chart by chart, 0 at the axis and 1 at the top."""
    return [
        [round((200 - float(pair.split(",")[1])) / 192, 3) for pair in found.split()]
        for found in re.findall(rf"<polyline class='{kind}' points='([^']+)'", html)
    ]


def test_curves_are_where_their_values_are():
    html = page("m", FACTS, LEARNED, EPOCHS)
    highest = 0.8  # of the losses
    losses, scores = points(html, "first")
    assert losses == pytest.approx([each / highest for each in (0.75, 0.5, 0.25)], abs=2e-3)
    assert scores == pytest.approx([0.25, 0.5, 0.4], abs=2e-3)
    losses, scores = points(html, "second")
    assert losses == pytest.approx([each / highest for each in (0.8, 0.6, 0.7)], abs=2e-3)
    assert scores == pytest.approx([0.5, 0.75, 0.7], abs=2e-3)
    assert "Classes, epoch 2" in html and "2.0 min" in html and "neither in the labels of val nor predicted" in html
    rows = re.findall(r"</span>([a-z ]+)</td>", html)
    assert rows == ["ground", "blue one", "red one"]


def test_without_validation_there_is_one_chart():
    html = page("m", FACTS, LEARNED, BARE)
    assert html.count("<svg") == 1 and "IoU" not in html


def test_one_epoch_is_a_page():
    assert page("m", FACTS, LEARNED, EPOCHS[:1]).count("<svg") == 2


NASTY = '<script>alert("x")</script>\'&'


@pytest.mark.skipif(PROGRAM is None, reason="no Chromium on the path")
def test_in_a_browser(tmp_path):
    nasty = LabelSet("nasty", (Label(1, NASTY, (1, 2, 3)), Label(2, "a", (4, 5, 6)), Label(3, "b", (7, 8, 9))))
    path = tmp_path / "curves.html"
    path.write_text(page(NASTY, {**FACTS, "dataset": NASTY}, Learned(nasty, (1, 2, 3)), EPOCHS), encoding="utf-8")
    with browser(tmp_path / "profile") as tab:
        tab.open(path)
        assert tab.wrong == []
        assert tab.run("return document.querySelectorAll('script').length") == 0
        assert tab.run("return document.querySelector('h1').textContent") == NASTY
        assert tab.run("return document.querySelector('.swatch').parentNode.textContent") == NASTY
        assert tab.run("return [...document.querySelectorAll('circle title')].length") == 12
        tab.open(path, width=390)
        assert tab.run("return document.documentElement.scrollWidth") <= 390
