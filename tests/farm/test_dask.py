"""Units on the workers of a real Dask cluster: what is done, what is given up, and a worker that is killed."""

from __future__ import annotations

import os
import signal
import socket
import threading
import time

import bpy
import pytest

import labelpass
from blender_addon import scene_labels
from blender_addon.contract.labels import built_in
from blender_addon.contract.run import finished_frames
from farm.dask_address import await_answer, checked_address
from farm.dask_cluster import render_on_dask
from farm.units import FarmError, Scene, UnitPlan, cut, units_left, write_units
from tests.farm.fake_blender import a_frame

distributed = pytest.importorskip("distributed")


@pytest.fixture(scope="module")
def cluster():
    """Two workers, each a process with a GPU of its own, as far as Dask knows."""
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address=None, resources={"GPU": 1}, silence_logs=50
    ) as cluster:
        yield cluster


def test_what_is_done_and_what_is_given_up(tmp_path, cluster):
    out = tmp_path / "farm"
    write_units(out, UnitPlan((Scene("/no/such.blend", "flat", ()),), tuple(cut(range(1, 5), 0, 1)), 600.0))
    for frame in (1, 3):
        a_frame(out / "runs" / "flat", frame)
    said: list[str] = []
    assert render_on_dask(out, [0, 1, 2, 3], cluster.scheduler_address, [], 1, said.append) == 65
    assert sorted(line.split(" on ")[0] for line in said) == [
        "unit 0: done", "unit 1: given up", "unit 2: done", "unit 3: given up"
    ]  # fmt: skip
    assert render_on_dask(out, [0, 2], cluster.scheduler_address, [], None, said.append) == 0


def test_no_scheduler_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr("farm.dask_cluster._PATIENCE", 0.5)
    with pytest.raises(FarmError, match=r"--scheduler tcp://127.0.0.1:9: nothing answers there \(.*refused"):
        render_on_dask(tmp_path, [0], "tcp://127.0.0.1:9", [], None, print)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"tcp://127.0.0.1:{silent.getsockname()[1]}"
        with pytest.raises(FarmError, match="what listens there is no scheduler of Dask"):
            render_on_dask(tmp_path, [0], address, [], None, print)


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("bla", "write it as tcp://HOST:PORT"),
        ("tcp://localhost", "write it as tcp://HOST:PORT"),
        ("http://localhost:8786/status", "write it as tcp://HOST:PORT"),
        ("foo://x:1", "a scheduler has no address of foo://"),
        ("tcp://localhost:99999", "ports are numbers from 1 to 65535"),
        ("tls://localhost:8786", "Dask's configuration here names no certificates"),
    ],
)
def test_an_address_that_is_none_is_told_before_dask_hears_of_it(tmp_path, monkeypatch, address, told):
    monkeypatch.setattr(distributed, "Client", None)
    with pytest.raises(FarmError, match=told):
        render_on_dask(tmp_path, [0], address, [], None, print)


def test_an_address_may_leave_out_how_it_is_spoken_to_and_be_a_number():
    assert checked_address("head:8786") == checked_address("tcp://head:8786") == ("head", 8786)
    assert checked_address("tls://[::1]:8786") == ("::1", 8786)


def test_a_machine_that_nobody_knows_is_not_waited_for(monkeypatch):
    def unknown(*_address, **_options):
        raise socket.gaierror

    monkeypatch.setattr(socket, "create_connection", unknown)
    with pytest.raises(FarmError, match="no machine is called nosuch"):
        await_answer("tcp://nosuch:8786", "nosuch", 8786, 600.0)


@pytest.mark.slow
def test_the_unit_of_a_worker_that_is_killed_is_rendered_by_another(empty_scene, tmp_path, monkeypatch, cluster):
    from scenery import camera, rectangle

    camera(empty_scene)
    rectangle(empty_scene, -1, 1, -1, 1, label=7)
    scene_labels.set_label_set(empty_scene, built_in("nyu40"))
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "flat.blend"))
    (tmp_path / "job.yaml").write_text("out: unused\nscene: flat.blend\nsize: 16x12\nsamples: 1\n")
    monkeypatch.chdir(tmp_path)
    assert labelpass.main(["plan", "job.yaml", "--out", "many", "--frames", "40", "--unit-frames", "20"]) == 0
    out = tmp_path / "many"

    def kill_one():
        while not finished_frames(out / "runs" / "flat"):
            time.sleep(0.05)
        with distributed.Client(cluster.scheduler_address, set_as_default=False) as client:
            os.kill(next(iter(client.run(os.getpid).values())), signal.SIGKILL)

    killer = threading.Thread(target=kill_one)
    killer.start()
    assert render_on_dask(out, units_left(out), cluster.scheduler_address, [], 1, print) == 0
    killer.join()
    assert finished_frames(out / "runs" / "flat") == list(range(1, 41))
