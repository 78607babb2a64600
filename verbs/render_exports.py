"""The datasets that are to be made of a plan once it is rendered: refused before anything is handed over, where
`labelpass export` would refuse them hours later."""

from __future__ import annotations

import argparse
import shlex
from collections.abc import Sequence
from pathlib import Path


def checked_exports(all_words: Sequence[Sequence[str]], runs: Sequence[Path]) -> list[list[str]]:
    """As `labelpass export` reads them, now and not in hours, of these run folders, which are planned; with the folders
    where they are from anywhere."""
    from postprocess.export_request import add_arguments

    checked: list[list[str]] = []
    places: list[Path] = []
    for words in all_words:
        verb = argparse.ArgumentParser(prog="labelpass render --export", add_help=False, allow_abbrev=False)
        add_arguments(verb)
        asked = verb.parse_args(words)
        if asked.runs or asked.exr:
            raise ValueError("render: --export: it is of the runs that are rendered; name no others")
        try:
            _refuse_export(asked, runs)
        except (ValueError, OSError) as error:
            raise ValueError(f"render: --export {shlex.join(words)!r}: {error}") from None
        place = asked.out.resolve()
        for other in places:
            if place.is_relative_to(other) or other.is_relative_to(place):
                raise ValueError(f"render: --export: {other} and {place} are one place; each dataset needs its own")
        places.append(place)
        checked.append([*words, f"--out={place}"])
    return checked


def _refuse_export(asked: argparse.Namespace, runs: Sequence[Path]) -> None:
    """Raises ValueError for what `labelpass export` would refuse, whatever the frames are."""
    from blender_addon.label_sets import label_files
    from postprocess.export_request import wishes_from
    from postprocess.foreseen import refuse_unmappable
    from postprocess.manifest import Choices
    from postprocess.splits import check_fractions
    from postprocess.wishes import check_wishes, layout_of

    asked.runs = runs
    wishes = wishes_from(asked)
    layout = layout_of(asked.format, wishes["options"])
    looks = asked.images, asked.jpeg_quality, asked.ignore_boundary, asked.weights
    choices = Choices(check_fractions(asked.split), asked.seed, asked.size, asked.ignore_impure, *looks)
    check_wishes(asked.out, choices, asked.jobs)
    if asked.real_share is not None:
        raise ValueError("--real-share mixes in imported datasets, and this is of the runs that are rendered alone")
    target = label_files.read(asked.labels) if asked.labels else None
    for path in asked.split_list:
        if not path.is_file():
            raise ValueError(f"--split-list {path}: no such file")
    needs_purity = asked.ignore_impure is not None
    refuse_unmappable(runs, layout, target, wishes["regrouping"], asked.split_assets, needs_purity)
