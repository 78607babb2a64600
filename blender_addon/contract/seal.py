"""The seal of a record: a checksum over all else that it says, so that damage and edits show.

It is of what the JSON means and not of its letters: an editor that only writes it anew breaks nothing. It proves no
origin, as a signature would: who edits a record can seal it again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

SEAL = "checksum"
"""The record's key of it."""


def sealed(record: Mapping[str, Any]) -> dict[str, Any]:
    """The record as its file will say it, its seal at the end."""
    said = {key: value for key, value in json.loads(json.dumps(record)).items() if key != SEAL}
    return {**said, SEAL: _checksum(said)}


def is_broken(record: Mapping[str, Any]) -> bool:
    """Whether a record that was read says something else than was sealed. One without a seal is older than seals."""
    return SEAL in record and record[SEAL] != _checksum({key: value for key, value in record.items() if key != SEAL})


def _checksum(said: Mapping[str, Any]) -> str:
    """SHA-256 over canonical JSON: keys sorted, no spaces, ASCII, whole numbers without a point."""
    text = json.dumps(_plain(said), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _plain(value: Any) -> Any:
    """Many writers of JSON know one kind of number: 1.0 comes back as 1."""
    if isinstance(value, Mapping):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_plain(each) for each in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value
