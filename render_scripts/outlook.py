"""What is still to come of a run, said after its first frame: seconds, and room on the disk."""

from __future__ import annotations

import tempfile
from pathlib import Path

from blender_addon.contract.words import counted


def disk_outlook(frame_bytes: int, left: int, free: int) -> tuple[str, bool]:
    """What the frames that are left need of a disk, in words, and whether it has so much, going by one frame."""
    needed = frame_bytes * left
    text = f"{in_bytes(frame_bytes)} a frame: {in_bytes(needed)} for the {counted(left, 'frame')} left"
    if needed <= free:
        return text, True
    return f"{text}, and the disk has {in_bytes(free)} free, for {free // frame_bytes} of them", False


def try_room(folder: Path, size: int) -> None:
    """Raise the OSError that writing so many bytes into a folder raises, for who wrote there and says nothing."""
    with tempfile.TemporaryFile(dir=folder) as file:
        file.write(bytes(size))


def in_bytes(number: int) -> str:
    """A number of bytes as people say it: '0.3 MB', '12 GB'."""
    size, unit = float(number), "bytes"
    for name in ("kB", "MB", "GB", "TB"):
        if size < 1000:
            break
        size, unit = size / 1000, name
    return f"{size:.1f} {unit}" if size < 10 and unit != "bytes" else f"{size:.0f} {unit}"


def duration(seconds: float) -> str:
    """Seconds as people say them: '50 s', '2 min 05 s', '3 h 12 min'."""
    minutes, seconds = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {seconds:02d} s" if minutes else f"{seconds} s"
