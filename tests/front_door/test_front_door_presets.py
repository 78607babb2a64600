"""Presets from the command line: the plan holds what a pilot chose, and every later start takes it from there."""

from __future__ import annotations

import pytest
from command_line import checksums, labelpass

from blender_addon.contract import run as run_folder

TINY = ("--size", "16x12", "--frames", "1-2")


@pytest.mark.slow
def test_the_plan_holds_what_the_pilot_chose(scene_file, tmp_path):
    run = tmp_path / "run"
    said = labelpass("render", scene_file, "--out", run, *TINY, "--preset", "draft").stdout
    chosen = run_folder.read_plan(run).settings
    assert chosen.preset == "draft"
    assert f"; {chosen.samples} samples, {'denoised' if chosen.denoise else 'not denoised'}" in said
    before = checksums(run)
    for again in ((), ("--preset", "draft")):
        (run / "frames" / "000002" / "frame.json").unlink()
        said = labelpass("render", scene_file, "--out", run, *again, "--frames", "1-2").stdout
        assert "preset" not in said, "nothing is looked at twice"
        assert checksums(run) == before
    done = labelpass("render", scene_file, "--out", run, "--preset", "final", check=1)
    assert "preset is 'draft' there and 'final' here" in done.stderr


def test_what_is_said_needs_no_pilot(scene_file, tmp_path):
    run = tmp_path / "run"
    said = labelpass("render", scene_file, "--out", run, *TINY, "--preset", "draft", "--samples", "2").stdout
    assert "preset" not in said
    assert run_folder.read_plan(run).settings.samples == 2
