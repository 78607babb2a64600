"""Arguments become a request; a request must agree with the plan that a run folder holds; what is still to render."""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from blender_addon.contract.arguments import LABEL_SET_HELP, parse_path, parse_size, said
from blender_addon.contract.modalities import IMAGE_FORMATS, MODALITIES, Lidar, parse_modalities
from blender_addon.contract.run import LABEL_RENDERS, MOST_DRAWS, PRESETS, Plan, RunError, Settings, View

from . import sections
from .randomization.folders import why_other_draws
from .randomization.spec import Randomization, from_plan, parse_families, read_randomization
from .sampled_views.view_request import parse_words, to_words

MOST_GPUS, MOST_THREADS = 255, 1024
MOST_SECONDS = 1_000_000  # of a frame, before a watchdog takes it for hung
DEVICES = ("auto", "cpu", "gpu", "optix", "cuda", "hip", "metal", "oneapi")


class Refused(ValueError):
    """The scene cannot be rendered as asked; the message says why."""


@dataclass(frozen=True)
class Request:
    """What was asked for. None means: what the scene says (or, for a run that is there already, what its plan says)."""

    out: Path
    frames: tuple[int, ...] | None = None
    camera: str | None = None
    size: tuple[int, int] | None = None
    samples: int | None = None
    seed: int | None = None
    label_supersample: int | None = None
    alpha_threshold: float | None = None
    label_set: str | None = None
    view_layer: str | None = None
    device: str = "auto"
    gpu: int = 0
    threads: int | None = None
    denoise: bool | None = None
    image: str | None = None
    modalities: tuple[str, ...] | None = None
    label_render: str | None = None
    preset: str | None = None
    thin_labels: tuple[str, ...] | None = None
    min_presence: float | None = None
    sample_views: str | None = None
    draws: int | None = None
    at_least: int | None = None
    verify_rays: int | None = None
    frame_timeout: float | None = None
    renew_after: int | None = None
    lidar: Lidar | None = None
    strict: bool = False
    allow_scripts: bool = False
    plan_only: bool = False
    randomize: Randomization | None = None
    without: tuple[str, ...] = ()


def parse_frames(text: str) -> tuple[int, ...]:
    """'1-40', '3', '1-9,20,30-34' or '-5--2' as sorted frame numbers. Raises ValueError for anything else."""
    frames: set[int] = set()
    for part in text.split(","):
        match = re.fullmatch(r"\s*(-?\d+)(?:-(-?\d+))?\s*", part, re.ASCII)
        if not match:
            raise ValueError(f"frames {part!r}: write 7, 1-40 or 1-9,20,30-34")
        first = int(match[1])
        last = int(match[2] or first)
        if last < first:
            raise ValueError(f"frames {part!r}: ends before it starts")
        if last - first >= 10_000_000:
            raise ValueError(f"frames {part!r}: more than ten million")
        frames.update(range(first, last + 1))
    return tuple(sorted(frames))


def frames_text(frames: Iterable[int]) -> str:
    """What `parse_frames` makes these of, as short as that goes: a command line has no room for 100,000 numbers."""
    ranges: list[list[int]] = []
    for frame in sorted(frames):
        if ranges and frame == ranges[-1][1] + 1:
            ranges[-1][1] = frame
        else:
            ranges.append([frame, frame])
    return ",".join(f"{first}-{last}" if last > first else f"{first}" for first, last in ranges)


def _one_frame(text: str) -> tuple[int, ...]:
    if not re.fullmatch(r"-?\d+", text, re.ASCII):
        raise ValueError(f"{text!r} is no frame number")
    return (int(text),)


def whole(low: int, high: int) -> Callable[[str], int]:
    def parse(text: str) -> int:
        if not re.fullmatch(r"-?\d+", text, re.ASCII) or not low <= int(text) <= high:
            raise ValueError(f"{text!r} is not a whole number from {low} to {high}")
        return int(text)

    return said(parse)


