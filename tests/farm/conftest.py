"""A Slurm and a disk of their own for the tests that ask for one."""

from __future__ import annotations

import shutil
import subprocess

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


@pytest.fixture
def small_disk(tmp_path):
    """A folder that is a disk of a megabyte."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "labelpass-test", str(folder)]
    if not shutil.which("mount") or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("a small disk of one's own needs the right to mount one, as root has it")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)
