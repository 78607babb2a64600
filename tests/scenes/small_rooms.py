"""Rooms that tests furnish without Blender."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st

from scenes.rooms.catalogue import Catalogue
from scenes.rooms.floor_plan import FloorPlan, Opening
from scenes.rooms.layout import Layout, Model, Thing
from scenes.rooms.programs import furnish

SEEDS = st.integers(0, 2**32 - 1)
ROOM = FloorPlan(4.0, 3.0, 2.5, Opening("south", 0.2, 1.1, 0.0, 2.0), (Opening("north", 1.2, 2.8, 0.9, 2.1),))


def furnished(kind: str, seed: int) -> Layout:
    return furnish(np.random.default_rng(seed), kind, Catalogue(np.random.default_rng([seed, 1]), {}), 0.8)


def thing_at(kind: str, x: float, y: float, turn: float = 0.0, **size: float) -> Thing:
    return Thing(Model(kind, **{"wide": 1.0, "deep": 0.5, "tall": 0.8, **size}), x, y, 0.0, turn)
