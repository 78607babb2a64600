"""The files for Kubernetes, OpenJD and Flamenco: their engines' own checks pass, and what they call is `labelpass unit`
for each unit once, whose exit codes they understand."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from farm.unit import AGAIN, DONE, PERMANENT
from farm.units import RUNS, Scene, UnitPlan, cut, write_units
from labelpass import main
from tests.farm.fake_blender import a_frame

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
UNITS = 5


@pytest.fixture
def done(tmp_path) -> Path:
    """A plan whose frames are all there: `labelpass unit` has nothing to do, and says whether it was called well."""
    out = tmp_path / "it's many"
    write_units(out, UnitPlan((Scene("flat.blend", "flat", ()),), tuple(cut(range(1, 11), 0, 2)), 600.0))
    for frame in range(1, 11):
        a_frame(out / RUNS / "flat", frame)
    return out


def a_program(folder: Path, name: str, text: str) -> None:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(f"#!/bin/sh\n{text}\n")
    (folder / name).chmod(0o755)


def job_of_kubernetes() -> dict:
    yaml = pytest.importorskip("yaml")
    return yaml.safe_load((DEPLOY / "kubernetes.yaml").read_text(encoding="utf-8"))


def test_a_pod_is_a_worker_with_its_share(done):
    spec = job_of_kubernetes()["spec"]
    (unit,) = spec["template"]["spec"]["containers"]
    shares = []
    for pod in range(spec["completions"]):
        words = [word.replace("$(JOB_COMPLETION_INDEX)", str(pod)) for word in unit["args"]]
        plan = next(word for word in words if word.startswith("/"))
        assert plan.startswith(unit["volumeMounts"][0]["mountPath"] + "/")
        assert words[-2:] == ["--stride", str(spec["completions"])] and all(isinstance(word, str) for word in words)
        if pod < UNITS:
            assert main([str(done) if word == plan else word for word in words]) == DONE
        shares.append(words[words.index("--index") + 1])
    assert shares == [str(pod) for pod in range(spec["completions"])]


def test_kubernetes_understands_the_exit_codes():
    spec = job_of_kubernetes()["spec"]
    rules = {rule["action"]: rule for rule in spec["podFailurePolicy"]["rules"]}
    codes = rules["FailIndex"]["onExitCodes"]
    assert codes["operator"] == "In" and PERMANENT in codes["values"]
    assert not {DONE, AGAIN, 137, 143} & set(codes["values"])  # SIGKILL and SIGTERM: begun again
    assert codes["containerName"] == spec["template"]["spec"]["containers"][0]["name"]
    assert spec["backoffLimitPerIndex"] > 0 and spec["template"]["spec"]["restartPolicy"] == "Never"


def test_kubernetes_takes_the_job():
    validate = pytest.importorskip("kubernetes_validate")
    job = job_of_kubernetes()
    for version in ("1.29", "1.33"):
        validate.validate(job, version, strict=True)
    job["spec"]["backoffLimitPerIndexx"] = job["spec"].pop("backoffLimitPerIndex")
    with pytest.raises(validate.ValidationError):
        validate.validate(job, "1.33", strict=True)


@pytest.fixture
def openjd(tmp_path, monkeypatch):
    """Runs `openjd`; a `labelpass` that stands in for ours notes what it is called with, and ends with $CODE."""
    program = shutil.which("openjd", path=str(Path(sys.executable).parent))
    if not program:
        pytest.skip("no openjd: pip install openjd-cli")
    a_program(tmp_path / "bin", "labelpass", f'for word in "$@"; do echo "$word" >> {tmp_path}/words; done; exit $CODE')
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}")

    def run(*words: str, code: int = 0) -> subprocess.CompletedProcess[str]:
        command = [program, words[0], str(DEPLOY / "openjd.yaml"), *words[1:]]
        env = {**os.environ, "CODE": str(code), "TMPDIR": str(tmp_path)}
        return subprocess.run(command, env=env, capture_output=True, text=True, check=False)

    return run


def test_openjd_takes_the_template(openjd):
    checked = openjd("check")
    assert checked.returncode == 0, checked.stdout


def test_openjd_calls_each_unit_once(openjd, done, tmp_path):
    ran = openjd("run", "-p", f"Run={done}", "-p", f"LastUnit={UNITS - 1}")
    assert ran.returncode == 0, ran.stdout
    words = (tmp_path / "words").read_text().splitlines()
    calls = [words[at : at + 4] for at in range(0, len(words), 4)]
    assert sorted(calls) == [["unit", str(done), "--index", str(index)] for index in range(UNITS)]
    assert all(main(call) == DONE for call in calls)


def test_openjd_hears_of_units_that_were_given_up(openjd, done):
    ran = openjd("run", "-p", f"Run={done}", "-p", "LastUnit=0", code=PERMANENT)
    assert ran.returncode != 0 and f"exited with code: {PERMANENT}" in ran.stdout


AUTHOR = """
const tasks = [];
const author = {
    Task: (name, type) => ({ name, type, commands: [], addCommand(command) { this.commands.push(command); } }),
    Command: (name, parameters) => ({ name, parameters }),
};
const shellSplit = (line) => line.split(" ");
const path = {}, print = () => {}, alert = () => {};
"""
"""What Flamenco's manager gives a job type (internal/manager/job_compilers: author.go, scripts.go), as far as it is
called here: names that are not Flamenco's are not there."""


