"""The page of a report in a real browser: its script runs, switches do what they say, nothing is loaded or broken."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from browser import PROGRAM, Tab, browser
from recorded_run import EVIL, write_recorded

from postprocess.dataset import export
from postprocess.evaluation import Wishes as EvaluationWishes
from postprocess.evaluation import evaluation_of
from postprocess.evaluation.page import page as evaluation_page
from postprocess.report.page import page
from postprocess.report.request import Wishes
from postprocess.report.write import figures_of

pytestmark = pytest.mark.skipif(PROGRAM is None, reason="no Chromium on the path: apt-get install chromium")

SHOWN = """
const shown = async image => {  // pixels that are not transparent
  await image.decode();
  const canvas = document.createElement('canvas');
  canvas.width = image.naturalWidth; canvas.height = image.naturalHeight;
  const context = canvas.getContext('2d');
  context.drawImage(image, 0, 0);
  const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
  return data.filter((each, at) => at % 4 === 3 && each).length;
};
const painted = () => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
const one = selector => document.querySelector(selector);
const all = selector => [...document.querySelectorAll(selector)];
"""


@pytest.fixture(scope="module")
def tab(tmp_path_factory) -> Iterator[Tab]:
    with browser(tmp_path_factory.mktemp("profile")) as found:
        yield found


@pytest.fixture(scope="module")
def recorded(tmp_path_factory) -> Path:
    return write_recorded(tmp_path_factory.mktemp("recorded") / "run")


@pytest.fixture
def opened(tab, tmp_path) -> Callable[..., Any]:
    """Opens a page and gives what a script finds in it."""

    def open_page(text: str, script: str, width: int = 1280) -> Any:
        (tmp_path / "page.html").write_text(text, encoding="utf-8")
        tab.wrong.clear()
        tab.open(tmp_path / "page.html", width)
        found = tab.run(SHOWN + script)
        assert tab.wrong == []
        return found

    return open_page


@pytest.fixture(scope="module")
def run_page(recorded) -> str:
    return page(figures_of(recorded, Wishes()))


READY = "document.documentElement.dataset.ready === 'yes' && !document.documentElement.dataset.error"


def test_the_script_runs_and_names_are_names(opened, run_page):
    script = f"""return [{READY}, document.scripts.length, all('[onerror], img[src="x"]').length,
        all('.legend .name').map(each => each.textContent)];"""
    name = EVIL.replace("\u202e", "\\u202e")
    assert opened(run_page, script) == [True, 1, 0, [name, "wall", "lamp", "background"]]


def test_the_policy_holds(tab, opened, run_page):
    """Or the test before would see nothing, whatever a name does."""
    evil = run_page.replace("<main>", "<main><img src=x onerror=alert(1)><script>alert(2)</script>")
    with pytest.raises(AssertionError):
        opened(evil, "return 1;")
    forbidden = [each for each in tab.wrong if "Content Security Policy" in each]
    assert len(forbidden) == 3, "the picture, its handler, and the script"


def test_labels_are_switched_off_pixel_by_pixel(opened, run_page):
    script = """
        const image = all('.shot .labels')[3], seen = [await shown(image)];
        const lamp = all('.legend li').find(each => each.textContent.startsWith('lamp'));
        for (const button of [lamp.querySelector('.only'), lamp.querySelector('.only'), lamp.querySelector('input'),
                              ...all('.all').reverse()]) {
          button.click(); await painted(); seen.push(await shown(image));
        }
        return seen;"""
    assert opened(run_page, script) == [1200, 20, 1200, 1180, 0, 1200]


def test_the_slider_mixes_all_pictures(opened, run_page):
    script = """
        const slider = one('.mix'), of = () => getComputedStyle(all('.shot .labels')[2]).opacity;
        const seen = [of()];
        for (const value of [0, 100]) {
          slider.value = value; slider.dispatchEvent(new Event('input')); seen.push(of());
        }
        return [seen, all('.mix').map(each => each.value)];"""
    assert opened(run_page, script) == [["0.55", "0", "1"], ["100", "100"]]


def test_one_frame_large_by_keys_alone(tab, opened, run_page):
    """Tab to a picture, Enter, arrows, Escape; and then the picture that was shown last has the focus."""
    opened(run_page, "all('.shot .stack')[1].focus();")
    tab.press("Tab")
    assert tab.run("return document.activeElement.dataset.at;") == "2"
    seen = []
    for key in ("Enter", "ArrowRight", "ArrowRight", "ArrowLeft"):
        tab.press(key)
        seen.append(tab.run("return document.querySelector('#large .said').textContent.split(' ')[0];"))
    assert seen == ["3", "4", "1", "4"]
    assert tab.run("const large = document.querySelector('#large'); large.querySelector('.photo').click(); "
                   "return large.open;")  # fmt: skip
    tab.press("Escape")
    state = "return [document.querySelector('#large').open, document.activeElement.dataset.at];"
    for _ in range(500):  # the browser closes a dialog when it has the time
        if tab.run(state) == [False, "3"]:
            break
    assert tab.run(state) == [False, "3"]


def test_classes_in_another_order_and_by_the_logarithm(opened, run_page):
    script = """
        const names = () => all('.classes tbody .name').map(each => each.textContent.slice(0, 4));
        const wide = () => all('.classes tbody tr').map(row => row.querySelector('.bar').offsetWidth);
        const order = one('#order'), orders = [names()];
        for (const by of ['images', 'name', 'set']) {
          order.value = by; order.dispatchEvent(new Event('change')); orders.push(names());
        }
        const even = wide();
        one('#log').click();
        const log = wide();
        return [orders, even.map((length, at) => Math.sign(log[at] - length))];"""
    orders, longer = opened(run_page, script)
    assert orders == [["</sc", "wall", "back", "lamp"], ["</sc", "wall", "back", "lamp"],
                      ["</sc", "back", "lamp", "wall"], ["wall", "</sc", "lamp", "back"]]  # fmt: skip
    assert longer == [1, 0, 1, 1], "the longest stays"


@pytest.mark.parametrize("width", [390, 1280])
def test_no_picture_is_broken_and_nothing_is_wider_than_the_page(opened, run_page, width):
    script = """
        await Promise.all(all('img[src]').map(image => image.decode()));
        return document.documentElement.scrollWidth;"""
    assert opened(run_page, script, width) <= width


@pytest.mark.parametrize("wishes", [Wishes(), Wishes(pictures=0, pixels=0)])
def test_a_dataset(tmp_path, opened, recorded, wishes):
    export([recorded], tmp_path / "set", "segnet", split=(0.5, 0.25, 0.25), split_by="frame")
    text = page(figures_of(tmp_path / "set", wishes))
    assert opened(text, f"return [{READY}, all('.split').length];") == [True, min(wishes.pictures, 4)]


def test_the_page_of_an_evaluation(tmp_path, opened, recorded):
    export([recorded], tmp_path / "set", "nyu", split=(0.5, 0.25, 0.25), split_by="frame")
    found = evaluation_of([tmp_path / "set" / "labels"], tmp_path / "set", wishes=EvaluationWishes(draws=5))
    script = """
        await Promise.all(all('img').map(image => image.decode()));
        return [all('img').length, getComputedStyle(one('.tiles')).display];"""
    assert opened(evaluation_page(found), script) == [4, "grid"]
