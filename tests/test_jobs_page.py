"""docs/jobs.md and docs/job.schema.json against what reads a job: every key, every example, and jobs good and bad."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from jsonschema import Draft202012Validator

from blender_addon.contract.strict import plain
from blender_addon.strict_yaml import read_yaml
from render_scripts.job_schema import job_schema
from render_scripts.written_file import FileRefused

from .render.test_job import job_of, jobs

DOCS = Path(__file__).resolve().parents[1] / "docs"
PAGE = (DOCS / "jobs.md").read_text(encoding="utf-8")
SCHEMA = job_schema()


def fits(data: Any) -> bool:
    return Draft202012Validator(SCHEMA).is_valid(data)


def test_the_schema_in_the_docs_is_the_one_that_the_command_prints():
    there = json.loads((DOCS / "job.schema.json").read_text(encoding="utf-8"))
    assert there == SCHEMA, "labelpass job schema > docs/job.schema.json"


def test_the_schema_is_one():
    Draft202012Validator.check_schema(SCHEMA)


@settings(deadline=None)
@given(jobs())
def test_every_job_fits_the_schema(job):
    assert fits(plain(job))


HEAD = "scene: a.blend\nout: x\n"


@pytest.mark.parametrize(
    "text",
    [
        "scenes: a.blend\nout: x", "scenes: [a.blend, b.blend]\nout: x", HEAD + "frames: 7", HEAD + "frames: -5--3,7",
        HEAD + "frames: [1-3, 9]", HEAD + "size: 640x480", HEAD + "size: [640, 480]", HEAD + "with: depth",
        HEAD + "with: [depth, flow]", HEAD + "samples:", HEAD + "alpha_threshold: 1", HEAD + "label_supersample: 3",
        HEAD + "frames:", HEAD + "denoise: false", HEAD + "$schema: job.schema.json", HEAD + "samples: 8.0",
        HEAD + "label_supersample: 3.0", HEAD + "draws: 100", HEAD + "views: 40", HEAD + "views: room 40 heights=1.5",
        HEAD + "views: {heights: 1.5, fov: 60, count: 4}", HEAD + "views: {heights: 0.2..0.5, pitch: [-5, 15]}",
        HEAD + "views: {kind: orbit, target: Sofa, elevation: 20}", HEAD + "views: {kind: trajectory, speed: 1}",
        HEAD + "views: {kind: around, spot: [1, 2, 0.5], radius: 2}",
        HEAD + "size: 65536X1", HEAD + "views: {kind: around, radius: '1e1'}", HEAD + "views: {heights: .5...75}",
        HEAD + "views: around radius=1..2.5e0 7", HEAD + "views: 'heights=1 room'",
        HEAD + "views: 40.0", HEAD + "frames: [1.0, 3]", HEAD + "size: [640.0, 480]",
        HEAD + "views: {targets: {chair: 0.2}}",
        HEAD + "views: {balance: rare, enclosed: false}", HEAD + "views:",
        HEAD + "randomize: {lights: true, world: false, exposure: null, camera: {}}",
        HEAD + "randomize: {lights: {power: 2, added: 1}, poses: {labels: chair}}",
        HEAD + "randomize: {poses: false, distractors: {count: 3}, keep: '*'}",
        HEAD + "randomize: {materials: {mode: free, textures: {labels: sofa, folder: cloth}}}",
        HEAD + "randomize: {resolution: {sizes: 64x48, scale: 1}}", HEAD + "randomize: false",
        HEAD + "with: lidar\nlidar: {beams: 16}", HEAD + "with: [depth, lidar]\nlidar: true", HEAD + "lidar: false",
    ],
)  # fmt: skip
def test_what_is_a_job_fits_the_schema(tmp_path, text):
    job_of(tmp_path, text)
    assert fits(read_yaml(text, "a job")[0])


@pytest.mark.parametrize(
    "text",
    [
        "", "scene: a.blend", "out: x", "scene: a\nscenes: [b]\nout: x", HEAD + "sise: 640x480", HEAD + "frames: 1-",
        HEAD + "frames: [a]", HEAD + "frames: []", HEAD + "size: 640", HEAD + "size: 0x5", HEAD + "size: [1, 2, 3]",
        HEAD + "size: 99999999999999x1", HEAD + "size: 640x65537", HEAD + "$schema: 3", HEAD + "$schema:",
        HEAD + "views: some", HEAD + "views: rooms 4", HEAD + "views: {heights: '1_0'}", HEAD + "views: {heights: nan}",
        HEAD + "views: {heights: ' 1'}", HEAD + "views: 'hights=1'",
        HEAD + "with: [deepth]", HEAD + "samples: 0", HEAD + "samples: 1.5", HEAD + "seed: -1", HEAD + "strict: yes",
        HEAD + "alpha_threshold: 1.1", HEAD + "label_supersample: 2", HEAD + "device: tpu", HEAD + "camera: 3",
        "scene: ''\nout: x", "scene: a\nout:", HEAD + "strict:", "scenes: []\nout: x", "scene: ~/a\nout: x",
        "scene: //a\nout: x", HEAD + "samples: 8.5", HEAD + "draws: 0", HEAD + "label_supersample: true",
        HEAD + "views: 0", HEAD + "views: true", HEAD + "views: [40]", HEAD + "views: ' '", HEAD + "views: {hights: 1}",
        HEAD + "views: {heights: low}", HEAD + "views: {heights: [1]}", HEAD + "views: {heights: -1}",
        HEAD + "views: {kind: orbit}", HEAD + "views: {target: Sofa}", HEAD + "views: {kind: orbti, target: a}",
        HEAD + "views: {kind: orbit, target: ''}", HEAD + "views: {balance: even}", HEAD + "views: {enclosed: 'no'}",
        HEAD + "views: {kind: around, spot: [0, 0, 0], target: Desk}", HEAD + "views: {count: 1.5}",
        HEAD + "views: {targets: {chair: 0.2}, balance: rare}", HEAD + "views: {targets: {chair: 2}}",
        HEAD + "randomize: {poses: true}", HEAD + "randomize: {lights: 3}", HEAD + "randomize: {lights: {power: '2'}}",
        HEAD + "randomize: {lights: {power: 0}}", HEAD + "randomize: {materials: {mode: wild}}",
        HEAD + "randomize: {materials: {textures: true}}", HEAD + "randomize: {resolution: {sizes: 64}}",
        HEAD + "lidar: {beams: 16}", HEAD + "lidar: true", HEAD + "with: depth\nlidar: {}",
        HEAD + "with: [lidar]\nlidar: {beems: 3}",
    ],
)  # fmt: skip
def test_what_is_no_job_does_not_fit_the_schema(tmp_path, text):
    with pytest.raises(FileRefused):
        job_of(tmp_path, text)
    assert not fits(read_yaml(text, "a job")[0])


@pytest.mark.parametrize("text", re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL))
def test_examples_are_jobs_of_ten_lines_at_most(tmp_path, text):
    job_of(tmp_path, text)
    assert fits(read_yaml(text, "a job")[0]) and text.count("\n") <= 10


def test_the_mistakes_on_the_page_are_told_so(tmp_path):
    told = PAGE.split("```\nlabelpass: job.yaml:3")[1].split("```")[0]
    with pytest.raises(FileRefused) as caught:
        job_of(tmp_path, "scene: a.blend\nout: x\nsise: 640x480\nsamples: 0\n")
    said = "".join(f"labelpass: {line}\n" for line in str(caught.value).replace(f"{tmp_path}/", "").split("\n"))
    assert said == f"labelpass: job.yaml:3{told}"


def rows(schema: dict[str, Any], before: str = "") -> list[str]:
    """The table of keys that the page should have, sections and all."""
    made = []
    for key, part in schema["properties"].items():
        if key == "$schema":
            continue
        about = [f"{part['description'].rstrip('.')}."] if part.get("description") else []
        if key in schema.get("required", ()):
            about.append("Required.")
        if part.get("default", []) != []:
            about.append(
                f"Default: `{part['default'] if isinstance(part['default'], str) else json.dumps(part['default'])}`."
            )
        made.append(f"| `{before}{key}` | {_kind(part)} | {' '.join(about).strip()} |")
        for section in (part, *part.get("anyOf", ())):
            if "properties" in section and key != "views":  # which have a page of their own
                made += rows(section, f"{before}{key}.")
    return made


def _kind(part: dict[str, Any]) -> str:
    if "anyOf" in part:
        kinds = list(dict.fromkeys(_kind(each) for each in part["anyOf"] if each.get("type") != "null"))
        *others, last = kinds
        if last == f"a list of {', '.join(others)}":
            return f"{', '.join(others)}; one or a list"
        if last == f"2 of {', '.join(others)}":
            return f"{', '.join(others)}; one or two"
        return ", ".join(kinds)
    if "const" in part:
        return f"`{json.dumps(part['const'])}`"
    if "enum" in part:
        return ", ".join(f"`{value}`" for value in part["enum"])
    if part["type"] == "array":
        many = f"{part['minItems']} of " if part.get("minItems") == part.get("maxItems", -1) else "a list of "
        return many + _kind(part["items"])
    words = {"integer": "whole number", "number": "number", "string": "text", "boolean": "`true`, `false`"}
    limits = f" {part['minimum']} to {part['maximum']}" if "minimum" in part else ""
    return words.get(part["type"], "section") + limits


def test_the_table_of_keys_is_that_of_the_reader():
    table = PAGE.split("|---|---|---|\n")[1].split("\n\n")[0].rstrip("\n")
    assert table == "\n".join(rows(SCHEMA)), "put these rows there"
