"""From a recipe to a dataset: pictures that are drawn, a scene that is rendered, and going on where it was stopped."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import cv2
import numpy as np
import pytest

from blender_addon.contract.machine import this_machine
from blender_addon.contract.run import read_plan, read_record
from blender_addon.label_sets import label_files
from labelpass import main
from postprocess.manifest import NAME
from recipes.folder import begin
from recipes.make import Wish, make
from recipes.makers import sweep
from recipes.recipe_file import read_recipe
from recipes.rehearsal import rehearse
from recipes.rendered import label_set_of
from scenes.drawn import Pages, frame_rng
from scenes.rectangles import ART, LABEL_SET, Settings, draw

SMALL = ["size=[40, 30]", "export.format=nyu", "export.void=apart"]


def made(tmp_path: Path, count: int, *changes: str, seed: int = 0, jobs: int = 1) -> Path:
    out = tmp_path / "out"
    summary, code = make(read_recipe("rectangles", [*SMALL, *changes]), Wish(out, count, seed, jobs))
    assert code == 0 and (summary is None or sum(summary.frames.values()) == count)
    return out / "dataset"


def files_of(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_pictures_and_labels_are_those_that_were_drawn(tmp_path: Path) -> None:
    dataset = made(tmp_path, 10, seed=3)
    for frame in range(1, 11):
        drawn = draw(Settings((40, 30)), frame_rng(3, frame))
        image = cv2.imread(str(next(dataset.rglob(f"images/rectangles_{frame:06d}.png"))), cv2.IMREAD_COLOR_RGB)
        label = cv2.imread(str(next(dataset.rglob(f"labels/rectangles_{frame:06d}.png"))), cv2.IMREAD_UNCHANGED)
        assert (image == drawn.image).all()
        assert ((label == ART) == (drawn.labels == ART)).all()
    told = json.loads((dataset / NAME).read_text())
    assert [(source["kind"], source["frames"], source["seed"]) for source in told["sources"]] == [("drawn", 10, 3)]
    assert told["warnings"] == []


def test_things_are_told_apart(tmp_path: Path) -> None:
    dataset = made(tmp_path, 4, "export.format=coco", "export.void=", "rectangles=3", "side=[0.1, 0.2]")
    for frame in range(1, 5):
        assert draw(Settings((40, 30), (3, 3), (0.1, 0.2)), frame_rng(0, frame)).instances.max() == 3
    files = sorted((dataset / "annotations").glob("instances_*.json"))
    told = [json.loads(path.read_text()) for path in files]
    art = [each for file in told for each in file["annotations"] if each["category_id"] == 1]
    assert len(art) == 12 and all(each["area"] == each["bbox"][2] * each["bbox"][3] for each in art)


def test_two_processes_make_the_same_bytes(tmp_path: Path) -> None:
    one = files_of(made(tmp_path / "one", 5))
    assert files_of(made(tmp_path / "two", 5, jobs=2)) == one


def test_more_frames_of_the_same_leave_those_there_as_they_are(tmp_path: Path) -> None:
    few = files_of(made(tmp_path, 3, "export.split=1/0/0"))
    more = files_of(made(tmp_path, 5, "export.split=1/0/0"))
    pictures = [name for name in few if name.endswith(".png")]
    assert len(pictures) >= 6 and all(more[name] == few[name] for name in pictures)
    assert not (tmp_path / "out" / "dataset-next").exists()
    before = (tmp_path / "out" / "dataset" / NAME).stat().st_mtime_ns
    made(tmp_path, 5, "export.split=1/0/0")
    assert (tmp_path / "out" / "dataset" / NAME).stat().st_mtime_ns == before


def test_a_dataset_that_grows_keeps_its_splits(tmp_path: Path) -> None:
    def splits(dataset: Path) -> dict[str, str]:
        return {name: part for part in ("train", "val", "test") for name in _listed(dataset, part)}

    few = splits(made(tmp_path, 20))
    more = made(tmp_path, 60)
    assert few.items() <= splits(more).items()
    assert files_of(more) == files_of(made(tmp_path / "at once", 60))
    told = json.loads((more / NAME).read_text())["split"]
    assert told["frames"] == {"train": 48, "val": 6, "test": 6} and told["method"] == "frame, by its number"


def _listed(dataset: Path, part: str) -> list[str]:
    return (dataset / f"{part}.txt").read_text().split()


def test_a_smaller_count_says_what_it_leaves_out(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["dataset", "rectangles", "--out", str(tmp_path / "out"), "--jobs", "1", "--set", "size=[30, 20]"]
    assert main([*words, "--count", "10"]) == 0 and "left out" not in capsys.readouterr().out
    assert main([*words, "--count", "5"]) == 0
    told = "labelpass: 5 of 10 frames are left out of the dataset now; --count 10 brings them back\n"
    assert told in capsys.readouterr().out
    assert main([*words, "--count", "4"]) == 0
    assert "1 of 5 frames is left out of the dataset now; --count 5 brings it back" in capsys.readouterr().out


def test_a_folder_that_another_process_makes_is_left_alone(tmp_path: Path) -> None:
    out = tmp_path / "above" / "out"
    out.mkdir(parents=True)
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    theirs, left = (out / f".recipe.json-made-by-{this_machine()}-{pid}" for pid in (os.getppid(), dead.pid))
    elsewhere = out / f".recipe.json-made-by-{this_machine()}x-{os.getppid()}"
    for path in (theirs, left, elsewhere):
        path.write_text("")
        os.utime(path, (1, 1))
    asked = read_recipe("rectangles", SMALL)
    with pytest.raises(ValueError, match=f"being made by another labelpass, process {os.getppid()} of this machine"):
        make(asked, Wish(out, 3, 0, 1))
    assert sorted(out.iterdir()) == sorted({theirs, elsewhere} | ({left} & {*out.iterdir()}))
    os.utime(theirs, (4e9, 4e9))  # who came later gives way
    assert make(asked, Wish(out, 3, 0, 1))[1] == 0
    assert sorted(path.name for path in out.iterdir()) == sorted(
        [theirs.name, elsewhere.name, "dataset", "recipe.json"]
    )


def test_half_written_scenes_of_dead_processes_are_swept(tmp_path: Path) -> None:
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    names = [f".0001-{this_machine()}-{dead.pid}.blend", f".0002-{this_machine()}-{os.getppid()}.blend"]
    names += [f".0003-other{this_machine()}-{dead.pid}.blend", "0004.blend", ".mine"]
    for name in names:
        (tmp_path / name).write_text("half")
    sweep(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {*names[1:]}
    sweep(tmp_path / "none")


def test_what_no_export_wrote_is_never_thrown_away(tmp_path: Path) -> None:
    dataset = made(tmp_path, 3, "export.split=1/0/0")
    (dataset / "model").mkdir()
    (dataset / "model" / "best.pt").write_text("days of training")
    with pytest.raises(ValueError, match=r"holds model/best\.pt, which no export wrote: move it away"):
        made(tmp_path, 4, "export.split=1/0/0")
    assert (dataset / "model" / "best.pt").read_text() == "days of training"


def test_a_kill_between_two_names_is_mended(tmp_path: Path) -> None:
    made(tmp_path, 3, "export.split=1/0/0").rename(tmp_path / "out" / "dataset-next")
    (tmp_path / "out" / ".recipe.json-there-1").write_text("half")
    made(tmp_path, 3, "export.split=1/0/0")
    assert not (tmp_path / "out" / "dataset-next").exists() and (tmp_path / "out" / "dataset" / NAME).is_file()


def test_a_start_that_was_killed_leaves_a_folder_that_can_be_used(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / ".recipe.json-there-1").write_text("half")
    made(tmp_path, 3, "export.split=1/0/0")


def test_a_folder_is_of_one_recipe(tmp_path: Path) -> None:
    made(tmp_path, 2)
    with pytest.raises(ValueError, match="was made otherwise: seed is 0 there and 1 here; name another --out"):
        made(tmp_path, 2, seed=1)
    with pytest.raises(ValueError, match=r"otherwise: settings\.gap is 2 there and 5 here; name"):
        made(tmp_path, 2, "gap=5")
    made(tmp_path, 2, "gap=2")  # as it is by default
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "notes.txt").write_text("mine")
    with pytest.raises(ValueError, match="is there already, and has no recipe"):
        begin(tmp_path / "full", {})
    assert (tmp_path / "full" / "notes.txt").read_text() == "mine"


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["dataset", "rectangles", "--count", "10", "--out", str(tmp_path / "out"), "--jobs", "1"]
    words += ["--set", "size=[30, 20]"]
    assert main(words) == 0
    said = capsys.readouterr()
    assert "fastai-tif, rectangles, 30x20, 8 train, 1 val, 1 test" in said.out and "warning" not in said.err
    assert main(words) == 0 and "its 10 frames are there already" in capsys.readouterr().out
    assert main(["dataset", "rectangles", "--count", "0", "--out", str(tmp_path / "none")]) == 1
    assert "--count goes from 1" in capsys.readouterr().err and not (tmp_path / "none").exists()
    assert main(["scenes", "list"]) == 0 and "rectangles" in capsys.readouterr().out
    assert main(["scenes", "build", "rectangles", "--out", str(tmp_path / "x.blend")]) == 1
    assert "draws its pictures without Blender" in capsys.readouterr().err


def test_masks_are_tif_and_read_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["dataset", "rectangles", "--count", "10", "--seed", "3", "--out", str(tmp_path / "out"), "--jobs", "1"]
    assert main([*words, "--set", "size=[40, 30]"]) == 0
    dataset = tmp_path / "out" / "dataset"
    for folder in ("scenes", "masks"):
        assert len([*dataset.glob(f"{folder}/*"), *dataset.glob(f"test/{folder}/*")]) == 10
    masks = [*dataset.rglob("masks/*")]
    for path in masks:
        drawn = draw(Settings((40, 30)), frame_rng(3, int(path.stem[-6:])))
        mask = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
        assert path.suffix == ".tif" and mask.shape == (30, 40) and ((mask == 0) == (drawn.labels == ART)).all()
    capsys.readouterr()
    assert main(["verify", str(dataset)]) == 0 and "every file is as it was exported" in capsys.readouterr().out
    masks[0].write_bytes(masks[0].read_bytes()[:-20])
    assert main(["verify", str(dataset)]) == 1
    assert f"{masks[0].name} is no whole TIFF" in capsys.readouterr().out


def test_a_broken_draw_leaves_nothing(tmp_path: Path) -> None:
    def pages(settings: Settings, seed: int) -> Pages:
        return Pages(LABEL_SET, partial(_of_no_label, settings))

    asked = replace(read_recipe("rectangles", SMALL), module=SimpleNamespace(pages=pages, Settings=Settings))
    with pytest.raises(ValueError, match="drawn with label 77, which 'rectangles' has not"):
        make(asked, Wish(tmp_path / "out", 3, 0, 1))
    assert not (tmp_path / "out" / "dataset").exists()


def _of_no_label(settings: Settings, frame: int):
    drawn = draw(settings, frame_rng(0, frame))
    drawn.labels[0, 0] = 77
    return drawn


@pytest.fixture(scope="module")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("recipes") / "studio"
    changes = ["render.size=16x12", "render.samples=1", "render.label_supersample=1", "export.split=1/0/0"]
    assert make(read_recipe("studio", changes), Wish(out, 2, 5, 1))[1] == 0
    return out


def test_a_scene_is_built_rendered_and_exported(rendered: Path) -> None:
    assert (rendered / "scenes" / "0001.blend").is_file()
    plan = read_plan(rendered / "runs" / "0001")
    assert len(plan.views) == 12 and plan.settings.size == (16, 12)
    expected = int(np.random.SeedSequence([5, 1]).generate_state(1)[0])
    assert plan.settings.seed == expected
    told = json.loads((rendered / "dataset" / NAME).read_text())
    assert sum(source["frames"] for source in told["sources"]) == 2
    assert not any("unfinished" in warning for warning in told["warnings"])


@pytest.mark.slow
def test_a_frame_without_a_whole_record_is_rendered_again(rendered: Path, tmp_path: Path) -> None:
    """And with it the scene is asked for again, whether the folder is empty or its record broken off."""
    out = tmp_path / "out"
    shutil.copytree(rendered, out)
    shutil.rmtree(out / "dataset")
    frames = out / "runs" / "0001" / "frames"
    for file in (frames / "000001").iterdir():
        file.unlink()
    record = (frames / "000002" / "frame.json").read_text()
    (frames / "000002" / "frame.json").write_text(record[:100])
    changes = ["render.size=16x12", "render.samples=1", "render.label_supersample=1", "export.split=1/0/0"]
    assert make(read_recipe("studio", changes), Wish(out, 2, 5, 1))[1] == 0
    for number in (1, 2):
        again, before = (read_record(folder / "runs" / "0001", number)["files"] for folder in (out, rendered))
        assert {name: file["checksum"] for name, file in again.items()} == {
            name: file["checksum"] for name, file in before.items()
        }
    assert (out / "dataset" / NAME).is_file()


def test_a_scene_that_cannot_be_built_is_told_and_the_folder_is_free_again(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    for name in "ab":
        (tmp_path / f"{name}.png").write_bytes(b"torn")
    asked = read_recipe("picture_frames", [f"art={tmp_path}", "empty=0"])
    made_of_it, code = make(asked, Wish(tmp_path / "out", 2, 0, 1))
    assert made_of_it is None and code == 1
    told = capfd.readouterr().err
    assert "art: Blender cannot read the picture" in told and "was not built (exit code 1)" in told
    assert not list((tmp_path / "out" / "scenes").iterdir())
    begin(tmp_path / "out", {"recipe": {}, "settings": {"art": "another"}})
    assert json.loads((tmp_path / "out" / "recipe.json").read_text())["settings"] == {"art": "another"}


@pytest.mark.parametrize(
    "recipe, setting", [("picture_frames", "art"), ("picture_frames", "models"), ("rooms", "assets")]
)
def test_folders_of_no_use_are_refused_before_anything_is_made(recipe: str, setting: str, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    for place in (tmp_path / "empty", tmp_path / "nowhere"):
        with pytest.raises(ValueError, match=f"{setting}: .*{place.name}"):
            make(read_recipe(recipe, [f"{setting}={place}"]), Wish(tmp_path / "out", 1, 0, 1))
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    "file", ["scenes/0001.blend", "runs/0001/plan.json", ".dataset.partial-node-1/1.png", "mine.txt"]
)
def test_a_folder_that_holds_something_is_not_begun_anew(file: str, tmp_path: Path) -> None:
    begin(tmp_path, {"seed": 1})
    (tmp_path / "scenes").mkdir()
    begin(tmp_path, {"seed": 2})
    (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / file).write_text("made")
    with pytest.raises(
        ValueError, match="otherwise: more is not said there and 3 here; seed is 2 there and 1 here; name"
    ):
        begin(tmp_path, {"seed": 1, "more": 3})


@pytest.mark.slow
def test_scenes_of_a_folder_that_has_the_same_ones_are_taken(
    rendered: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    changes = ["render.size=10x8", "render.samples=1", "render.label_supersample=1", "export.split=1/0/0"]
    assert make(read_recipe("studio", changes), Wish(tmp_path / "out", 1, 5, 1, like=rendered))[1] == 0
    theirs, mine = (folder / "scenes" / "0001.blend" for folder in (rendered, tmp_path / "out"))
    assert mine.samefile(theirs) and "scene 0001" not in capfd.readouterr().out
    assert [path.name for path in mine.parent.iterdir()] == ["0001.blend"]


def test_fewer_rendered_frames_leave_those_behind_them_out(rendered: Path) -> None:
    changes = ["render.size=16x12", "render.samples=1", "render.label_supersample=1", "export.split=1/0/0"]
    made_of_it, code = make(read_recipe("studio", changes), Wish(rendered, 1, 5, 1))
    assert code == 0 and made_of_it.frames["train"] == 1 and "1 of 2 frames is left out" in made_of_it.notes[-1]
    assert make(read_recipe("studio", changes), Wish(rendered, 1, 5, 1)) == (None, 0)
    assert make(read_recipe("studio", changes), Wish(rendered, 2, 5, 1))[0].frames["train"] == 2


def test_what_is_missing_is_made_again(rendered: Path) -> None:
    label = next((rendered / "dataset").rglob("trainannot/*.png"))
    before = label.read_bytes()
    shutil.rmtree(rendered / "dataset")
    frame = rendered / "runs" / "0001" / "frames" / "000002"
    shutil.rmtree(frame)
    changes = ["render.size=16x12", "render.samples=1", "render.label_supersample=1", "export.split=1/0/0"]
    assert make(read_recipe("studio", changes), Wish(rendered, 2, 5, 1))[1] == 0
    assert label.read_bytes() == before and frame.is_dir()


@pytest.mark.parametrize(
    ("recipe", "changes", "told"),
    [
        ("balloons", ["export.format=coco"], r"export\.background_class: format coco has no such option.*=null"),
        (
            "balloons",
            ["export.format=coco", "export.background_class=null", "render.with=depth"],
            r"export\.format=coco needs instances of each frame: add --set 'render\.with=\[depth, instances\]'",
        ),
        ("studio", ["export.ignore_impure=0.6", "render.label_supersample=1"], r"purity.*render\.label_supersample=3"),
        ("studio", ["export.split_assets=chair"], r"export\.split_assets needs instances"),
        ("studio", ["export.split_assets=chiar", "render.with=instances"], "chiar"),
        ("studio", ["export.keep=wal"], "--keep: .*wal"),
        ("studio", ["export.split=0.5/0.1/0.1"], "0.5"),
        ("picture_frames", ["export.labels=nyu13", "export.keep=art"], "--keep: .*art"),
        ("rectangles", ["export.format=nyu-mat", "export.ignore_impure=0.5"], "rectangles draws its pictures without"),
        ("rectangles", ["export.ignore=0"], "0"),
        ("rectangles", ["export.split_by=frame"], r"split_by=frame: 2 frames cannot fill 3 splits; ask for 3 at least"),
        ("studio", ["export.split_by=scene", "export.split=0.5/0.5/0"], r"cannot fill 2 splits; ask for 13 at least"),
        ("rectangles", ["export.ignore_boundary=-3"], "-3 pixels beside edges"),
    ],
)
def test_a_dataset_that_cannot_be_is_refused_before_anything_is_made(
    recipe: str, changes: list[str], told: str, tmp_path: Path
) -> None:
    with pytest.raises(ValueError, match=told):
        make(read_recipe(recipe, changes), Wish(tmp_path / "out", 2, 0, 1))
    assert not (tmp_path / "out").exists()


def test_what_each_recipe_exports_by_itself_is_not_refused() -> None:
    for name in ("balloons", "picture_frames", "rooms", "studio"):
        asked = read_recipe(name)
        target = label_files.read(asked.export.labels) if asked.export.labels else None
        assert label_set_of(asked) is not None
        rehearse(asked, label_set_of(asked), target, 1)
