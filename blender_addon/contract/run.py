"""The run folder: the one thing that rendering and post-processing share.

::

    RUN/plan.json               written once, never changed; of sampled views it also says how they were found
    RUN/frames/000001/          appears whole: its existence means that the frame is done
        image.png               8-bit RGB through the scene's view transform; image.jpg in runs that ask for JPEG
        labels.exr              one float32 channel `Label`: label ids and the codes of `contract.labels`
        purity.exr              one float32 channel `Purity`: share of a pixel's samples that agree; supersampled runs
        frame.json              camera, label table, seed, timings, versions, checksums of decoded pixels and of itself
        ...                     what `contract.modalities` names, in runs that ask for it

Everything is relative to RUN. A frame is written in `frames/.partial-...` beside its place and renamed into it;
`contract.records` says whether what stands there is still whole, and moves it to `frames/.damaged-...` where it is not.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any

from .labels import LabelSet, label_set_from_dict
from .machine import is_alive, this_machine, unfinished_by
from .modalities import IMAGE_FORMATS, LABEL_CODES, MODALITIES, Lidar, files_of
from .seal import is_broken
from .strict import build, parse_json
from .view_search import Search
from .words import refusal

SCHEMA = 1
PLAN = "plan.json"
FRAMES = "frames"
LABELS = "labels.exr"
PURITY = "purity.exr"
RECORD = "frame.json"
LABEL_CHANNEL = "Label"
PURITY_CHANNEL = "Purity"

LABEL_RENDERS = ("image", "own")
PRESETS = ("draft", "standard", "final")
MOST_DRAWS = 1_000_000

Side = Annotated[int, 1, 65536]

_FRAME_NAME = re.compile(r"[0-9]{6,}|-[0-9]{5,}")  # six characters, the sign among them
_FLAT_ROW = r"(?:[\d.eE+-]+|true|false|null)"
_FLAT_LIST = re.compile(rf"\[\n\s*({_FLAT_ROW}(?:,\n\s*{_FLAT_ROW})*)\n\s*\]")
_SWEPT = "-swept"
_PARTIAL_NAME = re.compile(rf"\.(?:partial--?[0-9]+|{re.escape(PLAN)})-(?P<host>.+)-(?P<pid>[0-9]+)({_SWEPT})?")


class RunError(ValueError):
    """A run folder that cannot be read or written; the message names the file and what to do."""


class Unreadable(RunError):
    """A file that is there and that the system does not give: it may be whole."""


class PlanExists(RunError):
    """There is a plan in the run folder already."""


Row = tuple[float, float, float, float]


@dataclass(frozen=True)
class Pose:
    """Where a camera stands that the .blend does not have: its world matrix, row by row, in Blender units and with
    Blender's camera axes (x right, y up, looking along -z), and its focal length in mm."""

    matrix: tuple[Row, Row, Row, Row]
    lens: float


@dataclass(frozen=True)
class View:
    """What one frame of the run shows: frame `scene_frame` of the .blend through `camera`.

    `frame` numbers the run's folders; it equals `scene_frame` unless several cameras, or draws, share a scene frame.
    Where there is a `pose`, `camera` is none of the .blend, but one that the renderer puts there.
    """

    frame: int
    scene_frame: Annotated[int, -(2**20), 2**20]
    camera: str
    name: str
    pose: Pose | None = None

    def to_dict(self) -> dict[str, Any]:
        return {key: value for key, value in asdict(self).items() if value is not None}


@dataclass(frozen=True)
class Settings:
    """Every choice that changes pixels. `size` is (width, height) in pixels. `read_plan` holds it to these limits.

    `denoise` is resolved: what this run does, not what was wished. `alpha_threshold` in 0..1 is Blender's
    `pass_alpha_threshold`: surfaces with less alpha are looked through by the label render. `image` is a key of
    `IMAGE_FORMATS`, and `modalities` are names of `MODALITIES` (`contract.modalities`), in its order. `label_render`
    is "image" where labels come from the image render itself, and "own" where they have one of their own. `preset` says
    what the scene's own sampling and denoising settings give way to, "" for nothing. `thin_labels` are ids of labels
    that get a pixel with the share `min_presence` of its samples where their things would fall into dots.
    `sample_views` are the words that the views were sampled by, "" where they are those of the .blend.
    `randomization` is what is drawn anew for each frame, as `render_scripts.randomization` writes and reads it; empty
    where nothing is. `draws`: how often each view is there, each time as a frame of its own.
    """

    size: tuple[Side, Side]
    samples: Annotated[int, 1, 2**24]
    seed: Annotated[int, 0, 2**63 - 1]
    label_supersample: Annotated[int, 1, 15]
    device: str
    denoise: bool
    alpha_threshold: Annotated[float, 0, 1]
    view_layer: str
    image: str = "png"
    modalities: tuple[str, ...] = ()
    label_render: str = "own"
    preset: str = ""
    thin_labels: tuple[int, ...] = ()
    min_presence: Annotated[float, 0, 1] = 0.0
    sample_views: str = ""
    lidar: Lidar = field(default_factory=Lidar)
    randomization: Mapping[str, Any] = field(default_factory=dict)
    draws: Annotated[int, 1, MOST_DRAWS] = 1

    def __post_init__(self) -> None:
        if self.image not in IMAGE_FORMATS:
            raise ValueError(f"image must be {' or '.join(IMAGE_FORMATS)}, not {self.image!r}")
        if self.label_render not in LABEL_RENDERS:
            raise ValueError(f"label_render must be {' or '.join(LABEL_RENDERS)}, not {self.label_render!r}")
        if self.preset not in ("", *PRESETS):
            raise ValueError(f"preset {self.preset!r} is unknown to this version")
        strange = [name for name in self.modalities if name not in MODALITIES]
        if strange:
            raise ValueError(f"modality {strange[0]!r} is unknown to this version")

    @property
    def image_file(self) -> str:
        return IMAGE_FORMATS[self.image]

    @property
    def files(self) -> tuple[str, ...]:
        """Names of all files that a frame has beside its record."""
        purity = [PURITY] * (self.label_supersample > 1)
        return (self.image_file, LABELS, *purity, *files_of(self.modalities, self.image))


