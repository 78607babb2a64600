"""What Slurm is handed: words for sbatch that no shell reads, and a script that does with signals what it should."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import time
from dataclasses import replace
from pathlib import Path

import pytest

from blender_addon.contract.labels import built_in
from blender_addon.contract.run import PLAN, write_plan
from farm import slurm
from farm.slurm import Wish, array_size, prepared, submit
from farm.slurm_export import prepared_exports
from farm.units import FarmError, Scene, UnitPlan, cut, read_submission, units_left, write_units
from labelpass import main
from tests.contract.small_run import a_plan
from tests.farm.fake_blender import a_frame

NASTY = 'it\'s $(touch hacked) `x` \n"q" %j ;#'


def a_program(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


@pytest.fixture
def programs(tmp_path, monkeypatch) -> Path:
    """A folder that comes first on the path, where scontrol notes what it is asked."""
    folder = tmp_path / "programs"
    folder.mkdir()
    a_program(folder, "scontrol", f"echo \"$@\" >> {folder}/asked; echo 'MaxArraySize            = 21'")
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setattr(slurm, "_PAUSE", 0)
    return folder


def a_farm(out: Path) -> Path:
    write_units(out, UnitPlan((Scene("flat.blend", "flat", ()),), tuple(cut(range(1, 101), 0, 2)), 600.0))
    write_plan(out / "runs" / "flat", a_plan("flat.blend"))
    return out


def test_all_that_is_wished_is_a_word_of_sbatch(tmp_path):
    wish = Wish("gpu", 1, 6, "24G", "4:00:00", 64, ("--account=lab; rm -rf /", "--constraint=avx2"))
    asked = prepared(a_farm(tmp_path / "farm"), wish, 50, 3, ["--threads=4"], 20)
    assert asked.command[0] == "sbatch" and "--array=0-19%64" in asked.command
    for word in ("--partition=gpu", "--gres=gpu:1", "--cpus-per-task=6", "--mem=24G", "--time=4:00:00", "--requeue",
                 "--account=lab; rm -rf /", "--constraint=avx2"):  # fmt: skip
        assert word in asked.command
    assert "--submission=3 --stride=20 --threads=4 --index" in asked.script
    assert shlex.split(asked.text().splitlines()[0].removesuffix("<<'SCRIPT'")) == list(asked.command)


def test_without_wishes_the_site_decides(tmp_path):
    command = prepared(a_farm(tmp_path / "farm"), Wish(), 7, 1, [], 500).command
    assert "--array=0-6" in command
    assert not any(word.startswith(("--partition", "--gres", "--mem", "--time", "--cpus")) for word in command)


def test_names_are_never_read_by_a_shell(tmp_path, programs, monkeypatch):
    out = tmp_path / NASTY
    stub = a_program(tmp_path, "stub", 'for word in "$@"; do echo "<$word>"; done')
    monkeypatch.setattr(slurm.sys, "executable", str(stub))
    asked = prepared(out, Wish(), 3, 1, [], 10)
    done = ran(asked.script, tmp_path)
    assert f"<{out}>" in done.stdout and not list(tmp_path.rglob("hacked"))
    log = next(word for word in asked.command if word.startswith("--output="))
    assert log.endswith("%%j ;#/slurm/%A_%a.log")


def test_a_node_may_call_labelpass_in_a_container(tmp_path, programs):
    a_program(programs, "apptainer", 'for word in "$@"; do echo "<$word>"; done')
    out = a_farm(tmp_path / "farm")
    words = ("apptainer", "run", "--nv", "--bind", "/my data:/data", NASTY)
    done = ran(prepared(out, Wish(labelpass=words), 50, 1, ["--threads=4"], 20).script, tmp_path)
    asked = (*words[1:], "unit", str(out), "--submission=1", "--stride=20", "--threads=4", "--index", "7")
    assert done.stdout == "".join(f"<{word}>\n" for word in asked) and not list(tmp_path.rglob("hacked"))


def test_the_words_of_a_node_are_cut_as_a_shell_cuts_them(tmp_path, capsys):
    out = str(a_farm(tmp_path / "farm"))
    asked = ["render", out, "--cluster", "slurm", "--dry-run", "--node-command"]
    assert main([*asked, "apptainer run --bind '/my data' '$(touch hacked)'"]) == 0
    assert f" apptainer run --bind '/my data' '$(touch hacked)' unit {out} --submission=1" in capsys.readouterr().out
    for words in ("", "  ", "a 'b"):
        with pytest.raises(SystemExit):
            main([*asked, words])
        assert "is no command" in capsys.readouterr().err


def ran(script: str, folder: Path, **more: str) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "SLURM_ARRAY_TASK_ID": "7", "SLURM_ARRAY_JOB_ID": "12", **more}
    return subprocess.run(["bash"], input=script, cwd=folder, env=env, capture_output=True, text=True, check=False)


def asked_of(programs: Path) -> str:
    asked = programs / "asked"
    return asked.read_text() if asked.exists() else ""


@pytest.mark.parametrize("code", [0, 65])
def test_a_task_ends_as_its_units_do(tmp_path, programs, monkeypatch, code):
    monkeypatch.setattr(slurm.sys, "executable", str(a_program(tmp_path, "stub", f"exit {code}")))
    assert ran(prepared(tmp_path, Wish(), 3, 1, [], 10).script, tmp_path).returncode == code
    assert asked_of(programs) == ""


def test_a_disk_that_is_full_is_waited_for_a_few_times(tmp_path, programs, monkeypatch):
    monkeypatch.setattr(slurm.sys, "executable", str(a_program(tmp_path, "stub", "exit 75")))
    script = prepared(tmp_path, Wish(), 3, 1, [], 10).script
    assert ran(script, tmp_path).returncode == 75 and asked_of(programs) == "requeue 12_7\n"
    assert ran(script, tmp_path, SLURM_RESTART_COUNT="5").returncode == 75 and asked_of(programs) == "requeue 12_7\n"


@pytest.mark.parametrize(("deaths", "code"), [(2, 0), (3, 137)])
def test_a_unit_whose_process_is_killed_is_begun_again_by_its_task(tmp_path, programs, monkeypatch, deaths, code):
    count = f"echo x >> {tmp_path}/lives; [ $(wc -l < {tmp_path}/lives) -le {deaths} ] && kill -9 $$"
    monkeypatch.setattr(slurm.sys, "executable", str(a_program(tmp_path, "stub", f"{count}; exit 0")))
    assert ran(prepared(tmp_path, Wish(), 3, 1, [], 10).script, tmp_path).returncode == code
    assert (tmp_path / "lives").read_text() == "x\n" * 3 and asked_of(programs) == ""


def test_a_controller_that_is_away_is_asked_again(tmp_path, programs, monkeypatch):
    monkeypatch.setattr(slurm.sys, "executable", str(a_program(tmp_path, "stub", "exit 75")))
    a_program(programs, "scontrol", f'echo "$@" >> {programs}/asked; [ $(wc -l < {programs}/asked) -ge 3 ]')
    assert ran(prepared(tmp_path, Wish(), 3, 1, [], 10).script, tmp_path).returncode == 75
    assert asked_of(programs) == "requeue 12_7\n" * 3


@pytest.mark.parametrize(
    ("time", "notice"),
    [(None, 60), ("4:00:00", 60), ("1", 15), ("2", 30), ("1:20", 20), ("0:0:40", 10), ("1-0", 60), ("0-0:1", 15),
     ("0", 60), ("UNLIMITED", 60)],
)  # fmt: skip
def test_a_task_has_three_quarters_of_a_short_time_to_itself(tmp_path, time, notice):
    assert f"--signal=B:USR1@{notice}" in prepared(tmp_path, Wish(time=time), 3, 1, [], 10).command


def test_a_time_in_which_no_frame_could_be_told_to_hang_is_told():
    assert "--time 11 ends before a frame is taken for hung, after 600 s" in slurm.warning(Wish(time="11"), 600.0)
    for enough in ("12", "4:00:00", "0", None):
        assert slurm.warning(Wish(time=enough), 600.0) == ""


@pytest.mark.parametrize(("number", "code", "requeued"), [("USR1", 75, "requeue 12_7\n"), ("TERM", 143, "")])
def test_a_task_whose_time_is_up_ends_its_render_and_is_queued_again(
    tmp_path, programs, monkeypatch, number, code, requeued
):
    stub = a_program(tmp_path, "stub", f"trap 'echo TERM > {tmp_path}/heard; exit 143' TERM\ntouch {tmp_path}/begun\n"
                     "while :; do sleep 0.05; done")  # fmt: skip
    monkeypatch.setattr(slurm.sys, "executable", str(stub))
    env = {**os.environ, "SLURM_ARRAY_TASK_ID": "7", "SLURM_ARRAY_JOB_ID": "12"}
    script = tmp_path / "script"
    script.write_text(prepared(tmp_path, Wish(), 3, 1, [], 10).script)
    task = subprocess.Popen(["bash", str(script)], env=env)
    while not (tmp_path / "begun").exists():
        assert task.poll() is None
        time.sleep(0.02)
    task.send_signal(signal.Signals[f"SIG{number}"])
    assert task.wait(timeout=30) == code
    assert (tmp_path / "heard").exists() and asked_of(programs) == requeued


def test_what_is_missing_is_handed_over_and_the_list_stays(tmp_path, programs):
    out = a_farm(tmp_path / "farm")
    a_program(programs, "sbatch", f'echo "$@" > {programs}/words; cat > {programs}/script; echo "4711;cluster"')
    for frame in (1, 2, 5):  # unit 0 is done, unit 2 half
        a_frame(out / "runs" / "flat", frame)
    left = units_left(out)
    assert left == list(range(1, 50))
    assert submit(out, Wish(), [], left) == "4711" and submit(out, Wish(), [], left[1:]) == "4711"
    assert "--array=0-19" in (programs / "words").read_text()  # as many as the site allows
    assert "--submission=2 --stride=20" in (programs / "script").read_text()
    assert read_submission(out, 1) == left and read_submission(out, 2) == left[1:]
    with pytest.raises(FarmError, match="no submission 3"):
        read_submission(out, 3)


def test_a_site_that_refuses_is_heard(tmp_path, programs):
    out = a_farm(tmp_path / "farm")
    a_program(programs, "sbatch", "echo 'invalid partition specified: moon' >&2; exit 1")
    with pytest.raises(FarmError, match="sbatch: invalid partition specified: moon"):
        submit(out, Wish("moon"), [], [0])


def test_without_slurm(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert array_size() == 1000
    with pytest.raises(FarmError, match="no sbatch here"):
        submit(a_farm(tmp_path / "farm"), Wish(), [], [0])


def test_a_folder_called_as_the_end_of_the_script_is_not_its_end(tmp_path, programs):
    """Else what follows in its name would be a command where the dry run is pasted."""
    out = tmp_path / "a\nSCRIPT\ntouch hacked\nSCRIPT_\n"
    a_program(programs, "sbatch", "cat > given")
    asked = prepared(out, Wish(), 3, 1, [], 10)
    subprocess.run(["bash"], input=asked.text(), cwd=tmp_path, text=True, check=True)
    assert (tmp_path / "given").read_text() == asked.script and not (tmp_path / "hacked").exists()


EXPORTS = (["--format", "segnet", "--out=/data/a b"], ["--format=coco", f"--labels={NASTY}", "--out=/data/c"])


@pytest.mark.parametrize(("code", "made"), [(0, True), (65, True), (75, False), (1, False)])
def test_datasets_are_made_of_what_is_whole_or_will_not_be(tmp_path, programs, code, made):
    """65: some frames were given up, and the others are all that there will be."""
    a_program(programs, "node", f'[ "$1" = status ] && exit {code}; for word in "$@"; do echo "<$word>"; done')
    out = a_farm(tmp_path / "farm")
    asked = prepared_exports(out, Wish(labelpass=("node",)), EXPORTS, "4711")
    assert {"--array=0-1", "--dependency=afterany:4711"} < set(asked.command)
    for number, words in enumerate(EXPORTS):
        done = ran(asked.script, tmp_path, SLURM_ARRAY_TASK_ID=str(number), SLURM_CPUS_PER_TASK="3")
        run = str(out / "runs" / "flat")
        told = "".join(f"<{word}>\n" for word in ("export", "--jobs=3", *words, run))
        assert (done.stdout == told) is made and done.returncode == (0 if made else code)
        assert made or "not all is rendered" in done.stdout
    assert not list(tmp_path.rglob("hacked"))


def test_datasets_need_no_gpu_and_wait_for_nothing_where_all_is_rendered(tmp_path):
    wish = Wish("gpu", 1, 6, "24G", "4:00:00", 64)
    command = prepared_exports(a_farm(tmp_path / "farm"), wish, EXPORTS[:1], None).command
    assert {"--array=0-0", "--partition=gpu", "--cpus-per-task=6", "--mem=24G"} < set(command)
    assert not any(word.startswith(("--gres", "--dependency")) for word in command)


def test_the_words_of_an_export_are_read_before_anything_is_handed_over(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    out = str(a_farm(tmp_path / "farm"))
    asked = ["render", out, "--cluster", "slurm", "--dry-run", "--export"]
    assert main([*asked, "--format segnet --out 'my data'"]) == 0
    text = capsys.readouterr().out
    assert '--dependency=afterany:"${JOB%%;*}"' in text and f"'--out={tmp_path / 'my data'}'" in text
    with pytest.raises(SystemExit):
        main([*asked, "--format segnett --out data"])
    assert "invalid choice: 'segnett'" in capsys.readouterr().err
    assert main([*asked, "other --format segnet --out data"]) == 1
    assert "it is of the runs that are rendered; name no others" in capsys.readouterr().err
    assert main(["render", out, "--export", "--format segnet --out data"]) == 1
    assert "--export is for --cluster slurm" in capsys.readouterr().err


@pytest.mark.parametrize("export", [[], ["--export", "--format segnet --out 'my data'"]])
def test_what_a_dry_run_prints_hands_over_what_the_real_one_would(tmp_path, programs, monkeypatch, capsys, export):
    """The number of the submission, its list and its tasks: a shell reads all, and the site allows twenty tasks."""
    monkeypatch.chdir(tmp_path)
    note = f'printf "<%s>" "$@" >> {programs}/handed; cat >> {programs}/handed; echo "4711;cluster"'
    a_program(programs, "sbatch", note)
    handed = programs / "handed"
    out = a_farm(tmp_path / "it's a farm")
    slurm.write_submission(out, [7, 8])
    asked = ["render", str(out), "--cluster", "slurm", "--partition", "gpu", "--threads", "2", *export]
    assert main([*asked, "--dry-run"]) == 0
    text = capsys.readouterr().out
    assert "--submission=2 --stride=20 --threads=2" in text and not (out / "submissions" / "000002.json").exists()
    subprocess.run(["sh"], input=text, text=True, check=True)
    dry = handed.read_text()
    assert dry.count("--parsable") == 1 + bool(export) and ("afterany:4711>" in dry) is bool(export)
    assert read_submission(out, 2) == units_left(out)
    subprocess.run(["sh"], input=text, text=True, check=False, stderr=subprocess.DEVNULL)
    assert handed.read_text() == dry  # the number is taken
    handed.unlink()
    (out / "submissions" / "000002.json").unlink()
    assert main(asked) == 0
    assert handed.read_text() == dry


@pytest.mark.parametrize(("said", "job"), [("4711", "4711"), ("4711;cluster", "4711"), ("hello\n4711", "4711"),
                                           ("", None), ("Submitted batch job 4711", None)])  # fmt: skip
def test_an_answer_without_a_number_is_no_hand_over(tmp_path, programs, said, job):
    """Else datasets would wait for nothing."""
    out = a_farm(tmp_path / "farm")
    a_program(programs, "sbatch", f"cat > /dev/null; printf '%s\\n' '{said}'")
    if job:
        assert submit(out, Wish(), [], [0]) == job
    else:
        with pytest.raises(FarmError, match=r"no number of a job: see with squeue whether it was handed over"):
            submit(out, Wish(), [], [0])


def test_where_datasets_are_refused_the_renders_are_told(tmp_path, programs, capsys):
    out = a_farm(tmp_path / "farm")
    a_program(programs, "sbatch", 'case "$*" in *labelpass-export*) echo full >&2; exit 1;; esac; echo 4711')
    words = f"--format segnet --out '{tmp_path}/data'"
    assert main(["render", str(out), "--cluster", "slurm", "--export", words]) == 1
    told = capsys.readouterr()
    assert "job 4711: 50 units" in told.out
    assert "sbatch: full" in told.err and "handed over, as job 4711, and the datasets were not" in told.err


@pytest.mark.parametrize(
    ("exports", "told"),
    [
        (["--out data --labels nope.json"], "nope.json"),
        (["--out flat.blend"], "flat.blend is there already and not empty"),
        (["--out there"], "there is there already and not empty"),
        (["--out data", "--out ./data"], "are one place; each dataset needs its own"),
        (["--out data", "--out data/more"], "are one place; each dataset needs its own"),
        (["--out data --split 0.9/0.9/0.9"], "needs three fractions"),
        (["--out data --stuff wall"], "format segnet has no option 'stuff'"),
        (["--out data --split-list a.txt,b.txt"], "a.txt: no such file"),
        (["--out data --labels nyu40"], "flat: no cross-walk from 'mine' to 'nyu40': no label names a parent there"),
        (["--out data --labels nyu40"], "leave out --labels, and the dataset keeps 'mine', or name a label set that"),
        (["--out data", "--out more --labels nyu40"], "--export '--format segnet --out more --labels nyu40': flat"),
        (["--out data --drop wall"], "no label of 'mine' is left"),
        (["--out data --merge 'walls=chair,wall'"], "--merge: "),
        (["--out data --split-assets sofa"], "--split-assets: "),
        (["--out data --split-assets wall"], "flat is planned without instances, which --split-assets needs"),
        (["--out data --ignore-impure 0.5"], "flat is planned without purity, which --ignore-impure needs"),
        (["--out data --real-share 0.5"], "--real-share mixes in imported datasets"),
        (["--out data --format yolo"], "flat is planned without instances, which yolo needs: plan again, with inst"),
    ],
)
def test_an_export_that_cannot_be_is_refused_before_anything_is_handed_over(
    tmp_path, programs, capsys, monkeypatch, exports, told
):
    monkeypatch.chdir(tmp_path)
    a_program(programs, "sbatch", f"touch {programs}/called; echo 4711")
    (tmp_path / "flat.blend").touch()
    (tmp_path / "there").mkdir()
    (tmp_path / "there" / "dataset.json").touch()
    out = str(a_farm(tmp_path / "farm"))
    words = [word for export in exports for word in ("--export", f"--format segnet {export}")]
    assert main(["render", out, "--cluster", "slurm", *words]) == 1
    assert told in capsys.readouterr().err and not (programs / "called").exists()


@pytest.mark.parametrize("dry", [[], ["--dry-run"]])
def test_scenes_whose_labels_do_not_go_together_are_told_before_they_are_rendered(tmp_path, programs, capsys, dry):
    a_program(programs, "sbatch", f"touch {programs}/called; echo 4711")
    out = tmp_path / "farm"
    scenes = tuple(Scene(f"{name}.blend", name, ()) for name in ("flat", "hall"))
    write_units(out, UnitPlan(scenes, (*cut(range(1, 3), 0, 2), *cut(range(1, 3), 1, 2)), 600.0))
    write_plan(out / "runs" / "flat", a_plan("flat.blend"))
    write_plan(out / "runs" / "hall", replace(a_plan("hall.blend"), label_set=built_in("nyu40")))
    asked = ["render", str(out), "--cluster", "slurm", *dry, "--export"]
    assert main([*asked, f"--format segnet --out {tmp_path}/data"]) == 1
    assert "flat is labelled with 'mine' and hall with 'nyu40'; say into which" in capsys.readouterr().err
    assert main([*asked, f"--format segnet --labels nyu13 --out {tmp_path}/data"]) == 1
    assert "flat: no cross-walk from 'mine' to 'nyu13'" in capsys.readouterr().err
    (out / "runs" / "hall" / PLAN).unlink()
    assert main([*asked, f"--format segnet --out {tmp_path}/data"]) == 1
    assert f"{out}/runs/hall is no run folder: it has no plan.json" in capsys.readouterr().err
    assert not (programs / "called").exists() and not (out / "submissions").exists()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--scheduler", "tcp://head:8786"], "--scheduler is for --cluster dask, and not for this machine"),
        (["--gpus", "4"], "--gpus is for --cluster slurm and --cluster dask, and not for this machine"),
        (["--cluster", "slurm", "--workers", "4"], "--workers is for this machine, without --cluster, and not for"),
        (
            ["--cluster", "slurm", "--scheduler", "x:1"],
            "is for --cluster dask, and not for --cluster slurm",
        ),
        (["--cluster", "dask", "--workers", "4"], "and not for --cluster dask"),
        (["--cluster", "dask", "--memory", ""], "--memory is for --cluster slurm, and not for --cluster dask"),
        (["--gpu", "1"], "say which with CUDA_VISIBLE_DEVICES=1 before labelpass"),
    ],
)
def test_an_option_that_would_do_nothing_is_refused(tmp_path, capsys, words, told):
    assert main(["render", str(a_farm(tmp_path / "farm")), *words]) == 1
    assert told in capsys.readouterr().err


def test_a_time_that_is_up_as_a_render_begins_ends_that_one_too(tmp_path, programs, monkeypatch):
    """The shell may hear of it before it knows the render by name."""
    stub = a_program(tmp_path, "stub", "trap 'exit 143' TERM\nkill -USR1 $PPID\nwhile :; do sleep 0.05; done")
    monkeypatch.setattr(slurm.sys, "executable", str(stub))
    done = ran(prepared(tmp_path, Wish(), 3, 1, [], 10).script, tmp_path)
    assert done.returncode == 75 and "unbound" not in done.stderr and asked_of(programs) == "requeue 12_7\n"
