"""Holds pixels of a frame against rays: labels, depth and normals, each with what rays cannot judge.

The label render takes its samples within a hundredth of a part of a pixel from the part's centre. Where a ray through
the very centre says something else than the file, rays a little beside it are asked, too: if one of them agrees, the
point lies on an edge, and neither is wrong. The same goes for surfaces that lie in one place.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field

import bpy
import numpy as np
from numpy.typing import NDArray

from blender_addon.compat import shader_tree
from blender_addon.contract.labels import CODE_NAMES, LabelSet
from blender_addon.label_render.label_maps import majority

from .answers import Answer, Answers
from .camera_rays import RaysThrough
from .caster import Caster, Hit
from .pixel_rays import Rays
from .tally import Difference, Score, Tally

EDGE, TOGETHER = "edge of a surface", "surfaces in one place"
BENT, THIN = "shading that bends normals", "pixels shared with thin labels"
FLATTENED = "smooth shading of what is flattened"

_BESIDE = 0.01  # of a sample's part of the pixel: twice the reach of the label render's filter
_RING = np.array([(np.cos(a), np.sin(a)) for a in np.arange(8) * np.pi / 4])
_TOGETHER = 2e-5  # of the distance: closer surfaces are in one place to a renderer that counts in float32
_DEPTH = 1e-4  # of the depth
_SLOPE = 0.02  # of the depth: what it changes by beside the centre is a slope, more is an edge
_TOLERANCE = float(np.radians(2.0))


@dataclass(frozen=True)
class Pixels:
    """What is on disk of a frame: `labels` (H, W) label codes; `purity` (H, W) and `k` samples a pixel side;
    `depth` {channel: (H, W) metres} and `normals` {channel: (H, W)}, empty where the frame has none. `thin`: ids of
    labels that may have a pixel without most of its samples."""

    labels: NDArray[np.uint16]
    purity: NDArray[np.float32] | None
    k: int
    depth: Mapping[str, NDArray[np.float32]] = field(default_factory=dict)
    normals: Mapping[str, NDArray[np.float32]] = field(default_factory=dict)
    thin: Collection[int] = ()


@dataclass(frozen=True)
class Witness:
    """Who answers for a frame: rays through its points, what they meet, what that says. `metres` a Blender unit."""

    rays: RaysThrough
    caster: Caster
    answers: Answers
    label_set: LabelSet
    metres: float
    camera_from_world: NDArray[np.float64]
    rounding: Callable[[NDArray[np.float64]], NDArray[np.float64]] = lambda points: np.zeros(len(points))
    """Pixels by which the render's own rays may lie beside these, at points (N, 2): (N,)."""

    def beside(self, at: tuple[int, int], k: int) -> NDArray[np.float64]:
        """Offsets (N, 2) to where the render's ray of a sample of this pixel may have gone instead."""
        apart = _BESIDE / k
        widest = apart + 2 * float(self.rounding(_samples(at, k)).max())
        radii = [apart] if widest == apart else [apart, (apart + widest) / 2, widest]
        return np.concatenate([_RING * radius for radius in radii])

    def at(self, points: NDArray[np.float64]) -> list[tuple[Rays, Answer]]:
        """(the ray, its answer) through each of (N, 2) points."""
        rays = self.rays(points)
        fogs = self.caster.fogs(rays)
        met = self.caster.met(rays)
        return [(rays[n : n + 1], self.answers.answer(hits, fogs[n])) for n, hits in enumerate(met)]

    def possible(self, point: NDArray[np.float64]) -> list[Answer]:
        """All answers that a renderer may give of a point: one, but where surfaces lie in one place.

        There it meets any of them first; and where light passes through that one, it may go past the others.
        """
        found: list[Answer] = []
        for hits in self.caster.in_one_place(self.rays(point[None]), _TOGETHER):
            answers = [self.answers.of(hit) for hit in hits]
            found += [answer for answer in answers if answer]
            if None not in answers:
                return found
        return [*found, Answer()]


