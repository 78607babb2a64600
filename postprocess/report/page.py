"""A report as one HTML file that opens offline: what to mind, pictures, classes, places, cameras, draws, settings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import cv2
import numpy as np

from blender_addon.contract.words import counted

from ..pages import bar, document, picture_data, swatch, table, text, tiles
from ..stats import ClassCounts
from .cards import chart_card, said_card, spread_card, words_card
from .charts import depth_histogram, ground_map, matrix, number
from .class_bars import class_bars
from .drawn import HOW_MANY, unit_of
from .figures import Figures
from .looks import GRID
from .sheet import percent, sheet

_TOGETHER = 24  # labels in the matrix of what is seen together
_PLACES = 24  # maps of positions
_SIZES = 12
_HERE = Path(__file__).parent
_FEW_WORDS = 12
_LENSES = {"PERSP": "perspective", "ORTHO": "orthographic", "PANO": "panoramic"}


def page(figures: Figures) -> str:
    """The whole file."""
    sections = [
        _section("pictures", "Pictures", sheet(figures)),
        _section("classes", "Classes", class_bars(figures)),
        _section("splits", "Splits", _splits(figures)),
        _section("together", "Seen together", _together(figures)),
        _section("places", "Where labels are", _places(figures)),
        _section("depths", "Sizes and depth", _shapes(figures)),
        _section("cameras", "Cameras", _cameras(figures)),
        _section("draws", "Draws", _draws(figures)),
        _section("made", "How it was made", _made(figures)),
    ]
    there = [each for each in sections if each]
    links = "".join(f"<a href='#{name}'>{title}</a>" for name, title, _ in there)
    body = (
        _head(figures),
        _cautions(figures),
        _tiles(figures),
        f"<nav aria-label='Sections'>{links}</nav><main>",
        *(f"<section id='{name}'><h2>{title}</h2>{inside}</section>" for name, title, inside in there),
        "</main>",
    )
    style, script = ((_HERE / name).read_text(encoding="utf-8") for name in ("report.css", "report.js"))
    return document(f"{figures.title}: report", body, style, script)


def _section(name: str, title: str, parts: Iterable[str]) -> tuple[str, str, str] | None:
    inside = "".join(parts)
    return (name, title, inside) if inside else None


def _head(figures: Figures) -> str:
    facts = "".join(f"<span><i>{text(what)}</i> {text(how)}</span>" for what, how in figures.facts)
    return (
        f"<header><small>Labelpass {text(figures.what)}</small><h1>{text(figures.title)}</h1>"
        f"<p class='facts'>{facts}</p></header>"
    )


def _cautions(figures: Figures) -> str:
    if not figures.cautions:
        return "<div class='cautions fine' role='note'>Nothing to warn about.</div>"
    rows = "".join(f"<li>{text(each)}</li>" for each in figures.cautions)
    many = counted(len(figures.cautions), "thing")
    return f"<div class='cautions' role='note'><b>{many} to mind</b><ul>{rows}</ul></div>"


def _tiles(figures: Figures) -> str:
    labelled = sum(figures.pixels_of(id_) for id_ in figures.classes) / max(1, figures.total)
    seen = sum(figures.images_of(id_) > 0 for id_ in figures.classes)
    per_image = sum(figures.images_of(id_) for id_ in figures.classes) / max(1, figures.frames)
    groups = " · ".join(f"{counts.frames:,} {name}" for name, counts in figures.groups.items() if name)
    sizes = sorted(figures.sizes, key=lambda size: (size[0] * size[1], size))
    size = " to ".join(f"{width} × {height}" for width, height in dict.fromkeys((sizes[0], sizes[-1]))) if sizes else ""
    entries = [
        ("frames", f"{figures.frames:,}", text(groups or size), "frames that are whole"),
        ("pixels with a label", f"{labelled:.1%}", f"{number(figures.total / 1e6)} million pixels in all", ""),
        (
            "labels seen",
            f"{seen} <small>of {len(figures.classes)}</small>",
            f"{per_image:.1f} in an image, on average",
            "",
        ),
    ]
    if figures.timings:
        total = sum(figures.seconds.values())
        entries.append(
            ("seconds a frame", f"{total / figures.frames:.2f}", f"{_duration(total)} in all", "the mean of all steps")
        )
    return tiles(entries)


def _splits(figures: Figures) -> Iterator[str]:
    groups = figures.groups
    if len(groups) < 2:
        return
    first, *_ = groups
    rows = []
    for name, counts in groups.items():
        others = [other for each, other in groups.items() if each != name]
        seen = [id_ for id_ in figures.classes if counts.images.get(id_)]
        alone = sum(not any(other.images.get(id_) for other in others) for id_ in seen)
        labelled = sum(counts.pixels.get(id_, 0) for id_ in seen) / max(1, counts.total)
        apart = "" if name == first else f"{apart_from(groups[first], counts, figures.classes):.2f}"
        rows.append(
            f"<tr><td><span class='key {text(name)}'>{text(name)}</span></td><td>{counts.frames:,}</td>"
            f"<td>{bar(counts.frames / figures.frames)}{counts.frames / figures.frames:.1%}</td>"
            f"<td>{labelled:.1%}</td><td>{len(seen)}</td><td>{alone}</td><td>{apart}</td></tr>"
        )
    yield table(
        "<th>split</th><th>frames</th><th>of all</th><th>pixels with a label</th><th>labels seen</th>"
        f"<th>seen here alone</th><th>unlike {text(first)}</th>",
        rows,
    )
    yield (
        f"<p>Unlike {text(first)}: the share of labelled pixels that would need another label for both to have as much "
        "of each; 0 is alike, 1 has nothing in common.</p>"
    )


def apart_from(one: ClassCounts, other: ClassCounts, classes: Iterable[int]) -> float:
    """The total variation distance of two splits' labelled pixels, 0 to 1."""
    ids = list(classes)
    wholes = [max(1, sum(each.pixels.get(id_, 0) for id_ in ids)) for each in (one, other)]
    return sum(abs(one.pixels.get(i, 0) / wholes[0] - other.pixels.get(i, 0) / wholes[1]) for i in ids) / 2


