"""No asset in two splits: by groups of frames that share some, or by dealing the assets themselves."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_inputs import checksum, write_run
from small_things import write_run_of_things

from blender_addon.contract.run import RECORD, frame_folder
from labelpass import main
from postprocess.asset_splits import AssetWish, connected_groups, shown_assets, split_by_assets
from postprocess.dataset import export
from postprocess.errors import ExportError
from postprocess.run_frames import frames_of_runs
from postprocess.splits import SPLITS, FrameKey

CHAIR, SOFA, WALL = 5, 6, 1
EVEN = (0.4, 0.3, 0.3)


def furnished(run: Path, *frames: tuple[str, ...]) -> Path:
    """A run whose frames show these objects, called after their labels, and all the wall."""
    write_run_of_things(run, views=len(frames))
    for number, objects in enumerate(frames, start=1):
        folder = frame_folder(run, number)
        labels = {"Chair": CHAIR, "Sofa": SOFA, "Wall": WALL}
        rows = [
            {"object": name, "label": labels[name.split(" ")[0].split(".")[0]], "labels": []}
            for name in (*objects, "Wall")
        ]
        text = json.dumps({"schema": 1, "instances": rows}).encode()
        (folder / "instances.json").write_bytes(text)
        record = json.loads((folder / RECORD).read_text())
        record["files"]["instances.json"] |= {
            "checksum": checksum(np.frombuffer(text, np.uint8)), "shape": [len(text)]
        }  # fmt: skip
        (folder / RECORD).write_text(json.dumps(record))
    return run


def split_of(run: Path, wish: AssetWish, fractions=EVEN, seed: int = 0):
    return split_by_assets(frames_of_runs([run]), wish, fractions, np.random.default_rng(seed))


def test_copies_are_one_asset_and_other_labels_do_not_count(tmp_path: Path) -> None:
    run = furnished(tmp_path / "run", ("Chair oak", "Sofa"), ("Chair oak.001",), ("Chair steel.002 [lib.blend]",), ())
    shown = shown_assets(frames_of_runs([run]), ["chair"])
    assert [*shown.values()] == [{"Chair oak"}, {"Chair oak"}, {"Chair steel [lib.blend]"}, set()]


def test_a_part_counts_by_its_own_label(tmp_path: Path) -> None:
    run = furnished(tmp_path / "run", ("Chair oak",))
    path = frame_folder(run, 1) / "instances.json"
    text = path.read_text().replace('"labels": []', f'"labels": [[{SOFA}, 40]]')
    path.write_text(text)
    record = json.loads((frame_folder(run, 1) / RECORD).read_text())
    data = np.frombuffer(text.encode(), np.uint8)
    record["files"]["instances.json"] |= {"checksum": checksum(data), "shape": [len(data)]}
    (frame_folder(run, 1) / RECORD).write_text(json.dumps(record))
    assert shown_assets(frames_of_runs([run]), ["sofa"])["run_000001"] == {"Chair oak", "Wall"}


def test_frames_that_share_an_asset_stay_together(tmp_path: Path) -> None:
    run = furnished(
        tmp_path / "run",
        *[("Chair a", "Sofa x"), ("Chair b", "Sofa x"), ("Chair b",)],  # one chain
        *[("Chair c",), ("Chair c",), ("Sofa y",)],
    )
    for seed in range(5):
        collection, split = split_of(run, AssetWish(("chair", "sofa")), seed=seed)
        parts = [split.of[f"run_{number:06d}"] for number in range(1, 7)]
        assert len(collection.frames) == 6
        assert len(set(parts[:3])) == 1 and parts[3] == parts[4] and set(parts) == set(SPLITS)
        assert split.method == "assets of chair, sofa"
        told = ", ".join(f"{3 if part == parts[0] else 1} in {part}" for part in SPLITS)
        assert split.warnings[0] == f"assets of chair and sofa: {told}"


def test_all_in_one_chain_is_refused_and_says_what_helps(tmp_path: Path) -> None:
    run = furnished(tmp_path / "run", ("Chair a", "Chair b"), ("Chair b", "Chair c"), ("Chair c",))
    with pytest.raises(ExportError, match=r"1 group of frames .* cannot fill 3 splits; --leave-out-mixed"):
        split_of(run, AssetWish(("chair",)))


def test_assets_dealt_and_mixed_frames_left_out(tmp_path: Path) -> None:
    names = "abcdef"
    pairs = [(f"Chair {one}", f"Chair {two}") for one in names for two in names if one <= two]
    run = furnished(tmp_path / "run", *pairs)
    collection, split = split_of(run, AssetWish(("chair",), leave_out=True))
    shown = shown_assets(frames_of_runs([run]), ["chair"])
    of_asset: dict[str, set[str]] = {}
    for name, part in split.of.items():
        for asset in shown[name]:
            of_asset.setdefault(asset, set()).add(part)
    assert len(of_asset) == 6 and all(len(parts) == 1 for parts in of_asset.values())
    # Six chairs in 21 pairs: two a split make three pairs each, and the twelve pairs across are left out.
    assert len(split.of) == len(collection.frames) == 9
    assert "2 in train, 2 in val, 2 in test; 12 frames left out" in split.warnings[0]


def test_refusals(tmp_path: Path) -> None:
    run = furnished(tmp_path / "run", ("Chair a",), ("Chair a",))
    for labels, said in (
        (("chiar",), "--split-assets: label set 'nyu40' has no label 'chiar'; did you mean chair"),
        (("bed",), "no frame shows bed, so there are no assets to split by"),
    ):
        with pytest.raises(ExportError, match=said):
            split_of(run, AssetWish(labels))
    with pytest.raises(ExportError, match="1 asset cannot fill 3 splits"):
        split_of(run, AssetWish(("chair",), leave_out=True))
    bare = write_run(tmp_path / "bare")
    with pytest.raises(ExportError, match="no instances, which --split-assets needs: render a run with --with inst"):
        split_of(bare, AssetWish(("chair",)))


def test_an_export_by_assets(tmp_path: Path) -> None:
    run = furnished(tmp_path / "run", *[(f"Chair {name}",) for name in "aabbccdd"], ("Chair a", "Chair b"))
    wish = AssetWish(("chair",), leave_out=True)
    made = export([run], tmp_path / "out", "nyu", split=(0.5, 0.25, 0.25), split_assets=wish, jobs=1)
    assert sum(made.frames.values()) in (8, 9) and all(made.frames.values())
    assert json.loads((tmp_path / "out" / "dataset.json").read_text())["split"]["method"] == "assets of chair"


def test_the_words_of_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = furnished(tmp_path / "run", *[(f"Chair {name}",) for name in "abcd"])
    words = ["export", str(run), "--format", "nyu", "--jobs", "1", "--out", str(tmp_path / "out")]
    assert main([*words, "--split-assets", "chair", "--split", "0.5/0.25/0.25"]) == 0
    assert "assets of chair: 2 in train, 1 in val, 1 in test" in capsys.readouterr().err
    for more, said in (
        (["--split-assets", "chair", "--split-by", "view"], "--split-by and --split-assets each say the split"),
        (["--leave-out-mixed"], "--leave-out-mixed goes with --split-assets"),
    ):
        assert main([*words, *more]) == 1 and said in capsys.readouterr().err


@given(st.lists(st.frozensets(st.sampled_from("abcdefgh"), max_size=3), max_size=12))
def test_groups_are_the_classes_of_sharing(shown: list[frozenset[str]]) -> None:
    keys = [FrameKey("scene", "view", at, f"f{at}") for at in range(len(shown))]
    of = {key.name: assets for key, assets in zip(keys, shown)}
    groups = connected_groups(keys, of)
    assert sorted(name for group in groups for name in group) == sorted(of)
    for at, group in enumerate(groups):
        for other in groups[at + 1 :]:
            assert not frozenset.union(*(of[name] for name in group)) & frozenset.union(*(of[name] for name in other))
        reached, rest = {group[0]}, set(group[1:])
        while near := {name for name in rest if any(of[name] & of[there] for there in reached)}:
            reached, rest = reached | near, rest - near
        assert not rest
