"""Job files: any data is a job or a sentence, what a job says reaches the request, and a section is one field more."""

from __future__ import annotations

import argparse
import io
import json
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Annotated, get_args, get_type_hints

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from blender_addon.contract.run import Settings
from blender_addon.contract.strict import build, key_of, plain
from blender_addon.strict_yaml import ruamel_yaml
from render_scripts.arguments import add_arguments, options_from, request_from, to_arguments
from render_scripts.job import Job, in_a_job
from render_scripts.job_file import read_job, with_options
from render_scripts.request import Request
from render_scripts.sections import OPTION, parse_sections, to_option
from render_scripts.written_file import FileRefused

from .drawn_requests import requests

on_disk = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


@dataclass(frozen=True)
class Lights:
    power: tuple[Annotated[float, 0, 100], Annotated[float, 0, 100]] = (0.5, 2.0)
    colours: tuple[str, ...] = ()


@dataclass(frozen=True)
class Draws:
    lights: Lights | None = None
    share: Annotated[float, 0, 1] = 1.0


@dataclass(frozen=True)
class WiderJob(Job):
    wobble: Draws | None = None


@dataclass(frozen=True)
class WiderRequest(Request):
    wobble: Draws | None = None
    other: Lights | None = None


def job_of(folder: Path, text: str, name: str = "job.yaml", kind: type[Job] = Job) -> Job:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return read_job(path, kind).job


def refused(folder: Path, text: str, name: str = "job.yaml", kind: type[Job] = Job) -> list[str]:
    """What is said of the file, line by line, without the folder that it is in."""
    with pytest.raises(FileRefused) as caught:
        job_of(folder, text, name, kind)
    return [line.removeprefix(f"{folder}/") for line in str(caught.value).split("\n")]


def to_yaml(data) -> str:
    writer = ruamel_yaml().YAML(typ="safe", pure=True)
    writer.width = 1 << 20  # where it breaks a line beside an escape, a space more is read
    writer.allow_unicode = False  # written as it is, ruamel reads U+0085 as the end of a line
    stream = io.StringIO()
    writer.dump(data, stream)
    return stream.getvalue()


# A job and a request


def test_all_that_a_command_line_may_ask_a_job_may_say():
    ours = {field.name for field in fields(Job)}
    theirs = {in_a_job(field.name) for field in fields(Request)}
    assert theirs - ours == {"planned"}  # which a unit says of itself
    assert ours - theirs == {"scene", "scenes", "blender"}


def jobs():
    """Jobs as `read_job` makes them, of requests as `drawn_requests` makes them."""
    return st.builds(_job_of_request, requests, st.booleans())


def _job_of_request(request: Request, several: bool) -> Job:
    said = {in_a_job(field.name): getattr(request, field.name) for field in fields(Request)}
    del said["planned"]
    said["out"] = Path("/runs") / "x"
    if request.label_set and Path(request.label_set).suffix:
        said["label_set"] = None
    return Job(**said, **({"scenes": (Path("/a"), Path("/b"))} if several else {"scene": Path("/a")}))


@on_disk
@given(jobs())
def test_a_job_survives_yaml_and_json(tmp_path, job):
    data = plain(job)
    assert job_of(tmp_path, to_yaml(data)) == job
    assert job_of(tmp_path, json.dumps(data), "job.json") == job


@given(requests)
def test_what_a_command_line_asks_a_job_can_ask_too(request_):
    """And the other way round: what a job asks for, the options for a Blender can say."""
    job = _job_of_request(request_, several=False)
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    asked = job.request(request_.out)
    assert asked == replace(request_, label_set=job.label_set, planned=False)
    assert request_from(parser.parse_args(to_arguments(asked))) == asked


def test_limits_are_those_of_the_plan():
    ours, plans = (get_type_hints(kind, include_extras=True) for kind in (Job, Settings))
    for name in ("samples", "seed", "alpha_threshold"):
        assert get_args(ours[name])[1:3] == get_args(plans[name])[1:]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.sampled_from(["depth", "1-4"]),
    lambda inside: (
        st.lists(inside, max_size=3)
        | st.dictionaries(st.sampled_from([key_of(field.name) for field in fields(Job)]) | st.text(max_size=5), inside)
    ),
    max_leaves=8,
)


