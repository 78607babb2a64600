"""Recipes are read strictly: what is wrong is told with its place, all of it at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from blender_addon.contract.strict import plain
from recipes.export_words import export_words
from recipes.listing import list_text, show_text
from recipes.recipe_file import RECIPES, read_recipe
from scenes.catalogue import NAMES, builder

NEEDS = {"cutouts": ["cutouts=shapes"]}
"""What must be said beside a recipe that comes with Labelpass."""


@pytest.mark.parametrize("name", RECIPES.names())
def test_each_that_comes_along_is_understood_and_shown(name: str) -> None:
    asked = read_recipe(name, NEEDS.get(name, ()))
    assert asked.recipe.scenes in NAMES and asked.name == name
    assert (asked.job is None) == hasattr(asked.module, "pages")
    assert f"{name} " in list_text()
    assert show_text(name).startswith(RECIPES.file(name).read_text(encoding="utf-8"))
    assert f"All settings of {asked.recipe.scenes}" in show_text(name)


@pytest.mark.parametrize("name", NAMES)
def test_each_builder_says_what_it_makes(name: str) -> None:
    module = builder(name)
    assert module.SUMMARY and (hasattr(module, "pages") or (module.FRAMES_A_SCENE >= 1 and module.build))
    assert hasattr(module, "pages") or module.INDEPENDENT is (name in ("balloons", "picture_frames"))


def test_what_is_shown_can_be_used_again(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(show_text("rectangles"), encoding="utf-8")
    assert plain(read_recipe(str(path)).settings) == plain(read_recipe("rectangles").settings)


def test_paths_are_relative_to_who_says_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "recipes").mkdir()
    path = tmp_path / "recipes" / "mine.yaml"
    path.write_text("scenes: cutouts\nsettings: {cutouts: animals}\nexport: {format: nyu}\n", encoding="utf-8")
    assert read_recipe(str(path)).settings.cutouts == tmp_path / "recipes" / "animals"
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    asked = read_recipe(str(path), ["cutouts=plants", "backgrounds=../walls"])
    assert asked.settings.cutouts == tmp_path / "here" / "plants"
    assert asked.settings.backgrounds == tmp_path / "here" / ".." / "walls"


def test_paths_of_a_render_are_relative_to_who_says_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As those of settings; a label set is a name, or a file."""
    (tmp_path / "recipes").mkdir()
    path, here = tmp_path / "recipes" / "mine.yaml", tmp_path / "here"
    path.write_text(
        "scenes: studio\n"
        "render: {label_set: own.yaml, randomize: {distractors: {models: things}, world: {hdris: skies}}}\n"
        "export: {format: segnet, labels: few.json}\n"
    )
    asked = read_recipe(str(path))
    assert asked.job.randomize.distractors.models == (tmp_path / "recipes" / "things",)
    assert asked.job.randomize.world.hdris == tmp_path / "recipes" / "skies"
    assert asked.job.label_set == str(tmp_path / "recipes" / "own.yaml")
    assert asked.export.labels == str(tmp_path / "recipes" / "few.json")
    assert asked.to_dict()["recipe"]["export"]["labels"] == "few.json"  # a folder may move
    here.mkdir()
    monkeypatch.chdir(here)
    asked = read_recipe(
        str(path),
        [
            "render.randomize.distractors.models=[a, /b]",
            "render.randomize.materials={textures: [{labels: [wall], folder: ../walls}]}",
            "render.randomize.backgrounds.folder=photos",
            "render.label_set=other.csv",
            "export.labels=nyu13",
        ],
    )
    families = asked.job.randomize
    assert families.distractors.models == (here / "a", Path("/b"))
    assert families.materials.textures[0].folder == here / ".." / "walls"
    assert families.backgrounds.folder == here / "photos"
    assert families.world.hdris == tmp_path / "recipes" / "skies"  # which the file says
    assert asked.job.label_set == str(here / "other.csv") and asked.export.labels == "nyu13"
    one = read_recipe(str(path), ["render.randomize.distractors={models: a}", "render.randomize.world=true"])
    assert one.job.randomize.distractors.models == (here / "a",) and one.job.randomize.world.hdris is None
    with pytest.raises(ValueError, match=r"models.* must be a path that is written out, not '~/a'"):
        read_recipe(str(path), ["render.randomize.distractors.models=~/a"])
    with pytest.raises(ValueError, match=r"models.* must be text"):
        read_recipe(str(path), ["render.randomize.distractors.models=3"])


