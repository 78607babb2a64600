"""How many candidates does a sampled view cost, and how many seconds?

    python benchmarks/views.py [SCENE.blend ...]

Samples views of the sample room, or of the scenes named, whose pass indices are NYU40's: 12 and 100 views of the rooms,
24 with all labels alike, an orbit, and a walk of ten seconds. Nothing is rendered.

scene     seconds to read the surfaces and find the floors, once for any number of views
view      milliseconds of the search for each accepted view, rejected candidates included
distance  half the sum of differences between wanted and achieved label frequencies, 0 to 1; beside it, of as many views
          without a target
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import bpy

from blender_addon.contract.labels import built_in
from blender_addon.contract.view_search import Search
from render_scripts.sampled_views.refusals import NoViews
from render_scripts.sampled_views.sampling import Sampled, sample_views
from render_scripts.sampled_views.view_request import parse_words
from scenes import room

REQUESTS = ("room 12", "room 100", "room 24 balance=uniform", "orbit 12 target=sofa", "trajectory 240")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("scenes", nargs="*", type=Path, metavar="SCENE.blend")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        paths = arguments.scenes or [Path(folder, "room.blend")]
        if not arguments.scenes:
            room.save(paths[0], seed=0)
        for path in paths:
            measure(path)


def measure(path: Path) -> None:
    bpy.ops.wm.open_mainfile(filepath=str(path))
    print(f"\n{path.name}\n{'':28}{'candidates':>12}{'accepted':>10}{'scene, s':>10}{'view, ms':>10}")
    for words in REQUESTS:
        try:
            found = sampled(words)
        except NoViews as error:
            print(f"{words:28}{str(error)[:80]}")
            continue
        read, search = found.seconds
        share = "" if words.startswith("trajectory") else f"{found.report.accepted / found.report.candidates:10.0%}"
        each = 1000 * search / found.report.accepted
        print(f"{words:28}{found.report.candidates:12}{share:>10}{read:10.2f}{each:10.1f}")
        if "balance" in words:
            plain = sampled(words.split(" balance")[0])
            with_target, without = (distance(found.report, each.report) for each in (found, plain))
            print(f"{'':28}distance {with_target:.2f}, {without:.2f}")


def sampled(words: str) -> Sampled:
    scene = bpy.context.scene
    return sample_views(scene, bpy.context.view_layer, built_in("nyu40"), parse_words(words), (480, 360), 0)


def distance(wanted: Search, achieved: Search) -> float:
    shown = {each.label: each.achieved for each in achieved.frequencies}
    labels = {each.label: each.target or 0.0 for each in wanted.frequencies}
    return sum(abs(shown.get(label, 0.0) - labels.get(label, 0.0)) for label in {*shown, *labels}) / 2


if __name__ == "__main__":
    main()
