"""What things are made of: one row per material, and the shader that makes it."""

from __future__ import annotations

import bpy
import numpy as np

from scenes import images
from scenes.shaders import (
    Color,
    bathe_in_daylight,
    fabric,
    glass,
    glow,
    leaf,
    metal,
    paint,
    planks,
    plaster,
    printed,
    screen,
    stone,
    striped,
    tiles,
    wicker,
    wood,
    woven,
)

OUTDOORS = ("lawn", "foliage", "brickwork", "render", "roof", "far window", "outdoor paint")
RECIPES: dict[str, tuple] = {
    "wall": (plaster, (0.74, 0.70, 0.62)),
    "accent wall": (plaster, (0.235, 0.33, 0.31)),
    "ceiling": (plaster, (0.84, 0.83, 0.80), 0.2),
    "floor": (planks, (0.20, 0.105, 0.05), (0.42, 0.245, 0.125)),
    "oak": (wood, (0.30, 0.165, 0.075), (0.53, 0.34, 0.18)),
    "walnut": (wood, (0.075, 0.034, 0.016), (0.21, 0.105, 0.05), 0.38),
    "pine": (wood, (0.50, 0.31, 0.14), (0.70, 0.49, 0.27), 0.5, 11.0),
    "teak": (wood, (0.20, 0.085, 0.032), (0.38, 0.19, 0.085), 0.4, 20.0),
    "white paint": (paint, (0.80, 0.785, 0.74), 0.42),
    "sage paint": (paint, (0.27, 0.345, 0.27), 0.45),
    "cream paint": (paint, (0.76, 0.69, 0.55), 0.3, 0.3),
    "black paint": (paint, (0.018, 0.018, 0.02), 0.35),
    "red paint": (paint, (0.48, 0.055, 0.03), 0.3, 0.4),
    "grey plastic": (paint, (0.16, 0.165, 0.17), 0.5),
    "black plastic": (paint, (0.022, 0.022, 0.025), 0.32),
    "white plastic": (paint, (0.8, 0.8, 0.79), 0.35),
    "white ceramic": (paint, (0.83, 0.81, 0.77), 0.12, 0.6),
    "blue ceramic": (paint, (0.055, 0.14, 0.27), 0.15, 0.6),
    "ochre ceramic": (paint, (0.55, 0.28, 0.045), 0.25, 0.4),
    "terracotta": (stone, (0.46, 0.19, 0.095), (0.34, 0.13, 0.07), 45.0, 0.85),
    "speckled ceramic": (stone, (0.66, 0.62, 0.54), (0.12, 0.1, 0.08), 140.0, 0.3),
    "terrazzo": (stone, (0.66, 0.645, 0.61), (0.28, 0.22, 0.19), 55.0, 0.22),
    "earth": (stone, (0.035, 0.022, 0.014), (0.09, 0.06, 0.04), 120.0, 1.0),
    "tiles": (tiles, (0.72, 0.73, 0.69), (0.42, 0.41, 0.38)),
    "wicker": (wicker, (0.22, 0.125, 0.055), (0.52, 0.35, 0.18)),
    "steel": (metal, (0.62, 0.62, 0.61), 0.28),
    "chrome": (metal, (0.75, 0.75, 0.75), 0.08),
    "brass": (metal, (0.72, 0.46, 0.16), 0.26),
    "dark metal": (metal, (0.07, 0.068, 0.066), 0.42),
    "mirror": (metal, (0.93, 0.94, 0.94), 0.01),
    "pane": (glass, (0.97, 0.985, 0.98)),
    "clear glass": (glass, (0.95, 0.975, 0.965)),
    "green glass": (glass, (0.32, 0.62, 0.45)),
    "amber glass": (glass, (0.75, 0.38, 0.10)),
    "sofa cloth": (fabric, (0.19, 0.225, 0.255)),
    "armchair cloth": (fabric, (0.50, 0.24, 0.075)),
    "linen": (fabric, (0.69, 0.64, 0.55), 240.0, 0.2, 0.07),
    "duvet cloth": (fabric, (0.60, 0.575, 0.53), 200.0, 0.2, 0.05),
    "mustard": (fabric, (0.58, 0.33, 0.05)),
    "rust": (fabric, (0.42, 0.115, 0.04)),
    "teal": (fabric, (0.05, 0.20, 0.205)),
    "rose": (fabric, (0.55, 0.30, 0.25)),
    "charcoal cloth": (fabric, (0.05, 0.052, 0.058)),
    "denim": (fabric, (0.065, 0.105, 0.19)),
    "curtain cloth": (fabric, (0.66, 0.575, 0.44), 220.0, 0.4, 0.05),
    "check towel": (striped, (0.68, 0.64, 0.56), (0.45, 0.08, 0.05), 30.0),
    "striped throw": (striped, (0.62, 0.55, 0.42), (0.30, 0.10, 0.055), 9.0),
    "striped pillow": (striped, (0.66, 0.62, 0.53), (0.10, 0.15, 0.20), 22.0),
    "leather": (fabric, (0.16, 0.07, 0.032), 90.0, 0.05, 0.2),
    "paper": (paint, (0.76, 0.74, 0.68), 0.8),
    "cardboard": (fabric, (0.43, 0.28, 0.155), 400.0, 0.0, 0.06),
    "crust": (fabric, (0.42, 0.215, 0.075), 30.0, 0.0, 0.35),
    "coir": (fabric, (0.24, 0.155, 0.075), 160.0, 0.2, 0.2),
    "branch": (wood, (0.10, 0.06, 0.03), (0.20, 0.13, 0.07), 0.8),
    "stem": (paint, (0.085, 0.19, 0.05), 0.5),
    "orange": (paint, (0.70, 0.22, 0.015), 0.5),
    "apple": (paint, (0.40, 0.05, 0.025), 0.3, 0.3),
    "pear": (paint, (0.42, 0.42, 0.07), 0.4),
    "bulb": (glow, (1.0, 0.72, 0.42), 14.0),
    "lit shade": (glow, (0.92, 0.66, 0.40), 1.1),
    "paper lantern": (glow, (0.82, 0.74, 0.61), 0.1),
    "ink": (paint, (0.75, 0.66, 0.45), 0.6),
    "lawn": (stone, (0.10, 0.17, 0.04), (0.16, 0.22, 0.06), 2.0, 1.0),
    "foliage": (stone, (0.075, 0.115, 0.04), (0.15, 0.19, 0.07), 9.0, 0.9),
    "brickwork": (tiles, (0.33, 0.155, 0.10), (0.45, 0.40, 0.35), 0.16),
    "render": (plaster, (0.62, 0.55, 0.44)),
    "roof": (tiles, (0.30, 0.13, 0.085), (0.16, 0.08, 0.055), 0.25),
    "outdoor paint": (paint, (0.72, 0.70, 0.66), 0.6),
    "far window": (paint, (0.05, 0.07, 0.09), 0.08),
}
COVERS: dict[str, Color] = {
    "cover red": (0.36, 0.05, 0.035),
    "cover navy": (0.035, 0.06, 0.14),
    "cover cream": (0.66, 0.58, 0.43),
    "cover green": (0.07, 0.15, 0.08),
    "cover ochre": (0.50, 0.27, 0.05),
    "cover white": (0.70, 0.68, 0.64),
    "cover black": (0.025, 0.025, 0.028),
    "cover sky": (0.17, 0.30, 0.38),
    "cover plum": (0.16, 0.04, 0.09),
    "cover rose": (0.52, 0.25, 0.21),
}
RECIPES |= {name: (fabric, color, 180.0, 0.0, 0.1) for name, color in COVERS.items()}


def make_materials(rng: np.random.Generator) -> dict[str, bpy.types.Material]:
    """Every material of the flat by name; the dice decide what is painted on the pictures."""
    made = {name: recipe(name, *values) for name, (recipe, *values) in RECIPES.items()}
    for name, painter in images.PICTURES.items():
        made[name] = printed(name, images.to_image(name, painter(rng)))
    made["leaf"] = leaf("leaf", images.to_image("monstera leaf", images.monstera_leaf(rng)))
    made["frond"] = leaf("frond", images.to_image("fern frond", images.fern_frond(rng)))
    made["screen"] = screen("screen", images.to_image("screen", images.editor_window(rng)))
    made["page"] = printed("page", images.to_image("page", images.text_page(rng)))
    made["rug"] = woven("rug", images.to_image("rug", images.rug(rng)))
    for name in OUTDOORS:
        bathe_in_daylight(made[name])
    return made
