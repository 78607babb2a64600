"""What sampled views are asked for: a mapping of a job file, or words of a command line, held to limits."""

from __future__ import annotations

import difflib
import re
import shlex
from collections.abc import Mapping
from dataclasses import MISSING, asdict, dataclass, field, fields
from typing import Annotated, Any, Literal, get_args, get_origin, get_type_hints

from blender_addon.contract.strict import build, shown_key

KINDS = ("room", "orbit", "around", "trajectory")
CURSOR = "cursor"
MOST_VIEWS = 100_000
NUMBER = r"-?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]+)?"
"""How a number is written in words."""
_MOST_DIGITS = 30

Metres = Annotated[float, 0, 100_000]
Degrees = Annotated[float, -360, 360]
Share = Annotated[float, 0, 1]


@dataclass(frozen=True)
class ViewRequest:
    """What is asked for. Ranges are (lowest, highest); lengths are metres, angles degrees, shares 0 to 1.

    `heights` are above the floor that the camera stands on, `pitch` is above the horizon, `yaw` counts from +X to +Y,
    `roll` tilts the camera clockwise. `fov` is horizontal; None takes the lens of the scene's camera. `clearance` is
    kept from every surface. `distances`: of what is seen at most a tenth is nearer, and at least half is no farther;
    labels count between them. `labels` are so many in a view (or all, where the scene has fewer), none of which fills
    more than `one_label`, and all but the two largest fill at least `variety`. `enclosed`: there are walls around.
    `like`: of two views at most so much of what both see is the same.

    `balance` and `targets` (label: share of the labelled pixels) choose among views that are good. `target` names an
    object or a label; `spot` is a point in the scene, which else is `target` or the 3D cursor. `radius` is the distance
    to it, None: so that it fits the picture. `visible`: so much of it is in the picture and not covered. `speed` is
    metres a second, `rate` frames a second, `turn` the most degrees from one frame to the next. `tries`: candidates
    looked at for each view. `fewer`: what is found is taken, though it be less than was asked for.
    """

    kind: str = "room"
    count: Annotated[int, 1, MOST_VIEWS] = 12
    heights: tuple[Metres, Metres] = (1.1, 1.8)
    yaw: tuple[Degrees, Degrees] = (0.0, 360.0)
    pitch: tuple[Degrees, Degrees] = (-30.0, 5.0)
    roll: tuple[Degrees, Degrees] = (0.0, 0.0)
    fov: tuple[Annotated[float, 5, 150], Annotated[float, 5, 150]] | None = None
    clearance: Annotated[float, 0.001, 1000] = 0.25
    distances: tuple[Metres, Metres] = (0.6, 10.0)
    labels: Annotated[int, 0, 1000] = 4
    one_label: Share = 0.5
    variety: Share = 0.2
    enclosed: bool = True
    like: Share = 0.4
    balance: Literal["none", "uniform", "rare"] = "none"
    targets: Mapping[str, Share] = field(default_factory=dict)
    target: str = ""
    spot: tuple[float, float, float] | None = None
    radius: tuple[Metres, Metres] | None = None
    elevation: tuple[Annotated[float, -89, 89], Annotated[float, -89, 89]] = (10.0, 40.0)
    visible: Share = 0.6
    speed: Annotated[float, 0.001, 1000] = 0.8
    rate: Annotated[float, 0.1, 1000] = 24.0
    turn: Annotated[float, 0.01, 180] = 2.5
    tries: Annotated[int, 1, 10_000] = 100
    fewer: bool = False


_ALL = {"kind", "count", "fov", "clearance", "tries", "roll"}
_SEEING = {"distances", "labels", "one_label", "variety", "like", "balance", "targets"}
OF_KIND = {
    "room": _ALL | _SEEING | {"fewer"} | {"heights", "yaw", "pitch", "enclosed"},
    "orbit": _ALL | {"fewer", "target", "radius", "elevation", "visible"},
    "around": _ALL | _SEEING | {"fewer", "heights", "target", "spot", "radius", "visible"},
    "trajectory": _ALL | {"labels", "distances", "heights", "pitch", "enclosed", "speed", "rate", "turn"},
}
_DEFAULTS_OF_KIND: dict[str, dict[str, Any]] = {
    "around": {"radius": (1.0, 3.0), "labels": 2, "one_label": 0.8, "variety": 0.0, "like": 0.8, "visible": 0.4},
    "trajectory": {"pitch": (-15.0, -5.0), "labels": 3, "tries": 30},
}
"""What a kind leaves open otherwise than the fields say."""


