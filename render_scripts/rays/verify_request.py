"""The arguments of `labelpass verify`, for the front door and for the script that an installed Blender runs."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path

from blender_addon.contract.arguments import parse_path, said
from blender_addon.contract.frame_numbers import parse_frames
from blender_addon.contract.run import Plan, finished_frames

from ..arguments import whole
from ..request import Refused

EXIT_CODES = (
    "Exit codes: 0 all that can be judged agrees, 1 something differs, is damaged, or cannot be verified, 2 wrong "
    "arguments, 3 Blender failed, 130 stopped by Ctrl-C."
)


@dataclass(frozen=True)
class VerifyRequest:
    """What was asked for. `rays` None: files alone are looked at, and no scene is needed."""

    rays: int | None
    seed: int
    frames: tuple[int, ...] | None
    scene: Path | None
    json: bool
    allow_scripts: bool


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of a verification."""
    add = parser.add_argument
    add(
        "--rays",
        type=whole(1, 1 << 24),
        metavar="N",
        help="hold N random pixels of each frame against rays cast into the scene; default: the files alone",
    )
    add("--seed", type=whole(0, 2**63 - 1), default=0, metavar="S", help="seed of the pixels drawn (default 0)")
    add("--frames", type=said(parse_frames), metavar="1-40", help="verify these alone; default: all that are there")
    add("--scene", type=said(parse_path), metavar="FILE", help="the .blend of the run; default: looked for beside it")
    add("--json", action="store_true", help="print one JSON document, and nothing else, on stdout")
    add("--allow-scripts", action="store_true", help="let the .blend run the Python scripts inside it")


def request_from(arguments: argparse.Namespace) -> VerifyRequest:
    return VerifyRequest(**{name: getattr(arguments, name) for name in VerifyRequest.__dataclass_fields__})


def to_arguments(request: VerifyRequest) -> list[str]:
    """The options that parse into this request again: what the front door hands to a Blender."""
    options = [f"--seed={request.seed}"]
    if request.rays is not None:
        options += [f"--rays={request.rays}"]
    if request.frames is not None:
        options += [f"--frames={','.join(map(str, request.frames))}"]
    if request.scene is not None:
        options += [f"--scene={request.scene}"]
    return options + [f"--{name.replace('_', '-')}" for name in ("json", "allow_scripts") if getattr(request, name)]


def scene_of(run: Path, plan: Plan, request: VerifyRequest) -> Path:
    """The .blend of a run: the one that is named, else one of the plan's name beside the run, in it, or here."""
    if request.scene is not None:
        if not request.scene.is_file():
            raise Refused(f"{request.scene}: no such file")
        return request.scene.resolve()
    name = Path(plan.scene).name  # a plan comes from who knows where: its name may not lead elsewhere
    for folder in (run.resolve().parent, run.resolve(), Path.cwd()):
        if name and (folder / name).is_file():
            return folder / name
    raise Refused(f"{run} was rendered from {plan.scene!r}, which is not beside it: name it with --scene FILE")


def frames_of(run: Path, request: VerifyRequest) -> list[int]:
    """The finished frames to verify. Raises Refused where there are none, or one that is asked for is missing."""
    finished = finished_frames(run)
    if not finished:
        raise Refused(f"{run} has no frames to verify")
    missing = sorted(set(request.frames or ()) - set(finished))
    if missing:
        raise Refused(f"{run} has no frame {missing[0]}")
    return sorted(set(request.frames or finished))
