"""JPEG files as their segments: cameras and Blender put times, places and file paths into them. ITU-T T.81, annex B."""

from __future__ import annotations

import struct

_START = b"\xff\xd8"
_SCAN = 0xDA
_COMMENT = 0xFE
_KEPT_APPS = (0xE0, 0xEE)  # JFIF, and Adobe's, which says what the three colours are
_BARE = {0x01, *range(0xD0, 0xD8)}  # markers without a body


def is_jpeg(data: bytes) -> bool:
    return data[:2] == _START


def without_notes(data: bytes) -> bytes:
    """The file with its compressed pixels untouched, and no comment, EXIF, XMP or colour profile.

    Raises ValueError where its head is no row of segments.
    """
    kept = [_START]
    at = 2
    while True:
        if at + 4 > len(data) or data[at] != 0xFF:
            raise ValueError("no JPEG, or cut short")
        kind = data[at + 1]
        if kind == 0xFF:  # padding
            at += 1
            continue
        if kind == _SCAN:
            return b"".join((*kept, data[at:]))
        length = 0 if kind in _BARE else int(struct.unpack_from(">H", data, at + 2)[0])
        if kind != _COMMENT and (kind not in range(0xE0, 0xF0) or kind in _KEPT_APPS):
            kept.append(data[at : at + 2 + length])
        at += 2 + length
