"""The JSON Schema of job files, made of the dataclass that reads them: editors then complete and underline."""

from __future__ import annotations

from typing import Any

from .job import Job
from .schemas import schema_of


def job_schema() -> dict[str, Any]:
    """The schema of a job file; what it cannot say, the reader does: that a range goes from low to high, for one."""
    schema = schema_of(Job)
    schema["properties"]["$schema"] = {"type": "string"}  # by which JSON tells editors of its schema
    return {**schema, "oneOf": _SCENES, "if": _HAS_A_LIDAR, "then": _SCANS}


_SOME = {"anyOf": [{"type": "string"}, {"type": "array", "minItems": 1}]}
_SCENES = [
    {"required": ["scene"], "properties": {"scene": {"type": "string"}}},
    {"required": ["scenes"], "properties": {"scenes": _SOME}},
]
_HAS_A_LIDAR = {"required": ["lidar"], "properties": {"lidar": {"not": {"enum": [None, False]}}}}
_NAMED = {"const": "lidar"}
_SCANS = {"required": ["with"], "properties": {"with": {"anyOf": [_NAMED, {"type": "array", "contains": _NAMED}]}}}
