"""Which machine this is: containers that number their processes themselves are machines of their own."""

from __future__ import annotations

import os
import socket
import subprocess
import sys

import pytest

from blender_addon.contract import machine
from blender_addon.contract.machine import is_alive, this_machine, unfinished_by


@pytest.fixture
def numbers(tmp_path, monkeypatch):
    """Puts a link in the place of the kernel's."""

    def put(text: str) -> None:
        link = tmp_path / "pid"
        link.unlink(missing_ok=True)
        link.symlink_to(text)
        monkeypatch.setattr(machine, "_NUMBERS", link)
        this_machine.cache_clear()

    yield put
    monkeypatch.undo()
    this_machine.cache_clear()


@pytest.mark.skipif(os.name == "nt", reason="links need rights there")
def test_a_container_of_the_same_name_is_another_machine(numbers):
    numbers("pid:[4026531836]")
    assert this_machine() == socket.gethostname()
    numbers("pid:[4026532211]")
    assert this_machine() == f"{socket.gethostname()}.4026532211"
    assert unfinished_by() == f"{socket.gethostname()}.4026532211-{os.getpid()}"


def test_where_nothing_tells_it_is_the_host(monkeypatch, tmp_path):
    monkeypatch.setattr(machine, "_NUMBERS", tmp_path / "nothing")
    this_machine.cache_clear()
    assert this_machine() == socket.gethostname()
    this_machine.cache_clear()


def test_who_lives():
    assert not is_alive(os.getpid()) and (os.name == "nt" or is_alive(os.getppid()))
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    assert os.name == "nt" or not is_alive(gone.pid)


@pytest.mark.skipif(sys.platform != "linux", reason="where ended processes are told from others in /proc")
def test_who_has_ended_is_dead_before_its_parent_asks():
    child = os.fork()
    if not child:
        os._exit(0)
    os.waitid(os.P_PID, child, os.WEXITED | os.WNOWAIT)
    assert not is_alive(child)
    os.waitpid(child, 0)