@dataclass(frozen=True)
class Plan:
    """A run, before its first frame. `scene` is the .blend's name, `scene_sha256` that of it and its libraries.
    `view_search` is how its views were found, where they were sampled."""

    label_set: LabelSet
    scene: str
    scene_sha256: str
    views: tuple[View, ...]
    settings: Settings
    versions: Mapping[str, str]
    view_search: Search | None = None

    @cached_property
    def by_frame(self) -> Mapping[int, View]:
        return {view.frame: view for view in self.views}

    def to_dict(self) -> dict[str, Any]:
        return {
            "schema": SCHEMA,
            "scene": self.scene,
            "scene_sha256": self.scene_sha256,
            "settings": asdict(self.settings),
            "views": [view.to_dict() for view in self.views],
            **({"view_search": asdict(self.view_search)} if self.view_search else {}),
            "versions": dict(self.versions),
            "codes": {str(code): meaning for code, meaning in LABEL_CODES.items()},
            "label_set": self.label_set.to_dict(),
        }


def frame_folder(run: Path, frame: int) -> Path:
    return run / FRAMES / f"{frame:06d}"


def read_plan(run: Path) -> Plan:
    """The plan of a run folder. Raises RunError when it is missing, damaged, from a newer version, or edited into what
    no render would write; the message names the key."""
    path = run / PLAN
    data = _read_schema(path, f"{run} is no run folder: it has no {PLAN}")
    del data["schema"]
    data.pop("codes", None)  # words for people, of what the schema's codes mean
    try:
        plan = build(Plan, data | {"label_set": label_set_from_dict(data.get("label_set"))})
    except ValueError as error:
        raise RunError(f"{path} is damaged: {error}") from None
    unknown = set(plan.settings.thin_labels) - set(plan.label_set.by_id)
    if unknown:
        raise RunError(f"{path} is damaged: settings.thin_labels names id {min(unknown)}, which its label set lacks")
    twice = [number for number, count in Counter(view.frame for view in plan.views).items() if count > 1]
    if twice:
        raise RunError(f"{path} is damaged: frame {twice[0]} is there twice")
    return plan


def write_plan(run: Path, plan: Plan) -> None:
    """Write the plan whole or not at all. Raises PlanExists when there is one already."""
    (run / FRAMES).mkdir(parents=True, exist_ok=True)
    write_once(run / PLAN, to_json(plan.to_dict()))


def write_once(path: Path, text: str) -> None:
    """Write a file that never changes, whole or not at all. Raises PlanExists when it is there already."""
    beside = path.with_name(f".{path.name}-{unfinished_by()}")
    try:
        write_text(beside, text)
        _put_in_place(beside, path)
    finally:
        beside.unlink(missing_ok=True)
    _sync_folder(path.parent)


def _put_in_place(beside: Path, place: Path) -> None:
    there = f"{place} is there already, and a plan never changes; name another --out"
    try:
        os.link(beside, place)  # unlike a rename, a link never replaces what is there
    except FileExistsError:
        raise PlanExists(there) from None
    except OSError:  # a file system without hard links
        if place.exists():
            raise PlanExists(there) from None
        os.rename(beside, place)


def finished_frames(run: Path) -> list[int]:
    """Numbers of the frames that are done, sorted."""
    folder = run / FRAMES
    if not folder.is_dir():
        return []
    return sorted(int(entry.name) for entry in os.scandir(folder) if _FRAME_NAME.fullmatch(entry.name))


