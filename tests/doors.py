"""Who may import what: the rooms of the house, which of their modules are pure, and the doors between them.

`test_architecture` holds the code to it.
"""

from __future__ import annotations

import ast
import sys
from pathlib import Path

REPOSITORY = Path(__file__).parents[1]
ROOMS = (
    "blender_addon",
    "render_scripts",
    "scenes",
    "postprocess",
    "recipes",
    "training",
    "experiments",
    "farm",
    "tools",
    "verbs",
    "labelpass.py",
)
FILES = sorted(
    path.relative_to(REPOSITORY)
    for room in ROOMS
    for path in ([REPOSITORY / room] if room.endswith(".py") else (REPOSITORY / room).rglob("*.py"))
    if path.is_file()
)

CONTRACT = "blender_addon.contract"
SAMPLED = "render_scripts.sampled_views"
PURE_RENDER = {
    *(
        f"render_scripts.{name}"
        for name in (
            "arguments",
            "check_request",
            "contradictions",
            "draws",
            "installed_blender",
            "lens",
            "orphans",
            "outlook",
            "presets",
            "randomize",
            "request",
            "resume",
        )
    ),
    *(
        f"render_scripts.{name}"
        for name in ("job", "job_check", "job_file", "job_runs", "job_schema", "schemas", "sections", "written_file")
    ),
    *(f"render_scripts.rays.{name}" for name in ("panoramas", "pixel_rays", "tally", "verify_request")),
    *(f"{SAMPLED}.{name}" for name in ("choice", "floors", "paths", "poses", "view_request", "view_schema")),
    *(
        f"render_scripts.randomization.{name}"
        for name in (
            "backgrounds",
            "balance",
            "blackbody",
            "camera",
            "develop",
            "distractor_shapes",
            "distractors",
            "exposure",
            "folders",
            "held",
            "lights",
            "materials",
            "boxes",
            "picture_files",
            "poses",
            "pools",
            "resolution",
            "sensor",
            "spec",
            "streams",
            "world",
        )
    ),
    *(
        f"render_scripts.modalities.{name}"
        for name in ("albedo", "catalogue", "depth", "flow", "normals", "parts", "ply", "png16", "points", "rendered")
    ),
}
LABEL_RENDER = "blender_addon.label_render"
PURE_ADDON = {
    f"{LABEL_RENDER}.covering",
    f"{LABEL_RENDER}.cryptomatte",
    *(f"blender_addon.audit.{name}" for name in ("findings", "report", "sentences")),
    f"{LABEL_RENDER}.exr",
    f"{LABEL_RENDER}.label_maps",
    f"{LABEL_RENDER}.thing_ids",
    "blender_addon.preview.label_picture",
    "blender_addon.strict_yaml",
    *(
        f"blender_addon.label_sets.{name}"
        for name in (
            "label_check",
            "label_csv",
            "label_files",
            "label_search",
            "label_set_edits",
            "label_tables",
        )
    ),
    *(
        f"blender_addon.suggestions.{name}"
        for name in ("name_words", "thesaurus", "name_readings", "label_targets", "ranking")
    ),
}
PURE_SCENES = {
    *(
        f"scenes.{name}"
        for name in ("catalogue", "cutout_files", "cutouts", "drawn", "grounds", "pasting", "pose", "rectangles")
    ),
    *(f"scenes.{name}.settings" for name in ("balloons", "studio")),
    *(
        f"scenes.picture_frames.{name}"
        for name in (
            *("arrangements", "canvas", "held_out_paintings", "outlines", "paintings", "profiles"),
            *("folders", "room_behind", "settings", "shots", "wallpapers"),
        )
    ),
    *(
        f"scenes.rooms.{name}"
        for name in ("asset_names", "cameras", "catalogue", "floor_plan", "footprints", "furnisher", "layout")
    ),
    *(f"scenes.rooms.{name}" for name in ("kitchen_plans", "moods", "programs", "settings", "sights")),
}
NEEDS_TORCH = {
    *(
        f"training.{name}"
        for name in ("batches", "checkpoint", "course", "loss", "machine", "predict", "train", "validation")
    ),
    *(f"training.networks.{name}" for name in ("layers", "segnet", "unet")),
    "training.networks",
    "experiments.run",
}
READERS = (
    *("checksums", "encoded", "errors", "evaluation", "exporters", "importers.picture_files", "labelmap", "layout"),
    *("manifest", "pages", "pixels", "png", "progress", "report.charts", "signals", "staging", "stats"),
)
"""What training may know of postprocess."""
BLENDER = {"bpy", "bpy_extras", "mathutils", "bmesh", "gpu", "gpu_extras", "blf", "bl_ui", "addon_utils", "_cycles",
           "rna_keymap_ui"}  # fmt: skip