def from_mapping(data: Any, what: str = "views") -> ViewRequest:
    """The request of a job file's section; of a range, a number alone is both ends. Raises ValueError that names the
    key, and the known name next to it.
    """
    if not isinstance(data, Mapping):
        raise ValueError(f"{what} must be a mapping, not {data!r}")
    kind = data.get("kind", "room")
    if kind not in KINDS:
        raise ValueError(f"{what}.kind must be one of {', '.join(KINDS)}, not {kind!r}")
    names = {each.name: each.default for each in fields(ViewRequest)}
    for key in data:
        if key not in names:
            near = difflib.get_close_matches(str(key), names, 1)
            raise ValueError(f"{what}.{shown_key(key)} is unknown" + (f"; did you mean {near[0]}?" if near else ""))
        if key not in OF_KIND[kind]:
            of = [each for each in KINDS if key in OF_KIND[each]]
            raise ValueError(f"{what}.{key} means nothing to {kind} views; it is for {', '.join(of)}")
    # Where a kind has no say in it, the field's own default stands.
    said = {key: _range(key, value) for key, value in data.items() if value is not None or names[key] is not None}
    request = build(ViewRequest, _as_json(_DEFAULTS_OF_KIND.get(kind, {}) | said), what, alone=True)
    for name, value in asdict(request).items():
        if is_range(name) and value and value[0] > value[1]:
            raise ValueError(f"{what}.{name} must be from low to high, not {value[0]:g} to {value[1]:g}")
    if request.targets and request.balance != "none":
        raise ValueError(f"{what} has targets and balance {request.balance}: one of them says which labels are wanted")
    if sum(request.targets.values()) > 1 + 1e-9:
        raise ValueError(f"{what}.targets are shares of one picture, and sum up to {sum(request.targets.values()):g}")
    if kind == "orbit" and not request.target:
        raise ValueError(f"{what}: orbit views need target, the name of an object or a label")
    if request.spot and request.target:
        raise ValueError(f"{what} has a spot and a target: name one")
    return request


def parse_words(text: str) -> ViewRequest:
    """'40', 'room 40 heights=0.3..0.6' or 'orbit 24 target="Sofa 2"' as a request.

    Words are NAME=VALUE; ranges are written 0.3..0.6, points 1,2,0.5, targets chair:0.2,table:0.1 (where a name has a
    comma, a backslash before it). A word alone is the kind or the count. Raises ValueError, which says what is wrong
    with which word.
    """
    try:
        words = shlex.split(text)
    except ValueError as error:
        raise ValueError(f"views {text!r}: {error}") from None
    data: dict[str, Any] = {}
    for word in words:
        name, equals, value = word.partition("=")
        if not equals:
            name, value = ("count", word) if word.isdecimal() else ("kind", word)
        if name in data:
            raise ValueError(f"views {text!r}: {name} is there twice")
        data[name] = _from_word(name, value)
    if not words:
        raise ValueError("views: say how many, such as 40, or what, such as 'orbit 24 target=Sofa'")
    return from_mapping(data)


def to_words(request: ViewRequest) -> str:
    """The words that parse into this request again, without what its kind takes anyway: one text for one request."""
    defaults = _DEFAULTS_OF_KIND.get(request.kind, {})
    words = [request.kind, str(request.count)]
    for each in fields(ViewRequest):
        default = each.default if each.default is not MISSING else {}
        value = getattr(request, each.name)
        if each.name not in {"kind", "count"} and value != defaults.get(each.name, default):
            words.append(shlex.quote(f"{each.name}={_to_word(each.name, value)}"))
    return " ".join(words)


_HINTS = get_type_hints(ViewRequest)


def _kind_of(name: str) -> Any:
    """The type of a field, without its `| None`."""
    hint = _HINTS.get(name, str)
    inside = [part for part in get_args(hint) if part is not type(None)]
    return inside[0] if type(None) in get_args(hint) else hint


def is_range(name: str) -> bool:
    """Whether a field has a lowest and a highest value."""
    kind = _kind_of(name)
    return get_origin(kind) is tuple and len(get_args(kind)) == 2


def _from_word(name: str, value: str) -> Any:
    kind = _kind_of(name)
    if get_origin(kind) is tuple:
        parts = value.split(".." if is_range(name) else ",")
        return [_number(name, part) for part in (parts * 2 if is_range(name) and len(parts) == 1 else parts)]
    if get_origin(kind) is Mapping:
        pairs = [part.rpartition(":") for part in re.findall(r"(?:[^,\\]|\\.)+", value, re.DOTALL)]
        return {
            re.sub(r"\\(.)", r"\1", label, flags=re.DOTALL): _number(f"{name}.{label}", share)
            for label, _, share in pairs
        }
    if kind is bool:
        if value not in {"yes", "no"}:
            raise ValueError(f"views.{name} must be yes or no, not {value!r}")
        return value == "yes"
    return _number(name, value) if kind in (int, float) else value


def _range(name: str, value: Any) -> Any:
    """A range of a mapping that is written as in words, such as 0.3..0.6, as [0.3, 0.6]; anything else as it is."""
    return _from_word(name, value) if isinstance(value, str) and is_range(name) else value


def _number(name: str, text: str) -> int | float:
    if not re.fullmatch(NUMBER, text, re.ASCII):
        raise ValueError(f"views.{name} must be a number, not {text!r}")
    return int(text) if text.removeprefix("-").isdecimal() and len(text) < _MOST_DIGITS else float(text)


def _to_word(name: str, value: Any) -> str:
    if isinstance(value, tuple):
        return (".." if is_range(name) else ",").join(map(_short, value))
    if isinstance(value, Mapping):
        escaped = {re.sub(r"([,\\])", r"\\\1", label): share for label, share in value.items()}
        return ",".join(f"{label}:{_short(share)}" for label, share in escaped.items())
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value if isinstance(value, str) else _short(value)


def _short(number: float) -> str:
    return repr(number + 0).removesuffix(".0").removeprefix("-" if not number else "")


def _as_json(data: Mapping[str, Any]) -> dict[str, Any]:
    return {key: list(value) if isinstance(value, tuple) else value for key, value in data.items()}
