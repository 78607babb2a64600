"""An export that is refused leaves nothing; one that is stopped or killed goes on: real processes, real signals."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from small_inputs import files_of, write_run

from blender_addon.contract.run import frame_folder
from postprocess import journal

REPOSITORY = Path(__file__).parents[2]
JOBS = "3"

pytestmark = pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="signals and /proc, as Linux has them")


def export(run: Path, out: Path, *options: str) -> subprocess.Popen[str]:
    """An export in a process group of its own, as a shell starts it; large pictures keep it busy for a while."""
    command = [sys.executable, "-m", "labelpass", "export", run, "--format", "nyu", "--out", out, "--jobs", JOBS]
    return subprocess.Popen(
        [*command, "--size", "640x480", *options],
        cwd=REPOSITORY,
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def partial(folder: Path) -> list[Path]:
    return list(folder.glob(".*partial*"))


def wait_for(what: Callable[[], object]) -> None:
    end = time.monotonic() + 60
    while not what():
        assert time.monotonic() < end
        time.sleep(0.005)


def wait_until_frames_are_done(folder: Path, already: int = 0) -> None:
    wait_for(lambda: any(journal.count(left) > already for left in partial(folder)))


def goes_on(run: Path, folder: Path, *options: str) -> tuple[int, dict[str, bytes]]:
    """The same command again: how many frames were there, and the dataset."""
    process = export(run, folder / "out", *options)
    said, errors = process.communicate(timeout=60)
    assert process.returncode == 0, errors
    assert os.listdir(folder) == ["out"]
    found = re.search(r"(\d+) frames were there", said)
    return int(found[1]) if found else 0, files_of(folder / "out")


def children(pid: int) -> list[int]:
    return list(map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split()))


def is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_run(tmp_path_factory.mktemp("runs") / "r", views=48)


@pytest.fixture(scope="module")
def whole(run: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The dataset of an export that nobody interrupts."""
    return goes_on(run, tmp_path_factory.mktemp("whole"))[1]


def stop_group(process: subprocess.Popen[str], number: int) -> None:
    os.killpg(process.pid, number)


def stop_alone(process: subprocess.Popen[str], number: int) -> None:
    process.send_signal(number)


@pytest.mark.parametrize(
    ("number", "stop", "code"),
    [
        (signal.SIGINT, stop_group, 130),
        pytest.param(signal.SIGTERM, stop_alone, 143, marks=pytest.mark.slow),
        pytest.param(signal.SIGTERM, stop_group, 143, marks=pytest.mark.slow),
    ],
)
@pytest.mark.parametrize("twice", [False, pytest.param(True, marks=pytest.mark.slow)])
def test_a_signal_leaves_what_the_same_command_goes_on_with(
    run: Path,
    whole: dict[str, bytes],
    tmp_path: Path,
    number: int,
    stop: Callable[[subprocess.Popen[str], int], None],
    code: int,
    twice: bool,
) -> None:
    process = export(run, tmp_path / "out")
    wait_until_frames_are_done(tmp_path)
    stop(process, number)
    if twice:
        time.sleep(0.02)
        stop(process, number)
    _, said = process.communicate(timeout=60)
    assert process.returncode == code, said
    assert "Traceback" not in said
    (left,) = partial(tmp_path)
    assert os.listdir(tmp_path) == [left.name]
    done = journal.count(left)
    assert 0 < done < 48 and f"{done} frame" in said and f"remove {left}" in said
    before = files_of(tmp_path)
    time.sleep(0.3)  # nobody writes on
    assert files_of(tmp_path) == before
    if not twice:
        assert goes_on(run, tmp_path) == (done, whole)


def test_a_signal_while_processes_start_leaves_nothing(run: Path, tmp_path: Path) -> None:
    for _ in range(3):
        process = export(run, tmp_path / "out")
        wait_for(lambda: partial(tmp_path))
        stop_group(process, signal.SIGINT)
        _, said = process.communicate(timeout=60)
        assert process.returncode == 130 and "Traceback" not in said, said
        assert os.listdir(tmp_path) == [] and "goes on" not in said


def kill(run: Path, folder: Path, already: int = 0) -> Path:
    """Start an export and kill it when it has done more than is there already; what it left."""
    process = export(run, folder / "out")
    wait_until_frames_are_done(folder, already)
    workers = children(process.pid)
    assert len(workers) >= int(JOBS)
    process.kill()
    process.wait()
    process.stderr.close()
    process.stdout.close()
    wait_for(lambda: not any(is_running(worker) for worker in workers))
    (left,) = partial(folder)
    return left


def test_what_a_kill_leaves_is_gone_on_with(run: Path, whole: dict[str, bytes], tmp_path: Path) -> None:
    done = journal.count(kill(run, tmp_path))
    again = journal.count(kill(run, tmp_path, done))
    assert again > done
    assert goes_on(run, tmp_path) == (again, whole)


def test_what_a_power_cut_leaves_is_not_believed(run: Path, whole: dict[str, bytes], tmp_path: Path) -> None:
    """A disk that has the journal and not the files: gone, empty, of the right size with other bytes; half a line."""
    left = kill(run, tmp_path)
    files = sorted(path for path in left.rglob("*.png") if path.stat().st_size)
    files[0].unlink()
    files[1].write_bytes(b"")
    data = bytearray(files[-1].read_bytes())
    data[len(data) // 2] ^= 1
    files[-1].write_bytes(data)
    (lines,) = list((left / journal.FOLDER).glob("[0-9]*"))[:1]
    lines.write_bytes(lines.read_bytes()[:-9])
    assert goes_on(run, tmp_path)[1] == whole


@pytest.mark.slow
def test_what_another_command_left_is_swept(run: Path, tmp_path: Path) -> None:
    kill(run, tmp_path)
    again = export(run, tmp_path / "out", "--size", "8x8")
    _, said = again.communicate(timeout=60)
    assert again.returncode == 0, said
    assert os.listdir(tmp_path) == ["out"]


def test_a_refusal_leaves_nothing(run: Path, tmp_path: Path) -> None:
    bad = frame_folder(run, 4) / "labels.exr"
    data = bad.read_bytes()
    bad.write_bytes((frame_folder(run, 5) / "labels.exr").read_bytes())
    try:
        for attempt in range(2):
            process = export(run, tmp_path / "out")
            _, said = process.communicate(timeout=60)
            assert process.returncode == 1 and "wrong checksum" in said, said
            assert os.listdir(tmp_path) == [], attempt
    finally:
        bad.write_bytes(data)


@pytest.mark.slow
def test_a_refusal_while_others_write_leaves_nothing(run: Path, tmp_path: Path) -> None:
    """Runs of two sizes: the caller refuses, and no process knows."""
    other = write_run(tmp_path / "z", scene="other", views=48, size=(500, 500))
    (tmp_path / "new").mkdir()
    code = (
        "import sys; from pathlib import Path; from postprocess.dataset import export\n"
        "if __name__ == '__main__':\n"
        "    try: export([Path(p) for p in sys.argv[2:]], Path(sys.argv[1]), 'segnet', jobs=3)\n"
        "    except ValueError as error: kept = error; print([*Path(sys.argv[1]).parent.iterdir()])\n"
    )
    script = tmp_path / "script.py"
    script.write_text(code)
    done = subprocess.run(
        [sys.executable, script, tmp_path / "new" / "out", run, other],
        env=os.environ | {"PYTHONPATH": str(REPOSITORY)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "[]", done.stdout + done.stderr