@on_disk
@given(JSON, st.booleans())
def test_any_data_is_a_job_or_a_sentence(tmp_path, data, whole):
    if whole and isinstance(data, dict):
        data = {"out": "x", "scene": "a.blend"} | data
    for name, text in (("job.json", json.dumps(data)), ("job.yaml", to_yaml(data))):
        try:
            job_of(tmp_path, text, name)
        except FileRefused as error:
            assert all(line.startswith(f"{tmp_path / name}") for line in str(error).split("\n"))


@on_disk
@given(st.binary(max_size=60) | st.text("abc:-[]{}&*!#'\"\n |>%@0x1_", max_size=60).map(str.encode))
def test_any_file_is_a_job_or_a_sentence(tmp_path, content):
    path = tmp_path / "job.yaml"
    path.write_bytes(content)
    with pytest.raises(FileRefused):
        read_job(path)


# What people write


def test_ten_lines(tmp_path):
    job = job_of(
        tmp_path,
        "scenes: [a.blend, ../b.blend]\nout: runs\nframes: [1-3, 7]\nsize: 640x480\nwith: [normals, depth]\n"
        "label_set: mine.yaml\nblender: blender\nalpha_threshold: 1\nlabel_supersample: 3\nstrict: true\n",
    )
    assert job == Job(
        tmp_path / "runs", scenes=(tmp_path / "a.blend", tmp_path / ".." / "b.blend"), frames=(1, 2, 3, 7),
        size=(640, 480), with_=("depth", "normals"), label_set=str(tmp_path / "mine.yaml"), blender="blender",
        alpha_threshold=1.0, label_supersample=3, strict=True,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("line", "name", "value"),
    [
        ("frames: 7", "frames", (7,)),
        ("frames: -5--3", "frames", (-5, -4, -3)),
        ("frames: 1-2,9", "frames", (1, 2, 9)),
        ("size: [640, 480]", "size", (640, 480)),
        ("with: depth", "with_", ("depth",)),
        ("with: [normals, depth, normals]", "with_", ("depth", "normals")),
        ("with: []", "with_", ()),
        ("seed: 0", "seed", 0),
        ("camera: no", "camera", "no"),
        ("label_set: nyu40", "label_set", "nyu40"),
        ("samples:", "samples", None),
    ],
)
def test_spellings(tmp_path, line, name, value):
    assert getattr(job_of(tmp_path, f"scene: a.blend\nout: x\n{line}\n"), name) == value


def test_a_program_with_a_folder_is_relative_to_the_job_and_a_name_is_not(tmp_path):
    head = "scene: a.blend\nout: x\n"
    assert job_of(tmp_path, f"{head}blender: blender-5.2").blender == "blender-5.2"
    assert job_of(tmp_path, f"{head}blender: ./blender").blender == str(tmp_path / "blender")
    assert job_of(tmp_path, f"{head}blender: /opt/blender").blender == "/opt/blender"


