"""A Slurm of one's own for the tests that ask for it."""

from __future__ import annotations

import pytest

from tests.farm.slurm_here import slurm_here, why_no_slurm


@pytest.fixture(scope="module")
def cluster_of_slurm():
    if why := why_no_slurm():
        pytest.skip(why)
    with slurm_here() as slurm:
        yield slurm


@pytest.fixture
def slurm(cluster_of_slurm, monkeypatch):
    """Two idle nodes, which all commands of a test speak to; what a test leaves is cancelled."""
    monkeypatch.setenv("SLURM_CONF", str(cluster_of_slurm.conf))
    yield cluster_of_slurm
    cluster_of_slurm.cancel_all()