def chosen_pixels(size: tuple[int, int], rays: int, seed: int, frame: int) -> NDArray[np.int64]:
    """(N, 2) x and y of pixels drawn for a frame, each at most once."""
    width, height = size
    drawn = np.random.default_rng([seed, frame & 0xFFFFFFFF, _STREAM]).permutation(width * height)[:rays]
    return np.column_stack([drawn % width, drawn // width])


_STREAM = 0x7A75


def score(pixels: Pixels, witness: Witness, chosen: NDArray[np.int64], seed: int) -> Score:
    """Hold the chosen pixels, (N, 2) x and y, against rays."""
    tallies = {"labels": Tally()}
    tallies |= {name: Tally() for name in ("depth", "normals") if getattr(pixels, name)}
    centres = chosen + 0.5
    for (x, y), centre, (ray, answer) in zip(chosen.tolist(), centres, witness.at(centres)):
        _judge_label(tallies["labels"], pixels, witness, (x, y), answer)
        if "depth" in tallies:
            _judge_depth(tallies["depth"], pixels, witness, (x, y), centre, ray, answer)
        if "normals" in tallies:
            _judge_normal(tallies["normals"], pixels, witness, (x, y), centre, ray, answer)
    return Score(len(chosen), seed, tallies)


def _judge_label(tally: Tally, pixels: Pixels, witness: Witness, at: tuple[int, int], centre: Answer) -> None:
    x, y = at
    code, k = int(pixels.labels[y, x]), pixels.k
    pure = pixels.purity is None or pixels.purity[y, x] == 1
    if pure and centre.why:
        tally.not_judged[centre.why] += 1
    elif pure and centre.code == code:
        tally.agreed += 1
    elif pure:
        found = witness.at(np.array(at) + 0.5 + witness.beside(at, k))
        if any(answer.code == code and not answer.why for _, answer in found):
            tally.not_judged[EDGE] += 1
        elif any(answer.code == code and not answer.why for answer in witness.possible(np.array(at) + 0.5)):
            tally.not_judged[TOGETHER] += 1
        else:
            tally.differing.append(_difference(at, code, centre, witness))
    else:
        _judge_mixed(tally, witness, at, code, k, code in pixels.thin)


def _judge_mixed(tally: Tally, witness: Witness, at: tuple[int, int], code: int, k: int, thin: bool) -> None:
    """A pixel whose samples do not agree: all of them are cast, and reduced as the label render reduces them.

    Which pixels a `thin` label takes, its neighbours decide, too: that is not judged.
    """
    said: Answer | None = None
    for beside in (np.zeros(2), *witness.beside(at, k)):
        answers = [answer for _, answer in witness.at(_samples(at, k) + beside)]
        unknown = next((answer.why for answer in answers if answer.why), "")
        if unknown:
            tally.not_judged[unknown] += 1
            return
        block = np.array([answer.code for answer in answers], np.uint16).reshape(k, k)
        reduced = int(majority(block, k)[0][0, 0])
        said = said or next(answer for answer in answers if answer.code == reduced)
        if reduced == code:
            if said.code == code:
                tally.agreed += 1
            else:
                tally.not_judged[EDGE] += 1
            return
    if thin:
        tally.not_judged[THIN] += 1
    elif _left_open(witness, _samples(at, k), code):
        tally.not_judged[TOGETHER] += 1
    else:
        tally.differing.append(_difference(at, code, said or Answer(), witness))


def _left_open(witness: Witness, points: NDArray[np.float64], code: int) -> bool:
    """Whether surfaces in one place leave open what some of the points show, and the code may be it."""
    possible = [{answer.code for answer in witness.possible(point) if not answer.why} for point in points]
    return any(code in codes and len(codes) > 1 for codes in possible)


def _samples(at: tuple[int, int], k: int) -> NDArray[np.float64]:
    """(K K, 2) centres of the parts of a pixel, row by row."""
    rows, columns = np.mgrid[:k, :k]
    return np.column_stack([at[0] + (columns.ravel() + 0.5) / k, at[1] + (rows.ravel() + 0.5) / k])


def _difference(at: tuple[int, int], code: int, answer: Answer, witness: Witness) -> Difference:
    return Difference(at, _named(code, witness.label_set), _named(answer.code, witness.label_set), _object(answer))


def _object(answer: Answer) -> str | None:
    return answer.hit.surface.obj.name if answer.hit else None


def _named(code: int, label_set: LabelSet) -> str:
    label = label_set.by_id.get(code)
    return f"{label.name} ({code})" if label else CODE_NAMES.get(code, f"{code}, which is no label")


def _judge_depth(
    tally: Tally, pixels: Pixels, witness: Witness, at: tuple[int, int], centre: NDArray[np.float64], ray: Rays,
    answer: Answer,
) -> None:  # fmt: skip
    if answer.why:
        tally.not_judged[answer.why] += 1
        return
    file = {name: float(pixels.depth[name][at[1], at[0]]) for name in ("Z", "Distance") if name in pixels.depth}
    here = _depths(ray, answer, witness.metres)
    if _are(file, here):
        tally.agreed += 1
        return
    around = [_depths(beside, found, witness.metres)
              for beside, found in witness.at(centre + witness.beside(at, pixels.k)) if not found.why]  # fmt: skip
    ends = {name: ([each[name] for each in (here, *around)]) for name in file}
    if all(_close(value, min(ends[name]), max(ends[name])) for name, value in file.items()):
        if all(max(ends[name]) <= min(ends[name]) * (1 + _SLOPE) for name in file):
            tally.agreed += 1
        else:
            tally.not_judged[EDGE] += 1
        return
    if witness.rounding(centre[None])[0] and all(_within(value, ends[name]) for name, value in file.items()):
        tally.not_judged[EDGE] += 1  # many small faces, about as small as what the render's ray may be beside
        return
    together = (found for found in witness.possible(centre) if not found.why)
    if any(_are(file, _depths(ray, found, witness.metres)) for found in together):
        tally.not_judged[TOGETHER] += 1
        return
    name = next(name for name, value in file.items() if not _close(value, min(ends[name]), max(ends[name])))
    tally.differing.append(Difference(at, f"{name} {file[name]:.6g} m", f"{here[name]:.6g} m", _object(answer)))


def _depths(ray: Rays, answer: Answer, metres: float) -> dict[str, float]:
    if not answer.hit:
        return {"Z": np.inf, "Distance": np.inf}
    along = answer.hit.distance
    planar = float(ray.depth[0, 0] + along * ray.depth[0, 1])
    return {"Z": planar * metres, "Distance": along * metres}


def _are(file: Mapping[str, float], depths: Mapping[str, float]) -> bool:
    return all(_close(value, depths[name], depths[name]) for name, value in file.items())


def _close(value: float, low: float, high: float) -> bool:
    if not np.isfinite(value):
        return value == high
    return low * (1 - _DEPTH) - 1e-6 <= value <= high * (1 + _DEPTH) + 1e-6


def _within(value: float, around: list[float]) -> bool:
    """Whether a depth is no further off than those around it are from each other."""
    low, high = min(around), max(around)
    return np.isfinite(high) and _close(value, 2 * low - high, 2 * high - low)


def _judge_normal(
    tally: Tally, pixels: Pixels, witness: Witness, at: tuple[int, int], centre: NDArray[np.float64], ray: Rays,
    answer: Answer,
) -> None:  # fmt: skip
    world, camera = (np.array([pixels.normals[f"{space}.{axis}"][at[1], at[0]] for axis in "XYZ"], np.float64)
                     for space in ("World", "Camera"))  # fmt: skip
    why = answer.why or (_why_bent(answer.hit) if answer.hit else "")
    if why:
        tally.not_judged[why] += 1
        return
    ways = _ways(ray, answer)
    turned = witness.camera_from_world[:3, :3] @ world
    if np.abs(turned - camera).max() > 1e-3:
        tally.differing.append(Difference(at, f"camera {_told(camera)}", f"{_told(turned)} turned", _object(answer)))
    elif _agrees(world, ways):
        tally.agreed += 1
    elif any(
        not found.why and _agrees(world, _ways(beside, found))
        for beside, found in witness.at(centre + witness.beside(at, pixels.k))
    ):
        tally.not_judged[EDGE] += 1
    elif any(not found.why and _agrees(world, _ways(ray, found)) for found in witness.possible(centre)):
        tally.not_judged[TOGETHER] += 1
    else:
        tally.differing.append(Difference(at, f"world {_told(world)}", _told(ways[-1]), _object(answer)))


def _ways(ray: Rays, answer: Answer) -> NDArray[np.float64]:
    """The normals that would be right, towards the camera: flat, and shaded where that differs."""
    if not answer.hit:
        return np.zeros((1, 3))
    hit, direction = answer.hit, ray.directions[0]
    ways = hit.surface.normals(hit.triangle, hit.point)
    return -ways if ways[0] @ direction > 0 else ways


def _agrees(normal: NDArray[np.float64], ways: NDArray[np.float64]) -> bool:
    flat, *shaded = ways
    if not flat.any():
        return not normal.any()
    length = float(np.linalg.norm(normal))
    if abs(length - 1) > 0.01:
        return False
    normal = normal / length
    # Cycles bends the normals of smooth surfaces towards the flat ones where they would mirror what lies behind.
    between = (_angle(normal, flat) + _angle(normal, way) - _angle(flat, way) for way in shaded or [flat])
    return min(between) <= 2 * _TOLERANCE


def _angle(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    return float(np.arctan2(np.linalg.norm(np.cross(one, other)), one @ other))


def _why_bent(hit: Hit) -> str:
    """Why a surface may be shaded with other normals than those of the mesh; "" where it is not."""
    if hit.surface.shape.placed is not None and hit.surface.is_smooth(hit.triangle):
        return FLATTENED
    material = hit.surface.material(hit.triangle)
    tree = shader_tree(material) if material else None
    output = tree and tree.get_output_node("CYCLES")
    bent = output and (output.inputs["Displacement"].is_linked or _turns(tree, frozenset()))
    return BENT if bent else ""  # bump, normal maps, bevels


def _turns(tree: bpy.types.NodeTree, known: frozenset[bpy.types.NodeTree]) -> bool:
    if any(socket.name.endswith("Normal") and socket.is_linked for node in tree.nodes for socket in node.inputs):
        return True
    groups = {node.node_tree for node in tree.nodes if getattr(node, "node_tree", None)} - known
    return any(_turns(group, known | groups) for group in groups)


def _told(way: NDArray[np.float64]) -> str:
    return "(" + ", ".join(f"{value:.3f}" for value in way) + ")"