def compiled(settings: dict) -> dict:
    """What the job type makes of these settings: its own description, and the tasks; or what it throws."""
    if not shutil.which("node"):
        pytest.skip("no node")
    script = (DEPLOY / "labelpass.js").read_text(encoding="utf-8")
    ask = f"""
const job = {{ settings: {json.dumps(settings)}, addTask(task) {{ tasks.push(task); }} }};
let thrown = null;
try {{ compileJob(job); }} catch (error) {{ thrown = error.message; }}
console.log(JSON.stringify({{ type: JOB_TYPE, tasks, thrown }}));
"""
    text = f'"use strict";\n{AUTHOR}\n{script}\n{ask}'
    told = subprocess.run(["node", "-"], input=text, capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stderr
    return json.loads(told.stdout)


def test_flamenco_makes_a_task_of_each_unit(done):
    tasks = compiled({"run": str(done), "units": UNITS})["tasks"]
    assert [task["name"] for task in tasks] == [f"unit-{index}" for index in range(UNITS)]
    for index, task in enumerate(tasks):
        (command,) = task["commands"]
        assert task["type"] == "blender" and command["name"] == "exec" and command["parameters"]["exe"] == "labelpass"
        assert command["parameters"]["args"] == ["unit", str(done), "--index", str(index)]
        assert main(command["parameters"]["args"]) == DONE


def test_flamenco_calls_labelpass_in_a_container():
    command = "apptainer run --nv labelpass.sif"
    parameters = compiled({"run": "/a/b", "units": 1, "labelpass": command})["tasks"][0]["commands"][0]["parameters"]
    assert [parameters["exe"], *parameters["args"][:3]] == shlex.split(command)
    assert parameters["args"][3:] == ["unit", "/a/b", "--index", "0"]


@pytest.mark.parametrize("settings", [{"run": "/a"}, {"run": "/a", "units": 0}, {"run": "/a", "units": "many"}])
def test_flamenco_hears_that_units_are_missing(settings):
    made = compiled(settings)
    assert made["tasks"] == [] and "units: how many" in made["thrown"]


def test_the_settings_are_of_flamencos_kinds():
    """As its API says of AvailableJobSetting (pkg/api/flamenco-openapi.yaml)."""
    kinds = {"key", "type", "subtype", "choices", "propargs", "description", "label", "default", "eval", "evalInfo",
             "visible", "required", "editable"}  # fmt: skip
    described = compiled({"run": "/a", "units": 1})["type"]
    assert set(described) == {"label", "description", "settings"}
    for setting in described["settings"]:
        assert set(setting) <= kinds and re.fullmatch(r"[a-z_]+", setting["key"])
        assert setting["type"] in ("string", "int32", "float", "bool")
        assert setting.get("subtype", "dir_path") in ("file_path", "dir_path", "file_name", "hashed_file_path")
