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
    """SHA-256 over canonical JSON: keys sorted, no spaces, ASCII."""
    return hashlib.sha256(json.dumps(said, sort_keys=True, separators=(",", ":")).encode()).hexdigest()
