"""`labelpass report`: what is counted of runs and datasets, what is warned of, and that names break out of nothing."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import pytest
from recorded_run import EVIL, HEIGHT, SET, WIDTH, write_recorded
from small_inputs import write_run

import labelpass
from blender_addon.contract.asked import write_asked
from blender_addon.contract.labels import BACKGROUND, IGNORE, built_in
from blender_addon.contract.run import frame_folder
from postprocess.dataset import export
from postprocess.errors import ExportError
from postprocess.report.page import page
from postprocess.report.request import Wishes
from postprocess.report.write import figures_of, report

QUICK = Wishes(pictures=3, pixels=3)
WHOLE = WIDTH * HEIGHT


@pytest.fixture
def recorded(tmp_path: Path) -> Path:
    return write_recorded(tmp_path / "run")


class Reader(HTMLParser):
    """All tags of a page, with their attributes, and its text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def test_counts_of_a_run_are_those_of_its_pixels(recorded):
    found = figures_of(recorded, QUICK)
    counts = found.groups[""]
    assert counts.pixels == {1: 4 * 300, 2: 4 * 600, 3: 2 * 20, BACKGROUND: 4 * 300 - 2 * 20}
    assert counts.images == {1: 4, 2: 4, 3: 2, BACKGROUND: 4} and counts.total == 4 * WHOLE
    assert found.together[1, 2] == 4 and found.together[1, 3] == 2 and found.together_frames == 4
    assert found.sizes == {(WIDTH, HEIGHT): 4}
    assert found.looks.frames == 3 and len(found.looks.pictures) == 3
    assert [each.name for each in found.looks.pictures] == ["1", "3", "4"]


def test_cameras_draws_and_times_of_a_run(recorded):
    found = figures_of(recorded, QUICK)
    assert (found.cameras.ground.x, found.cameras.ground.y) == ((1, 4), (2, 8))
    assert found.cameras.pitches.low == pytest.approx(-10) and found.cameras.heights.high == 1.5
    assert found.cameras.views.low == pytest.approx(90) and found.cameras.stands[0].heading == pytest.approx(90)
    assert (
        found.drawn.numbers["lights", "lights: power"].high == 2 and ("lights", "noise_seed") not in found.drawn.words
    )
    assert found.drawn.words["world", "hdri"] == {EVIL: 4}
    assert found.seconds["image_s"] == 8 and found.timings["write_s"].middle() == 0.5


def test_depth_is_counted_where_there_is_a_surface(recorded):
    looks = figures_of(recorded, QUICK).looks
    assert looks.depths is not None and looks.depths.sum() == looks.depths[8 * 8] == 3 * 900 + 20
    assert looks.empty == 3 * 300 - 20  # frames 1, 3 and 4; 2 m are 8 doublings of the nearest, 2**-7 m


def test_the_same_run_gives_the_same_bytes_in_one_process_and_in_two(tmp_path):
    run = write_recorded(tmp_path / "run", frames=70)
    one, two = (page(figures_of(run, Wishes(3, 5, jobs))) for jobs in (1, 2))
    assert one == two


def test_records_that_do_not_tell_all_pixels_are_counted_by_their_maps(tmp_path):
    run = write_run(tmp_path / "run", views=3)
    found = figures_of(run, Wishes(pictures=1, pixels=1))
    assert found.total == 3 * WHOLE and len(found.groups[""].pixels) > 5


def test_what_is_wrong_stands_on_top(tmp_path):
    run = write_recorded(tmp_path / "run", frames=4, planned=9)
    (frame_folder(run, 3) / "image.png").unlink()
    record = frame_folder(run, 2) / "frame.json"
    said = json.loads(record.read_text())
    said["unlabelled"], said["background"] = said["background"], 0
    record.write_text(json.dumps(said))
    cautions = "\n".join(figures_of(run, QUICK).cautions)
    assert re.match(r"1 frame damaged, and counted nowhere below\. frames.000003.image\.png is missing", cautions)
    assert str(tmp_path) not in cautions
    assert "Unfinished: 4 of 9 frames" in cautions
    write_asked(run, range(1, 5))
    assert not any("Unfinished" in caution for caution in figures_of(run, QUICK).cautions)
    assert re.search(r"Unlabelled surfaces: 7\.8% of all pixels, in 1 of 3 frames; most in frame 2, 23\.3%", cautions)
    assert "No frame shows 1 of the 4 labels of evil: never" in cautions


