"""One picture of a run that a person opens: each view as image, labels in colour, and both on top of each other.

The legend below names every label that is seen, with its colour and its share of the pixels shown.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from blender_addon.contract.labels import CODE_NAMES, Color, LabelSet
from blender_addon.contract.records import read_frame
from blender_addon.contract.run import IMAGE, LABELS, Plan, RunError, finished_frames, frame_folder, read_plan

from .errors import ExportError
from .labelmap import colorize, resize_image, resize_labels
from .layout import CODE_COLORS, plain_encoding
from .pixels import checked_image, checked_labels

_PAPER, _INK, _QUIET, _LINE = (255, 255, 255), (28, 30, 34), (112, 117, 125), (222, 225, 230)
_MARGIN, _GAP, _BETWEEN = 48, 6, 40
_CAPTION, _ROW = 34, 30
_OPACITY = 0.55  # of the labels over the image: colours are told apart, and so are the things below


@dataclass(frozen=True)
class _Shown:
    """A frame at the size of the sheet, uint8 (h, w, 3) RGB each, and its pixels per label at full size."""

    caption: str
    panels: tuple[NDArray[np.uint8], ...]
    counts: Mapping[int, int]


def contact_sheet(run: Path, out: Path, columns: int | None = None, most: int = 24, width: int = 320) -> Path:
    """Write the contact sheet of a run folder as PNG or JPEG, by the ending of `out`; returns `out`.

    `columns` views stand side by side (default: 1 up to four views, else 2), `width` pixels per panel. Of more than
    `most` frames, evenly spaced ones are shown. Raises ExportError for a run without frames or with damaged ones.
    """
    if out.suffix.lower() not in (".png", ".jpg", ".jpeg"):
        raise ExportError(f"{out}: a contact sheet is a .png or a .jpg")
    if (columns is not None and columns < 1) or most < 1 or width < 16:
        raise ExportError("a contact sheet needs at least 1 column, 1 frame, and 16 pixels per panel")
    try:
        plan = read_plan(run)
    except RunError as error:
        raise ExportError(str(error)) from error
    done = finished_frames(run)
    if not done:
        raise ExportError(f"{run} has no finished frame yet; render first")
    chosen = [done[at] for at in np.unique(np.linspace(0, len(done) - 1, min(most, len(done))).round().astype(int))]
    palette = plain_encoding(plan.label_set).palette()
    shown = [_show(run, frame, plan, palette, width) for frame in chosen]
    extent = f"{len(done)} view{'s'[: len(done) != 1]}" + (f", {len(chosen)} shown" if len(chosen) < len(done) else "")
    size = f"{plan.settings.size[0]}x{plan.settings.size[1]}"
    subtitle = f"{extent}  ·  {size} pixels  ·  {plan.label_set.title or plan.label_set.name}"
    sheet = _draw(
        Path(plan.scene).stem, subtitle, shown, _legend(shown, plan.label_set), columns or 1 + (len(shown) > 4)
    )
    out.parent.mkdir(parents=True, exist_ok=True)
    if out.suffix.lower() == ".png":
        sheet.save(out)
    else:
        sheet.save(out, quality=92, subsampling=0)
    return out


def _show(run: Path, frame: int, plan: Plan, palette: NDArray[np.uint8], width: int) -> _Shown:
    try:
        record = read_frame(run, frame, plan)
    except RunError as error:
        raise ExportError(str(error)) from error
    folder, files = frame_folder(run, frame), record.files
    _, picture = checked_image(folder / IMAGE, files[IMAGE].checksum)
    labels = checked_labels(folder / LABELS, plan.label_set, files[LABELS].checksum)
    full = labels.pixels
    size = (width, max(1, round(width * full.shape[0] / full.shape[1])))
    image = resize_image(picture, size)
    small = resize_labels(full, size)
    colors = colorize(small, palette)
    return _Shown(
        f"{frame}\n{record.view.name or record.view.camera}",
        (image, colors, _overlay(image, colors, small)),
        labels.counts(),
    )


def _overlay(image: NDArray[np.uint8], colors: NDArray[np.uint8], labels: NDArray[np.uint16]) -> NDArray[np.uint8]:
    """The colours let through to the image, and a light line where one label ends and another begins."""
    mixed = np.asarray(cv2.addWeighted(image, 1 - _OPACITY, colors, _OPACITY, 0), np.uint8)
    edge = np.zeros(labels.shape, bool)
    edge[:, 1:] |= labels[:, 1:] != labels[:, :-1]
    edge[1:] |= labels[1:] != labels[:-1]
    mixed[edge] = mixed[edge] // 3 + 170
    return mixed


def _legend(shown: Sequence[_Shown], label_set: LabelSet) -> list[tuple[str, Color, float]]:
    """(name, colour, share of all pixels), labels by share, then the codes."""
    total: dict[int, int] = {}
    for frame in shown:
        for id_, count in frame.counts.items():
            total[id_] = total.get(id_, 0) + count
    whole = sum(total.values())
    labels = sorted((id_ for id_ in total if id_ not in CODE_NAMES), key=lambda id_: (-total[id_], id_))
    rows = [(label_set.by_id[id_].name, label_set.by_id[id_].color, total[id_] / whole) for id_ in labels]
    return rows + [(CODE_NAMES[code], CODE_COLORS[code], total[code] / whole) for code in CODE_NAMES if code in total]


def _draw(
    title: str, subtitle: str, shown: Sequence[_Shown], legend: Sequence[tuple[str, Color, float]], columns: int
) -> Image.Image:
    height, width = shown[0].panels[0].shape[:2]
    cell = 3 * width + 2 * _GAP
    columns = min(columns, len(shown))
    inner = columns * cell + (columns - 1) * _BETWEEN
    rows = -(-len(shown) // columns)
    tall = height + _CAPTION
    per_row = max(1, inner // 250)
    legend_rows = -(-len(legend) // per_row)
    head = _MARGIN + 92
    foot = 40 + 34 + legend_rows * _ROW
    sheet = Image.new("RGB", (inner + 2 * _MARGIN, head + rows * (tall + 18) + foot + _MARGIN // 2), _PAPER)
    draw = ImageDraw.Draw(sheet)
    _text(draw, (_MARGIN, _MARGIN - 10), title, 34, _INK, inner)
    _text(draw, (_MARGIN, _MARGIN + 36), subtitle, 17, _QUIET, inner)
    for at, frame in enumerate(shown):
        x = _MARGIN + at % columns * (cell + _BETWEEN)
        y = head + at // columns * (tall + 18)
        number, _, name = frame.caption.partition("\n")
        _text(draw, (x, y + 5), number, 16, _QUIET, 60)
        _text(draw, (x + 14 + int(draw.textlength(number, _font(16))), y + 5), name, 16, _INK, cell - 80)
        for place, panel in enumerate(frame.panels):
            sheet.paste(Image.fromarray(panel), (x + place * (width + _GAP), y + _CAPTION))
    y = head + rows * (tall + 18) + 14
    draw.line((_MARGIN, y, _MARGIN + inner, y), fill=_LINE, width=1)
    _text(draw, (_MARGIN, y + 16), "Labels, and their share of the pixels shown", 16, _QUIET, inner)
    _draw_legend(draw, (_MARGIN, y + 50), legend, per_row, inner // per_row)
    return sheet


def _draw_legend(
    draw: ImageDraw.ImageDraw,
    corner: tuple[int, int],
    legend: Sequence[tuple[str, Color, float]],
    per_row: int,
    wide: int,
) -> None:
    """Columns are filled downwards, so that the eye goes from much to little."""
    down = -(-len(legend) // per_row)
    for at, (name, color, share) in enumerate(legend):
        x, y = corner[0] + at // down * wide, corner[1] + at % down * _ROW
        draw.rounded_rectangle((x, y, x + 20, y + 20), radius=4, fill=color, outline=_LINE)
        _text(draw, (x + 30, y), name, 16, _INK, wide - 110)
        percent = f"{100 * share:.1f} %" if share >= 0.0005 else "< 0.1 %"
        draw.text((x + wide - 24, y), percent, fill=_QUIET, font=_font(16), anchor="ra")


def _text(draw: ImageDraw.ImageDraw, corner: tuple[int, int], text: str, size: int, color: Color, room: int) -> None:
    """Text that ends in dots where it is longer than its room in pixels."""
    font = _font(size)
    if draw.textlength(text, font) > room:
        while text and draw.textlength(text + "...", font) > room:
            text = text[:-1]
        text = text.rstrip() + "..."
    draw.text(corner, text, fill=color, font=font)


def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size)
