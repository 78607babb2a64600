"""Whether Blender keeps a scene's data between the image and the label render of a frame: but where that is wrong."""

from __future__ import annotations

import pytest
from scenery import settings

from render_scripts import passes


@pytest.mark.parametrize(
    ("samples", "modalities", "kept"),
    [
        (1, ("depth",), True),
        (2, ("instances",), True),
        (1, ("depth", "instances"), False),  # else the images of all frames but the first are wrong, much too bright
    ],
)
def test_data_persists_but_with_one_sample_and_instances(empty_scene, samples, modalities, kept):
    with passes.prepared(empty_scene, settings(samples=samples, modalities=modalities)):
        assert empty_scene.render.use_persistent_data == kept
