"""`labelpass train`: a dataset and settings become a model, in a folder that a stopped training goes on in.

What comes out does not depend on where it was stopped: weights and the optimizer's state are those of a step, and all
else follows from (seed, epoch, index).
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from blender_addon.contract.words import counted, listed
from postprocess.errors import EmptySplit
from postprocess.progress import Progress as ShowProgress
from postprocess.signals import stopped_once
from postprocess.staging import run_around, write_whole

from .balance import weights_of
from .checkpoint import BEST, LAST, Progress, read_progress, write_model, write_progress
from .course import Course, Lesson
from .curves import page
from .errors import TrainingError
from .frames import Dataset, Frame, open_dataset, refuse_inside, refuse_sizes
from .history import Epoch, as_lines, told, why_nothing
from .machine import Machine, memory_told
from .networks import NETWORKS
from .settings import Settings, differing, facts, settled

LOG, CURVES = "log.jsonl", "curves.html"
SAVE_SECONDS = 60.0
"""How long a training may go on until it is saved, beside the end of each epoch."""


def train(
    folder: Path,
    out: Path,
    settings: Settings,
    machine: Machine,
    say: Callable[[str], None],
    show: ShowProgress | None = None,
    save_seconds: float = SAVE_SECONDS,
) -> tuple[Epoch, ...]:
    """Learn the dataset at `folder`, into the model folder `out`; a training that was stopped there goes on.

    `say` is told of each epoch. Raises TrainingError and ExportError, also where `out` is a model of something else.
    """
    lesson = _lesson(folder, settings)
    course = Course(lesson, machine, _stopped(out, lesson))
    if course.done:
        _tell(course, out)
    if len(course.done) == lesson.epochs:
        say(f"{out} has learned all {counted(lesson.epochs, 'epoch')}")
        return _judged(course.done, say)
    say(_about(course))
    with stopped_once(), memory_told(machine):
        try:
            write_progress(out / LAST, course.progress())
            _go(course, out, say, show, save_seconds)
        except (KeyboardInterrupt, SystemExit) as stop:
            stop.add_note(f"epochs that are over: {len(course.done)} of {lesson.epochs}; the same command goes on")
            raise
    return _judged(course.done, say)


def _judged(done: tuple[Epoch, ...], say: Callable[[str], None]) -> tuple[Epoch, ...]:
    if why := why_nothing(done):
        say(f"warning: {why}")
    return done


def _go(course: Course, out: Path, say: Callable[[str], None], show: ShowProgress | None, save_seconds: float) -> None:
    lesson, seen = course.lesson, 0
    an_epoch = len(lesson.train) + len(lesson.val)
    begun = min(course.step * lesson.settings.batch, len(lesson.train))
    whole = (lesson.epochs - len(course.done)) * an_epoch - begun

    def count(pictures: int) -> None:
        nonlocal seen
        seen += pictures
        if show is not None:
            show(seen, whole)

    while len(course.done) < lesson.epochs:
        started = saved = time.perf_counter()
        for batch in course.batches():
            course.learn(batch)
            if time.perf_counter() - saved >= save_seconds:
                course.refuse_broken()
                write_progress(out / LAST, course.progress())
                saved = time.perf_counter()
            count(len(batch.classes))
        epoch = course.end_epoch(time.perf_counter() - started, count)
        say(told(epoch, lesson.epochs))
        # In this order: what last.pt says is over is in best.pt, and the rest is made of what last.pt says.
        if epoch.best:
            write_model(out / BEST, course.model())
        write_progress(out / LAST, course.progress())
        _tell(course, out)


def _tell(course: Course, out: Path) -> None:
    write_whole(out / LOG, as_lines(course.done).encode())
    shown = page(out.resolve().name, _facts(course), course.lesson.dataset.learned, course.done)
    write_whole(out / CURVES, shown.encode())


def _lesson(folder: Path, settings: Settings) -> Lesson:
    dataset = open_dataset(folder)
    frames = dataset.frames("train")
    val = _validated(dataset) if settings.validate else ()
    settings = settled(settings, len(frames))
    refuse_sizes(dataset, settings.crop, settings.batch, NETWORKS[settings.net].least)
    return Lesson(dataset, settings, frames, val, weights_of(dataset, frames, settings.weights))


def _validated(dataset: Dataset) -> tuple[Frame, ...]:
    try:
        return dataset.frames("val")
    except EmptySplit as error:
        raise TrainingError(
            f"{error}, so nothing says which epoch is the best: add --no-validation, or export with more frames or "
            "another --split"
        ) from None


def _stopped(out: Path, lesson: Lesson) -> Progress | None:
    """What is in `out` to go on with. Raises TrainingError where that is of something else."""
    run = run_around(out)
    if run is not None:
        raise TrainingError(f"{out} lies in the run {run}, which holds what was rendered; name a folder outside of it")
    refuse_inside(out)
    path = out / LAST
    if not path.exists():
        if out.exists() and (not out.is_dir() or any(not each.name.startswith(".") for each in out.iterdir())):
            raise TrainingError(f"{out} is there already, and no model (it has no {LAST}); name another --out")
        return None
    try:
        progress = read_progress(path)
    except TrainingError as error:
        raise TrainingError(f"{error}; remove {out}, and the same command learns it anew") from None
    why = differing(progress.model.settings, lesson.settings)
    if progress.dataset != lesson.dataset.digest:
        why.append("another dataset, or another state of this one")
    if why:
        raise TrainingError(f"{out} holds a model of other settings ({listed(why)}); name another --out, or remove it")
    if progress.epochs and not (out / BEST).is_file():
        raise TrainingError(
            f"{out} has lost its {BEST}: {LAST} knows the last epoch alone (predict with {path}, if that will do); "
            f"remove {out}, and the same command learns it anew"
        )
    return progress


def _about(course: Course) -> str:
    lesson, settings = course.lesson, course.lesson.settings
    weights = sum(parameter.numel() for parameter in course.network.parameters())
    after = f", from epoch {len(course.done) + 1} on" if course.done or course.step else ""
    return (
        f"{settings.net}, width {settings.width:g}: {weights:,} weights, {len(lesson.dataset.learned)} classes, "
        f"{counted(len(lesson.train), 'picture')}, {counted(lesson.epochs, 'epoch')}{after}, on {course.machine}"
    )


def _facts(course: Course) -> dict[str, str]:
    """What the page says of how it was made."""
    lesson = course.lesson
    said = facts(lesson.settings)
    said |= {"pictures of train": f"{len(lesson.train):,}", "pictures of val": f"{len(lesson.val):,}"}
    return said | {"dataset": lesson.dataset.folder.resolve().name, "labels": lesson.dataset.learned.label_set.name}
