"""What a scene lacks around its labels: a label set, a camera, libraries and textures; and settings that surprise."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import bpy

from ..compat import writes_passes
from ..contract.labels import LabelSet, LabelSetError
from ..contract.run import View
from ..contract.words import quoted
from ..label_render.line_styles import style_modules
from ..label_render.viewpoints import NoCamera, find_views
from ..occurrences import Occurrence
from ..scene_labels import read_label_set
from .findings import ERROR, NOTE, WARNING, Finding
from .label_faults import culprit, showing

NO_LABEL_SET = (
    "this scene carries no label set: label it with the add-on, or say what its pass indices mean with "
    "--label-set nyu40 (or a JSON/YAML/CSV file)"
)


def label_set_of(scene: bpy.types.Scene) -> tuple[LabelSet | None, list[Finding]]:
    """The label set, or None and what is wrong with it."""
    try:
        found = read_label_set(scene)
    except LabelSetError as error:
        said = f"the label set of scene {scene.name!r} is damaged: {error}; choose it again in the Labels tab"
        return None, [Finding("label_set", ERROR, detail=(said,))]
    return found, [] if found else [Finding("label_set", ERROR, detail=(NO_LABEL_SET,))]


def views_of(scene: bpy.types.Scene) -> tuple[list[View], list[Finding]]:
    """What is rendered, or nothing and why."""
    try:
        return find_views(scene), []
    except NoCamera as error:
        return [], [Finding("camera", ERROR, detail=(str(error),))]


def missing_files(things: Iterable[Occurrence]) -> Iterator[Finding]:
    """Libraries, what they no longer hold, textures of what is shown, volumes."""
    outside = (library.filepath for library in bpy.data.libraries if not library.packed_file)
    lost = [path for path in outside if not Path(bpy.path.abspath(path)).exists()]
    if lost:
        yield _file(ERROR, lost, f"missing library {quoted(lost)}: what it holds would not be rendered")
    else:
        kinds = ("objects", "collections", "meshes", "curves", "materials", "node_groups", "worlds")
        gone = sorted(block.name for kind in kinds for block in getattr(bpy.data, kind) if block.is_missing)
        if gone:
            yield _file(ERROR, gone, f"{quoted(gone)} is linked from a library that no longer holds it; link it anew")
    missing = sorted((image for image in bpy.data.images if _is_missing(image)), key=lambda image: image.name_full)
    shown = showing(things) if missing else {}
    for image in missing:
        users = bpy.data.user_map(subset={image})[image]
        materials = [user for user in users if user in shown]
        # Not what only materials use that nothing shows: leftovers, which files are full of.
        if materials or any(not isinstance(user, bpy.types.Material) for user in users):
            objects = dict.fromkeys(culprit(obj) for material in materials for obj in shown[material])
            yield Finding("file", WARNING, tuple(objects), saying="texture", named=(image.name_full,))
    volumes = (volume for volume in bpy.data.volumes if volume.users and volume.filepath and not volume.packed_file)
    lost = sorted(v.name for v in volumes if not Path(bpy.path.abspath(v.filepath, library=v.library)).exists())
    if lost:
        yield _file(WARNING, lost, f"missing volume {quoted(lost)}: nothing of it renders")


def _file(severity: str, names: Iterable[str], said: str) -> Finding:
    return Finding("file", severity, detail=(said,), named=tuple(names))


def _is_missing(image: bpy.types.Image) -> bool:
    if image.source not in {"FILE", "SEQUENCE", "MOVIE", "TILED"} or image.packed_file or not image.users:
        return False
    path = bpy.path.abspath(image.filepath, library=image.library)
    tiles = [_tile(path, tile.number) for tile in image.tiles] if image.source == "TILED" else [path]
    return not all(Path(tile).exists() for tile in tiles)


def _tile(path: str, number: int) -> str:
    """The file of a tile: 1001 is the first of the first row, whose tiles are ten."""
    row, column = divmod(number - 1001, 10)
    return path.replace("<UDIM>", str(number)).replace("<UVTILE>", f"u{column + 1}_v{row + 1}")


def surprising_settings(scene: bpy.types.Scene, view_layer: bpy.types.ViewLayer) -> Iterator[Finding]:
    """Settings under which a render fails, or shows something else than the window does."""
    if scene.render.engine != "CYCLES":
        engine = scene.render.engine
        yield _setting(WARNING, f"the scene is set to {engine}; rendered with Cycles, it may look different")
    if not writes_passes(scene.render):
        yield _setting(
            ERROR, "this Blender cannot write passes of pixels that are not square (Output > Format > Aspect); 5.2 can"
        )
    used = [layer.name for layer in scene.view_layers if layer.use and layer != view_layer]
    if used:
        yield _setting(
            WARNING, f"only view layer {view_layer.name!r} is rendered, not {quoted(used)}; see --view-layer"
        )
    for script in sorted({name for _, name in style_modules()}):
        yield _setting(
            NOTE, f"Freestyle draws by the script {script!r}, which runs in no render without --allow-scripts"
        )
    if bpy.app.autoexec_fail:
        which = "".join(each if each.isprintable() else " " for each in bpy.app.autoexec_fail_message)
        yield _setting(
            WARNING,
            f"this file holds scripts or scripted drivers, which were not run ({which}); if you trust them: "
            "--allow-scripts",
        )


def _setting(severity: str, said: str) -> Finding:
    return Finding("settings", severity, detail=(said,))
