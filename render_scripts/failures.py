"""Failures of a frame that are no fault of its render."""

from __future__ import annotations

from blender_addon.label_render.label_pass import RenderFailed


class NotWritten(RenderFailed):
    """A frame that is rendered has no place: a full disk, a share that is gone. Nothing is wrong with the frame."""


class UnreadableFile(RenderFailed):
    """What a frame draws cannot be read, though it looked whole before the first one."""

    advice = (
        "mend that file or take it away, and name a new --out: the files that a run draws from are those of its plan"
    )
