"""What decides what a network learns, beside the dataset: the same settings and seed give the same network.

Neither the machine nor the number of threads is one of them: what they change is the last digits.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields, replace
from typing import Annotated, Any, Literal

from blender_addon.contract.strict import Misfits, build

from .errors import TrainingError

PICTURES_SEEN, MOST_EPOCHS = 3000, 60
"""Where nobody says how many epochs: as many as show so many pictures, so that a processor is done in minutes."""
LEARNING_RATES = {"adam": 3e-3, "sgd": 0.1}
"""Where nobody says it; that of sgd is the SegNet paper's."""
POWER = 0.9  # of the schedule poly (Chen et al., "DeepLab", 2018)


@dataclass(frozen=True)
class Settings:
    """None: as `settled` says."""

    net: Annotated[Literal["segnet", "unet"], "the network"] = "segnet"
    width: Annotated[float, 0.01, 8, "channels of each layer, as a share of the published ones"] = 0.25
    epochs: Annotated[int | None, 1, 1_000_000, "how often each picture is seen"] = None
    batch: Annotated[int, 1, 4096, "pictures between two steps"] = 4
    optimizer: Annotated[Literal["adam", "sgd"], "sgd: momentum 0.9, weight decay 0.0005"] = "adam"
    learning_rate: Annotated[float | None, 1e-12, 1e3, "of the first step"] = None
    schedule: Annotated[Literal["poly", "constant"], "poly: the rate falls to 0 at the end"] = "poly"
    weights: Annotated[Literal["median", "inverse", "log", "none"], "of the classes in the loss"] = "median"
    crop: Annotated[tuple[int, int] | None, "the window of each picture that is seen, width and height"] = None
    flip: Annotated[bool, "half of the pictures are seen as in a mirror"] = True
    scale: Annotated[tuple[float, float], "pictures are seen by so much smaller or larger"] = (1.0, 1.0)
    validate: Annotated[bool, "the split val says which epoch is the best"] = True
    seed: Annotated[int, 0, 2**53, "of all that is drawn"] = 0

    def __post_init__(self) -> None:
        low, high = self.scale
        if not 0.05 <= low <= high <= 20:
            raise TrainingError(f"scale {low:g} to {high:g}: from the smaller to the larger, within 0.05 and 20")
        if self.crop is not None and not all(1 <= side <= 65536 for side in self.crop):
            raise TrainingError(f"crop {self.crop[0]}x{self.crop[1]}: sides are from 1 to 65536 pixels")


def settings_from(data: Any) -> Settings:
    """From parsed JSON. Raises TrainingError."""
    try:
        return build(Settings, data)
    except Misfits as error:
        raise TrainingError(str(error)) from None


def as_plain(settings: Settings) -> dict[str, Any]:
    """Of `settings_from`; whole, so that another version's defaults do not change what it means."""
    return {key: list(value) if isinstance(value, tuple) else value for key, value in asdict(settings).items()}


def settled(settings: Settings, pictures: int) -> Settings:
    """With what follows from the number of pictures to train on."""
    epochs = settings.epochs or max(1, min(MOST_EPOCHS, round(PICTURES_SEEN / pictures)))
    return replace(settings, epochs=epochs, learning_rate=settings.learning_rate or LEARNING_RATES[settings.optimizer])


def differing(one: Settings, other: Settings) -> list[str]:
    """In words, what is not the same: "width 0.25, not 1"."""
    mine, others = facts(one), facts(other)
    return [f"{name} {value}, not {others[name]}" for name, value in mine.items() if value != others[name]]


def learning_rate_at(settings: Settings, step: int, steps: int) -> float:
    """Of the step, from 0, of so many in all; `settings` are settled."""
    first = settings.learning_rate or 0.0
    return first if settings.schedule == "constant" else float(first * (1 - step / steps) ** POWER)


def facts(settings: Settings) -> dict[str, str]:
    """Each setting and its value, in words."""
    return {field.name.replace("_", " "): _said(getattr(settings, field.name)) for field in fields(Settings)}


def _said(value: Any) -> str:
    if isinstance(value, tuple):
        return " to ".join(dict.fromkeys(map(_said, value)))
    if isinstance(value, bool) or value is None:
        return {None: "none", True: "yes", False: "no"}[value]
    return f"{value:g}" if isinstance(value, float) else str(value)
