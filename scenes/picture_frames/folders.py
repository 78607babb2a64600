"""Which files of somebody's folders are used: pictures to hang, models to stand in the way. Pure."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

from scenes.picture_frames.settings import Settings

PICTURES = {".png", ".jpg", ".jpeg", ".tif", ".tiff", ".webp", ".bmp"}
LABELS = {
    "lamp": "lamp",
    **dict.fromkeys(("chair", "sofa"), "seat"),
    **dict.fromkeys(
        ("table", "cabinet", "dresser", "desk", "night", "shelves", "bookshelf", "otherfurniture"), "furniture"
    ),
    **dict.fromkeys(("otherprop", "bag", "box"), "thing"),
}
"""What stands before a wall, by the first word of a file's name, and its label; other files stay in the folder."""


def check(settings: Settings) -> None:
    """Raises ValueError where a folder will not do."""
    if settings.art is not None:
        art_files(settings.art, settings.hard)
    if settings.models is not None:
        model_files(settings.models)


def art_files(folder: Path, hard: bool) -> list[Path]:
    """The pictures of a folder. Hard walls have a fifth of them for themselves, chosen by a hash of their names.

    Raises ValueError where there is no picture, or none for one of the two.
    """
    if not folder.is_dir():
        raise ValueError(f"art: no folder {folder}")
    found = sorted(path for path in folder.iterdir() if path.suffix.lower() in PICTURES)
    if len(found) < 2:
        raise ValueError(
            f"art: {folder} needs two pictures at least ({', '.join(sorted(PICTURES))}), and has {len(found)}"
        )
    by_hash = sorted(found, key=lambda path: sha256(path.name.encode()).digest())
    fifth = max(1, len(found) // 5)
    return sorted(by_hash[:fifth] if hard else by_hash[fifth:])


def model_files(folder: Path) -> list[Path]:
    """The models of a folder that can stand before a wall. Raises ValueError where there is none."""
    if not folder.is_dir():
        raise ValueError(f"models: no folder {folder}")
    found = [
        path
        for path in sorted(folder.iterdir())
        if path.suffix.lower() in (".glb", ".gltf") and first_word(path) in LABELS
    ]
    if not found:
        words = ", ".join(sorted(LABELS))
        raise ValueError(f"models: {folder} has no .glb whose name begins with one of {words}, as chair_1.glb does")
    return found


def first_word(path: Path) -> str:
    return path.stem.lower().replace("-", "_").split("_")[0]
