"""Arbitrary valid label sets and plans, for hypothesis."""

from __future__ import annotations

from hypothesis import strategies as st

from blender_addon.contract.labels import MAX_ID, TRANSPARENCIES, Label, LabelSet
from blender_addon.contract.modalities import IMAGE_FORMATS, MODALITIES
from blender_addon.contract.run import LABEL_RENDERS, PRESETS, Plan, Pose, Settings, View
from blender_addon.contract.view_search import Frequency, Search

ids = st.integers(1, MAX_ID)
texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)
_STEERING = "".join(map(chr, (*range(9), *range(14, 28), *range(127, 160))))  # of terminals: no label has them
label_texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters=_STEERING), max_size=12)
names = label_texts.map(str.strip).filter(bool)
set_names = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", fullmatch=True)
colors = st.tuples(*[st.integers(0, 255)] * 3)
label_rows = st.builds(
    Label,
    id=ids,
    name=names,
    color=colors,
    aliases=st.lists(label_texts, max_size=3).map(tuple),
    parents=st.dictionaries(set_names, ids, max_size=3),
    transparency=st.sampled_from(TRANSPARENCIES),
)
label_sets = st.builds(
    LabelSet,
    name=set_names,
    labels=st.lists(
        label_rows, min_size=1, max_size=6, unique_by=(lambda row: row.id, lambda row: row.name.casefold())
    ).map(tuple),
    title=label_texts,
    source=label_texts,
)
modalities = st.sets(st.sampled_from(list(MODALITIES))).map(
    lambda some: tuple(sorted(some, key=list(MODALITIES).index))
)
poses = st.builds(Pose, st.tuples(*[st.tuples(*[st.floats(-1e4, 1e4)] * 4)] * 4), st.floats(1, 500))
searches = st.builds(
    Search,
    request=texts,
    candidates=st.integers(0, 2**40),
    accepted=st.integers(0, 2**20),
    rejected=st.dictionaries(texts, st.integers(1, 2**40), max_size=3),
    frequencies=st.lists(st.builds(Frequency, texts, st.none() | st.floats(0, 1), st.floats(0, 1)), max_size=3).map(
        tuple
    ),
)
frames = st.integers(-(2**20), 2**20)
plans = st.builds(
    Plan,
    label_set=label_sets,
    scene=texts,
    scene_sha256=st.text("0123456789abcdef", min_size=64, max_size=64),
    views=st.lists(
        st.builds(View, frame=frames, scene_frame=frames, camera=texts, name=texts, pose=st.none() | poses),
        max_size=4,
        unique_by=lambda view: view.frame,
    ).map(tuple),
    settings=st.builds(
        Settings,
        size=st.tuples(st.integers(4, 65536), st.integers(4, 65536)),
        samples=st.integers(1, 2**24),
        seed=st.integers(0, 2**63 - 1),
        label_supersample=st.integers(1, 15),
        device=st.sampled_from(["CPU", "OPTIX"]),
        denoise=st.booleans(),
        alpha_threshold=st.floats(0, 1),
        view_layer=texts,
        image=st.sampled_from(sorted(IMAGE_FORMATS)),
        modalities=modalities,
        label_render=st.sampled_from(LABEL_RENDERS),
        preset=st.sampled_from(["", *PRESETS]),
        min_presence=st.floats(0, 1),
        sample_views=texts,
        draws=st.integers(1, 10**6),
    ),
    versions=st.dictionaries(texts, texts, max_size=3),
    view_search=st.none() | searches,
)