def test_every_mistake_is_told_with_its_line(tmp_path):
    text = (
        "scene: a.blend\nout: x\nrandomise: 3\nsamples: 0\nframes: 5-3\nsize: 640\nwith: [depth, nromals]\n"
        "device: cud\nlabel_supersample: 2\nseed: 1.5\nstrict: yes\n3: 4\n"
    )
    assert refused(tmp_path, text) == [
        "job.yaml:3:1: randomise is unknown; did you mean randomize?",
        "job.yaml:4:1: samples must be from 1 to 16777216, not 0",
        "job.yaml:5:1: frames '5-3': ends before it starts",
        "job.yaml:6:1: size must be a list of 2, not 640",
        "job.yaml:7:15: with[1] must be one of linear, depth, depth-png, normals, flow, albedo, parts, points, "
        "instances, amodal, lidar, stereo, "
        "not 'nromals'; did you mean normals?",
        "job.yaml:8:1: device must be one of auto, cpu, gpu, optix, cuda, hip, metal, oneapi, not 'cud'; did you mean "
        "cuda?",
        "job.yaml:9:1: label_supersample must be one of 1, 3, 5, 7, 9, 11, 13, 15, not 2",
        "job.yaml:10:1: seed must be a whole number, not 1.5",
        "job.yaml:11:1: strict must be true or false, not 'yes'",
        "job.yaml:12:1: 3 is unknown",
    ]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "job.yaml: the whole must be a mapping, not None"),
        ("- a\n", "job.yaml: the whole must be a mapping, not ['a']"),
        ("scene: a.blend\n", "job.yaml: out is missing"),
        ("out: x\n", "job.yaml: name one .blend as scene, or several as scenes"),
        ("out: x\nscene: a\nscenes: [b]\n", "job.yaml: name one .blend as scene, or several as scenes"),
        ("out: x\nout: y\n", 'job.yaml:2:1: found duplicate key "out" with value "y" (original value: "x")'),
        ("out: &a x\nscene: *a\n", "job.yaml:1:6: a job has no anchors (&) or aliases (*)"),
        ("out: !!str x\n", "job.yaml:1:6: a job has no tags (tag:yaml.org,2002:str)"),
        ("out: x\nseed: 012\n", "job.yaml:2:7: 012 is another number to other readers of YAML; write plain digits, no "
         "zero first"),
        ("out: [x\nscene: y", "job.yaml:2:6: expected ',' or ']'"),
        ("out: x\nscene: \x07", "job.yaml:2: character '\\x07' cannot stand in YAML; remove it"),
        ("out: " + "[" * 30 + "]" * 30, "job.yaml:"),
        ("out: ~/x\nscene: a", "job.yaml:1:1: out must be a path that is written out, not '~/x'"),
        ("out: //x\nscene: a", "job.yaml:1:1: out: '//x': only Blender takes //"),
        ("out: ''\nscene: a", "job.yaml:1:1: out: no path is given"),
        ("out: x\nscene: a\nframes: []", "job.yaml:3:1: frames must be written 7, 1-40 or [1-9, 20, 30-34]"),
        ("out: x\nscene: a\nframes: true", "job.yaml:3:1: frames must be written"),
        ("out: x\nscene: a\nsize: 0x5", "job.yaml:3:1: size must be a list of 2, not 5"),
        ("out: x\nscene: a\nsize: 99999x5", "job.yaml:3:1: size[0] must be from 1 to 65536, not 99999"),
    ],
)  # fmt: skip
def test_mistakes(tmp_path, text, told):
    assert refused(tmp_path, text)[0].startswith(told)


def test_a_file_of_something_else_is_told_in_few_lines(tmp_path):
    text = "scene: a\nout: x\n" + "".join(f"key {number}: 1\n" for number in range(2000))
    told = refused(tmp_path, text)
    assert len(told) == 21 and told[19:] == ["job.yaml:22:1: key 19 is unknown", "job.yaml: and 1980 more"]


def test_files_that_cannot_be_read(tmp_path):
    (tmp_path / "a.yaml").write_bytes("out: Küche".encode("latin-1"))
    (tmp_path / "b.yaml").write_bytes(b" " * (2**20 + 1))
    (tmp_path / "c.yaml").mkdir()
    for name, told in {"a": "not UTF-8 text", "b": "larger than 1 MiB", "c": "", "d": "No such file"}.items():
        with pytest.raises(FileRefused, match=rf"{name}\.yaml: .*{told}"):
            read_job(tmp_path / f"{name}.yaml")
    assert refused(tmp_path, '{"out": "x"\n"scene": "a"}', "job.json")[0].startswith("job.json:2:1: ")
    assert refused(tmp_path, '{"out": "x", "out": "y"}', "job.json") == ["job.json: key 'out' is there twice"]
    assert refused(tmp_path, '{"out": 3, "scene": "a"}', "job.json") == ["job.json: out must be text, not 3"]


# Sections


def test_a_section_is_a_field_more(tmp_path):
    head = "scene: a.blend\nout: x\nwobble:\n"
    job = job_of(tmp_path, head + "  share: 0.5\n  lights: {power: [1, 3], colours: red}\n", kind=WiderJob)
    assert job.wobble == Draws(Lights((1.0, 3.0), ("red",)), 0.5)
    assert refused(tmp_path, head + "  lights:\n    power: [1, 300]\n    colors: red\n", kind=WiderJob) == [
        "job.yaml:5:16: wobble.lights.power[1] must be from 0 to 100, not 300",
        "job.yaml:6:5: wobble.lights.colors is unknown; did you mean colours?",
    ]
    assert refused(tmp_path, head.replace("wobble", "wobbel"), kind=WiderJob) == [
        "job.yaml:3:1: wobbel is unknown; did you mean wobble?"
    ]
    assert build(WiderJob, plain(job), alone=True) == job


