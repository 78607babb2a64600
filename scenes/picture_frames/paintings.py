"""Pictures for walls, painted by numbers: abstract, landscapes, drawings, what looks like photographs.

Each painter makes a canvas of a sheet; `held_out_paintings` has those of hard walls.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from scenes.picture_frames.canvas import Sheet, mixed, over, segment

Painter = Callable[[Sheet], np.ndarray]


def color_fields(paper: Sheet) -> np.ndarray:
    """Soft blocks, one above the other."""
    rng, (ground, *inks) = paper.rng, paper.palette
    x, y = paper.x / paper.x.max(), paper.y / paper.y.max()
    canvas = paper.fill(mixed(ground, inks[1], np.array(rng.uniform(0, 0.5))))
    cuts = np.linspace(-0.9, 0.9, rng.integers(3, 5)) + rng.normal(0, 0.06)
    for low, high, ink in zip(cuts, cuts[1:], rng.permutation(inks)):
        ragged = 0.05 * (paper.clouds(14) - 0.5)
        cover = paper.inside(0.84 - np.abs(x) + ragged, 0.05) * paper.inside(y - low - 0.04 + ragged, 0.05)
        cover *= paper.inside(high - y - 0.04 + ragged, 0.05)
        canvas = over(canvas, ink * (0.8 + 0.4 * paper.clouds(5)[..., None]), cover)
    return canvas


def discs(paper: Sheet) -> np.ndarray:
    """Circles and rings that overlap, some see-through."""
    rng, (ground, *inks) = paper.rng, paper.palette
    canvas = paper.fill(ground)
    for _ in range(rng.integers(5, 16)):
        far = np.hypot(paper.x - rng.uniform(*_span(paper.x)), paper.y - rng.uniform(*_span(paper.y)))
        radius = 0.12 * rng.lognormal(0.5, 0.6)
        cover = paper.inside(radius - far) * rng.choice([1.0, 0.75, 0.45])
        if rng.random() < 0.4:
            cover *= paper.inside(far - radius * rng.uniform(0.4, 0.9))
        canvas = over(canvas, inks[rng.integers(4)], cover)
    return canvas


def blocks(paper: Sheet) -> np.ndarray:
    """Rectangles between black bars: split again and again."""
    rng, (ground, *inks) = paper.rng, paper.palette
    canvas = paper.fill(ground)
    boxes = [(*_span(paper.x), *_span(paper.y))]
    for _ in range(rng.integers(5, 12)):
        left, right, low, high = boxes.pop(
            int(np.argmax([(b - a) * (d - c) * rng.uniform(0.4, 1) for a, b, c, d in boxes]))
        )
        cut = rng.uniform(0.25, 0.75)
        if (right - left) * rng.uniform(0.6, 1.4) > high - low:
            middle = left + cut * (right - left)
            boxes += [(left, middle, low, high), (middle, right, low, high)]
        else:
            middle = low + cut * (high - low)
            boxes += [(left, right, low, middle), (left, right, middle, high)]
    bar = rng.uniform(0.0, 0.03)
    for left, right, low, high in boxes:
        ink = inks[rng.integers(4)] if rng.random() < 0.55 else ground
        edge = np.minimum(np.minimum(paper.x - left, right - paper.x), np.minimum(paper.y - low, high - paper.y))
        canvas = over(canvas, np.full(3, 0.06) if bar > 0.01 else ink * 0.9, paper.inside(edge))
        canvas = over(canvas, ink, paper.inside(edge - bar))
    return canvas


def brushwork(paper: Sheet) -> np.ndarray:
    """Broad dry strokes that cross."""
    rng, (ground, *inks) = paper.rng, paper.palette
    canvas = paper.fill(ground) * (0.92 + 0.12 * paper.clouds(30)[..., None])
    for _ in range(rng.integers(4, 22)):
        turn, shift, wide = rng.uniform(0, np.pi), rng.uniform(-0.7, 0.7), rng.uniform(0.04, 0.26)
        bend, phase, long = rng.uniform(0, 0.15), rng.uniform(0, 6), rng.uniform(0.3, 1.0)
        along = paper.x * np.cos(turn) + paper.y * np.sin(turn)
        across = paper.y * np.cos(turn) - paper.x * np.sin(turn) - shift + bend * np.sin(3 * along + phase)
        hairs = np.interp(across, np.linspace(-1.5, 1.5, 300), rng.random(300))
        dry = paper.inside(wide - np.abs(across)) * (hairs + 0.6 * np.abs(along) / long < 0.95) * (np.abs(along) < long)
        tone = inks[rng.integers(4)] * (0.82 + 0.36 * hairs[..., None])
        canvas = over(canvas, tone, dry * 0.94)
    return canvas


def drips(paper: Sheet) -> np.ndarray:
    """Thin flung lines and spatter, many layers of them."""
    rng, (ground, *inks) = paper.rng, paper.palette
    canvas = paper.fill(ground) * (0.95 + 0.08 * paper.clouds(40)[..., None])
    for _ in range(rng.integers(8, 18)):
        bent_x = paper.x + 0.35 * (paper.clouds(3, 3) - 0.5)
        bent_y = paper.y + 0.35 * (paper.clouds(3, 3) - 0.5)
        turn, shift = rng.uniform(0, np.pi), rng.uniform(-0.8, 0.8)
        wide = 0.012 * np.clip(paper.clouds(6, 2) - 0.25, 0, 1) ** 0.5
        cover = paper.inside(wide - np.abs(bent_x * np.cos(turn) + bent_y * np.sin(turn) - shift))
        spots = rng.uniform(-1, 1, (6, 2))
        far = np.min([np.hypot(paper.x - a, paper.y - b) - rng.uniform(0, 0.02) for a, b in spots], axis=0)
        canvas = over(canvas, inks[rng.integers(4)], np.maximum(cover, paper.inside(-far)))
    return canvas


def contours(paper: Sheet) -> np.ndarray:
    """Lines of equal height, as on a map."""
    rng, (ground, dark, *inks) = paper.rng, paper.palette
    height = paper.clouds(3, 3) * rng.uniform(8, 18)
    slope = np.hypot(*np.gradient(height)) + 1e-6
    line = paper.inside(0.9 - np.abs((height + 0.5) % 1 - 0.5) / slope, 1.0)
    band = inks[0] if rng.random() < 0.5 else ground
    return over(mixed(ground, band, np.floor(height) / height.max()), dark, line)


def mountains(paper: Sheet) -> np.ndarray:
    """Ridges behind one another under a sky, painted in steps or in mist."""
    rng, (_, *inks) = paper.rng, paper.palette
    up = np.clip(paper.y / paper.y.max() + 1, 0, 2) / 2
    sky = [(0.98, 0.80, 0.60), (0.80, 0.88, 0.93), (0.95, 0.72, 0.62), (0.86, 0.84, 0.80)][rng.integers(4)]
    top = [(0.42, 0.58, 0.70), (0.30, 0.50, 0.78), (0.45, 0.42, 0.58), (0.55, 0.66, 0.72)][rng.integers(4)]
    canvas = mixed(sky, top, up**0.8)
    canvas = over(canvas, (1.0, 0.98, 0.94), 0.75 * np.clip(paper.clouds(4, 5, 3.0) * 2.4 - 1.2, 0, 1) * (up > 0.35))
    if rng.random() < 0.6:
        far = np.hypot(paper.x - rng.uniform(-0.5, 0.5), paper.y - rng.uniform(0.0, 0.4) * paper.y.max())
        canvas = over(canvas, (1.0, 0.94, 0.80), paper.inside(rng.uniform(0.05, 0.16) - far, 0.02))
    near = inks[rng.integers(2)] * rng.uniform(0.4, 0.9)
    many = int(rng.integers(3, 7))
    for step in range(many):
        share = (step + 1) / many
        top_line = paper.y.max() * (0.35 - 1.15 * share) + 0.13 * paper.ridge(rng.uniform(0.42, 0.56), 2 + 2 * share)
        color = mixed(mixed(sky, top, np.array(0.4)), near, np.array(share**1.2))
        fade = 0.25 * np.clip((top_line - paper.y) * 2.5, 0, 1)[..., None] * (1 - share)
        canvas = over(canvas, color + fade * (np.asarray(sky) - color), paper.inside(top_line - paper.y))
    return canvas + 0.03 * (paper.clouds(60, 2) - 0.5)[..., None]


def seascape(paper: Sheet) -> np.ndarray:
    """A sea below clouds, a path of light on it, at times a sail."""
    rng = paper.rng
    horizon = paper.y.max() * rng.uniform(-0.35, 0.2)
    up = np.clip((paper.y - horizon) / (paper.y.max() - horizon), 0, 1)
    low, high = [((0.95, 0.84, 0.68), (0.35, 0.55, 0.75)), ((0.80, 0.82, 0.82), (0.45, 0.50, 0.55)),
                 ((0.98, 0.62, 0.40), (0.25, 0.22, 0.42))][rng.integers(3)]  # fmt: skip
    sky = mixed(low, high, up**0.7)
    cloud = np.clip(paper.clouds(5, 5, 2.5) * 2.2 - 0.9, 0, 1) * np.clip(up * 5, 0, 1)
    sky = over(sky, mixed((0.97, 0.95, 0.92), high, paper.clouds(8, 4)), 0.8 * cloud)
    deep = np.clip((horizon - paper.y) / (horizon + paper.y.max()), 0, 1)
    water = mixed(np.asarray(low) * 0.75, np.asarray(high) * 0.45, deep**0.5)
    waves = np.sin(90 * (deep + 0.02) ** 0.45 * 3 + 9 * paper.clouds(9, 3, 4.0))
    shine = np.exp(-(((paper.x - rng.uniform(-0.5, 0.5)) / (0.12 + 0.4 * deep)) ** 2))
    water = water + (0.05 * waves + 0.35 * shine * np.clip(waves, 0, 1))[..., None]
    canvas = np.where((paper.y > horizon)[..., None], sky, water)
    if rng.random() < 0.55:
        x, size = rng.uniform(-0.6, 0.6), rng.uniform(0.05, 0.2)
        lift = (paper.y - horizon + 0.02) / size
        sail = (lift > 0.1) & (lift < 1.7) & (np.abs(paper.x - x) < 0.4 * size * (1.7 - lift))
        hull = (lift > -0.15) & (lift < 0.1) & (np.abs(paper.x - x) < size * (0.7 + lift))
        canvas = over(over(canvas, (0.95, 0.93, 0.88), sail * 0.95), (0.12, 0.10, 0.1), hull * 0.95)
    return canvas


def meadow(paper: Sheet) -> np.ndarray:
    """Fields, hedges and round trees, dabbed on."""
    rng = paper.rng
    up = np.clip(paper.y / paper.y.max() + 1, 0, 2) / 2
    canvas = mixed((0.86, 0.90, 0.90), (0.45, 0.66, 0.86), up)
    canvas = over(canvas, (1, 1, 0.98), np.clip(paper.clouds(5, 5, 2.0) * 2 - 0.9, 0, 1))
    greens = np.array(
        [(0.55, 0.62, 0.30), (0.76, 0.70, 0.36), (0.36, 0.50, 0.22), (0.62, 0.52, 0.26), (0.26, 0.38, 0.18)]
    )
    for share in np.linspace(0.0, 1, rng.integers(4, 8)):
        line = paper.y.max() * (0.25 - 1.15 * share) + 0.04 * paper.ridge(0.3, 2)
        color = greens[rng.integers(len(greens))] * (0.85 + 0.3 * paper.clouds(45, 2)[..., None])
        canvas = over(canvas, color, paper.inside(line - paper.y))
        for x in rng.uniform(*_span(paper.x), rng.integers(0, 7)):
            size = (0.03 + 0.16 * share) * rng.uniform(0.6, 1.2)
            foot = float(line[0, np.argmin(np.abs(paper.x[0] - x))])
            leafy = size * (1 + 0.8 * (paper.clouds(14, 3) - 0.5)) - np.hypot(
                paper.x - x, (paper.y - foot - size) * 0.85
            )
            lit = 0.6 + 0.7 * paper.clouds(28, 2)[..., None] + 0.8 * (paper.y - foot - size)[..., None]
            canvas = over(canvas, np.array((0.20, 0.32, 0.14)) * lit, paper.inside(leafy))
    return canvas


def botanical(paper: Sheet) -> np.ndarray:
    """A sprig on paper, in ink or in colour."""
    rng, (ground, dark, *inks) = paper.rng, paper.palette
    canvas = paper.fill(mixed(ground, (1, 1, 1), np.array(0.4))) * (0.97 + 0.05 * paper.clouds(50, 2)[..., None])
    ink, tall = (dark if rng.random() < 0.5 else inks[rng.integers(3)] * 0.7), paper.y.max() * 0.8
    a, b = rng.uniform(0.03, 0.15), rng.uniform(0, 6)

    def stem(y):
        return a * np.sin(2.2 * y + b)

    cover = paper.inside(0.008 - np.abs(paper.x - stem(paper.y))) * (np.abs(paper.y) < tall)
    slim, filled = rng.uniform(0.18, 0.45), rng.random() < 0.6
    for step, y in enumerate(np.linspace(-0.75, 0.95, rng.integers(9, 22)) * tall):
        side, turn, long = (
            (-1) ** step,
            rng.uniform(0.3, 0.9),
            0.32 * paper.x.max() * rng.uniform(0.7, 1.3) * (1.15 - y / tall * 0.5),
        )
        u = side * (paper.x - stem(y)) * np.cos(turn) + (paper.y - y) * np.sin(turn)
        v = (paper.y - y) * np.cos(turn) - side * (paper.x - stem(y)) * np.sin(turn)
        leaf = slim * np.clip(u, 0, None) ** 0.5 * np.clip(long - u, 0, None) ** 0.7 * 0.8 - np.abs(v)
        here = (u > 0) & (u < long)
        cover = np.maximum(cover, paper.inside(0.004 - np.abs(v)) * here)
        cover = np.maximum(
            cover,
            (
                paper.inside(leaf) * (0.75 if filled else 1) * here
                if filled
                else paper.inside(0.006 - np.abs(leaf)) * here
            ),
        )
    return over(canvas, ink, cover * 0.9)


def line_drawing(paper: Sheet) -> np.ndarray:
    """One unbroken line in ink that turns and crosses itself."""
    rng, (ground, dark, *inks) = paper.rng, paper.palette
    canvas = paper.fill(mixed(ground, (1, 1, 1), np.array(0.5)))
    if rng.random() < 0.6:
        far = np.hypot((paper.x - rng.normal(0, 0.2)) * rng.uniform(0.7, 1.4), paper.y - rng.normal(0, 0.2))
        canvas = over(canvas, inks[rng.integers(3)], 0.8 * paper.inside(0.45 - far + 0.1 * (paper.clouds(4, 2) - 0.5)))
    turns = np.linspace(0, 2 * np.pi, 130)
    spots = sum(
        rng.normal(0, 0.55 / k, 2)[:, None] * np.sin(k * turns + rng.uniform(0, 6, 2)[:, None]) for k in range(1, 6)
    )
    spots = spots / np.abs(spots).max(axis=1, keepdims=True) * [[paper.x.max() * 0.75], [paper.y.max() * 0.75]]
    far = np.full_like(paper.x, 9.0)
    for one, two in zip(spots.T, spots.T[1:]):
        far = np.minimum(far, segment(paper, one, two))
    return over(canvas, dark * 0.5, paper.inside(rng.uniform(0.005, 0.014) - far))


def skyline(paper: Sheet) -> np.ndarray:
    """Houses in rows, drawn in ink or lit at night."""
    rng, (ground, dark, *inks) = paper.rng, paper.palette
    night = rng.random() < 0.5
    up = np.clip(paper.y / paper.y.max() + 1, 0, 2) / 2
    canvas = mixed((0.35, 0.25, 0.40), (0.04, 0.06, 0.16), up) if night else paper.fill(ground)
    for row in range(3):
        left = -1.0
        while left < 1.0:
            wide, tall = rng.uniform(0.08, 0.26), paper.y.max() * (0.55 - 0.55 * row + rng.uniform(-0.3, 0.35))
            edge = np.minimum(np.minimum(paper.x - left, left + wide - paper.x), tall - paper.y)
            wall = dark * (0.35 + 0.2 * rng.random()) if night else mixed(ground, inks[rng.integers(3)], np.array(0.5))
            canvas = over(canvas, wall, paper.inside(edge))
            grid = (((paper.x - left) / 0.035 % 1 - 0.5) ** 2 < 0.06) & (
                ((paper.y - tall) / 0.05 % 1 - 0.5) ** 2 < 0.07
            )
            lit = rng.random((64, 64))[
                ((paper.y + 2) / 0.05).astype(int) % 64, ((paper.x + 2) / 0.035).astype(int) % 64
            ]
            shown = grid & (edge > 0.012) & ((lit < 0.4) if night else (lit < 2))
            canvas = over(canvas, (1.0, 0.85, 0.5) if night else dark, shown * 0.85)
            if not night:
                canvas = over(canvas, dark, paper.inside(0.004 - np.abs(edge)))
            left += wide + rng.choice([0.0, 0.03])
    return canvas


def lights_at_night(paper: Sheet) -> np.ndarray:
    """A photograph out of focus: discs of light over the dark."""
    rng, (_, *inks) = paper.rng, paper.palette
    canvas = mixed((0.03, 0.03, 0.05), inks[0] * 0.5, paper.clouds(3, 2))
    radius = rng.uniform(0.03, 0.12)
    for _ in range(rng.integers(25, 70)):
        far = np.hypot(paper.x - rng.uniform(*_span(paper.x)), paper.y - rng.normal(-0.1, 0.35))
        size = radius * rng.uniform(0.6, 1.3)
        canvas = (
            canvas
            + inks[rng.integers(1, 4)]
            * (paper.inside(size - far, 0.01) * rng.uniform(0.1, 0.6) * (0.75 + 0.25 * (far / size) ** 4))[..., None]
        )
    return canvas


def portrait(paper: Sheet) -> np.ndarray:
    """Somebody before a plain ground, softly lit from a side, in grey, sepia or faded colour."""
    rng, top = paper.rng, paper.y.max()
    size, side = min(top, paper.x.max() * 1.1) * rng.uniform(0.36, 0.5), rng.choice([-1, 1])
    x, y = paper.x - rng.normal(0, 0.06), paper.y - top * 0.22
    tone = rng.uniform(0.15, 0.6) + 0.2 * paper.clouds(2, 3) - 0.15 * np.hypot(x, y)
    dress = rng.uniform(0.05, 0.5)
    body = np.minimum(1.75 * size - np.hypot(x * 0.95, np.clip(y + 2.6 * size, 0, None)), 0.9 * size - y)
    tone = _blend(tone, dress * (0.8 + 0.25 * side * x / size + 0.3 * paper.clouds(12, 2)), paper.inside(body, 0.03))
    skin = rng.uniform(0.4, 0.85)
    neck = np.minimum(0.3 * size - np.abs(x), np.minimum(-y, y + 1.25 * size))
    tone = _blend(tone, skin * 0.62, paper.inside(neck, 0.04))
    collar = np.minimum(0.55 * size - np.abs(x) - 0.9 * np.abs(y + 1.15 * size), y + 1.6 * size)
    tone = _blend(tone, rng.uniform(0.1, 0.9), paper.inside(collar, 0.02))
    hair, long = rng.uniform(0.04, 0.45), rng.uniform(0.7, 1.5)
    crown = 0.78 * size - np.hypot(x * 1.08, np.where(y > 0, y * 0.9 - 0.12 * size, y / long))
    locks = hair * (0.7 + 0.7 * paper.clouds(26, 2, 0.4))
    tone = _blend(tone, locks, paper.inside(crown, 0.04) * (y > -long * 0.7 * size))
    u, v = x / (0.6 * size), (y + 0.14 * size) / (0.78 * size)
    deep = np.sqrt(np.clip(1 - u**2 - v**2, 0, 1))
    light = 0.45 + 0.55 * np.clip(0.62 * deep + 0.6 * side * u + 0.3 * v, 0, 1)
    look = rng.normal(0, 0.12)
    face = skin * light
    for eye in (-1, 1):
        a, b = u - look - 0.36 * eye, v - 0.14
        face = face * (1 - 0.65 * np.exp(-((a / 0.13) ** 2) - (b / 0.06) ** 2))
        face = face * (1 - 0.35 * np.exp(-((a / 0.2) ** 2) - ((b - 0.16 + 0.4 * a * a) / 0.035) ** 2))
    nose = np.exp(-(((u - look + 0.07 * side) / 0.07) ** 2) - ((v + 0.12) / 0.17) ** 2)
    mouth = np.exp(-(((u - look) / 0.24) ** 2) - ((v + 0.46 - 0.15 * (u - look) ** 2) / 0.045) ** 2)
    face = face * (1 - 0.22 * nose) * (1 - 0.35 * mouth)
    fringe = paper.inside(v - 0.52 - 0.12 * np.sin(3 * u + rng.uniform(0, 6)), 0.12)
    tone = _blend(tone, _blend(face, locks, fringe), paper.inside(1 - np.hypot(u, v), 0.06))
    tone = tone + rng.normal(0, 0.02, tone.shape)
    dark, pale = [((0, 0, 0), (0.96, 0.95, 0.92)), ((0.08, 0.04, 0.0), (0.98, 0.92, 0.80)),
                  ((0.05, 0.04, 0.08), (1.0, 0.90, 0.80))][rng.integers(3)]  # fmt: skip
    return mixed(dark, pale, np.clip(tone * 1.1, 0, 1))


def misty_wood(paper: Sheet) -> np.ndarray:
    """A photograph of trunks in fog, the near ones dark."""
    rng, top = paper.rng, paper.y.max()
    tone = 0.78 + 0.15 * paper.clouds(2, 3) - 0.12 * np.abs(paper.y) / top
    for near in np.linspace(0.15, 1, 6):
        foot = -top * (0.15 + 0.75 * near) + 0.03 * paper.ridge(0.4, 3)
        tone = _blend(
            tone, 0.75 - 0.5 * near + 0.12 * paper.clouds(20, 2), 0.85 * paper.inside(foot - paper.y + 0.02, 0.06)
        )
        for x in rng.uniform(*_span(paper.x), rng.integers(3, 9)):
            lean, wide = rng.normal(0, 0.03), 0.06 * near**1.6 * rng.uniform(0.5, 1.3) + 0.004
            away = np.abs(paper.x - x - lean * paper.y - 0.02 * np.sin(5 * paper.y + 9 * x))
            trunk = paper.inside(wide * (1.15 - 0.3 * paper.y / top) - away) * (paper.y > foot)
            tone = _blend(tone, 0.72 - 0.62 * near + 0.1 * paper.clouds(30, 1, 0.3), trunk * 0.95)
    dark, pale = [((0, 0, 0), (1, 1, 1)), ((0.03, 0.06, 0.08), (0.93, 0.97, 0.98)),
                  ((0.10, 0.05, 0.02), (1.0, 0.94, 0.80))][rng.integers(3)]  # fmt: skip
    return mixed(dark, pale, np.clip(tone, 0, 1))


def flowers(paper: Sheet) -> np.ndarray:
    """A vase of blossoms on a table."""
    rng, (ground, *inks) = paper.rng, paper.palette
    back, cloth = rng.permutation(inks)[:2]
    canvas = paper.fill(mixed(back, ground, np.array(rng.uniform(0, 0.6)))) * (
        0.8 + 0.35 * paper.clouds(6, 4)[..., None]
    )
    low = -paper.y.max() * 0.55
    canvas = over(canvas, cloth * (0.85 + 0.25 * paper.clouds(20, 3)[..., None]), paper.inside(low - paper.y))
    wide = 0.2 * paper.x.max() + 0.04
    belly = wide * (1 + 0.35 * np.sin((paper.y - low) * 7)) - np.abs(paper.x)
    vase = paper.inside(np.minimum(belly, np.minimum(paper.y - low + 0.18, -paper.y - 0.05)))
    canvas = over(
        canvas, inks[rng.integers(4)] * (0.7 + 0.9 * np.clip(0.5 - paper.x / wide / 2, 0, 1)[..., None]), vase
    )
    for petal in range(int(rng.integers(30, 70))):
        turn, far = rng.uniform(0, 2 * np.pi), 0.62 * min(paper.x.max(), paper.y.max() * 0.9) * rng.random() ** 0.6
        x, y, size = far * np.cos(turn), far * np.sin(turn) * 0.8 + 0.2 * paper.y.max(), rng.uniform(0.04, 0.13)
        away, angle = np.hypot(paper.x - x, paper.y - y), np.arctan2(paper.y - y, paper.x - x)
        lobes = size * (0.8 + 0.2 * np.cos(angle * rng.integers(4, 8) + petal))
        color = np.array((0.22, 0.36, 0.18)) * rng.uniform(0.7, 1.4) if petal < 18 else inks[1 + petal % 3]
        shaded = color * (0.65 + 0.5 * (away / size)[..., None].clip(0, 1))
        canvas = over(canvas, shaded, paper.inside(lobes - away))
    return canvas


def poster(paper: Sheet) -> np.ndarray:
    """A large shape, and lines of words below."""
    rng, (ground, *inks) = paper.rng, paper.palette
    canvas, ink = paper.fill(ground if rng.random() < 0.6 else inks[0]), inks[rng.integers(1, 4)]
    x, y = paper.x / paper.x.max(), paper.y / paper.y.max()
    kind = rng.integers(3)
    if kind == 0:
        canvas = over(canvas, ink, paper.inside(0.55 - np.hypot(paper.x, paper.y - 0.2) / min(paper.x.max(), 0.9)))
    elif kind == 1:
        canvas = over(canvas, ink, (np.floor((x + 0.3 * y) * rng.integers(3, 7)) % 2) * (y > -0.45))
    else:
        for turn in np.linspace(0, np.pi, 9):
            canvas = over(canvas, ink, (np.abs(x * np.cos(turn) + (y + 0.4) * np.sin(turn)) < 0.05) * (y > -0.4))
    for line in range(int(rng.integers(2, 6))):
        size = 0.07 if line == 0 else 0.022
        row = -0.58 - (0.12 + 0.065 * line if line else 0.0)
        words = np.interp((x + 1) * (14 if line == 0 else 46), np.arange(120), rng.random(120) < 0.82) > 0.5
        canvas = over(
            canvas, inks[0] if canvas.mean() > 0.5 else ground, words * (np.abs(y - row) < size) * (np.abs(x) < 0.75)
        )
    return canvas


def _span(values: np.ndarray) -> tuple[float, float]:
    return float(values.min()), float(values.max())


def _blend(one: np.ndarray, two, cover: np.ndarray) -> np.ndarray:
    return one * (1 - cover) + two * cover


PAINTERS: tuple[Painter, ...] = (
    color_fields, discs, blocks, brushwork, drips, contours, mountains, mountains, seascape, seascape, meadow,
    botanical, line_drawing, skyline, lights_at_night, portrait, misty_wood, flowers, poster,
)  # fmt: skip