def _together(figures: Figures) -> Iterator[str]:
    together, whole = figures.together, figures.together_frames
    there = [id_ for id_ in figures.classes if together.get((id_, id_))]
    ids = sorted(there, key=lambda id_: (-together[id_, id_], id_))[:_TOGETHER]
    if len(ids) < 2:
        return
    shares = np.array([[together.get((min(a, b), max(a, b)), 0) / together[a, a] for b in ids] for a in ids])
    most = f" The {len(ids)} labels of the most images." if len(there) > len(ids) else ""
    yield (
        f"<p>Of the images that show the label of a row, how many show that of the column too: the stronger the "
        f"colour, the more. From {counted(whole, 'frame')}.{most}</p>"
    )
    yield f"<div class='wide' tabindex='0'>{matrix([figures.kinds[id_].name for id_ in ids], shares)}</div>"


def _places(figures: Figures) -> Iterator[str]:
    looks = figures.looks
    ids = sorted((id_ for id_ in figures.classes if id_ in looks.where), key=lambda id_: (-looks.where[id_].sum(), id_))
    ids = ids[:_PLACES]
    if not ids:
        return
    width, height = max(figures.sizes, key=lambda size: (figures.sizes[size], size), default=GRID[::-1])
    of_all = "" if looks.frames == figures.frames else f", spread over all {figures.frames:,}"
    yield (
        f"<p>How often each part of the picture shows a label, from dark (never) to bright (most often, with its share "
        f"of frames); from {counted(looks.frames, 'frame')}{of_all}.</p><div class='places'>"
    )
    for id_ in ids:
        share = looks.where[id_] / looks.frames
        most = float(share.max())
        levels = np.rint(255 * share / max(most, 1e-12)).astype(np.uint8)
        colors = cv2.cvtColor(cv2.applyColorMap(levels, cv2.COLORMAP_INFERNO), cv2.COLOR_BGR2RGB)
        kind = figures.kinds[id_]
        yield (
            f"<figure><img alt='where {text(kind.name)} is' style='aspect-ratio:{width}/{height}' "
            f"src='{picture_data(np.asarray(colors, np.uint8))}'><figcaption>{swatch(kind.color)}"
            f"<span class='name'>{text(kind.name)}</span><small>{percent(most)}</small></figcaption></figure>"
        )
    yield "</div>"


