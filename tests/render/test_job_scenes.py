"""Scenes of a job: which there are, where each is rendered into, and what is told of those that are not there."""

from __future__ import annotations

from pathlib import Path

import pytest

from render_scripts.job_file import JobError, read_job, tasks, with_options


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
         ["job.yaml:3:1: label_set: no label set 'nyu4' comes with Labelpass; known: nyu13, nyu40, nyu894, sunrgbd37, "
          "syntrain16"]),
        ("scene: a.blend\nout: r\nblender: none-such\n", ["job.yaml:3:1: blender: none-such: no such program"]),
        ("scene: a.blend\nout: r\nblender: ./a.blend\n",
         ["job.yaml:3:1: blender: {0}/a.blend: this file may not be executed"]),
        ("scene: a.blend\nout: r\nblender: ./more\n", ["job.yaml:3:1: blender: {0}/more: a folder, and no program"]),
    ],
)  # fmt: skip
def test_what_is_not_there_is_told_before_anything_is_rendered(flats, text, told):
    (flats / "job.yaml").write_text(text)
    with pytest.raises(JobError) as caught:
        tasks(read_job(flats / "job.yaml"))
    assert str(caught.value).replace(f"{flats}/job.yaml", "job.yaml") == "\n".join(told).format(flats)


def test_a_mistake_of_the_command_line_is_no_line_of_the_file(flats):
    (flats / "job.yaml").write_text("scene: a.blend\nout: r\nlabel_set: nyu40\n")
    asked, _ = with_options(read_job(flats / "job.yaml"), {"label_set": "nyu4"})
    with pytest.raises(JobError, match=r"job\.yaml: label_set: no label set 'nyu4'"):
        tasks(asked)