def has_frame(run: Path, frame: int) -> bool:
    """Whether a frame is there, as far as a glance tells that a million frames can be given: where there is no record,
    or one without its end, a render puts the frame aside and renders it anew. Raises OSError where the system does not
    say."""
    try:
        with open(f"{run}/{FRAMES}/{frame:06d}/{RECORD}", "rb", buffering=0) as file:
            file.seek(max(0, file.seek(0, os.SEEK_END) - 2))
            return file.read().rstrip().endswith(b"}")
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        return False


@contextmanager
def new_frame(run: Path, frame: int) -> Iterator[Path]:
    """A folder to write the frame's files in; when the block ends well it becomes `frame_folder(run, frame)`.

    Nothing appears when the block raises. Where another process finished the same frame first, its frame stays.
    """
    place = frame_folder(run, frame)
    beside = run / FRAMES / f".partial-{frame}-{unfinished_by()}"
    shutil.rmtree(beside, ignore_errors=True)
    beside.mkdir(parents=True)
    try:
        yield beside
        for entry in beside.iterdir():
            _sync_file(entry)
        _sync_folder(beside)
        try:
            os.rename(beside, place)
        except OSError:
            if not (place / RECORD).is_file():
                raise
        _sync_folder(place.parent)
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def sweep_partial_frames(run: Path) -> int:
    """Remove what processes of this machine that are gone left unfinished, frames and plans; how many that were."""
    removed = 0
    for entry in [*(run / FRAMES).glob(".partial-*"), *run.glob(f".{PLAN}-*")]:
        match = _PARTIAL_NAME.fullmatch(entry.name)
        if match and match["host"] == this_machine() and not is_alive(int(match["pid"])):
            # Under another name first: who is still writing there cannot rename the half of it into place.
            aside = entry.with_name(f"{entry.name.removesuffix(_SWEPT)}{_SWEPT}")
            with suppress(OSError):
                entry.rename(aside)
                if aside.is_dir():
                    shutil.rmtree(aside)
                else:
                    aside.unlink()
                removed += 1
    return removed


def read_record(run: Path, frame: int) -> dict[str, Any]:
    """frame.json of a finished frame, as it stands. Raises RunError when it is missing, no JSON of this schema, or not
    what was written.

    Who trusts what it says reads it with `contract.records.read_frame`, which compares it with the plan.
    """
    return read_sealed(frame_folder(run, frame) / RECORD, f"frame {frame} of {run} has no {RECORD}")


def read_sealed(path: Path, missing: str) -> dict[str, Any]:
    """A mapping of this version's schema that says what was written. Raises RunError, with the text `missing` where
    there is none."""
    record = _read_schema(path, missing)
    if is_broken(record):
        raise RunError(f"{path} is damaged: it does not say what was written (wrong checksum)")
    return record


def _read_schema(path: Path, missing: str) -> dict[str, Any]:
    """A mapping of this version's schema. Raises RunError with the text `missing`, or saying where it is damaged."""
    try:
        data = parse_json(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        raise RunError(missing) from None
    except ValueError as error:
        raise RunError(f"{path} is damaged: {error}") from None
    except IsADirectoryError:
        raise RunError(f"{path} is damaged: it is a folder") from None
    except OSError as error:
        raise Unreadable(refusal(error, path)) from None
    if not isinstance(data, dict) or type(data.get("schema")) is not int:
        raise RunError(f"{path} is damaged: no mapping that names its schema")
    if data["schema"] != SCHEMA:
        raise RunError(f"{path}: schema {data['schema']}; this version reads schema {SCHEMA}")
    return data


def pixel_checksum(shape: tuple[int, ...], dtype: str, pixels: Any) -> str:
    """SHA-256 over decoded pixels: "HxWxC dtype" and then the C-contiguous buffer, little endian.

    Files of the same pixels may differ (encoders, times in headers); their checksums do not.
    `dtype` is NumPy's name without byte order, such as "uint8" or "uint16".
    """
    digest = hashlib.sha256(f"{'x'.join(map(str, shape))} {dtype}\n".encode())
    digest.update(pixels)
    return digest.hexdigest()


def to_json(data: Any) -> str:
    """JSON for people: one key per line, lists of nothing but numbers, true, false and null on one line."""
    text = json.dumps(data, ensure_ascii=False, indent=1)
    # A text never holds a line break (JSON escapes it), so what these patterns match lies outside of texts.
    return _FLAT_LIST.sub(lambda found: "[" + re.sub(r"\n\s*", " ", found[1]) + "]", text) + "\n"


def write_text(path: Path, text: str) -> None:
    """Write a file and see it on the disk before returning."""
    with open(path, "w", encoding="utf-8", newline="\n") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def _sync_file(path: Path) -> None:
    with open(path, "r+b") as file:  # Windows syncs only what could be written
        os.fsync(file.fileno())


def _sync_folder(path: Path) -> None:
    if os.name == "nt":  # Windows cannot open a folder to sync it
        return
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