def module_of(path: Path) -> str:
    return ".".join(path.with_suffix("").parts).removesuffix(".__init__")


def package_of(path: Path) -> list[str]:
    return list(path.parent.parts)


def imports(path: Path) -> set[str]:
    """Full names of all modules that a file imports anywhere, `from a import b` as both a and a.b."""
    return imports_in((REPOSITORY / path).read_text(encoding="utf-8"), package_of(path))


def imports_in(source: str, package: list[str]) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else []
            base = ".".join([*above, *([node.module] if node.module else [])])
            found |= {base} | {f"{base}.{alias.name}" for alias in node.names}
    return found


def outside(names: set[str], allowed: tuple[str, ...]) -> list[str]:
    """Imports that are neither the standard library nor under an allowed name (nor a package on the way to one)."""
    return sorted(
        name
        for name in names
        if name.split(".")[0] not in sys.stdlib_module_names
        and not any(f"{name}.".startswith(f"{door}.") or f"{door}.".startswith(f"{name}.") for door in allowed)
    )


def doors_of(path: Path) -> tuple[str, ...]:
    """What a file may import besides the standard library."""
    module, room = module_of(path), path.parts[0].removesuffix(".py")
    blender = tuple(BLENDER)
    if path.parts[:2] == ("blender_addon", "contract"):
        return (CONTRACT,)
    if module in PURE_ADDON:
        return (CONTRACT, "ruamel.yaml", "numpy", *PURE_ADDON)
    if room == "blender_addon":
        return ("blender_addon", "numpy", *blender)
    if module in PURE_RENDER:
        return (CONTRACT, "numpy", *PURE_ADDON, *PURE_RENDER)
    if room == "render_scripts":
        return (
            "render_scripts",
            CONTRACT,
            "blender_addon.scene_labels",
            "blender_addon.instancing",
            "blender_addon.occurrences",
            "blender_addon.compat",
            LABEL_RENDER,
            "blender_addon.overlay.things",
            "blender_addon.overlay.triangles",
            "blender_addon.audit",
            "blender_addon.label_sets.label_files",
            "numpy",
            *blender,
        )
    if module in PURE_SCENES:
        return (CONTRACT, "numpy", "cv2", *PURE_SCENES)
    if room == "scenes":
        return ("scenes", CONTRACT, "blender_addon.scene_labels", "blender_addon.compat", "numpy", *blender)
    if room == "postprocess":
        libraries = ("numpy", "cv2", "OpenEXR", "PIL", "h5py", "pycocotools")
        return ("postprocess", CONTRACT, *libraries)
    if room == "recipes":
        label_files = "blender_addon.label_sets.label_files"
        rooms = ("recipes", "postprocess", "scenes.catalogue", "scenes.drawn", *PURE_RENDER)
        return (*rooms, CONTRACT, "blender_addon.strict_yaml", label_files, "numpy")
    if room == "training":
        torch = ("torch", "training") if module in NEEDS_TORCH else ()
        pure = {module_of(path) for path in FILES if path.parts[0] == "training"} - NEEDS_TORCH
        return (CONTRACT, "numpy", *(f"postprocess.{name}" for name in READERS), *pure, *torch)
    if room == "experiments":
        learned = () if module in NEEDS_TORCH else ("training.settings",)
        trained = ("training",) if module in NEEDS_TORCH else ()
        rooms = ("experiments", "recipes", "postprocess", *learned, *trained)
        return (*rooms, CONTRACT, "blender_addon.strict_yaml", "render_scripts.written_file", "numpy", "PIL")
    if room == "farm":
        return ("farm", CONTRACT, *PURE_RENDER, *(["distributed"] if module == "farm.dask_cluster" else []))
    if room == "tools":
        return ("tools", CONTRACT, *blender)
    if room == "verbs":
        rooms = ("blender_addon", "render_scripts", "postprocess", "recipes", "training", "experiments", "farm")
        return ("verbs", *rooms, "bpy")
    return ("verbs", CONTRACT, "blender_addon.compat", "render_scripts.orphans")
