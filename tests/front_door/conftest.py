"""A scene in a file and a finished run of it, which no test changes: each is made once for the whole folder."""

from __future__ import annotations

from pathlib import Path

import pytest
from command_line import SMALL, labelpass


@pytest.fixture(scope="session")
def scene_file(tmp_path_factory) -> Path:
    from saved_scenes import save_room  # without bpy it cannot be imported

    return save_room(tmp_path_factory.mktemp("scene") / "room with spaces.blend")


@pytest.fixture(scope="session")
def finished(scene_file, tmp_path_factory) -> Path:
    run = tmp_path_factory.mktemp("run") / "run"
    labelpass("render", scene_file, "--out", run, *SMALL, "--label-supersample", "3")
    return run
