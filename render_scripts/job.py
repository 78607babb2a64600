"""What a job file says: all that a render is asked for, and of which scenes.

`Job` is the schema. Types, limits, spellings and descriptions of its fields are what `job_file` holds a file to, and
what `job_schema` tells editors. A section is one field more, of a frozen dataclass that is made in the same way.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path
from typing import Annotated, Any, Literal

from blender_addon.contract.arguments import SIZE, parse_size
from blender_addon.contract.frame_numbers import parse_frames
from blender_addon.contract.modalities import IMAGE_FORMATS, MODALITIES, Lidar
from blender_addon.contract.run import LABEL_RENDERS, MOST_DRAWS, PRESETS, Side
from blender_addon.contract.strict import Spelled

from .randomization.spec import DRAWS_NOTHING, FAMILIES, Randomization
from .request import DEVICES, MOST_GPUS, MOST_SECONDS, MOST_THREADS, Request
from .sampled_views.view_request import from_mapping, parse_words, to_words
from .sampled_views.view_schema import view_schema

_NUMBER = {"type": "integer"}
_RANGES = {"type": "string", "pattern": r"^ *-?[0-9]+(--?[0-9]+)? *(, *-?[0-9]+(--?[0-9]+)? *)*$"}
_FRAMES = {"anyOf": [_NUMBER, _RANGES, {"type": "array", "items": {"anyOf": [_NUMBER, _RANGES]}, "minItems": 1}]}
_SIDES = {"type": "array", "items": {"type": "integer", "minimum": 1, "maximum": 65536}, "minItems": 2, "maxItems": 2}
_SIZE = {"anyOf": [{"type": "string", "pattern": SIZE}, _SIDES]}


def _frames(value: Any) -> list[int]:
    """7, '1-40', or a list of such, as numbers."""
    parts = value if isinstance(value, list) else [value]
    if not parts or not all(type(part) in (int, str) for part in parts):
        raise ValueError("frames must be written 7, 1-40 or [1-9, 20, 30-34]")
    return list(parse_frames(",".join(map(str, parts))))


def _size(value: Any) -> Any:
    return list(parse_size(value)) if isinstance(value, str) else value


def _modalities(value: Any) -> Any:
    """Each once, in the order in which a plan has them; where one is unknown, all as they are."""
    names = value if isinstance(value, list) else [value]
    known = all(isinstance(name, str) and name in MODALITIES for name in names)
    return [name for name in MODALITIES if name in names] if known else names


def _views(value: Any) -> Any:
    """How many, words, or a mapping of the same, as the words that a plan keeps."""
    if type(value) in (int, str):
        return to_words(parse_words(str(value)))
    return to_words(from_mapping(value))


@dataclass(frozen=True)
class Job:
    """All that `labelpass render` is asked for. None means: what the scene says, or the plan of a run that is there."""

    out: Annotated[Path, "The run folder; with `scenes`, the folder of their run folders, named as the scenes are."]
    scene: Annotated[Path | None, "The .blend file to render."] = None
    scenes: Annotated[
        tuple[Path, ...], "In place of `scene`: several .blend files; patterns such as `flats/*.blend` name many."
    ] = ()
    frames: Annotated[
        tuple[int, ...] | None,
        Spelled(_frames, _FRAMES),
        "Frames to render now: `7`, `1-40` or `[1-9, 20]`. Default: all views of the scene.",
    ] = None
    camera: Annotated[str | None, "Render through this camera alone."] = None
    size: Annotated[
        tuple[Side, Side] | None,
        Spelled(_size, _SIZE),
        "Width and height in pixels: `640x480`. Default: the scene's.",
    ] = None
    samples: Annotated[int | None, 1, 2**24, "Cycles samples a pixel. Default: the scene's."] = None
    seed: Annotated[int | None, 0, 2**63 - 1, "Seed of all that is drawn. Default: 0."] = None
    label_supersample: Annotated[
        Literal[1, 3, 5, 7, 9, 11, 13, 15] | None,
        "Label samples a pixel side, reduced by majority. Default: 1, the pixel's centre.",
    ] = None
    alpha_threshold: Annotated[
        float | None, 0, 1, "Labels look through surfaces with less alpha than this. Default: the view layer's."
    ] = None
    label_set: Annotated[
        str | None, "What pass indices mean: a built-in set, or a JSON, YAML or CSV file. Default: the scene's own set."
    ] = None
    view_layer: Annotated[str | None, "The view layer to render. Default: the active one."] = None
    device: Annotated[Literal[DEVICES], "What renders: `auto` takes a GPU where there is one."] = "auto"
    gpu: Annotated[int, 0, MOST_GPUS, "Of several GPUs, the one to render on: a process takes one."] = 0
    threads: Annotated[
        int | None, 1, MOST_THREADS, "Threads to render on. Default: what a scheduler leaves this process."
    ] = None
    denoise: Annotated[bool | None, "Denoise images. Default: what the scene says."] = None
    image: Annotated[Literal[tuple(IMAGE_FORMATS)] | None, "How images are stored. Default: png."] = None
    with_: Annotated[
        tuple[Literal[tuple(MODALITIES)], ...] | None,
        Spelled(_modalities),
        "What else each frame holds: one name or a list.",
    ] = None
    label_render: Annotated[
        Literal[LABEL_RENDERS] | None,
        "Whether labels come from the image render or have one of their own. Default: the image's where exact there.",
    ] = None
    preset: Annotated[
        Literal[PRESETS] | None, "Image quality. Default: samples and denoising as the scene has them."
    ] = None
    thin_labels: Annotated[
        tuple[str, ...] | None, "Labels of thin things, which are kept connected: one name or a list."
    ] = None
    min_presence: Annotated[
        float | None, 0, 1, "The share of a pixel's samples that a thin label needs. Default: half a row of them."
    ] = None
    views: Annotated[
        str | None,
        Spelled(_views, view_schema()),
        "Sampled views in place of the scene's own: `40`, `orbit 24 target=Sofa`, or a mapping of what docs/views.md "
        "lists.",
    ] = None
    draws: Annotated[
        int | None, 1, MOST_DRAWS, "How often each view is rendered, each time with a draw of its own. Default: 1."
    ] = None
    at_least: Annotated[int | None, 1, MOST_DRAWS, "As many draws of each view as it takes to have so many frames."] = (
        None
    )
    lidar: Annotated[Lidar | None, "The LiDAR of `with: lidar`."] = None
    randomize: Annotated[
        Randomization | None, "What is drawn anew for each frame, as docs/randomisation.md lists it. Default: nothing."
    ] = None
    without: Annotated[tuple[Literal[FAMILIES], ...], "Families of `randomize` that are left off."] = ()
    frame_timeout: Annotated[
        float | None, 1e-3, MOST_SECONDS, "Seconds after which a frame is taken for hung, which ends the run."
    ] = None
    renew_after: Annotated[
        int | None,
        1,
        2**24,
        "Frames after which a fresh process goes on. Default: when memory has doubled and grown by 2 GB.",
    ] = None
    verify_rays: Annotated[
        int | None, 1, 2**24, "Random pixels of each frame to hold against rays; the frame stores its score."
    ] = None
    strict: Annotated[bool, "Treat warnings as errors."] = False
    allow_scripts: Annotated[bool, "Let the .blend run the Python scripts inside it."] = False
    plan_only: Annotated[bool, "Write the plan of the run, and render nothing."] = False
    blender: Annotated[str | None, "The Blender to render with: a program. Default: the bpy module."] = None

    def __post_init__(self) -> None:
        if (self.scene is None) == (not self.scenes):
            raise ValueError("name one .blend as scene, or several as scenes")
        if self.lidar and "lidar" not in (self.with_ or ()):
            raise ValueError("lidar says how a LiDAR scans, and no frame has one: add lidar to with")
        if self.randomize and not self.randomize.on and not self.randomize.without:
            raise ValueError(DRAWS_NOTHING)

    def request(self, out: Path) -> Request:
        """What is asked for of one scene, rendered into `out`."""
        said = {_IN_A_REQUEST.get(field.name, field.name): getattr(self, field.name) for field in fields(self)}
        return Request(**{name: said[name] for name in said if name in Request.__dataclass_fields__} | {"out": out})


_IN_A_REQUEST = {"with_": "modalities", "views": "sample_views"}
"""{field of a job: field of a request}, where they differ."""


def in_a_job(name: str) -> str:
    """The field of a job for a field of a request."""
    return next((ours for ours, theirs in _IN_A_REQUEST.items() if theirs == name), name)