def _shapes(figures: Figures) -> Iterator[str]:
    looks = figures.looks
    yield "<div class='charts'>"
    ranked = sorted(figures.sizes.items(), key=lambda item: (-item[1], item[0]))
    if len(ranked) > 1:
        named = {f"{width} × {height}": count for (width, height), count in ranked}
        yield words_card("Sizes in pixels", named, _SIZES)
    else:
        yield said_card("Size", "".join(f"{width} × {height} pixels, all frames" for (width, height), _ in ranked))
    if looks.depths is not None and looks.depths.any():
        whole = int(looks.depths.sum()) + looks.empty
        empty = f"; {looks.empty / whole:.1%} of the pixels show no surface" if looks.empty else ""
        yield chart_card(
            "Depth along the axis",
            f"metres, by their logarithm; from {counted(looks.frames, 'frame')}{empty}",
            depth_histogram(looks.depths),
        )
    yield "</div>"


def _cameras(figures: Figures) -> Iterator[str]:
    cameras = figures.cameras
    if not cameras.count:
        return
    kinds = ", ".join(f"{count:,} {text(_LENSES.get(kind, kind))}" for kind, count in sorted(cameras.types.items()))
    yield f"<p>Where they stand, from above, in metres, and how they look: {kinds}.</p><div class='cameras'>"
    yield f"<figure class='map'>{ground_map(cameras)}</figure><div class='charts'>"
    yield spread_card("Height", cameras.heights, "m")
    yield spread_card("Pitch, above the horizon", cameras.pitches, "°")
    yield spread_card("Roll", cameras.rolls, "°")
    yield spread_card("Field of view, across", cameras.views, "°")
    yield "</div></div>"


def _draws(figures: Figures) -> Iterator[str]:
    drawn = figures.drawn
    families = dict.fromkeys(family for family, _ in (*drawn.numbers, *drawn.words))
    if families:
        yield "<p>What was drawn for the frames, as their records have it; a field is that of all things together.</p>"
    for family in families:
        yield f"<h3>{text(family)}</h3><div class='charts small'>"
        for (of, name), spread in drawn.numbers.items():
            if of == family and (spread.high or not name.endswith(HOW_MANY)):
                yield spread_card(name, spread, unit_of(name))
        for (of, name), counts in drawn.words.items():
            if of == family:
                yield words_card(name, counts, _FEW_WORDS)
        yield "</div>"


def _made(figures: Figures) -> Iterator[str]:
    if figures.timings:
        total = sum(figures.seconds.values())
        rows = (
            f"<tr><td>{text(_lap(lap))}</td><td>{bar(figures.seconds[lap] / max(total, 1e-9))}"
            f"{figures.seconds[lap] / max(total, 1e-9):.1%}</td><td>{number(spread.middle())} s</td>"
            f"<td>{number(spread.high)} s</td><td>{_duration(figures.seconds[lap])}</td></tr>"
            for lap, spread in figures.timings.items()
        )
        head = "<th>step</th><th>share of the time</th><th>median</th><th>slowest</th><th>all frames</th>"
        yield table(head, rows, "timings")
    for versions, count in sorted(figures.versions.items(), key=lambda item: (-item[1], item[0])):
        if versions:
            yield f"<p class='versions'>{text(versions)}: {counted(count, 'frame')}</p>"
    if figures.settings:
        rows = (f"<tr><td>{text(what)}</td><td>{text(how)}</td></tr>" for what, how in figures.settings)
        inside = table("<th>what</th><th>how</th>", rows, "settings")
        yield f"<details open><summary>Settings</summary>{inside}</details>"


def _lap(name: str) -> str:
    return name.removesuffix("_s").replace("_", " ")


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.1f} s"
    return f"{seconds / 60:.1f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
