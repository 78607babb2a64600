"""An experiment carried out, with small networks and pictures that need no Blender; and what its page says is done."""

from __future__ import annotations

import json
import shlex
import shutil
from pathlib import Path

import pytest
from in_process import Said, run_here

pytest.importorskip("torch", reason="PyTorch is not installed: make test-training")

WRITTEN = """
question: Do many rectangles teach more than three?
pictures: 90
train: {net: unet, width: 0.1}
data:
  many: {recipe: rectangles, count: 40, seed: 1, settings: {size: [32, 32]}}
  three: {like: many, count: 3, grows: false, export: {split: 1/0/0}}
models:
  many: {data: many}
  three: {data: three}
tests:
  new: {like: many, count: 10, seed: 2}
"""


def run(folder: Path, *words: str) -> Said:
    return run_here(
        folder, "experiments", "run", "mine.yaml", "--out=out", "--repeats=2", "--threads=1", "--jobs=1", *words
    )


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    folder = tmp_path_factory.mktemp("experiment")
    (folder / "mine.yaml").write_text(WRITTEN)
    carried_out = run(folder)
    assert carried_out.returncode == 0, carried_out.stderr
    return folder, carried_out.stdout


def test_it_is_carried_out(done: tuple[Path, str]) -> None:
    folder, said = done
    assert "labelpass: 53 frames, 4 trainings of 90 pictures" in said
    networks = json.loads((folder / "out" / "results.json").read_text())["tests"]["new"]["networks"]
    assert [*networks] == ["many", "three"]
    for network in networks.values():
        assert len(network["mean_iou"]["trainings"]) == 2 and 0 < network["mean_iou"]["value"] < 1
    logs = [
        len((folder / "out" / "models" / name / "log.jsonl").read_text().splitlines()) for name in ("many-0", "three-1")
    ]
    assert logs == [3, 30]  # of 32 pictures, and of 3, 90 are seen


def test_the_same_command_goes_on_and_changes_nothing(done: tuple[Path, str]) -> None:
    folder, _ = done
    result = (folder / "out" / "results.html").read_bytes()
    (folder / "out" / "results.html").unlink()
    (folder / "out" / "predictions" / "three-1" / "new" / "rectangles_000003.png").unlink()
    again = run(folder)
    assert again.returncode == 1 and "has no prediction for 1 of 10 pictures" in again.stderr
    for path in (folder / "out" / "predictions" / "three-1" / "new").iterdir():
        path.unlink()
    (folder / "out" / "predictions" / "three-1" / "new").rmdir()
    again = run(folder)
    assert again.returncode == 0, again.stderr
    assert (folder / "out" / "results.html").read_bytes() == result


def test_a_network_that_is_trained_anew_predicts_anew(done: tuple[Path, str]) -> None:
    """Here its place is taken by another one, whose predictions say other things."""
    folder, _ = done
    models, predictions = folder / "out" / "models", folder / "out" / "predictions"
    before = (predictions / "many-1" / "new" / "made_from.json").read_bytes()
    shutil.copytree(models / "many-1", folder / "kept")
    for name in ("best.pt", "last.pt"):
        shutil.copy(models / "many-0" / name, models / "many-1" / name)
    refused = run(folder)
    assert refused.returncode == 1 and "holds a model of other settings (seed 0, not 1)" in refused.stderr
    shutil.copy(folder / "kept" / "last.pt", models / "many-1" / "last.pt")  # best.pt is still that of many-0
    assert run(folder).returncode == 0
    networks = json.loads((folder / "out" / "results.json").read_text())["tests"]["new"]["networks"]
    assert len(set(networks["many"]["mean_iou"]["trainings"])) == 1
    shutil.rmtree(models / "many-1")
    (folder / "kept").rename(models / "many-1")
    assert run(folder).returncode == 0
    assert (predictions / "many-1" / "new" / "made_from.json").read_bytes() == before


def test_other_wishes_need_another_folder(done: tuple[Path, str]) -> None:
    folder, _ = done
    refused = run(folder, "--times=2")
    assert refused.returncode == 1 and "times is 1.0 there and 2.0 here" in refused.stderr


def test_the_page_says_how_to_do_it_by_hand(done: tuple[Path, str], tmp_path: Path) -> None:
    page = (done[0] / "out" / "results.html").read_text()
    commands = page.partition("<pre>")[2].partition("</pre>")[0].replace("&#x27;", "'").replace("&quot;", '"')
    first = [line for line in commands.splitlines() if "many" in line][:2]
    assert [line.split()[1] for line in first] == ["dataset", "train"]
    for line in first:
        by_hand = run_here(tmp_path, *shlex.split(line)[1:])
        assert by_hand.returncode == 0, by_hand.stderr
    ours, theirs = (folder / "data" / "many" / "dataset" / "checksums.txt" for folder in (tmp_path, done[0] / "out"))
    assert ours.read_bytes() == theirs.read_bytes()