def test_changes_are_yaml_and_go_where_their_key_says() -> None:
    asked = read_recipe("studio", ["render.size=64x48", "render.samples=3", "export.format=coco", "export.stuff=wall"])
    assert asked.job is not None and asked.job.size == (64, 48) and asked.job.samples == 3
    assert (asked.export.format, asked.export.stuff) == ("coco", "wall")
    assert read_recipe("rectangles", ["size=[20, 30]"]).settings.size == (20, 30)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "scenes: rectangels\nexport: {format: nyu}",
            "1:1: scenes: rectangels is no builder; did you mean rectangles?",
        ),
        (
            "scenes: rectangles\nsettings:\n  sise: 3\nexport: {format: nyu}",
            "3:3: settings.sise is unknown; did you mea",
        ),
        ("scenes: rectangles\nexport:\n  formt: nyu", "3:3: export.formt is unknown; did you mean format?"),
        ("scenes: rectangles\nexport:\n  split: x\n  format: nyu", "3:3: export.split: split 'x': write three shares"),
        (
            "scenes: rectangles\nexport: {format: nyu}\nrender: {samples: 3}",
            "3:1: render: rectangles draws its picture",
        ),
        ("scenes: studio\nexport: {format: nyu}\nrender:\n  out: x", "4:3: render.out: a recipe does not say it"),
        (
            "scenes: studio\nexport: {format: nyu}\nrender:\n  sampels: 3",
            "4:3: render.sampels is unknown; did you mean",
        ),
        (
            "scenes: studio\nexport: {format: nyu, background_class: yes}",
            "export.background_class must be true or fals",
        ),
        ("scenes: studio\nexport:\n  format: cocoo", "3:3: export.format must be one of ade20k"),
        ("scenes: studio\nexport:\n  format: cocoo", "not 'cocoo'; did you mean coco?"),
        ("scenes: rectangles\nexport: {format: nyu, real_share: 0.5}", "export.real_share is unknown"),
        ("scenes: cutouts\nexport: {format: nyu}", "settings.cutouts is missing; --set cutouts=VALUE says it, too"),
        ("scenes: !!python/object:x {}", "1:"),
    ],
)
def test_mistakes_are_told_with_their_place(text: str, told: str, tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ValueError) as caught:
        read_recipe(str(path))
    assert str(caught.value).startswith(f"{path}:") and told in str(caught.value)


@pytest.mark.parametrize("change", ["size", "=3", "rendering.size=3", "size=[1", "render.=3"])
def test_changes_that_mean_nothing_are_refused(change: str) -> None:
    with pytest.raises(ValueError, match="--set"):
        read_recipe("rectangles", [change])


def test_a_key_inside_of_a_key_leaves_the_rest_as_the_recipe_has_it() -> None:
    plain_one = read_recipe("rooms").recipe.render["randomize"]
    asked = read_recipe("rooms", ["render.randomize.distractors={count: 3}", "render.randomize.sensor.blur=[0, 0]"])
    changed = asked.recipe.render["randomize"]
    assert changed == {
        **plain_one,
        "distractors": {"count": 3},
        "sensor": {**plain_one["sensor"], "blur": [0, 0]},
    }
    assert asked.job is not None and asked.job.randomize.distractors.count == (3, 3)
    assert read_recipe("studio", ["render.randomize.world={}"]).recipe.render["randomize"] == {"world": {}}


def test_a_mistake_in_a_change_is_told_of_the_change() -> None:
    with pytest.raises(ValueError, match=r"^--set: settings\.foo is unknown; there are size, rectangles, side, gap"):
        read_recipe("rectangles", ["foo=1"])
    with pytest.raises(ValueError, match=r"^--set: render\.randomize\.distractors\.assets is unknown; there"):
        read_recipe("rooms", ["render.randomize.distractors.assets=models"])
    with pytest.raises(ValueError, match=r"^--set: settings\.gap 2 leaves no room in 4x4 pixels$"):
        read_recipe("rectangles", ["size=[4, 4]"])
    with pytest.raises(ValueError, match=r"^--set: settings\.contrast must be from 0 to 200, not 441$"):
        read_recipe("rectangles", ["contrast=441"])


def test_a_mistake_in_the_file_is_told_of_the_file_whatever_is_changed(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text("scenes: rectangles\nsettings: {gap: -1}\nexport: {format: nyu}\n", encoding="utf-8")
    with pytest.raises(ValueError) as caught:
        read_recipe(str(path), ["size=[64, 64]", "foo=1"])
    first, second = str(caught.value).splitlines()
    assert first.startswith("--set: settings.foo is unknown") and second.startswith(f"{path}:2:")


def test_no_recipe() -> None:
    with pytest.raises(ValueError, match="no recipe 'rectangle'; did you mean rectangles"):
        read_recipe("rectangle")
    with pytest.raises(ValueError, match=r"nowhere\.yaml: No such file"):
        read_recipe("nowhere.yaml")


def test_export_words_are_those_of_the_command() -> None:
    words = export_words(
        {"format": "nyu-mat", "depths": False, "merge": ["chair,sofa=seat", "bed=cot"], "keep": ["wall", "floor"]}
    )
    assert words.depths is False and words.instances is None
    assert words.merge == [(("chair", "sofa"), "seat"), (("bed",), "cot")] and words.keep == ["wall", "floor"]
    assert export_words({"format": "voc", "instances": True}).instances is True
