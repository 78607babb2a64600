"""Scenes of a job: which there are, where each is rendered into, and what is told of those that are not there."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from blender_addon.contract.labels import built_in_names
from render_scripts.job_file import read_job, tasks, with_options
from render_scripts.written_file import FileRefused


def scenes_of(folder: Path, text: str) -> dict[str, str]:
    """{scene: run folder}, relative to the folder of the job."""
    (folder / "job.yaml").write_text(text)
    found = tasks(read_job(folder / "job.yaml"))
    return {
        task.scene.relative_to(folder).as_posix(): task.request.out.relative_to(folder).as_posix() for task in found
    }


@pytest.fixture
def flats(tmp_path) -> Path:
    """A folder whose own name is a pattern, with scenes in it."""
    folder = tmp_path / "flats [old]*"
    for name in ("a.blend", "more/b.blend", "more/c.blend", "more/A.blend", "notes.txt", "...blend"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"")
    (folder / "link.blend").symlink_to(folder / "more" / "b.blend")
    return folder


def test_each_of_several_scenes_has_a_run_folder_of_its_own(flats):
    assert scenes_of(flats, "scene: a.blend\nout: runs\n") == {"a.blend": "runs"}
    assert scenes_of(flats, "scenes: a.blend\nout: runs\n") == {"a.blend": "runs/a"}
    assert scenes_of(flats, "scenes: [more/c.blend, a.blend]\nout: .\n") == {"more/c.blend": "c", "a.blend": "a"}
    assert scenes_of(flats, "scenes: [more/c.blend, 'more/[bc]*']\nout: runs\n") == {
        "more/c.blend": "runs/c",
        "more/b.blend": "runs/b",
    }
    assert set(scenes_of(flats, "scenes: ['**/[bc].blend']\nout: runs\n")) == {"more/b.blend", "more/c.blend"}
    assert scenes_of(flats, "scenes: [link.blend, more/b.blend]\nout: runs\n") == {"link.blend": "runs/link"}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("scene: x.blend\nout: r", ["job.yaml:1:1: scene: {0}/x.blend: no such file"]),
        ("scene: more\nout: r", ["job.yaml:1:1: scene: {0}/more: no such file"]),
        ("out: r\nscenes: [a.blend, y.blend,\n 'more/z*']",
         ["job.yaml:2:19: scenes[1]: {0}/y.blend: no such file", "job.yaml:3:2: scenes[2]: {0}/more/z*: no such file"]),
        ("scenes: [a.blend, more/*.blend]\nout: r",
         ["job.yaml:1:1: scenes: {0}/a.blend and {0}/more/A.blend would share the run folder {0}/r/A; rename one"]),
        ("scenes: [...blend]\nout: r", ["job.yaml:1:1: scenes: {0}/...blend has no name for a run folder; rename it"]),
        ("scene: a.blend\nout: r\nlabel_set: nyu4\n",
         [f"job.yaml:3:1: label_set: no label set 'nyu4' comes with Labelpass; known: {', '.join(built_in_names())}"]),
        ("scene: a.blend\nout: r\nblender: none-such\n", ["job.yaml:3:1: blender: none-such: no such program"]),
        ("scene: a.blend\nout: r\nblender: ./a.blend\n",
         ["job.yaml:3:1: blender: {0}/a.blend: this file may not be executed"]),
        ("scene: a.blend\nout: r\nblender: ./more\n", ["job.yaml:3:1: blender: {0}/more: a folder, and no program"]),
    ],
)  # fmt: skip
def test_what_is_not_there_is_told_before_anything_is_rendered(flats, text, told):
    (flats / "job.yaml").write_text(text)
    with pytest.raises(FileRefused) as caught:
        tasks(read_job(flats / "job.yaml"))
    assert str(caught.value).replace(f"{flats}/job.yaml", "job.yaml") == "\n".join(told).format(flats)


@pytest.mark.skipif(os.name == "nt", reason="names are no bytes there")
@pytest.mark.parametrize(("name", "told"), [(b"b\xff", r"b\udcff"), (b"b\x1b]0;pwned\x07\nc", r"b\x1b]0;pwned\x07\nc")])
def test_a_name_that_no_plan_can_hold_or_no_terminal_show_is_told_with_what_to_do(flats, name, told):
    try:
        Path(os.fsdecode(bytes(flats) + b"/more/" + name + b".blend")).touch()
    except OSError:
        pytest.skip("this disk has no such names")
    (flats / "job.yaml").write_text("scenes: ['more/b?*.blend']\nout: r\n")
    with pytest.raises(FileRefused) as caught:
        tasks(read_job(flats / "job.yaml"))
    why = "its name or that of a folder has control characters, or no UTF-8; rename it"
    assert str(caught.value) == f"{flats}/job.yaml:1:10: scenes[0]: {flats}/more/{told}.blend: {why}"


DRAWN = """scene: a.blend
out: r
randomize:
  world: {hdris: none}
  materials:
    textures: [{labels: sofa, folder: more}, {labels: bed, folder: none}]
  distractors: {models: none}
  backgrounds: {folder: cut}
