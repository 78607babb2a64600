"""What a run may randomise, as a whole: read from JSON, written into the plan, drawn per frame."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from blender_addon.contract.run import Plan
from blender_addon.contract.strict import build, parse_json

from .backgrounds import Backgrounds, BackgroundsDraw, draw_backgrounds
from .camera import Camera, CameraDraw, draw_camera
from .distractors import Distractors, DistractorsDraw
from .exposure import Exposure, ExposureDraw, draw_exposure
from .lights import Lights, LightsDraw, draw_lights
from .materials import Materials, MaterialsDraw, Surface, draw_materials
from .poses import Poses, PosesDraw
from .resolution import Resolution, ResolutionDraw, Size, draw_resolution, extremes
from .sensor import Sensor, SensorDraw, draw_sensor
from .world import World, WorldDraw, draw_world


@dataclass(frozen=True)
class Randomization:
    """A field per family; None leaves all of it as the scene has it.

    Labels in `keep` ("*": all, and what has none), and objects and labels that are locked in the add-on, keep their
    materials and places. `without` names the families that were switched off for a comparison.
    """

    lights: Lights | None = None
    world: World | None = None
    exposure: Exposure | None = None
    materials: Materials | None = None
    camera: Camera | None = None
    sensor: Sensor | None = None
    poses: Poses | None = None
    distractors: Distractors | None = None
    resolution: Resolution | None = None
    backgrounds: Backgrounds | None = None
    keep: tuple[str, ...] = ()
    without: tuple[str, ...] = ()

    @property
    def on(self) -> bool:
        return any(getattr(self, name) is not None for name in FAMILIES)


DRAWS_NOTHING = 'randomize names no family, so nothing would be drawn: name some, such as "lights": {}'
PICTURES = "pictures"
FAMILIES = tuple(each.name for each in fields(Randomization) if each.name not in ("keep", "without"))


@dataclass(frozen=True)
class Things:
    """What there is to draw for, by name: `lights` (data), `lamps` (objects), `emitters` and `materials`, `surfaces`,
    `swaps` and `pictures` as `draw_materials` takes them, `hdris`, `models` for distractors, `backgrounds`; and the
    `size` of the run."""

    lights: tuple[str, ...] = ()
    lamps: tuple[str, ...] = ()
    emitters: tuple[str, ...] = ()
    materials: tuple[str, ...] = ()
    surfaces: tuple[Surface, ...] = ()
    swaps: Mapping[str, Sequence[str]] = field(default_factory=dict)
    pictures: tuple[tuple[str, ...], ...] = ()
    hdris: tuple[str, ...] = ()
    models: tuple[str, ...] = ()
    backgrounds: tuple[str, ...] = ()
    size: tuple[int, int] = (0, 0)


@dataclass(frozen=True)
class Drawn:
    """What was drawn for a frame, family by family; None for those that are off, and for `poses` and `distractors`
    until places are found."""

    lights: LightsDraw | None = None
    world: WorldDraw | None = None
    exposure: ExposureDraw | None = None
    materials: MaterialsDraw | None = None
    camera: CameraDraw | None = None
    sensor: SensorDraw | None = None
    poses: PosesDraw | None = None
    distractors: DistractorsDraw | None = None
    resolution: ResolutionDraw | None = None
    backgrounds: BackgroundsDraw | None = None

    def to_dict(self) -> dict[str, Any]:
        """JSON of the families that are on."""
        return {name: value for name, value in asdict(self).items() if value is not None}


def draw_families(spec: Randomization, things: Things, seed: int, frame: int) -> Drawn:
    """The draw of a frame: of each family from its own stream, of each thing by its name."""
    materials = spec.materials and draw_materials(
        spec.materials, things.materials, things.surfaces, things.swaps, things.pictures, seed, frame
    )
    return Drawn(
        lights=spec.lights and draw_lights(spec.lights, things.lights, things.lamps, seed, frame, things.emitters),
        world=spec.world and draw_world(spec.world, things.hdris, seed, frame),
        exposure=spec.exposure and draw_exposure(spec.exposure, seed, frame),
        materials=materials,
        camera=spec.camera and draw_camera(spec.camera, seed, frame),
        sensor=spec.sensor and draw_sensor(spec.sensor, seed, frame),
        resolution=spec.resolution and draw_resolution(spec.resolution, things.size, seed, frame),
        backgrounds=spec.backgrounds and draw_backgrounds(spec.backgrounds, things.backgrounds, seed, frame),
    )


def drawn_sizes(spec: Randomization, own: Size) -> list[Size]:
    """The smallest and the largest size of a frame, and some between; `own` alone where none is drawn."""
    return extremes(spec.resolution, own) if spec.resolution else [own]


def sizes_of_frames(plan: Plan, frames: Iterable[int]) -> list[Size]:
    """(width, height) of each of these frames of the plan."""
    spec, own, seed = from_plan(plan.settings.randomization).resolution, plan.settings.size, plan.settings.seed
    return [draw_resolution(spec, own, seed, frame).size if spec else own for frame in frames]


def of_drawn_size(plan: Plan, drawn: Drawn) -> Plan:
    """The plan as it is for a frame: with the size that was drawn for it."""
    if not drawn.resolution:
        return plan
    return replace(plan, settings=replace(plan.settings, size=drawn.resolution.size))


def read_randomization(text: str) -> Randomization:
    """A spec from JSON, or from a file of it, whose folders are relative to the file's own.

    A family is a mapping of its fields; `true` or `{}` takes all its defaults, `false` or `null` is off. Raises
    ValueError with words for who wrote it.
    """
    if text.lstrip().startswith("{"):
        return _something(from_dict(parse_json(text)))
    try:
        data = parse_json(Path(text).read_text(encoding="utf-8"))
    except OSError as error:
        raise ValueError(f"{text} cannot be read: {error.strerror}") from None
    except ValueError as error:
        raise ValueError(f"{text}: {error}") from None
    try:
        return _something(from_dict(data, Path(text).resolve().parent))
    except ValueError as error:
        raise ValueError(f"{text}: {error}") from None


def _something(spec: Randomization) -> Randomization:
    if not spec.on and not spec.without:
        raise ValueError(DRAWS_NOTHING)
    return spec


def from_dict(data: Any, folder: Path | None = None) -> Randomization:
    """A spec from parsed JSON; see `read_randomization`. Folders in it are relative to `folder`."""
    if not isinstance(data, Mapping):
        raise ValueError('a randomisation is a mapping of families, such as {"lights": {}}')
    spec = build(Randomization, data, alone=True, folder=folder)
    return without(replace(spec, without=()), spec.without) if spec.without else spec


def to_dict(spec: Randomization) -> dict[str, Any]:
    """A spec as JSON has it (lists, no families that are off), which `from_dict` reads; {} where nothing is on."""
    if not spec.on and not spec.without:
        return {}
    return {name: _plain(value) for name, value in asdict(spec).items() if value not in (None, ())}


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(part) for key, part in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(part) for part in value]
    return str(value) if isinstance(value, Path) else value


def without(spec: Randomization, names: Iterable[str]) -> Randomization:
    """The spec with these families off, and said to be so. Raises ValueError for names that are no family."""
    names = tuple(dict.fromkeys(names))
    strange = [name for name in names if name not in FAMILIES]
    if strange:
        raise ValueError(f"{strange[0]!r} is no family of randomisation; there are {', '.join(FAMILIES)}")
    off: dict[str, Any] = dict.fromkeys(names)
    return replace(spec, **off, without=tuple(sorted({*spec.without, *names})))


def parse_families(text: str) -> tuple[str, ...]:
    """'lights,materials' as names of families. Raises ValueError for others."""
    return without(Randomization(), (name.strip() for name in text.split(","))).without


def to_plan(spec: Randomization, pictures: Mapping[str, Mapping[str, str]]) -> dict[str, Any]:
    """What a plan stores: the spec, and {folder: {name: fingerprint}} of the pictures that it draws from, since other
    pictures give other draws. {} where nothing is on."""
    stored = to_dict(spec)
    return {**stored, PICTURES: {folder: dict(names) for folder, names in pictures.items()}} if stored else {}


def from_plan(stored: Mapping[str, Any]) -> Randomization:
    """The spec that a plan stores."""
    return from_dict({name: value for name, value in stored.items() if name != PICTURES})
