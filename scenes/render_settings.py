"""How scenes of the builders are rendered: few samples, and what makes few enough."""

from __future__ import annotations

import bpy


def set_render(scene: bpy.types.Scene, size: tuple[int, int], samples: int) -> None:
    """Pictures of this width and height, all pixels with as many samples, on an even film."""
    render, cycles = scene.render, scene.cycles
    render.engine, render.resolution_x, render.resolution_y, render.resolution_percentage = "CYCLES", *size, 100
    render.use_persistent_data = True
    cycles.samples, cycles.use_adaptive_sampling, cycles.use_denoising = samples, False, False


def set_indoors(
    scene: bpy.types.Scene,
    size: tuple[int, int] = (480, 360),
    samples: int = 10,
    bounces: tuple[int, int, int] = (4, 3, 6),
    transparent: int = 12,
    clamp: float = 4.0,
    exposure: float = 0.25,
) -> None:
    """A denoiser, short paths (`bounces`: diffuse, glossy, through glass), no fireflies; contrast as phones have."""
    set_render(scene, size, samples)
    cycles, view = scene.cycles, scene.view_settings
    cycles.use_denoising = True
    cycles.diffuse_bounces, cycles.glossy_bounces, cycles.transmission_bounces = bounces
    cycles.max_bounces, cycles.transparent_max_bounces = bounces[0] + bounces[1], transparent
    cycles.sample_clamp_indirect, cycles.sample_clamp_direct = clamp, 0.0
    cycles.caustics_reflective = cycles.caustics_refractive = False
    cycles.blur_glossy = 1.0
    view.view_transform, view.look, view.exposure = "AgX", "AgX - Medium High Contrast", exposure
