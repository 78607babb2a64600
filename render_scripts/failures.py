"""Failures of a frame that the same command meets again, however often it is run."""

from __future__ import annotations

from blender_addon.label_render.label_pass import RenderFailed


class UnreadableFile(RenderFailed):
    """What a frame draws cannot be read, though it looked whole before the first one."""

    advice = (
        "mend that file or take it away, and name a new --out: the files that a run draws from are those of its plan"
    )
