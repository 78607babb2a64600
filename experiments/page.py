"""The page of an experiment: what was asked, what came out, how sure that is, pictures side by side, how it was done.

One file that opens offline, light and dark.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from blender_addon.contract.words import counted
from postprocess.evaluation import Evaluation
from postprocess.evaluation.scores import OVERALL
from postprocess.evaluation.shown import STYLE as SHOWN
from postprocess.evaluation.shown import image_of, img, prediction_of, row, truth_of
from postprocess.manifest import NAME as MANIFEST
from postprocess.manifest import manifest_read
from postprocess.pages import document, swatch, table, text
from postprocess.stored_frames import ending_in, splits_in, stored_frames

from .experiment import Experiment
from .figures import LEVEL, SCORES, Figure, Found, Row
from .steps import Step

PICTURES = 8
"""Of each test that are shown, evenly spread over it: none is chosen for what came out."""
_SAMPLES = 8  # of each dataset
_STYLE = f"""
.of {{ text-align: left }} td.of {{ white-space: normal; min-width: 14rem }}
.plot {{ display: grid; grid-template-columns: max-content minmax(12rem, 40rem); gap: .35rem .8rem; align-items: center;
  margin: 1rem 0 }}
.plot .scale {{ position: relative; height: 1.1rem; background: var(--tile); border-radius: 3px }}
.plot .range, .plot .dot, .plot .run {{ position: absolute; top: 50%; transform: translateY(-50%) }}
.plot .range {{ height: .35rem; background: var(--bar); opacity: .45; border-radius: 2px }}
.plot .dot {{ width: .7rem; height: .7rem; margin-left: -.35rem; border-radius: 50%; background: var(--bar) }}
.plot .run {{ width: 2px; height: .8rem; margin-left: -1px; background: var(--quiet) }}
.plot .ends {{ display: flex; justify-content: space-between; color: var(--quiet); font-size: .8rem }}
.good {{ color: var(--good) }} .bad {{ color: var(--bad) }}
.samples img {{ max-width: 9rem }} .seen img {{ max-width: 12rem }}
.classes span {{ margin-right: 1rem; white-space: nowrap }}
pre {{ overflow-x: auto; background: var(--tile); padding: .8rem 1rem; border-radius: .5rem; font-size: .8rem }}
{SHOWN}"""


def page(
    name: str,
    experiment: Experiment,
    results: Sequence[Found],
    evaluations: Mapping[str, Evaluation],
    datasets: Mapping[str, Path],
    how: Iterable[Step],
    said: str,
) -> str:
    """The whole file. `datasets`: {data or test: its folder}; `said` is how much was done, in a line."""
    repeats = len(results[0].rows[0].figures[SCORES[0]].trainings)
    body = (
        f"<h1>{text(name)}</h1><p>{text(experiment.question)}</p>",
        f"<p>{text(said)}. {_sureness(repeats)}</p>",
        *(part for found in results for part in _test(experiment, found, evaluations[found.test])),
        *_datasets(experiment, datasets),
        *_how(how),
    )
    return document(f"Experiment {name}", body, _STYLE)


def _sureness(repeats: int) -> str:
    kind = f"intervals of {LEVEL:.0%} hold other pictures of the same kind"
    if repeats == 1:
        return f"Each network was trained once; {kind}, not what another training would come to."
    return f"Scores are means over {repeats} trainings of each network; {kind} and other trainings."


def _test(experiment: Experiment, found: Found, evaluation: Evaluation) -> Iterator[str]:
    test = experiment.tests[found.test]
    yield f"<h2>Test {text(found.test)}: {text(test.says or str(test.recipe))}</h2>"
    of = f", of {counted(found.groups, 'scene')}" if found.groups != found.pictures else ""
    alone = " One has no interval: nothing says how much another would differ." if found.groups < 2 else ""
    yield (
        f"<p>{counted(found.pictures, 'picture')}{of}.{alone} Mean IoU of each network; thin marks are single "
        "trainings.</p>"
    )
    yield _plot(found.rows)
    head = "".join(f"<th title='{text(OVERALL[score])}'>{_named(score)}</th>" for score in SCORES)
    rows = [
        f"<tr><td>{text(each.model)}</td>{''.join(_cell(each.figures[score]) for score in SCORES)}</tr>"
        for each in found.rows
    ]
    if experiment.published:
        scores = experiment.published.scores
        cells = "".join(f"<td>{scores[score]:.3f}</td>" if score in scores else "<td></td>" for score in SCORES)
        rows.append(f"<tr><td><small>{text(experiment.published.says)}</small></td>{cells}</tr>")
    yield table(f"<th>network</th>{head}", rows)
    if len(found.rows) > 1:
        yield from _differences(found)
    yield from _classes(found, evaluation)
    yield from _pictures(found, evaluation)


def _plot(rows: Sequence[Row]) -> str:
    lines = []
    for each in rows:
        figure = each.figures["mean_iou"]
        runs = "".join(f"<span class='run' style='left:{_at(value)}'></span>" for value in figure.trainings)
        wide = f"left:{_at(figure.lower)};width:{_at(figure.upper - figure.lower)}"
        told = f"{figure.value:.3f}" + ("" if np.isnan(figure.lower) else f", {_ends(figure)}")
        lines.append(
            f"<div>{text(each.model)}</div><div class='scale' role='img' aria-label='mean IoU {told}' title='{told}'>"
            f"<span class='range' style='{wide}'></span>{runs}"
            f"<span class='dot' style='left:{_at(figure.value)}'></span></div>"
        )
    lines.append("<div></div><div class='ends'><span>0</span><span>0.25</span><span>0.5</span><span>0.75</span>"
                 "<span>1</span></div>")  # fmt: skip
    return f"<div class='plot'>{''.join(lines)}</div>"


def _at(share: float) -> str:
    return f"{0 if np.isnan(share) else share:.2%}"


def _cell(figure: Figure) -> str:
    if np.isnan(figure.value):
        return "<td>–</td>"
    ends = "" if np.isnan(figure.lower) else f"<br><small>{_ends(figure)}</small>"
    return f"<td>{figure.value:.3f}{ends}</td>"


def _ends(figure: Figure) -> str:
    return f"{figure.lower:.3f} to {figure.upper:.3f}"


def _differences(found: Found) -> Iterator[str]:
    first = found.rows[0].model
    yield (
        f"<p>Against {text(first)}, on the same pictures; better or worse is said where the interval of the difference "
        "does not hold 0.</p>"
    )
    rows = []
    for each in found.rows[1:]:
        cells = []
        for score in SCORES:
            apart = each.to_first[score]
            kind, word = {1: ("good", " better"), -1: ("bad", " worse"), 0: ("", "")}[apart.sure]
            ends = "" if np.isnan(apart.lower) else f"<br><small>{apart.lower:+.3f} to {apart.upper:+.3f}</small>"
            cells.append(
                f"<td class='{kind}'>{'–' if np.isnan(apart.value) else f'{apart.value:+.3f}'}{word}{ends}</td>"
            )
        rows.append(f"<tr><td>{text(each.model)}</td>{''.join(cells)}</tr>")
    head = "".join(f"<th>{_named(score)}</th>" for score in SCORES)
    yield table(f"<th>network</th>{head}", rows)


def _classes(found: Found, evaluation: Evaluation) -> Iterator[str]:
    shown = [at for at in range(len(found.classes)) if not all(np.isnan(each.class_iou[at]) for each in found.rows)]
    rows = []
    for at in shown:
        cells = "".join(f"<td>{_iou(each.class_iou[at])}</td>" for each in found.rows)
        rows.append(f"<tr><td>{swatch(evaluation.classes.colors[at])}{text(found.classes[at])}</td>{cells}</tr>")
    head = "".join(f"<th>{text(each.model)}</th>" for each in found.rows)
    yield f"<details><summary>IoU of each class</summary>{table(f'<th>class</th>{head}', rows)}</details>"


def _iou(value: float) -> str:
    return "–" if np.isnan(value) else f"{value:.3f}"


def _pictures(found: Found, evaluation: Evaluation) -> Iterator[str]:
    """Image, truth, and what the first training of each network says."""
    classes, palette = evaluation.classes, evaluation.classes.palette()
    legend = "".join(f"<span>{swatch(color)}{text(name)}</span>" for name, color in zip(classes.names, classes.colors))
    yield f"<p class='classes'>{legend}</p>"
    for at in _spread(len(evaluation.pairs), PICTURES):
        pair = evaluation.pairs[at]
        truth = truth_of(pair, classes)
        image = image_of(pair, truth)
        shown = [img(image, "image")] if image is not None else []
        shown.append(img(palette[truth], "truth"))
        shown += [
            img(palette[prediction_of(pair, model, classes, truth)], each.model)
            for model, each in enumerate(found.rows)
        ]
        yield f"<figure class='seen'>{row(shown)}</figure>"


def _datasets(experiment: Experiment, datasets: Mapping[str, Path]) -> Iterator[str]:
    yield "<h2>What was learned, and what for tests</h2>"
    for part in (experiment.data, experiment.tests):
        for name, data in part.items():
            if name not in datasets:
                continue
            pictures = sorted(_images(datasets[name]))
            shown = [img(_small(pictures[at]), "") for at in _spread(len(pictures), _SAMPLES)]
            about = f"{data.says or data.recipe}; {counted(len(pictures), 'picture')}"
            yield f"<h3>{text(name)}</h3><p>{text(about)}</p>"
            yield f"<div class='samples'>{row(shown)}</div>"


def _images(dataset: Path) -> Iterator[Path]:
    with manifest_read(dataset / MANIFEST) as told:
        format, ending, splits = str(told["format"]), ending_in(told), [*splits_in(told)]
    for frame in stored_frames(dataset, format, ending, splits):
        if isinstance(frame.image, Path):
            yield frame.image


def _small(path: Path) -> NDArray[np.uint8]:
    with Image.open(path) as picture:
        picture.thumbnail((144, 144), Image.Resampling.BOX)
        return np.asarray(picture.convert("RGB"))


def _spread(number: int, most: int) -> list[int]:
    return sorted({int(at) for at in np.linspace(0, number - 1, min(number, most)).round()}) if number else []


def _how(how: Iterable[Step]) -> Iterator[str]:
    yield "<h2>How it was done</h2><p>All of it by hand, in the folder of the experiment:</p>"
    yield f"<pre>{text(chr(10).join(step.command for step in how))}</pre>"


def _named(score: str) -> str:
    return score.replace("_", " ").replace("iou", "IoU").replace("f1", "F1").replace("global", "micro")