def test_sections_travel_as_an_option(tmp_path):
    wider = WiderRequest(**vars(Job(tmp_path, scene=tmp_path).request(tmp_path)), wobble=Draws(share=0.25))
    (option,) = to_option(wider)
    assert option == f'{OPTION}={{"wobble": {{"share": 0.25}}}}'
    assert parse_sections(option.removeprefix(f"{OPTION}="), WiderRequest) == {"wobble": Draws(share=0.25)}
    assert to_option(replace(wider, wobble=None)) == []
    assert to_option(replace(wider, wobble=Draws())) == [f'{OPTION}={{"wobble": {{}}}}']


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[]", "write a mapping of sections"),
        ('{"wobbel": {}}', "wobbel is no section; did you mean wobble?"),
        ('{"wobble": {"share": 2}}', r"wobble\.share must be from 0 to 1"),
        ("{", "Expecting"),
    ],
)
def test_sections_that_are_none(text, told):
    with pytest.raises(ValueError, match=told):
        parse_sections(text, WiderRequest)


# Options of a command line


def test_options_stand_over_the_file_and_say_so(tmp_path):
    (tmp_path / "job.yaml").write_text("scene: a.blend\nout: x\nsamples: 8\nwith: depth\nseed: 3\n")
    parser = argparse.ArgumentParser()
    add_arguments(parser, job=True)
    said = options_from(parser.parse_args(["--samples=4", "--seed=3", "--with=normals", "--size=64x48", "--out=y"]))
    asked, notes = with_options(read_job(tmp_path / "job.yaml"), {**said, "blender": None})
    assert asked.job == Job(
        Path("y"), scene=tmp_path / "a.blend", samples=4, seed=3, with_=("normals",), size=(64, 48)
    )  # fmt: skip
    assert notes == [
        f"out is y, as the command line says, and not {tmp_path / 'x'}",
        "samples is 4, as the command line says, and not 8",
        "with is [normals], as the command line says, and not [depth]",
    ]


def test_no_options_change_nothing(tmp_path):
    (tmp_path / "job.yaml").write_text("scene: a.blend\nout: x\ndevice: cpu\nstrict: true\ndenoise: true\n")
    asked = read_job(tmp_path / "job.yaml")
    parser = argparse.ArgumentParser()
    add_arguments(parser, job=True)
    assert with_options(asked, options_from(parser.parse_args([]))) == (asked, [])


def test_what_is_drawn_is_a_section(tmp_path):
    head = "scene: a.blend\nout: x\nwithout: camera\nrandomize:\n"
    text = "  lights: {off: 0.5}\n  camera: {}\n  world: {hdris: skies}\n  poses: {labels: chair}\n  keep: [wall]\n"
    job = job_of(tmp_path, head + text)
    request = job.request(tmp_path)
    assert request.without == ("camera",)
    assert request.randomize.lights.off == 0.5
    assert request.randomize.world.hdris == tmp_path / "skies"
    assert request.randomize.poses.labels == ("chair",)
    assert refused(tmp_path, head + "  lights: {of: 1}\n") == [
        "job.yaml:5:12: randomize.lights.of is unknown; did you mean off?"
    ]
    assert refused(tmp_path, head + "  lights: {power: [2, 1]}\n")[0].endswith(
        "power is 2 to 1: the lower end comes first"
    )


@pytest.mark.parametrize(
    ("drawn", "told"),
    [
        ("true", "3:1: randomize names no family, so nothing would be drawn"),
        ("{}", "3:1: randomize names no family, so nothing would be drawn"),
        ("{lights: false, keep: '*'}", "3:1: randomize names no family, so nothing would be drawn"),
        ("{poses: {labels: []}}", "3:21: randomize.poses.labels is empty, so nothing would move"),
        ("{materials: {swapped: 0.6, patterned: 0.5}}", "3:25: randomize.materials.swapped and patterned are 1.1 tog"),
        ("{materials: {swapped: 0.6, textures: {labels: sofa, folder: cloth}}}",
         "3:25: randomize.materials.swapped, patterned and textured are 1.1 together"),
    ],
)  # fmt: skip
def test_draws_that_draw_nothing_or_more_than_all_are_told(tmp_path, drawn, told):
    (line,) = refused(tmp_path, f"scene: a.blend\nout: x\nrandomize: {drawn}")
    assert line.startswith(f"job.yaml:{told}")


@pytest.mark.parametrize(
    "drawn",
    [
        "false",
        "{materials: {swapped: 0.7, patterned: 0.2, textured: 0.1, textures: {labels: sofa, folder: cloth}}}",
        "{materials: {patterned: 1}}",
    ],
)
def test_shares_are_of_all_and_textures_have_none_where_there_are_none(tmp_path, drawn):
    job_of(tmp_path, f"scene: a.blend\nout: x\nrandomize: {drawn}")
