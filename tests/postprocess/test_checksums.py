"""`checksums.txt` of a dataset, held against hashlib and against `sha256sum` itself."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from pathlib import Path

import pytest

from postprocess.checksums import NAME, checksum_lines, checksums, files_below, read_checksums
from postprocess.dataset import export
from postprocess.errors import ExportError


def test_every_file_of_an_export_and_no_other(run, tmp_path):
    out = tmp_path / "out"
    export([run], out, "nyu", jobs=2)
    lines = read_checksums((out / NAME).read_text())
    files = {path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file()}
    assert lines.keys() == files - {NAME} and list(lines) == sorted(lines)
    assert all(hashlib.sha256((out / path).read_bytes()).hexdigest() == found for path, found in lines.items())


@pytest.mark.skipif(shutil.which("sha256sum") is None, reason="no sha256sum on this machine")
def test_sha256sum_reads_it(run, tmp_path):
    out = tmp_path / "out"
    export([run], out, "segnet")

    def check() -> subprocess.CompletedProcess[str]:
        command = ["sha256sum", "-c", "--quiet", "--strict", NAME]
        return subprocess.run(command, cwd=out, capture_output=True, text=True, check=False)

    assert check().returncode == 0
    (out / "train.txt").write_text("other")
    assert check().returncode == 1 and "train.txt: FAILED" in check().stdout


def test_it_is_the_same_with_any_number_of_threads(tmp_path):
    for at in range(20):
        (tmp_path / f"{at}.txt").write_text(str(at))
    assert list(checksum_lines(tmp_path, 1)) == list(checksum_lines(tmp_path, 5))


def test_files_are_in_the_order_of_their_whole_paths(tmp_path):
    paths = ["a-b/x", "a.txt", "a/b/c", "a/b0", "a0", "z", "\u00e9/y"]  # "-" and "." come before "/", "0" after it
    for path in paths:
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text("")
    (tmp_path / "loop").symlink_to(tmp_path / "a", target_is_directory=True)
    assert files_below(tmp_path) == sorted(paths) == paths


def test_hidden_files_are_nobodys(tmp_path):
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "x").write_text("")
    (tmp_path / "a").write_text("")
    (tmp_path / NAME).write_text("")
    assert files_below(tmp_path) == ["a"]


def test_what_cannot_be_read_is_named(tmp_path):
    ((path, found),) = checksums(tmp_path, ["gone.png"])
    assert path == "gone.png" and isinstance(found, OSError)


@pytest.mark.parametrize("path", ["/x", "../x", "a/../../x", "C:/x", "a\\b"])
def test_a_path_that_leads_elsewhere_is_refused(path):
    with pytest.raises(ExportError, match="line 1"):
        read_checksums(f"{'0' * 64}  {path}\n")


def test_a_binary_mark_is_read():
    assert read_checksums(f"{'a' * 64} *x y.png\n") == {"x y.png": "a" * 64}
    assert Path(NAME).suffix == ".txt"
