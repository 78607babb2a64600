"""Cases of what is thinner than a pixel: one sample, the majority of several, and a label that is told to be thin."""

from __future__ import annotations

import numpy as np
from exact_cases import THING, Answer, Case, box, either, floor, layers, rectangle, turned


def pieces(mask):
    """How many pieces hang together over sides and corners."""
    waiting = {tuple(place) for place in np.argwhere(mask).tolist()}
    found = 0
    while waiting:
        found, stack = found + 1, [waiting.pop()]
        while stack:
            y, x = stack.pop()
            near = {(y + dy, x + dx) for dy in (-1, 0, 1) for dx in (-1, 0, 1)} & waiting
            waiting -= near
            stack += near
    return found


def blocks_of_four(mask):
    return int((mask[1:, 1:] & mask[:-1, 1:] & mask[1:, :-1] & mask[:-1, :-1]).sum())


POLE = turned(box(-0.075, 0.075), -0.12)  # 0.6 pixels


def pole(scene, **settings):
    below = floor(scene)
    rectangle(scene, -0.075, 0.075, label=THING).rotation_euler.z = -0.12
    return Answer(layers((POLE, THING), below), settings=settings, slack=0.003)


def thin_pole(scene):
    return pole(scene, thin_labels=(THING,), min_presence=1 / 6)


def blinds(scene):
    """Slats of 0.5 pixels, 2.5 pixels apart."""
    below = floor(scene)
    slats = []
    for y in np.arange(-5.0, 5.0, 0.625):
        rectangle(scene, -7, 4, -0.0625, 0.0625, label=THING).rotation_euler.z = 0.03
        scene.objects[-1].location.y = y
        slats.append(turned(box(-7, 4, -0.0625, 0.0625), 0.03, (0, y)))
    thin = {"thin_labels": (THING,), "min_presence": 0.1}
    return Answer(layers((either(*slats), THING), below), settings=thin, slack=0.003)


CASES = (
    Case("pole of 0.6 pixels, 1 sample", pole),
    Case("pole of 0.6 pixels, 3 x 3", pole, 3),
    Case("pole of 0.6 pixels, 3 x 3, thin label", thin_pole, 3),
    Case("blinds of 0.5 pixels, 5 x 5, thin label", blinds, 5),
)
