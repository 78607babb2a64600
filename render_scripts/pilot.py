"""A first look at a scene, small, that says how noisy its images are and what samples and denoising cost."""

from __future__ import annotations

import tempfile
import time
from dataclasses import replace
from pathlib import Path

import bpy

from blender_addon.contract.run import Settings, View
from blender_addon.label_render.stage import changed, put_back_frame

from . import passes
from .presets import PRESETS, Pilot, psnr_of_twins
from .sampled_views.view_camera import stand

SHRUNK = 4
"""How much smaller than a frame each side is."""
LEAST = 64
"""Pixels of a side, where a frame has as many."""


def look_ahead(scene: bpy.types.Scene, settings: Settings, view: View, gpu: int = 0) -> Pilot:
    """Render a view three times: with other noise, and denoised, where the settings say that this Blender can."""
    width, height = (max(side // SHRUNK, min(side, LEAST)) for side in settings.size)
    samples = PRESETS[settings.preset].samples
    small = replace(settings, size=(width, height), samples=samples, denoise=False, modalities=(), label_render="own")
    with tempfile.TemporaryDirectory(prefix="labelpass-") as folder, put_back_frame(scene):
        path = Path(folder) / "pilot.png"
        with passes.prepared(scene, small, gpu):
            scene.frame_set(view.scene_frame)
            with changed(scene, camera=scene.objects[view.camera]):
                stand(scene.camera, view)
                one, first_s = _timed(scene, path, small, seed=0)  # this one loads the scene
                other, again_s = _timed(scene, path, small, seed=1)
                with changed(scene.cycles, use_denoising=settings.denoise):
                    _, denoised_s = _timed(scene, path, small, seed=1)
    grown = settings.size[0] * settings.size[1] / (width * height)
    sample_s = min(first_s, again_s) * grown / samples
    return Pilot(samples, psnr_of_twins(one, other), sample_s, max(denoised_s - again_s, 0.0) * grown)


def _timed(scene: bpy.types.Scene, path: Path, settings: Settings, seed: int):  # type: ignore[no-untyped-def]
    scene.cycles.seed = seed
    started = time.perf_counter()
    pixels = passes.render_image(scene, path, settings.size)
    return pixels, time.perf_counter() - started
