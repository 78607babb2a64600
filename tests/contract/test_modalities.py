"""Names of what a frame may hold beside image and labels, and the files they mean."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blender_addon.contract.labels import CODE_NAMES
from blender_addon.contract.modalities import IMAGE_FORMATS, MODALITIES, files_of, holds, parse_modalities
from blender_addon.contract.run import PLAN, RunError, read_plan, write_plan

from .small_run import a_plan
from .strategies import modalities


@given(modalities.flatmap(lambda names: st.tuples(st.just(names), st.permutations(names))))
def test_names_come_in_one_order(case):
    names, shuffled = case
    assert parse_modalities(",".join(shuffled)) == names
    assert parse_modalities(" , ".join([*shuffled, *shuffled, ""])) == names


@pytest.mark.parametrize(
    ("text", "words"),
    [("deepth", "did you mean 'depth'"), ("depth,normal", "mean 'normals'"), ("x", "there are linear")],
)
def test_the_nearest_name_is_told(text, words):
    with pytest.raises(ValueError, match=words):
        parse_modalities(text)


@given(modalities, st.sampled_from(sorted(IMAGE_FORMATS)))
def test_each_file_belongs_to_one_modality_and_is_explained(names, image):
    files = files_of(names, image)
    assert len(files) == sum(len(MODALITIES[name].files) for name in names)
    assert not {"frame.json", "labels.exr", "purity.exr", *IMAGE_FORMATS.values()} & set(files)
    assert all(files.values())
    assert all("." in name for name in files)


@given(modalities, st.sampled_from(sorted(IMAGE_FORMATS)), st.sampled_from([1, 3]))
def test_every_file_of_a_frame_says_what_it_holds(names, image, k):
    about = holds(names, image, k)
    settings = replace(a_plan().settings, modalities=names, image=image, label_supersample=k)
    assert set(settings.files) <= set(about)
    assert not any("{" in text for text in about.values())
    assert about["labels.exr"].startswith("Label: ")
    assert ("3 x 3" in about["labels.exr"], "pixel's centre" in about["labels.exr"]) == (k == 3, k == 1)
    assert all(f"{code} is {name}: " in about["labels.exr"] for code, name in CODE_NAMES.items())


def test_a_plan_says_what_its_codes_mean(tmp_path):
    write_plan(tmp_path, a_plan())
    data = json.loads((tmp_path / PLAN).read_text())
    assert {int(code): text.split(":")[0] for code, text in data.pop("codes").items()} == CODE_NAMES
    (tmp_path / PLAN).write_text(json.dumps(data))
    assert read_plan(tmp_path) == a_plan(), "older plans do not"


def test_a_plan_of_an_older_version_asks_for_none(tmp_path):
    write_plan(tmp_path, a_plan())
    path = tmp_path / PLAN
    data = json.loads(path.read_text())
    del data["settings"]["image"], data["settings"]["modalities"]
    path.write_text(json.dumps(data))
    assert read_plan(tmp_path) == a_plan()
    assert read_plan(tmp_path).settings.files == ("image.png", "labels.exr")


@pytest.mark.parametrize(("key", "value"), [("image", "gif"), ("modalities", ["depth", "smell"])])
def test_a_plan_that_asks_for_what_is_unknown_is_refused(tmp_path, key, value):
    write_plan(tmp_path, a_plan())
    path = tmp_path / PLAN
    data = json.loads(path.read_text())
    data["settings"][key] = value
    path.write_text(json.dumps(data))
    with pytest.raises(RunError, match=r"plan\.json is damaged: .*(gif|smell)"):
        read_plan(tmp_path)
