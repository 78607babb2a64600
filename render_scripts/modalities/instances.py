"""Instances: which thing each pixel shows, the table of them, and the masks they would have if nothing hid them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import bpy
import numpy as np

from blender_addon.label_render import amodal
from blender_addon.label_render.covering import Projection
from blender_addon.label_render.frame_things import Things
from blender_addon.label_render.instance_table import CONVENTIONS, as_json, table
from blender_addon.label_render.instances import Telling
from blender_addon.label_render.thing_ids import Ids, halves, ids_of

from ..rays.camera_rays import projection_of, rays_of
from ..rays.surfaces import Surface
from .rendered import Files, Pixels, Rendered, write_channels

SCHEMA = 1


def write(folder: Path, rendered: Rendered, ids: Ids, things: Things, masks: amodal.Masks | None) -> Files:
    """`instances.exr` and `instances.json`; with `masks` rows have the share of them that is visible."""
    rows = as_json(table(ids, rendered.labels, things, rendered.metres, masks))
    whole = {"schema": SCHEMA, "conventions": CONVENTIONS, "instances": rows}
    files = write_channels(folder / "instances.exr", halves(ids))
    return files | _write_json(folder / "instances.json", whole)


def write_masks(folder: Path, masks: amodal.Masks) -> Files:
    """`amodal.json`."""
    return _write_json(folder / amodal.FILE, amodal.to_json(masks))


def seen_through_pixels(rendered: Rendered, depsgraph: bpy.types.Depsgraph) -> Projection | amodal.Rays:
    """What `amodal.masks` takes of a frame. Raises NoRays for panoramas whose rays are not known."""
    projection = projection_of(rendered.camera, depsgraph)
    if projection:
        return projection
    height, width = rendered.labels.shape
    y, x = np.indices((height, width)) + 0.5
    centres = np.stack([x.ravel(), y.ravel()], axis=-1)
    return rays_of(rendered.camera, depsgraph)(centres)


def numbers_of(surfaces: Sequence[Surface], telling: Telling) -> Ids:
    """The instance ids of what rays met."""
    names = {twin.name_full: original.name_full for twin, original in telling.twins.items()}
    keys = ((top, levels, names.get(name, name)) for top, levels, name in (surface.key for surface in surfaces))
    return ids_of(keys, telling.known)


def _write_json(path: Path, data: object) -> Files:
    """JSON in one line a row, and its bytes, which are what its checksum is of."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode()
    path.write_bytes(text)
    return {path.name: _bytes(text)}


def _bytes(text: bytes) -> Pixels:
    return np.frombuffer(text, np.uint8)
