"""What do labels and everything else cost beside the bare render, a heavy frame and a cheap one?

    python benchmarks/cost.py [--scene cheap|heavy] [--frames 4] [--rounds 2]

Heavy: views of the sample room, 640x480 with 64 samples. Cheap: 20 noise-textured balloons in the sky, 512x512 with 4.
Seconds from the first frame on disk to the last, over the frames between, so that what a process does once is left out;
the bare render is a loop of Blender's own render to PNG with data that persists, in the same process, by turns.

all       every modality of `--with` but `stereo`, which is a second image
pairs     image and labels in an hour
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import bpy
import numpy as np

from blender_addon.compat import enable_cycles
from blender_addon.contract.arguments import parse_size
from blender_addon.contract.labels import built_in
from blender_addon.contract.modalities import MODALITIES
from blender_addon.contract.run import RECORD, frame_folder
from blender_addon.label_render.streams import hushed
from blender_addon.label_render.viewpoints import find_views
from blender_addon.scene_labels import set_label_set
from render_scripts.request import Request
from render_scripts.session import render
from scenes import room

ALL = tuple(name for name in MODALITIES if name != "stereo")
BALLOONS = 20


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--frames", type=int, default=4, help="of the heavy scene; ten times as many of the cheap one")
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--scene", choices=("cheap", "heavy"), help="default: both")
    parser.add_argument("--size", type=parse_size, help="in place of those sizes")
    parser.add_argument(
        "--samples", type=int, help="in place of those: what is added to a frame does not depend on them"
    )
    options = parser.parse_args()
    print("| | bare, s a frame | with labels | with labels of their own | with all | pairs an hour |")
    print("|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        for name, build, frames, asked in (
            (
                "cheap",
                build_balloons,
                10 * options.frames,
                {"size": options.size or (512, 512), "samples": options.samples or 4},
            ),
            (
                "heavy",
                _build_room,
                options.frames,
                {"size": options.size or (640, 480), "samples": options.samples or 64},
            ),
        ):
            if options.scene not in (None, name):
                continue
            with hushed((1,)):
                bpy.ops.wm.read_factory_settings(use_empty=True)
                build(frames)
                bpy.ops.wm.save_as_mainfile(filepath=str(Path(folder, f"{name}.blend")))
            rows = [_round(Path(folder, f"{name} {turn}"), frames, asked) for turn in range(options.rounds)]
            bare, labels, own, everything = np.median(rows, axis=0)
            more = (f"{seconds:.2f} (+{seconds / bare - 1:.1%})" for seconds in (labels, own, everything))
            print(f"| {name} | {bare:.2f} | {' | '.join(more)} | {3600 / labels:.0f} |", flush=True)


def _round(folder: Path, frames: int, asked: dict) -> list[float]:
    """Seconds a frame: bare, with labels, with labels of their own, with everything."""
    folder.mkdir()
    numbers = tuple(view.frame for view in find_views(bpy.context.scene)[:frames])
    requests = {"labels": {}, "own": {"label_render": "own"}, "all": {"modalities": ALL}}
    found = [apart(render_bare(folder, numbers, **asked))]
    for name, more in requests.items():
        found.append(apart(render_labelled(folder / name, numbers, **asked, **more)))
    return found


def render_labelled(run: Path, numbers: tuple[int, ...], **asked: Any) -> list[Path]:
    """The records of these frames, rendered into a new run."""
    with hushed((1, 2)):
        code = render(Request(run, numbers, device="cpu", denoise=False, **asked))
    if code:
        raise SystemExit(f"{run.name}: exit code {code}")
    return [frame_folder(run, number) / RECORD for number in numbers]


def render_bare(folder: Path, numbers: tuple[int, ...], size: tuple[int, int], samples: int) -> list[Path]:
    """The images of these frames, as somebody without Labelpass would render them."""
    scene = bpy.context.scene
    scene.render.engine, scene.cycles.samples, scene.cycles.use_denoising = "CYCLES", samples, False
    scene.render.resolution_x, scene.render.resolution_y, scene.render.resolution_percentage = *size, 100
    scene.render.use_persistent_data = True
    files = [folder / f"{number}.png" for number in numbers]
    with hushed((1, 2)):
        for number, path in zip(numbers, files):
            scene.frame_set(number)
            scene.render.filepath = str(path)
            bpy.ops.render.render(write_still=True)
    return files


def apart(files: list[Path]) -> float:
    """Seconds a frame, from the first file to the last."""
    written = [path.stat().st_mtime_ns for path in files]
    return (written[-1] - written[0]) / 1e9 / (len(files) - 1)


def _build_room(_: int) -> None:
    room.build(np.random.default_rng(0))


def build_balloons(frames: int) -> None:
    """Spheres with noise of two colours each, that fly from one place to another, before a camera."""
    scene, rng = bpy.context.scene, np.random.default_rng(0)
    enable_cycles()
    scene.frame_end = frames
    set_label_set(scene, built_in("nyu40"))
    world = scene.world = bpy.data.worlds.new("sky")
    if not world.node_tree:
        world.use_nodes = True
    world.node_tree.nodes["Background"].inputs["Color"].default_value = (0.35, 0.55, 0.9, 1)
    sun = bpy.data.objects.new("sun", bpy.data.lights.new("sun", "SUN"))
    sun.data.energy, sun.rotation_euler = 3, (0.6, 0.4, 0)
    camera = bpy.data.objects.new("camera", bpy.data.cameras.new("camera"))
    camera.location = (0, 0, 12)
    for obj in (sun, camera):
        scene.collection.objects.link(obj)
    scene.camera = camera
    for number in range(BALLOONS):
        bpy.ops.mesh.primitive_uv_sphere_add(segments=48, ring_count=24, radius=rng.uniform(0.3, 1))
        balloon = bpy.context.object
        bpy.ops.object.shade_smooth()
        balloon.pass_index = 1 + number % 10
        balloon.data.materials.append(_noise(rng))
        for frame in (1, frames):
            balloon.location = (*rng.uniform(-3.5, 3.5, 2), rng.uniform(-3, 3))
            balloon.keyframe_insert("location", frame=frame)


def _noise(rng: np.random.Generator) -> bpy.types.Material:
    material = bpy.data.materials.new("balloon")
    if not material.node_tree:
        material.use_nodes = True
    nodes, links = material.node_tree.nodes, material.node_tree.links
    noise, ramp = nodes.new("ShaderNodeTexNoise"), nodes.new("ShaderNodeValToRGB")
    noise.inputs["Scale"].default_value = rng.uniform(1, 6)
    for element in ramp.color_ramp.elements:
        element.color = (*rng.uniform(0, 1, 3), 1)
    links.new(noise.outputs[0], ramp.inputs[0])
    links.new(ramp.outputs[0], nodes["Principled BSDF"].inputs["Base Color"])
    return material


if __name__ == "__main__":
    main()
