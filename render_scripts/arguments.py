"""The options of a render: a command line becomes a request, and a request a command line. Pure."""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable
from typing import Any

from blender_addon.contract.arguments import LABEL_SET_HELP, parse_path, parse_size, said
from blender_addon.contract.frame_numbers import frames_text, parse_frames
from blender_addon.contract.modalities import IMAGE_FORMATS, MODALITIES, parse_modalities
from blender_addon.contract.run import LABEL_RENDERS, MOST_DRAWS, PRESETS

from . import sections
from .randomization.spec import parse_families, read_randomization
from .request import DEVICES, MOST_GPUS, MOST_SECONDS, MOST_THREADS, Request
from .sampled_views.view_request import parse_words, to_words


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
    add("--planned", action="store_true", default=None, help=argparse.SUPPRESS)  # a unit: goes on, and never plans
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
_SWITCHES = ("strict", "allow_scripts", "plan_only", "planned")
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
