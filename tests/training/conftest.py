"""Tests whose name begins with test_torch_ need PyTorch: slow, and skipped where it is not installed.

`make test-training` installs it, and runs all tests here.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from small_datasets import shapes_dataset


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.parent == Path(__file__).parent and item.path.name.startswith("test_torch_"):
            item.add_marker(pytest.mark.slow)


@pytest.fixture(scope="module")
def shapes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A dataset of 12 pictures; tests leave it as it is."""
    return shapes_dataset(tmp_path_factory.mktemp("shapes"))
