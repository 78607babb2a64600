"""Fixtures of the export's tests: run folders as the renderer would leave them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from small_inputs import write_run


@pytest.fixture
def run(tmp_path: Path) -> Path:
    return write_run(tmp_path / "kitchen run")


@pytest.fixture
def make_run(tmp_path: Path) -> Callable[..., Path]:
    return lambda name, *args, **kwargs: write_run(tmp_path / name, *args, **kwargs)
