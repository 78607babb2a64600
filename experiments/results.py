"""What came out of an experiment, written down: a page, its numbers as JSON, a few lines for the terminal."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np

from blender_addon.contract.words import counted
from postprocess.evaluation import Evaluation
from postprocess.staging import write_whole

from .experiment import Experiment
from .figures import Found, as_json, found
from .page import page
from .steps import Wish, dataset_of, everything, steps, told

JSON, HTML = "results.json", "results.html"


def write_results(
    name: str, experiment: Experiment, wish: Wish, evaluations: Mapping[str, Evaluation]
) -> tuple[Found, ...]:
    """Into the experiment's folder, each file whole or not at all. Raises ExportError for a picture that is gone."""
    results = tuple(
        found(test, evaluation, [*experiment.models], experiment.tests[test].alike)
        for test, evaluation in evaluations.items()
    )
    datasets = {each: dataset_of(wish, each) for each, _ in everything(experiment)}
    data = as_json(results)
    write_whole(wish.out / JSON, (json.dumps(data, indent=1, ensure_ascii=False) + "\n").encode())
    said = told(experiment, wish)
    shown = page(Path(name).stem, experiment, results, evaluations, datasets, steps(experiment, wish), said)
    write_whole(wish.out / HTML, shown.encode())
    return results


def lines(results: Sequence[Found]) -> Iterator[str]:
    """Mean IoU of each network in each test, and which are better or worse than the first."""
    for result in results:
        yield f"{result.test}, {counted(result.pictures, 'picture')}: mean IoU"
        width = max(len(row.model) for row in result.rows)
        for row in result.rows:
            figure = row.figures["mean_iou"]
            word = {1: "  better", -1: "  worse"}.get(row.to_first["mean_iou"].sure, "") if row.to_first else ""
            ends = "no interval" if np.isnan(figure.lower) else f"[{figure.lower:.3f}, {figure.upper:.3f}]"
            yield f"  {row.model:<{width}}  {figure.value:.3f}  {ends}{word}"
