"""Which instance a pixel of many samples gets; without a render."""

from __future__ import annotations

from collections import Counter

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from blender_addon.contract.labels import BACKGROUND, IGNORE
from blender_addon.label_render import instances
from blender_addon.label_render.label_maps import majority


@given(st.integers(1, 3).map(lambda n: 2 * n - 1), st.data())
def test_an_instance_never_contradicts_its_label(k, data):
    """Each pixel's instance is the most frequent among samples that have the pixel's label."""
    shape = (2 * k, 3 * k)
    ids = data.draw(arrays.arrays(np.uint64, shape, elements=st.sampled_from([1, 2, 3, 2**40])))
    labels_of_ids = data.draw(st.booleans())
    codes = st.sampled_from([0, 4, 5, IGNORE, BACKGROUND])
    samples = data.draw(arrays.arrays(np.uint16, shape, elements=codes))
    if labels_of_ids:
        samples = np.where(samples >= IGNORE, samples, ids % 3).astype(np.uint16)
    ids = np.where(samples == BACKGROUND, 0, ids).astype(np.uint64)
    labels, _ = majority(samples, k)
    found = instances.reduced(ids, samples, labels, k)
    for y in range(2):
        for x in range(3):
            block = ids[y * k : (y + 1) * k, x * k : (x + 1) * k].ravel()
            own = block[samples[y * k : (y + 1) * k, x * k : (x + 1) * k].ravel() == labels[y, x]]
            if labels[y, x] >= IGNORE:
                assert found[y, x] == instances.NONE
            else:
                votes = Counter(own.tolist())
                assert votes[int(found[y, x])] == max(votes.values()) > 0