def test_a_record_that_contradicts_its_label_map_is_damage(recorded):
    record = frame_folder(recorded, 4) / "frame.json"
    said = json.loads(record.read_text())
    said["labels"][0]["pixels"], said["labels"][1]["pixels"] = (said["labels"][at]["pixels"] for at in (1, 0))
    record.write_text(json.dumps(said))
    found = figures_of(recorded, QUICK)
    assert found.frames == 3 and found.pixels_of(1) == 3 * 300
    assert found.cautions[0].startswith("1 frame damaged, and counted nowhere below. frame 4: its record counts other")


def test_a_run_without_a_whole_frame_has_no_report(tmp_path):
    run = write_recorded(tmp_path / "run", frames=1)
    (frame_folder(run, 1) / "image.png").write_bytes(b"")
    with pytest.raises(ExportError, match=r"no frame of .* is whole: .*image\.png"):
        report(run, tmp_path / "x.html")
    assert not (tmp_path / "x.html").exists()


@pytest.mark.parametrize("kind", ["run", "nyu", "segnet"])
def test_names_break_out_of_nothing(tmp_path, recorded, kind):
    folder = recorded
    if kind != "run":
        folder = tmp_path / kind
        export([recorded], folder, kind, split=(0.5, 0.25, 0.25), split_by="frame")
    text = page(figures_of(folder, QUICK))
    read = Reader(text)
    assert [tag for tag, _ in read.tags].count("script") == 1, "none but our own"
    assert not [name for _, attributes in read.tags for name in attributes if name.startswith("on")]
    loaded = [attributes[name] for _, attributes in read.tags for name in ("src", "href") if attributes.get(name)]
    assert loaded and all(each.startswith(("data:image/", "#")) for each in loaded)
    shown = EVIL.replace("\u202e", "\\u202e")
    assert any(shown in each for each in read.texts) and "\u202e" not in text
    policy = next(attributes["content"] for tag, attributes in read.tags if tag == "meta" and "content" in attributes)
    assert policy.startswith("default-src 'none'; img-src data:;") and "script-src 'sha256-" in policy


@pytest.mark.parametrize(("format", "options"), [("nyu", {}), ("nyu", {"void": "zero"}), ("segnet", {}),
                                                 ("segnet", {"background_class": True})])  # fmt: skip
def test_counts_of_a_dataset_are_those_of_its_run(tmp_path, recorded, format, options):
    export([recorded], tmp_path / "set", format, split=(0.5, 0.25, 0.25), split_by="frame", options=options)
    found = figures_of(tmp_path / "set", Wishes())
    assert {name: counts.frames for name, counts in found.groups.items()} == {"train": 2, "val": 1, "test": 1}
    assert found.pixels_of(2) == 4 * 600 and found.images_of(3) == 2 and found.total == 4 * WHOLE
    assert found.together[1, 2] == 4 and {each.group for each in found.looks.pictures} == {"train", "val", "test"}
    # The wall fills the lower left quarter of each picture, and nothing else.
    where = found.looks.where[1] / found.looks.frames
    assert where[13:, :15].min() == 1 and where[:11].max() == where[:, 17:].max() == 0