def _odd(text: str) -> int:
    """Even numbers have no sample at the pixel's centre: edges tie, and 2 x 2 samples are worse than one (measured)."""
    if text not in {"1", "3", "5", "7", "9", "11", "13", "15"}:
        raise ValueError(
            f"{text!r} is not an odd number from 1 to 15 (of an even number of samples, half an edge ties)"
        )
    return int(text)


def _share(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value <= 1:
        raise ValueError(f"{text!r} is not a number from 0 to 1")
    return value


def _seconds(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value <= MOST_SECONDS:
        raise ValueError(f"{text!r} is not a number of seconds above 0 and up to {MOST_SECONDS}")
    return value


def _sample_views(text: str) -> str:
    """The words of a request for sampled views, as the plan keeps them: one text for one request."""
    return to_words(parse_words(text))


def add_arguments(parser: argparse.ArgumentParser, *, job: bool = False) -> None:
    """The options of a render, on the parser of render.py or of `labelpass render`; all None where they are not there.

    With `job`, a job file may say instead what is required.
    """
    add = parser.add_argument
    add("--out", type=said(parse_path), required=not job, metavar="RUN", help="the run folder; one there is continued")
    which = parser.add_mutually_exclusive_group().add_argument
    which("--frames", type=said(parse_frames), metavar="1-40", help="render these now; default: all views of the scene")
    which("--only-frame", dest="frames", type=said(_one_frame), metavar="812", help="render this frame alone")
    add("--camera", metavar="NAME", help="render through this camera alone")
    add(
        "--sample-views",
        type=said(_sample_views),
        metavar="N|WORDS",
        help="so many views inside of its rooms, or 'orbit 24 target=Sofa' and the like; default: the scene's own",
    )
    add(
        "--draws",
        type=whole(1, MOST_DRAWS),
        metavar="N",
        help="each view so often, each time with a draw of its own (see --randomize); default 1",
    )
    add(
        "--at-least",
        type=whole(1, MOST_DRAWS),
        metavar="N",
        help="as many draws of each view as it takes to have so many frames",
    )
    add("--size", type=said(parse_size), metavar="480x360", help="width x height; default: the scene's")
    add("--samples", type=whole(1, 1 << 24), metavar="N", help="Cycles samples a pixel; default: the scene's")
    add("--preset", choices=PRESETS, help="image quality; default: samples and denoising of the scene")
    add("--seed", type=whole(0, 2**63 - 1), metavar="S", help="seed of all that is drawn (default 0)")
    add(
        "--label-supersample",
        type=said(_odd),
        metavar="K",
        help="label samples a pixel side, odd, reduced by majority (default 1: the pixel's centre)",
    )
    add(
        "--thin-label",
        dest="thin_labels",
        action="append",
        metavar="NAME",
        help="keep thin things of this label connected: it needs less than a majority; may be given several times",
    )
    add(
        "--min-presence",
        type=said(_share),
        metavar="SHARE",
        help="of a pixel's samples, what a thin label needs; default: half of 1/K, for things of 1/K pixel",
    )
    add(
        "--alpha-threshold",
        type=said(_share),
        metavar="A",
        help="labels look through surfaces with less alpha than this; default: the view layer's",
    )
    add(
        "--label-set",
        metavar="NAME|FILE",
        help=LABEL_SET_HELP,
    )
    add("--view-layer", metavar="NAME", help="the view layer to render; default: the active one")
    add("--device", choices=DEVICES, help="auto takes a GPU where there is one; a named one must exist")
    add("--gpu", type=whole(0, MOST_GPUS), metavar="N", help="of several GPUs, the one to render on (default 0)")
    add(
        "--threads",
        type=whole(1, MOST_THREADS),
        metavar="N",
        help="render on so many; default: what Slurm, a container or an affinity mask leaves this process",
    )
    denoise = parser.add_mutually_exclusive_group()
    denoise.add_argument("--denoise", action="store_true", default=None, help="denoise images, or fail")
    denoise.add_argument("--no-denoise", dest="denoise", action="store_false", help="never denoise; default: the scene")
    add("--image", choices=list(IMAGE_FORMATS), help="how images are stored (default png)")
    add(
        "--with",
        dest="modalities",
        type=said(parse_modalities),
        metavar="NAME,...",
        help=f"what else each frame holds: {', '.join(MODALITIES)}",
    )
    add(
        "--randomize",
        type=said(read_randomization),
        metavar="FILE.json",
        help="draw lights, materials and more anew for each frame, as this file says",
    )
    add(
        "--without",
        type=said(parse_families),
        default=(),
        metavar="FAMILY,...",
        help="leave these families of --randomize off, and say so in the plan",
    )
    add(
        "--label-render",
        choices=LABEL_RENDERS,
        help="labels from the image render or one of their own; default: the image's where they are exact there",
    )
    add(
        "--verify-rays",
        type=whole(1, 1 << 24),
        metavar="N",
        help="hold N random pixels of each frame against rays of our own, and store the score; see labelpass verify",
    )
    add(
        "--frame-timeout",
        type=said(_seconds),
        metavar="SECONDS",
        help="end the run when a frame takes longer, since it may hang; what is done stays",
    )
    add(
        "--renew-after",
        type=whole(1, 1 << 24),
        metavar="N",
        help="go on in a fresh process after so many frames; default: when memory has doubled and grown by 2 GB",
    )
    add("--strict", action="store_true", default=None, help="treat warnings as errors")
    add("--plan-only", action="store_true", default=None, help="write the plan of the run, and render nothing")
    add("--allow-scripts", action="store_true", default=None, help="let the .blend run the Python scripts inside it")
    parse_sections = said(lambda text: sections.parse_sections(text, Request))
    add(sections.OPTION, type=parse_sections, default={}, metavar="JSON", help=argparse.SUPPRESS)


def request_from(arguments: argparse.Namespace) -> Request:
    said_so = {name: value for name, value in options_from(arguments).items() if value is not None}
    return Request(**said_so)


def options_from(arguments: argparse.Namespace) -> dict[str, Any]:
    """{field of a request: value} of what `add_arguments` made of a command line; None where it does not say it."""
    options = {name: getattr(arguments, name, None) for name in Request.__dataclass_fields__} | arguments.sections
    thin = options["thin_labels"]
    return options | {"thin_labels": None if thin is None else tuple(thin)}


_PLAIN = ("camera", "samples", "seed", "label_supersample", "min_presence", "alpha_threshold", "label_set",
          "view_layer", "image", "label_render", "preset", "sample_views", "draws", "at_least", "verify_rays",
          "frame_timeout", "renew_after", "threads")  # fmt: skip
"""Options of one word."""
_SWITCHES = ("strict", "allow_scripts", "plan_only")
"""Options without one."""


def to_arguments(request: Request) -> list[str]:
    """The options that parse into this request again: what the front door hands to a Blender."""
    options = [
        f"--out={request.out}",
        "--device",
        request.device,
        f"--gpu={request.gpu}",
    ]  # with '=': a value may start with a dash
    if request.frames is not None:
        options += [f"--frames={frames_text(request.frames)}"]
    if request.size is not None:
        options += ["--size", "x".join(map(str, request.size))]
    options += [f"--thin-label={name}" for name in request.thin_labels or ()]
    for name in _PLAIN:
        value = getattr(request, name)
        if value is not None:
            options += [f"--{name.replace('_', '-')}={value}"]
    if request.modalities is not None:
        options += [f"--with={','.join(request.modalities)}"]
    if request.without:
        options += [f"--without={','.join(request.without)}"]
    if request.denoise is not None:
        options += ["--denoise" if request.denoise else "--no-denoise"]
    options += sections.to_option(request)
    return options + [f"--{name.replace('_', '-')}" for name in _SWITCHES if getattr(request, name)]


def as_asked(found: Plan) -> dict[str, Any]:
    """{field of a request: what it must say, or leave open, to go on with the plan}."""
    settings = found.settings
    return {
        "size": settings.size,
        "samples": settings.samples,
        "seed": settings.seed,
        "label_supersample": settings.label_supersample,
        "alpha_threshold": settings.alpha_threshold,
        "view_layer": settings.view_layer,
        "denoise": settings.denoise,
        "image": settings.image,
        "modalities": settings.modalities,
        "randomize": _planned(settings),
        "label_render": settings.label_render,
        "preset": settings.preset or None,
        "thin_labels": tuple(found.label_set.by_id[label].name for label in settings.thin_labels),
        "min_presence": settings.min_presence,
        "sample_views": settings.sample_views or None,
        "draws": settings.draws,
        "lidar": settings.lidar,
    }


def continued(request: Request, found: Plan) -> Request:
    """The request with what it leaves open taken from the plan that the run folder holds."""
    filled = {name: value for name, value in as_asked(found).items() if getattr(request, name) is None}
    if request.at_least:  # which says of draws what there is to say
        filled.pop("draws", None)
    if request.device == "auto":
        filled["device"] = found.settings.device.lower()
    return replace(request, **filled)


def _planned(settings: Settings) -> Randomization:
    try:
        return from_plan(settings.randomization)
    except ValueError as error:
        raise RunError(f"the plan's randomisation is of another version, or damaged: {error}") from None


def check_resume(found: Plan, wanted: Plan, views: Iterable[View], run: Path) -> None:
    """Raise RunError unless `wanted` agrees with the plan `found` in the run folder, and that plan has the `views`.

    Their own views may differ: frames beyond the scene's are in the plan of the node that asked for them.
    """
    if found.scene_sha256 != wanted.scene_sha256:
        raise RunError(
            f"{run} was planned for another state of {found.scene} (the file or one of its libraries has "
            "changed since); render it to a new --out, or put the old file back"
        )
    if found.label_set != wanted.label_set:
        raise RunError(f"{run} was planned with another label set; name a new --out")
    differing = [
        f"{name} is {theirs!r} there and {ours!r} here"
        for name in (field.name for field in fields(Settings))
        if (theirs := getattr(found.settings, name)) != (ours := getattr(wanted.settings, name))
        and name != "randomization"
    ]
    if other_draws := why_other_draws(found.settings.randomization, wanted.settings.randomization):
        differing.append(other_draws)
    if differing:
        more = wanted.settings.draws > found.settings.draws
        advice = "; a run never grows, but another --seed there gives draws that it has not" if more else ""
        raise RunError(f"{run} was planned differently: {'; '.join(differing)}; name a new --out{advice}")
    planned = {view.frame: view for view in found.views}
    outside = [view.frame for view in views if planned.get(view.frame) != view]
    if outside:
        there, such = planned.get(outside[0]), f"({len(outside)} such frames); a plan never changes"
        if there:
            raise RunError(
                f"{run} was planned with frame {there.frame} as view {there.name!r} of camera {there.camera!r}, and "
                f"not as asked for now {such}: leave out --camera and choose with --frames, or name a new --out"
            )
        raise RunError(
            f"{run} was planned without frame {outside[0]} {such}: name a new --out, and plan many draws of few views "
            "with --draws"
        )


def as_here(found: Plan, wanted: Plan) -> Plan:
    """The plan `found` with what is of this machine, as `wanted` has it: the folders of its randomisation, versions."""
    settings = replace(found.settings, randomization=wanted.settings.randomization)
    return replace(found, settings=settings, versions=wanted.versions)


def missing(views: Sequence[View], finished: Iterable[int]) -> list[View]:
    """The views that are still to be rendered, in the plan's order."""
    done = set(finished)
    return [view for view in views if view.frame not in done]