"""


def test_folders_that_are_not_there_are_told_with_their_lines(flats):
    (flats / "cut").mkdir()
    (flats / "cut" / "x.webp").write_bytes(b"<html>")
    (flats / "job.yaml").write_text(DRAWN)
    with pytest.raises(FileRefused) as caught:
        tasks(read_job(flats / "job.yaml"))
    lines = str(caught.value).replace(f"{flats}/", "").splitlines()
    assert [line.partition(" (")[0] for line in lines] == [
        "job.yaml:4:11: randomize.world.hdris: none: no such folder",
        "job.yaml:6:31: randomize.materials.textures[0].folder: more holds no picture",
        "job.yaml:6:60: randomize.materials.textures[1].folder: none: no such folder",
        "job.yaml:7:17: randomize.distractors.models[0]: none: no such folder",
        "job.yaml:8:17: randomize.backgrounds.folder: cut/x.webp cannot be read as a picture: no webp file, or cut; "
        "replace it, or take it away",
    ]


def test_folders_that_nothing_is_drawn_from_are_not_asked_for(flats):
    text = "{world: {hdris: none}, materials: {textured: 0, textures: {labels: sofa, folder: none}}}"
    assert scenes_of(flats, f"scene: a.blend\nout: r\nrandomize: {text}\nwithout: world\n")


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("with: [depth, amodal]", "with amodal: its masks are of instances; ask for those, too"),
        ("thin_labels: lamp", "thin_labels: one sample a pixel has no shares; add label_supersample 3 or more"),
        ("min_presence: 0.2", "min_presence is for labels of thin things: name them with thin_labels"),
        ("label_render: image\nlabel_supersample: 3",
         "label_render image: labels need a render of their own: several label samples a pixel"),
        ("label_render: image\nwith: [depth, flow]", "label_render image: labels need a render of their own: flow"),
        ("label_render: image\nrandomize: {camera: {focused: 1}}",
         "label_render image: labels need a render of their own: a depth of field may be drawn"),
        ("without: [lights, sensor]",
         "without lights, sensor: nothing of that is randomised, so nothing can be left off"),
        ("without: [lights, sensor]\nrandomize: {lights: {}}",
         "without sensor: nothing of that is randomised, so nothing can be left off"),
        ('randomize: {keep: "*", poses: {labels: "*"}, materials: {}, lights: {}}',
         "randomize: keep '*' leaves all as it is, so materials and poses would do nothing: drop either"),
    ],
)  # fmt: skip
def test_choices_that_contradict_each_other_are_told_once_for_all_scenes(flats, line, told):
    (flats / "job.yaml").write_text(f"scenes: [a.blend, more/b.blend]\nout: r\n{line}\n")
    with pytest.raises(FileRefused) as caught:
        tasks(read_job(flats / "job.yaml"))
    assert str(caught.value) == f"{flats}/job.yaml:3:1: {told}"


@pytest.mark.parametrize(
    "line",
    [
        "with: [instances, amodal]",
        "thin_labels: lamp\nmin_presence: 0.2\nlabel_supersample: 3",
        "label_render: image\nwith: depth\nrandomize: {camera: {focused: 1}}\nwithout: camera",
        'randomize: {keep: "*", materials: {}, lights: {}}\nwithout: materials',
        'randomize: {keep: ["*"], lights: {}, distractors: {}}',
    ],
)
def test_choices_that_go_together_are_not(flats, line):
    assert scenes_of(flats, f"scene: a.blend\nout: r\n{line}\n")


def test_a_mistake_of_the_command_line_is_no_line_of_the_file(flats):
    (flats / "job.yaml").write_text("scene: a.blend\nout: r\nlabel_set: nyu40\n")
    asked, _ = with_options(read_job(flats / "job.yaml"), {"label_set": "nyu4"})
    with pytest.raises(FileRefused, match=r"job\.yaml: label_set: no label set 'nyu4'"):
        tasks(asked)
