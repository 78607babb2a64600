"""One picture of a run that a person opens: each view as image, labels in colour, and both on top of each other.

The legend below names every label that is seen, with its colour and its share of the pixels shown.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, PngImagePlugin

from blender_addon.contract.labels import CODE_NAMES, Color, LabelSet
from blender_addon.contract.records import read_frame
from blender_addon.contract.run import LABELS, Plan, RunError, finished_frames, frame_folder, read_plan
from blender_addon.contract.words import counted

from .errors import ExportError
from .labelmap import colorize, resize_image, resize_labels
from .layout import CODE_COLORS, plain_encoding
from .lettering import draw_text, own_font
from .pixels import checked_image, checked_labels
from .staging import is_among_frames, write_whole

DEFAULT_NAME = "contact_sheet.jpg"  # in the run folder
_MARK = "Labelpass contact sheet"  # in the file: a sheet may be replaced by a sheet, and nothing else may
_PAPER, _INK, _QUIET, _LINE = (255, 255, 255), (28, 30, 34), (112, 117, 125), (222, 225, 230)

# Pixels of the sheet.
_MARGIN, _GAP, _BETWEEN = 48, 6, 40  # around everything; between the panels of a view; between views
_TITLE_TEXT, _TEXT = 34, 16  # sizes of letters
_HEAD, _TITLE_RISE, _SUBTITLE = 92, 10, 36  # what title and subtitle take; where they begin, seen from the margin
_CAPTION, _CAPTION_DROP, _BELOW = 34, 5, 18  # above the panels of a view; its text in there; below the panels
_AFTER_NUMBER = 14  # between a frame's number and its view's name
_RULE, _LEGEND_HEAD, _ROW = 14, 50, 30  # above the line; from the line to the first label; from label to label
_LEGEND_WIDTH = 250  # of a column of the legend, at least
_SWATCH, _NAME, _SHARE, _AFTER_SHARE = 20, 30, 80, 24  # in a column: a colour; the name's start; the share's room
_OPACITY = 0.55  # of the labels over the image: colours are told apart, and so are the things below


_Each = TypeVar("_Each")


@dataclass(frozen=True)
class _Shown:
    """A frame at the size of the sheet, uint8 (h, w, 3) RGB each, its own size, (width, height), and its pixels per
    label at that."""

    number: str
    name: str
    panels: tuple[NDArray[np.uint8], ...]
    size: tuple[int, int]
    counts: Mapping[int, int]


def contact_sheet(run: Path, out: Path, columns: int | None = None, most: int = 24, width: int = 320) -> Path:
    """Write the contact sheet of a run folder as PNG or JPEG, by the ending of `out`; returns `out`.

    `columns` views stand side by side (default: 1 up to four views, else 2), `width` pixels per panel. Of more than
    `most` frames, evenly spaced ones are shown. A sheet that is there is replaced, in one step. Raises ExportError for
    a run without frames or with damaged ones, for a place among a run's frames, and where something else is there.
    """
    if out.suffix.lower() not in (".png", ".jpg", ".jpeg"):
        raise ExportError(f"{out}: a contact sheet is a .png or a .jpg")
    if (columns is not None and columns < 1) or most < 1 or width < 16:
        raise ExportError("a contact sheet needs at least 1 column, 1 frame, and 16 pixels per panel")
    try:
        plan = read_plan(run)
    except RunError as error:
        raise ExportError(str(error)) from error
    _check_place(out, run)
    done = finished_frames(run)
    if not done:
        raise ExportError(f"{run} has no finished frame yet; render first")
    chosen = evenly_spaced(done, most)
    palette = plain_encoding(plan.label_set).palette()
    shown = [_show(run, frame, plan, palette, width) for frame in chosen]
    extent = counted(len(done), "view") + (f", {len(chosen)} shown" if len(chosen) < len(done) else "")
    sizes = sorted({frame.size for frame in shown}, key=lambda size: (size[0] * size[1], size))
    size = " to ".join(f"{width}x{height}" for width, height in dict.fromkeys((sizes[0], sizes[-1])))
    subtitle = f"{extent}  ·  {size} pixels  ·  {plan.label_set.title or plan.label_set.name}"
    sheet = _draw(
        Path(plan.scene).stem, subtitle, shown, _legend(shown, plan.label_set), columns or 1 + (len(shown) > 4)
    )
    write_whole(out, _encoded(sheet, out.suffix.lower()))
    return out


def evenly_spaced(all_of_them: Sequence[_Each], most: int) -> list[_Each]:
    """The first, the last, and those between that are `most` together; all where there are no more."""
    many = len(all_of_them)
    return [all_of_them[at] for at in np.unique(np.linspace(0, many - 1, min(most, many)).round().astype(int))]


def _check_place(out: Path, run: Path) -> None:
    if is_among_frames(out, run):
        raise ExportError(f"{out} lies among the frames of a run, which hold what was rendered; name another place")
    if out.exists() and not _is_sheet(out) and out.resolve() != (run / DEFAULT_NAME).resolve():
        raise ExportError(f"{out} is there already and no contact sheet; name a new file, or remove it first")


def _is_sheet(path: Path) -> bool:
    try:
        with Image.open(path) as picture:
            return picture.info.get("Software") == _MARK or picture.info.get("comment") == _MARK.encode()
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):  # a folder, or what is no picture
        return False


def _encoded(sheet: Image.Image, ending: str) -> bytes:
    """The file, with the mark that says what it is."""
    data = io.BytesIO()
    if ending == ".png":
        notes = PngImagePlugin.PngInfo()
        notes.add_text("Software", _MARK)
        sheet.save(data, "PNG", pnginfo=notes)
    else:
        sheet.save(data, "JPEG", quality=92, subsampling=0, comment=_MARK)
    return data.getvalue()


def _show(run: Path, frame: int, plan: Plan, palette: NDArray[np.uint8], width: int) -> _Shown:
    try:
        record = read_frame(run, frame, plan)
    except RunError as error:
        raise ExportError(str(error)) from error
    folder, files, image_file = frame_folder(run, frame), record.files, plan.settings.image_file
    _, picture = checked_image(folder / image_file, files[image_file].checksum)
    labels = checked_labels(folder / LABELS, plan.label_set, files[LABELS].checksum)
    full = labels.pixels
    size = (width, max(1, round(width * full.shape[0] / full.shape[1])))
    image = resize_image(picture, size)
    small = resize_labels(full, size)
    colors = colorize(small, palette)
    return _Shown(
        str(frame),
        record.view.name or record.view.camera,
        (image, colors, _overlay(image, colors, small)),
        (full.shape[1], full.shape[0]),
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
    width = shown[0].panels[0].shape[1]
    cell = len(shown[0].panels) * (width + _GAP) - _GAP
    columns = min(columns, len(shown))
    inner = columns * (cell + _BETWEEN) - _BETWEEN
    lines = [shown[at : at + columns] for at in range(0, len(shown), columns)]
    heights = [_CAPTION + max(frame.panels[0].shape[0] for frame in line) + _BELOW for line in lines]
    down = sum(heights)
    per_row = max(1, inner // _LEGEND_WIDTH)
    legend_rows = -(-len(legend) // per_row)
    top = _MARGIN + _HEAD
    tall = top + down + _RULE + _LEGEND_HEAD + legend_rows * _ROW + _MARGIN
    sheet = Image.new("RGB", (inner + 2 * _MARGIN, tall), _PAPER)
    draw = ImageDraw.Draw(sheet)
    draw_text(draw, (_MARGIN, _MARGIN - _TITLE_RISE), title, _TITLE_TEXT, _INK, inner)
    draw_text(draw, (_MARGIN, _MARGIN + _SUBTITLE), subtitle, _TEXT, _QUIET, inner)
    for number, line in enumerate(lines):
        y = top + sum(heights[:number])
        for at, frame in enumerate(line):
            x = _MARGIN + at * (cell + _BETWEEN)
            _draw_caption(draw, (x, y + _CAPTION_DROP), frame, cell)
            for place, panel in enumerate(frame.panels):
                sheet.paste(Image.fromarray(panel), (x + place * (width + _GAP), y + _CAPTION))
    y = top + down + _RULE
    draw.line((_MARGIN, y, _MARGIN + inner, y), fill=_LINE, width=1)
    draw_text(draw, (_MARGIN, y + _TEXT), "Labels, and their share of the pixels shown", _TEXT, _QUIET, inner)
    _draw_legend(draw, (_MARGIN, y + _LEGEND_HEAD), legend, per_row, inner // per_row)
    return sheet


def _draw_caption(draw: ImageDraw.ImageDraw, corner: tuple[int, int], frame: _Shown, room: int) -> None:
    used = int(draw.textlength(frame.number, own_font(_TEXT))) + _AFTER_NUMBER
    draw_text(draw, corner, frame.number, _TEXT, _QUIET, room)
    draw_text(draw, (corner[0] + used, corner[1]), frame.name, _TEXT, _INK, room - used)


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
        draw.rounded_rectangle((x, y, x + _SWATCH, y + _SWATCH), radius=_SWATCH // 5, fill=color, outline=_LINE)
        draw_text(draw, (x + _NAME, y), name, _TEXT, _INK, wide - _NAME - _SHARE)
        draw.text((x + wide - _AFTER_SHARE, y), _percent(share), fill=_QUIET, font=own_font(_TEXT), anchor="ra")


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %" if share >= 0.0005 else "< 0.1 %"
