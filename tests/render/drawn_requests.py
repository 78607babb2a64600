"""Requests and frame numbers as hypothesis draws them."""

from __future__ import annotations

from pathlib import Path

from hypothesis import strategies as st

from blender_addon.contract.modalities import IMAGE_FORMATS, MODALITIES
from blender_addon.contract.run import LABEL_RENDERS, PRESETS
from render_scripts.request import DEVICES, Request

frame_numbers = st.integers(-300, 300)
# argparse itself drops a value that is exactly two dashes
words = st.text(st.characters(exclude_categories=["Cs"]), max_size=8).filter(lambda text: text != "--")


def optional(strategy):
    return st.none() | strategy


requests = st.builds(
    Request,
    out=words.filter(lambda text: "\0" not in text).map(Path).filter(lambda path: str(path) != "--"),
    frames=optional(st.sets(frame_numbers, min_size=1).map(sorted).map(tuple)),
    camera=optional(words),
    size=optional(st.tuples(st.integers(4, 65536), st.integers(4, 65536))),
    samples=optional(st.integers(1, 1 << 24)),
    seed=optional(st.integers(0, 2**63 - 1)),
    label_supersample=optional(st.sampled_from(range(1, 16, 2))),
    alpha_threshold=optional(st.floats(0, 1)),
    label_set=optional(words),
    view_layer=optional(words),
    device=st.sampled_from(DEVICES),
    denoise=optional(st.booleans()),
    image=optional(st.sampled_from(list(IMAGE_FORMATS))),
    label_render=optional(st.sampled_from(LABEL_RENDERS)),
    preset=optional(st.sampled_from(PRESETS)),
    modalities=optional(
        st.sets(st.sampled_from(list(MODALITIES))).map(lambda some: tuple(sorted(some, key=list(MODALITIES).index)))
    ),
    thin_labels=optional(st.lists(words, min_size=1, max_size=3).map(tuple)),
    min_presence=optional(st.floats(0, 1)),
    strict=st.booleans(),
    allow_scripts=st.booleans(),
    sample_views=optional(st.sampled_from(["room 12", "orbit 4 'target=a b'", "room 40 heights=0.2..0.5"])),
    draws=optional(st.integers(1, 10**6)),
    at_least=optional(st.integers(1, 10**6)),
    plan_only=st.booleans(),
    planned=st.booleans(),
    frame_timeout=optional(st.floats(1e-3, 1e6)),
    renew_after=optional(st.integers(1, 10**6)),
    gpu=st.integers(0, 255),
    threads=optional(st.integers(1, 1024)),
)
