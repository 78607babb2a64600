"""Presets: seconds a frame and PSNR of each on the sample room, with denoising and without, in one run.

    python benchmarks/presets.py --views 2 --size 480x360

The reference is the mean of two renders of `--reference` samples without denoising; how these two differ says how noisy
their mean still is, which is taken off. A pilot's choice is marked.
"""

from __future__ import annotations

import argparse
import math
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import bpy
import numpy as np

from blender_addon.contract.arguments import parse_size
from blender_addon.contract.run import Settings, View
from blender_addon.label_render.streams import hushed
from blender_addon.label_render.viewpoints import find_views
from render_scripts import compat, passes
from render_scripts.pilot import look_ahead
from render_scripts.presets import PRESETS, choose
from scenes import room

MOST_TIMES = 4


def psnr(image: np.ndarray, one: np.ndarray, other: np.ndarray) -> float:
    """In dB, against what two pictures would show without their noise, which is independent."""
    one, other = one.astype(np.float64), other.astype(np.float64)
    error = float(np.mean((image - (one + other) / 2) ** 2) - np.mean((one - other) ** 2) / 4)
    return 10 * math.log10(255**2 / error) if error > 0 else math.inf


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", type=parse_size, default=(480, 360))
    parser.add_argument("--views", type=int, default=2)
    parser.add_argument("--reference", type=int, default=512)
    options = parser.parse_args()
    with hushed((1,)):
        bpy.ops.wm.read_factory_settings(use_empty=True)
        room.build(np.random.default_rng(0))
    scene, layer = bpy.context.scene, bpy.context.view_layer
    plain = Settings(options.size, options.reference, 0, 1, "CPU", False, 0.5, layer.name)
    views = find_views(scene)[:: max(1, 12 // options.views)][: options.views]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "image.png"

        def take(settings: Settings, view: View) -> np.ndarray:
            scene.frame_set(view.scene_frame)
            scene.camera = scene.objects[view.camera]
            return passes.render_image(scene, path, settings.size)

        def render(settings: Settings, seed: int) -> tuple[list[np.ndarray], float]:
            with passes.prepared(scene, settings):
                scene.cycles.seed = seed
                take(settings, views[0])  # this one loads the scene
                started = time.perf_counter()
                return [take(settings, view) for view in views], (time.perf_counter() - started) / len(views)

        truths = render(plain, seed=1)[0], render(plain, seed=3)[0]
        print(f"{len(views)} views of the sample room, {'x'.join(map(str, options.size))}; against "
              f"twice {options.reference} samples")  # fmt: skip
        print("| preset | samples | denoised | s a frame | PSNR | |")
        print("|---|---|---|---|---|---|")
        for name, preset in PRESETS.items():
            settings = replace(plain, preset=name, samples=preset.samples)
            pilot = look_ahead(scene, settings, views[0])
            picked = choose(preset, pilot, can_denoise=compat.has_denoiser())
            bare = choose(preset, pilot, can_denoise=False)
            for samples, denoise in ((preset.samples, True), bare)[not compat.has_denoiser() :]:
                if samples > MOST_TIMES * preset.samples:  # so many take minutes a frame, and nobody would choose them
                    print(f"| {name} | {samples} | no | | | |")
                    continue
                images, seconds = render(replace(settings, samples=samples, denoise=denoise), seed=2)
                quality = np.mean([psnr(*three) for three in zip(images, *truths)])
                mark = "chosen" if (samples, denoise) == picked else ""
                print(
                    f"| {name} | {samples} | {'yes' if denoise else 'no'} | {seconds:.2f} | {quality:.1f} dB | {mark} |"
                )


if __name__ == "__main__":
    main()
