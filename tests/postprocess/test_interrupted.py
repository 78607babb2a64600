"""An export that is refused, stopped or killed leaves nothing: real processes, real signals."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from small_inputs import write_run

from blender_addon.contract.run import frame_folder

REPOSITORY = Path(__file__).parents[2]
JOBS = "3"

pytestmark = pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="signals and /proc, as Linux has them")


def export(run: Path, out: Path, *options: str) -> subprocess.Popen[str]:
    """An export in a process group of its own, as a shell starts it; large pictures keep it busy for a while."""
    command = [sys.executable, "-m", "labelpass", "export", run, "--format", "nyu", "--out", out, "--jobs", JOBS]
    return subprocess.Popen(
        [*command, "--size", "900x800", *options],
        cwd=REPOSITORY,
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
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


def wait_until_it_writes(folder: Path) -> None:
    wait_for(lambda: any(path.suffix == ".png" for left in partial(folder) for path in left.rglob("*")))


def children(pid: int) -> list[int]:
    return list(map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split()))


def is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_run(tmp_path_factory.mktemp("runs") / "r", views=60)


def stop_group(process: subprocess.Popen[str], number: int) -> None:
    os.killpg(process.pid, number)


def stop_alone(process: subprocess.Popen[str], number: int) -> None:
    process.send_signal(number)


@pytest.mark.parametrize(
    ("number", "stop", "code"),
    [
        (signal.SIGINT, stop_group, 130),
        (signal.SIGTERM, stop_alone, 143),
        (signal.SIGTERM, stop_group, 143),
    ],
)
@pytest.mark.parametrize("twice", [False, True])
def test_a_signal_leaves_nothing(
    run: Path,
    tmp_path: Path,
    number: int,
    stop: Callable[[subprocess.Popen[str], int], None],
    code: int,
    twice: bool,
) -> None:
    process = export(run, tmp_path / "out")
    wait_until_it_writes(tmp_path)
    stop(process, number)
    if twice:
        time.sleep(0.02)
        stop(process, number)
    _, said = process.communicate(timeout=60)
    assert process.returncode == code, said
    assert "Traceback" not in said
    assert not partial(tmp_path) and not (tmp_path / "out").exists()
    time.sleep(0.3)  # nobody writes on
    assert os.listdir(tmp_path) == []


def test_a_signal_while_processes_start_leaves_nothing(run: Path, tmp_path: Path) -> None:
    for _ in range(3):
        process = export(run, tmp_path / "out")
        wait_for(lambda: partial(tmp_path))
        stop_group(process, signal.SIGINT)
        _, said = process.communicate(timeout=60)
        assert process.returncode == 130 and "Traceback" not in said, said
        assert os.listdir(tmp_path) == []


def test_what_a_kill_leaves_is_swept_by_the_next(run: Path, tmp_path: Path) -> None:
    process = export(run, tmp_path / "out")
    wait_until_it_writes(tmp_path)
    workers = children(process.pid)
    assert len(workers) >= int(JOBS)
    process.kill()
    process.wait()
    process.stderr.close()
    assert partial(tmp_path)
    wait_for(lambda: not any(is_running(worker) for worker in workers))
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


def test_a_refusal_while_others_write_leaves_nothing(run: Path, tmp_path: Path) -> None:
    """Runs of two sizes: the caller refuses, and no process knows."""
    other = write_run(tmp_path / "z", scene="other", views=60, size=(500, 500))
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
