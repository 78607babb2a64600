"""What the verbs write is as open as the user's umask has it; what they print can be pasted into a shell."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
from pathlib import Path

import pytest
from saved_scenes import save_table

import labelpass

NASTY = "it's $(touch hacked) `touch hacked`; <b>"
MASK = 0o027  # what is written 600 or 644 by name is seen, and so is what nobody's mask made


@pytest.fixture
def job(tmp_path, monkeypatch) -> Path:
    """Of one frame; its `out` is in the same folder."""
    monkeypatch.chdir(tmp_path)
    scene = save_table(tmp_path / "table.blend")
    data = {"scenes": [scene.name], "out": NASTY, "size": "16x12", "samples": 1, "denoise": False}
    (tmp_path / "job.json").write_text(json.dumps(data))
    return tmp_path / "job.json"


def modes(folder: Path) -> dict[str, str]:
    """{path: mode} of all that is not as the mask has it."""
    found = {}
    for path in folder.rglob("*"):
        mode = path.lstat().st_mode & 0o7777
        if mode != (0o777 if path.is_dir() else 0o666) & ~MASK:
            found[path.relative_to(folder).as_posix()] = oct(mode)
    return found


@pytest.mark.skipif(os.name == "nt", reason="there is no umask")
def test_files_are_as_open_as_the_mask_has_them(job):
    run = "made/farm/runs/table"
    before = os.umask(MASK)
    try:
        Path("made").mkdir()
        for command in (
            ("plan", job.name, "--out", "made/farm", "--unit-frames", "1"),
            ("render", "made/farm"),
            ("export", run, "--out", "made/dataset", "--format", "nyu", "--split", "1/0/0"),
            ("report", run, "--out", "made/report.html"),
            ("sheet", run, "--out", "made/sheet.jpg"),
        ):
            assert labelpass.main([*command]) == 0
    finally:
        os.umask(before)
    assert len(list(Path("made").rglob("*"))) > 20
    assert modes(Path("made")) == {}


def test_commands_that_are_printed_are_words_of_a_shell(job, capfd, monkeypatch):
    """The job says where it goes, and may be somebody else's."""
    out = job.parent / NASTY
    assert labelpass.main(["plan", job.name, "--unit-frames", "1"]) == 0
    command = capfd.readouterr().out.splitlines()[-1].partition("render them: ")[2]
    assert shlex.split(command) == ["labelpass", "render", str(out)]
    more = "--sbatch-arg=--comment=$(touch hacked)"
    assert labelpass.main(["render", str(out), "--cluster", "slurm", "--dry-run", more]) == 0
    script = capfd.readouterr().out
    stub = job.parent / "sbatch"
    stub.write_text('#!/bin/sh\nfor word in "$@"; do echo "<$word>"; done\n')
    stub.chmod(0o755)
    monkeypatch.setenv("PATH", f"{job.parent}{os.pathsep}{os.environ['PATH']}")
    done = subprocess.run(["bash"], input=script, capture_output=True, text=True, check=True)
    assert "<--comment=$(touch hacked)>" in done.stdout and f"<--output={out}/slurm/%A_%a.log>" in done.stdout
    assert not list(job.parent.rglob("hacked"))
