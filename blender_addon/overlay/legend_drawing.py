"""Draws the legend into the lower left corner of a 3D view, beside the regions that overlap it."""

from __future__ import annotations

import blf
import bpy
import gpu
from gpu_extras.batch import batch_for_shader

from .legend import Row, rows_of
from .paint import as_floats

_FONT = 0
_LINE, _SWATCH, _PAD, _EDGE = 19, 12, 10, 14  # units of the interface: a line, its colour, around all, to the corner
_MOST = 24  # rows


def draw(context: bpy.types.Context, counts: dict[int, int], label_set: object) -> None:
    """Draw the legend of {label id: things} into the context's region."""
    scale = context.preferences.system.ui_scale
    left, bottom, right, top = free_area(context.area, context.region)
    line, pad, edge = _LINE * scale, _PAD * scale, _EDGE * scale
    room = int((top - bottom - 2 * (edge + pad) - 4 * line) // line)
    rows = rows_of(counts, label_set, min(room, _MOST)) if room >= 3 else []
    if not rows:
        return
    theme = context.preferences.themes[0].user_interface
    text_color = (*theme.wcol_menu_item.text, 1.0)
    blf.size(_FONT, context.preferences.ui_styles[0].widget.points * scale)
    names = max(blf.dimensions(_FONT, row.text)[0] for row in rows)
    numbers = max(blf.dimensions(_FONT, f"{row.count:,}")[0] for row in rows)
    swatch = _SWATCH * scale
    width = 2 * pad + swatch + pad + names + 2 * pad + numbers
    if width > right - left - 2 * edge:
        return
    x, y = left + edge, bottom + edge
    gpu.state.blend_set("ALPHA")
    height = 2 * pad + len(rows) * line
    _box(x, y, width, height, (*theme.wcol_menu_back.inner[:3], 0.88), radius=5 * scale)
    for number, row in enumerate(rows):
        low = y + height - pad - (number + 1) * line
        _swatch(row, x + pad, low + (line - swatch) / 2, swatch, scale)
        base = low + 0.5 * line - 0.36 * blf.dimensions(_FONT, "X")[1] - 0.1 * scale
        quiet = (*text_color[:3], 0.65)
        _text(row.text, x + pad + swatch + pad, base, text_color if row.color else quiet)
        _text(f"{row.count:,}", x + width - pad - blf.dimensions(_FONT, f"{row.count:,}")[0], base, quiet)
    gpu.state.blend_set("NONE")


def free_area(area: bpy.types.Area, region: bpy.types.Region) -> tuple[int, int, int, int]:
    """Left, bottom, right, top of what no other region of the area covers, in pixels of the region."""
    left, bottom, right, top = 0, 0, region.width, region.height
    for other in area.regions:
        if other.type in {"TOOLS", "UI"} and other.width > 1 and other.height > 1:
            if other.alignment == "LEFT":
                left = max(left, other.x + other.width - region.x)
            elif other.alignment == "RIGHT":
                right = min(right, other.x - region.x)
        elif other.type in {"ASSET_SHELF", "ASSET_SHELF_HEADER", "FOOTER"} and other.width > 1 and other.height > 1:
            bottom = max(bottom, other.y + other.height - region.y)
    return left, bottom, right, top


def _text(text: str, x: float, y: float, color: tuple[float, ...]) -> None:
    blf.color(_FONT, *color)
    blf.position(_FONT, round(x), round(y), 0)
    blf.draw(_FONT, text)


def _swatch(row: Row, x: float, y: float, size: float, scale: float) -> None:
    if row.color is None:
        return
    _box(x, y, size, size, as_floats(row.color), radius=2.5 * scale)
    if row.striped:
        dark, cut = as_floats([round(0.55 * channel) for channel in row.color]), 0.3 * size
        across = [(x, y), (x + cut, y), (x + size, y + size - cut), (x + size, y + size), (x + size - cut, y + size),
                  (x, y + cut)]  # fmt: skip
        _triangles([corner for one, other in zip(across[1:], across[2:]) for corner in (across[0], one, other)], dark)


def _box(x: float, y: float, width: float, height: float, color: tuple[float, ...], radius: float) -> None:
    """A box with round corners."""
    from math import cos, pi, sin

    corners = ((x + width - radius, y + height - radius), (x + radius, y + height - radius),
               (x + radius, y + radius), (x + width - radius, y + radius))  # fmt: skip
    around = [
        (cx + radius * cos(angle), cy + radius * sin(angle))
        for quarter, (cx, cy) in enumerate(corners)
        for angle in (0.5 * pi * (quarter + step / 6) for step in range(7))
    ]
    middle = (x + width / 2, y + height / 2)
    points = []
    for one, other in zip(around, [*around[1:], around[0]]):
        points += [middle, one, other]
    _triangles(points, color)


def _triangles(points: list[tuple[float, float]], color: tuple[float, ...]) -> None:
    shader = gpu.shader.from_builtin("UNIFORM_COLOR")
    shader.uniform_float("color", color)
    batch_for_shader(shader, "TRIS", {"pos": points}).draw(shader)