def test_codes_that_a_format_writes_alike_are_one_in_pictures_and_apart_in_counts(tmp_path, recorded):
    export([recorded], tmp_path / "set", "nyu", split=(1, 0, 0), options={"void": "zero"})
    found = figures_of(tmp_path / "set", Wishes())
    assert set(found.looks.where) == {BACKGROUND, 1, 2, 3}  # all that is void is background
    kind, pixels = found.in_pictures(BACKGROUND)
    assert kind.name == "background" and pixels == 4 * 300 - 2 * 20 and found.pixels_of(0) == 0
    count = {"train": 4 * 300 - 2 * 20 - 7, "val": 0, "test": 0}
    data = json.loads((tmp_path / "set" / "dataset.json").read_text(encoding="utf-8"))
    data["codes"]["background"]["pixels"], data["codes"]["ignore"]["pixels"] = count, {**count, "train": 7}
    (tmp_path / "set" / "dataset.json").write_text(json.dumps(data), encoding="utf-8")
    found = figures_of(tmp_path / "set", Wishes())
    assert set(found.looks.where) == {IGNORE, 1, 2, 3}
    kind, pixels = found.in_pictures(IGNORE)
    assert kind.name == "void (ignore, background)"
    assert pixels == 4 * 300 - 2 * 20 and found.pixels_of(IGNORE) == 7


def test_what_is_seen_together_goes_from_row_to_column(recorded):
    text = page(figures_of(recorded, QUICK))
    assert "100% of the images with lamp show wall" in text and "50% of the images with wall show lamp" in text


def test_splits_that_differ_are_warned_of(tmp_path, recorded):
    out = tmp_path / "set"
    export([recorded], out, "nyu", split=(0.5, 0.25, 0.25), split_by="frame")
    data = json.loads((out / "dataset.json").read_text(encoding="utf-8"))
    lamp = next(row for row in data["classes"] if row["name"] == "lamp")
    lamp["images"] = {"train": 0, "val": 2, "test": 0}
    data["warnings"] = ["said by the export"]
    (out / "dataset.json").write_text(json.dumps(data), encoding="utf-8")
    cautions = figures_of(out, QUICK).cautions
    assert cautions[0] == "said by the export" and "val shows what train never does (1): lamp" in cautions


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda out: (out / "dataset.json").write_text("{}"), "no dataset.json of labelpass"),
        (lambda out: (out / "dataset.json").write_text("{"), "no dataset.json of labelpass"),
        (lambda out: next((out / "labels").iterdir()).unlink(), "is missing"),
        (lambda out: next((out / "images").iterdir()).write_bytes(b"no"), "is no whole PNG or JPEG"),
    ],
)
def test_datasets_that_are_damaged_are_refused(tmp_path, recorded, change: Callable[[Path], object], words):
    export([recorded], tmp_path / "set", "nyu", split=(0.5, 0.25, 0.25), split_by="frame")
    change(tmp_path / "set")
    with pytest.raises(ExportError, match=words):
        report(tmp_path / "set", tmp_path / "x.html")
    assert not (tmp_path / "x.html").exists()


def test_places_that_are_refused(tmp_path, recorded):
    with pytest.raises(ExportError, match=r"written as \.html"):
        report(recorded, tmp_path / "x.pdf")
    with pytest.raises(ExportError, match="among the frames"):
        report(recorded, recorded / "frames" / "x.html")
    with pytest.raises(ExportError, match="neither a run"):
        report(tmp_path, tmp_path / "x.html")
    with pytest.raises(ExportError, match="nowhere is not there"):
        report(tmp_path / "nowhere", tmp_path / "x.html")


def test_a_large_label_set_has_a_colour_for_all_that_has_no_place(tmp_path):
    run = write_run(tmp_path / "run", built_in("nyu894"), views=2)
    assert "never" in SET.by_id[4].name
    assert "No frame shows" in page(figures_of(run, QUICK))


def test_the_command(tmp_path, recorded, capsys):
    out = tmp_path / "there" / "x.html"
    assert labelpass.main(["report", str(recorded), "-o", str(out), "--jobs", "1", "--pictures", "2"]) == 0
    said = capsys.readouterr()
    assert f"look at {out}" in said.out and "warning: No frame shows" in said.err
    assert out.read_text(encoding="utf-8").count("class='shot'") == 2
    assert labelpass.main(["report", str(tmp_path / "nowhere"), "-o", str(out)]) == 1
    assert "nowhere is not there" in capsys.readouterr().err
    for wrong in (["--pictures", "-1"], ["--pixels", "-1"], ["--jobs", "0"]):
        assert labelpass.main(["report", str(recorded), "-o", str(out), *wrong]) == 1
        assert wrong[0] in capsys.readouterr().err
