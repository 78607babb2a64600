"""Noise as groups of shader nodes: Perlin's, and sparse convolution noise, which has no grid to be seen.

Each takes a Vector, in cells, and gives a Value around 0.5 with the same standard deviation; most of it is in 0..1.

Sparse convolution noise (Lewis, Algorithms for Solid Noise Synthesis, 1989; as computed while rendering, without
tables, by Frisvad and Wyvill, Fast High-Quality Noise, 2007) is a sum of impulses at random places, each of a random
weight, seen through a small round kernel. Here every cell has one impulse, anywhere in it, weighing from -1 to 1, and
the kernel is Wyvill's (1 - r^2)^3, which ends at r = 1: so the 27 cells around a point are all that it can see.
"""

from __future__ import annotations

from itertools import product

import bpy

from scenes.shader_nodes import Socket, add, combine, group, math, use, vector

DEVIATION = 0.132
"""Standard deviation of the Value of either noise."""
SPARSE_DEVIATION = 0.3086
"""Of the sum of impulses: the root of a third of the integral of the squared kernel, 4 pi 1024 / 45045 / 3."""
WEIGHT = 3.0
"""The fourth coordinate by which a cell's weight is hashed; Blender takes 1 and 2 for the impulse's place."""
ONE, TWO, MINUS = (1.0,) * 3, (2.0,) * 3, (-1.0,) * 3


def perlin() -> bpy.types.NodeTree:
    """One octave of Perlin's gradient noise, as Blender has it."""
    tree, (where,), result = group("Perlin noise", {"Vector": "Vector"}, "Float")
    noise = add(tree, "TexNoise", {"Vector": where, "Scale": 1.0, "Detail": 0.0})
    tree.links.new(noise.outputs[0], result)
    return tree


def sparse_convolution() -> bpy.types.NodeTree:
    """A sum over nine rows of three cells each."""
    tree, (where,), result = group("Sparse convolution noise", {"Vector": "Vector"}, "Float")
    row = _row()
    cell = vector(tree, "FLOOR", where)
    within = vector(tree, "SUBTRACT", where, cell)
    total: Socket | float = 0.0
    for z, y in product((-1.0, 0.0, 1.0), repeat=2):
        total = use(tree, row, Cell=cell, Within=within, Row=(0.0, y, z), Sum=total)
    tree.links.new(math(tree, "MULTIPLY_ADD", total, DEVIATION / SPARSE_DEVIATION, 0.5), result)
    return tree


def baked(image: bpy.types.Image, cells: int) -> bpy.types.NodeTree:
    """Noise that an image holds, which repeats after so many cells; it hangs on the vector's X and Y alone."""
    tree, (where,), result = group("Baked noise", {"Vector": "Vector"}, "Float")
    where = vector(tree, "SCALE", where)
    where.node.inputs["Scale"].default_value = 1 / cells
    picture = add(tree, "TexImage", {"Vector": where}, image=image, interpolation="Cubic", extension="REPEAT")
    tree.links.new(picture.outputs["Color"], result)
    return tree


def _row() -> bpy.types.NodeTree:
    """A sum, and what three neighbouring cells add; they go side by side, as the three numbers of a vector.

    Cycles has room for 255 numbers at a time and computes what it can as soon as it can: so a row waits for the sum of
    the one before, through a factor that is always 1.
    """
    inputs = {"Cell": "Vector", "Within": "Vector", "Row": "Vector", "Sum": "Float"}
    tree, (cell, within, row, before), result = group("Row of impulses", inputs, "Float")
    one = math(tree, "GREATER_THAN", before, -1e6)
    middle, seen = vector(tree, "MULTIPLY_ADD", row, one, cell), vector(tree, "SUBTRACT", within, row)
    distances, hashes = [], []
    for x in (-1.0, 0.0, 1.0):
        here = vector(tree, "ADD", middle, (x, 0.0, 0.0)) if x else middle
        from_here = vector(tree, "SUBTRACT", seen, (x, 0.0, 0.0)) if x else seen
        place = add(tree, "TexWhiteNoise", {"Vector": here}).outputs["Color"]
        distances.append(vector(tree, "DISTANCE", from_here, place))
        hashes.append(add(tree, "TexWhiteNoise", {"Vector": here, "W": WEIGHT}, noise_dimensions="4D").outputs["Value"])
    r = combine(tree, *distances)
    inside = vector(tree, "MULTIPLY_ADD", vector(tree, "MULTIPLY", r, r), MINUS, ONE)
    inside = vector(tree, "MAXIMUM", inside, (0.0,) * 3)
    kernel = vector(tree, "MULTIPLY", vector(tree, "MULTIPLY", inside, inside), inside)
    weights = vector(tree, "MULTIPLY_ADD", combine(tree, *hashes), TWO, MINUS)
    tree.links.new(math(tree, "ADD", before, vector(tree, "DOT_PRODUCT", kernel, weights)), result)
    return tree
