"""What a format may write beside pictures and label maps: files and rows of each frame, files of all of them."""

from __future__ import annotations

import io
import json
from pathlib import Path

import numpy as np
import pytest
from exported import refused
from small_inputs import checksum, files_of, write_exr, write_run
from small_things import depth_of, things_of, write_run_of_things
from toy_format import Toy

from blender_addon.contract.labels import IGNORE, built_in
from blender_addon.contract.run import frame_folder
from blender_addon.label_render.thing_ids import halves
from postprocess import exporters, spool, staging
from postprocess.dataset import export
from postprocess.errors import ExportError
from postprocess.exr import read_labels, read_purity
from postprocess.labelmap import resize_labels
from postprocess.pixels import checked_instances
from postprocess.spool import Rows, put
from postprocess.staging import write_streamed
from render_scripts.modalities.rendered import write_channels

BOTH = ("instances", "depth")


@pytest.fixture(autouse=True)
def toy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(exporters.FORMATS, "toy", Toy)


def pieces_of(out: Path, kind: str, numbers: list[int], of: dict[int, bytes]) -> bytes:
    return b"".join(b"r_%06d %d " % (number, number) + of[number] for number in numbers)


def test_what_a_format_sees_is_what_the_run_holds(tmp_path: Path) -> None:
    run = write_run_of_things(tmp_path / "r", views=4, with_=BOTH)
    export([run], tmp_path / "out", "toy", split=(1, 0, 0), seed=2)
    order = (np.random.default_rng([2, 2]).permutation(4) + 1).tolist()
    ids = {number: things_of(run, number).tobytes() for number in order}
    assert (tmp_path / "out" / "instances.all").read_bytes() == pieces_of(tmp_path, "instances", order, ids)
    depth = {number: depth_of(run, number).tobytes() for number in order}
    assert (tmp_path / "out" / "depth.all").read_bytes() == pieces_of(tmp_path, "depth", order, depth)
    pictures = {
        number: (tmp_path / "out" / "pictures" / "train" / f"r_{number:06d}.jpg").read_bytes() for number in order
    }
    assert (tmp_path / "out" / "picture.all").read_bytes() == pieces_of(tmp_path, "picture", order, pictures)
    first = json.loads((frame_folder(run, order[0]) / "instances.json").read_text())["instances"]
    assert repr(tuple(first)).encode() in (tmp_path / "out" / "things.all").read_bytes()
    assert not (tmp_path / "out" / spool.FOLDER).exists() and not list((tmp_path / "out").rglob("*.png"))


def test_remap_size_and_ignore_reach_all_pixels(tmp_path: Path) -> None:
    run = write_run_of_things(tmp_path / "r", views=3, with_=BOTH, purity=True)
    target, size = built_in("nyu13"), (25, 17)
    export([run], tmp_path / "out", "toy", split=(1, 0, 0), target=target, size=size, ignore_impure=0.4)
    crosswalk = built_in("nyu40").crosswalk(target)
    folder = frame_folder(run, 2)
    labels = read_labels(folder / "labels.exr", built_in("nyu40")).pixels
    expected = np.vectorize(lambda id_: crosswalk.get(id_, 0 if id_ <= 40 else id_))(labels).astype(np.uint16)
    impure = read_purity(folder / "purity.exr") < np.float32(0.4)
    expected[impure] = IGNORE
    written = (tmp_path / "out" / "labels" / "train" / "r_000002.bin").read_bytes()
    assert written == resize_labels(expected, size).tobytes()
    ids = things_of(run, 2)
    ids[impure] = 0
    assert resize_labels(ids, size).tobytes() in (tmp_path / "out" / "instances.all").read_bytes()
    assert resize_labels(depth_of(run, 2), size).tobytes() in (tmp_path / "out" / "depth.all").read_bytes()


def test_processes_and_order_of_runs_change_no_byte(tmp_path: Path) -> None:
    runs = [write_run_of_things(tmp_path / f"r{n}", scene=f"{n}.blend", views=5, with_=BOTH) for n in range(3)]
    export(runs, tmp_path / "one", "toy")
    export(runs[::-1], tmp_path / "two", "toy", jobs=2)
    assert files_of(tmp_path / "one") == files_of(tmp_path / "two")


