"""What may be said about balloons: how many, how they differ by class, what they are lit by and stand before.

The defaults are the figures of the study that this recipe is modelled on.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from blender_addon.contract.labels import Label, LabelSet

SUMMARY = "1 to 20 ellipsoids of three classes, which differ in hue, elongation and grain of noise, before noise"
FRAMES_A_SCENE = 100
"""What a process does once is a twentieth of the time then; more would leave fewer scenes to share among processes."""
INDEPENDENT = True
CLASSES = ("coarse balloon", "medium balloon", "fine balloon")
LABEL_SET = LabelSet(
    "balloons",
    (Label(1, CLASSES[0], (38, 180, 110)), Label(2, CLASSES[1], (70, 60, 220)), Label(3, CLASSES[2], (230, 40, 80))),
    title="Balloons of three classes",
)
NOISES = PERLIN, SPARSE = ("perlin", "sparse-convolution")

Count = Annotated[int, 1, 200]
Hue = Annotated[float, 0, 360]
Elongation = Annotated[float, 0, 0.9]
NoiseScale = Annotated[float, 0.1, 200]
Scale = Annotated[float, 0.01, 10]


@dataclass(frozen=True)
class Settings:
    """Lists of three are of the three classes, pairs a lowest and a highest value. Lengths are in Blender units; 4.4 of
    them fill the picture."""

    noise: Annotated[Literal[NOISES], "The noise on balloons and behind them."] = PERLIN
    count: Annotated[tuple[Count, Count], "Balloons in a frame; each is of any class, all as likely."] = (1, 20)
    hue: Annotated[tuple[Hue, Hue, Hue], "Mean hue, in degrees; what is drawn counts modulo 360."] = (150, 250, 350)
    hue_deviation: Annotated[float, 0, 360, "Standard deviation of the hue."] = 50
    elongation: Annotated[
        tuple[Elongation, Elongation, Elongation],
        "Mean elongation, 1 - width / height: 0 is a sphere; clamped to 0 and 0.9.",
    ] = (0.55, 0.45, 0.5)
    elongation_deviation: Annotated[float, 0, 1, "Standard deviation of the elongation."] = 0.05
    noise_scale: Annotated[
        tuple[NoiseScale, NoiseScale, NoiseScale], "Mean cells of noise in a unit, clamped to `noise_scale_limits`."
    ] = (5, 17.5, 30)
    noise_scale_deviation: Annotated[float, 0, 200, "Standard deviation of the noise scale."] = 5
    noise_scale_limits: Annotated[tuple[NoiseScale, NoiseScale], "Limits of the noise scale."] = (1, 50)
    scale: Annotated[tuple[Scale, Scale], "Half of the height of a balloon."] = (0.1, 0.7)
    reach: Annotated[float, 0, 100, "Middles are this far to each side, and up and down, at most."] = 1.5
    depth: Annotated[
        float, 0, 100, "And this far to the front and back; what finds no room there stands behind the others."
    ] = 2.0
    lean: Annotated[float, 0, 180, "Degrees by which a balloon leans to either side, at most."] = 25
    lights: Annotated[tuple[Annotated[int, 1, 8], Annotated[int, 1, 8]], "Lamps that throw shadows."] = (1, 3)
    background_scale: Annotated[tuple[NoiseScale, NoiseScale], "Cells of the background's noise in a unit."] = (0.7, 5)

    def __post_init__(self) -> None:
        for name in ("count", "noise_scale_limits", "scale", "lights", "background_scale"):
            low, high = getattr(self, name)
            if low > high:
                raise ValueError(f"{name} is from {low} to {high}: put the lower one first")