def test_what_frames_lack_is_said_with_the_option_that_renders_it(tmp_path: Path) -> None:
    runs = [write_run_of_things(tmp_path / "a", scene="a.blend", with_=BOTH)]
    runs.append(write_run_of_things(tmp_path / "b", scene="b.blend", with_=("instances",)))
    refused(tmp_path, "b/frames/000001 has no depth, which toy needs: render a run with --with depth", runs, "toy")
    refused(tmp_path, "has no depth.*--with depth", [write_run(tmp_path / "c")], "toy")


@pytest.mark.parametrize("name", ["instances.exr", "instances.json", "depth.exr"])
def test_damage_is_found(tmp_path: Path, name: str) -> None:
    run = write_run_of_things(tmp_path / "r", with_=BOTH)
    path, other = (frame_folder(run, number) / name for number in (3, 4))
    path.write_bytes(other.read_bytes())
    refused(tmp_path, f"000003/{name}.*wrong checksum.*remove the folder", [run], "toy")


def test_ids_are_read_as_the_renderer_writes_them(tmp_path: Path) -> None:
    ids = np.random.default_rng(0).integers(0, 2**53, (3, 4)).astype(np.uint64)
    path = tmp_path / "instances.exr"
    (written,) = write_channels(path, halves(ids)).values()
    np.testing.assert_array_equal(checked_instances(path, checksum(written)), ids)
    write_exr(path, {"Instance": ids.astype(np.float32)})
    with pytest.raises(ExportError, match="ids are two channels of uint32"):
        checked_instances(path, checksum(ids.astype(np.float32)))


def test_a_panorama_has_no_depth_along_an_axis(tmp_path: Path) -> None:
    run = write_run_of_things(tmp_path / "r", views=1, with_=BOTH)
    folder = frame_folder(run, 1)
    distance = depth_of(run, 1)
    write_exr(folder / "depth.exr", {"Distance": distance})
    record = json.loads((folder / "frame.json").read_text())
    record["files"]["depth.exr"] |= {"checksum": checksum(distance), "shape": list(distance.shape)}
    (folder / "frame.json").write_text(json.dumps(record))
    refused(tmp_path, r"depth\.exr is of a panorama", [run], "toy")


def test_rows_come_back_in_any_order_and_a_disk_that_lies_is_found(tmp_path: Path) -> None:
    rows = Rows(tmp_path)
    for number, name in enumerate(("x", "y", "z"), start=1):
        rows.add(number, put(tmp_path, {"a": name.encode() * 3, **({"b": b""} if name == "y" else {})}))
    assert [rows.of(number, "a") for number in (3, 1, 2)] == [b"zzz", b"xxx", b"yyy"]
    assert rows.of(2, "b") == b"" and rows.size(3, "a") == 3
    assert [rows.has(number, "b") for number in (1, 2, 3, 4)] == [False, True, False, False]
    assert not rows.has(1, "c")
    (path,) = (tmp_path / spool.FOLDER).iterdir()
    path.write_bytes(path.read_bytes().replace(b"yyy", b"yxy"))
    assert rows.of(1, "a") == b"xxx"
    with pytest.raises(ExportError, match="does not hold"):
        rows.of(2, "a")


def test_a_stream_that_the_disk_changes_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_streamed(tmp_path, "a/b/c.bin", (bytes([n]) * 1000 for n in range(200)))
    assert (tmp_path / "a" / "b" / "c.bin").read_bytes() == b"".join(bytes([n]) * 1000 for n in range(200))

    class Lying(io.BytesIO):
        def write(self, data: bytes) -> int:
            return super().write(data.replace(b"b", b"c"))

    monkeypatch.setattr(staging, "open", lambda place, mode: Lying(), raising=False)
    with pytest.raises(ValueError, match="does not hold what was written"):
        write_streamed(tmp_path, "d.bin", [b"a", b"b"])


def test_folders_of_an_export_that_is_over_do_not_come_to_life(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        staging.write_checked(tmp_path / "gone", "a/b.png", b"x")
    assert not (tmp_path / "gone").exists()
