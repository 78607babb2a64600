"""How far a farm is, from its folder alone: no engine is asked, and none need be there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import asdict, dataclass, replace
from itertools import accumulate
from pathlib import Path
from statistics import median
from typing import Any

from blender_addon.contract.endings import NOT_HERE
from blender_addon.contract.frame_numbers import frames_text
from blender_addon.contract.rendered_by import differing, machine_of
from blender_addon.contract.words import counted, in_shell, listed
from render_scripts.installed_blender import FAILED
from render_scripts.outlook import duration

from .attempts import Attempt, all_attempts
from .unit import AGAIN, DONE, PERMANENT, frames_given_up, is_hopeless
from .units import missing_frames, read_units, run_of

SLOW = 1.5
"""So many times the seconds a frame of the others' median make a host slow."""
_REASONS = 20
_STATES = ("done", "running", "failed", "missing")


@dataclass(frozen=True)
class Host:
    """A machine: frames it rendered, and the seconds of its attempts at them."""

    name: str
    frames: int
    seconds_a_frame: float
    is_slow: bool
    running: int


@dataclass(frozen=True)
class Failure:
    """`only_on`: the one machine on which all attempts at the unit failed, where others have rendered frames of its
    scene: that machine may be at fault, and not the scene. "" elsewhere."""

    unit: int
    frames: tuple[int, ...]
    why: str
    only_on: str = ""


@dataclass(frozen=True)
class Delay:
    """Units that were for later, as their last attempts say, for the same reason on the same machine."""

    host: str
    units: int
    why: str


@dataclass(frozen=True)
class Status:
    """`units` counts units by state; `rate` is frames a second of all that runs now, 0 where nothing does or nobody
    knows; `seconds_left` follows from it. `mixed`: a sentence for each way in which machines differ."""

    frames: int
    done: int
    units: Mapping[str, int]
    rate: float
    seconds_left: float | None
    hosts: tuple[Host, ...]
    failures: tuple[Failure, ...]
    delays: tuple[Delay, ...]
    mixed: tuple[str, ...]

    @property
    def code(self) -> int:
        """0 all is there, 65 something was given up and the rest is there, 75 there is more to do."""
        if self.done == self.frames:
            return DONE
        return PERMANENT if self.units["failed"] and not self.units["missing"] + self.units["running"] else AGAIN

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


def status_of(out: Path) -> Status:
    """Raises FarmError where there is no plan of units."""
    plan = read_units(out)
    tried: dict[int, list[Attempt]] = {}
    for attempt in all_attempts(out):
        tried.setdefault(attempt.unit, []).append(attempt)
    rendered_on: dict[int, set[str]] = {scene: set() for scene in range(len(plan.scenes))}
    for index, unit in enumerate(plan.units):
        rendered_on[unit.scene].update(attempt.host for attempt in tried.get(index, []) if attempt.rendered)
    by_unit: list[str] = []
    attempts: list[Attempt] = []
    machines: list[Mapping[str, str]] = []
    failures, delays, frames, done = [], Counter[tuple[str, str]](), 0, 0
    for index in range(len(plan.units)):
        run, wanted, own = run_of(out, plan.scene_of(index)), plan.frames_of(index), tried.get(index, [])
        lacking = tuple(missing_frames(run, wanted))
        there = len(wanted) - len(lacking)
        frames, done = frames + len(wanted), done + there
        state = _state(lacking, own)
        by_unit.append(state)
        if state == "failed":
            whys = [attempt.why for attempt in own if attempt.why]
            only_on = _only_on(own, rendered_on[plan.units[index].scene])
            failures.append(Failure(index, lacking, whys[-1] if whys else "", only_on))
        last = own[-1] if state == "missing" and own else None
        if last and last.code in (AGAIN, NOT_HERE) and last.why:
            delays[last.host, last.why] += 1
        attempts += _shared(own, there)
        machines += [attempt.machine for attempt in own if attempt.rendered]
        machines += [machine_of(run, frame) for frame in _ends(wanted, set(lacking))]
    hosts = _hosts(attempts, {index for index, state in enumerate(by_unit) if state == "running"})
    guess = plan.pilot.seconds_a_frame if plan.pilot else 0.0  # where a machine has not ended a unit yet
    paces = [(host.running, host.seconds_a_frame if host.frames else guess) for host in hosts]
    rate = sum(running / seconds for running, seconds in paces if seconds)
    left = (frames - done - sum(len(failure.frames) for failure in failures)) / rate if rate else None
    units = {state: by_unit.count(state) for state in _STATES}
    later = tuple(Delay(host, count, why) for (host, why), count in sorted(delays.items()))
    return Status(frames, done, units, rate, left, hosts, tuple(failures), later, differing(machines))


def lines(out: Path, status: Status) -> list[str]:
    """The same for a person."""
    units = ", ".join(f"{count} {state}" for state, count in status.units.items() if count)
    share = f"{100 * status.done / max(1, status.frames):.1f} %"
    told = [f"{out}: {status.done} of {counted(status.frames, 'frame')} ({share}); units: {units}"]
    if status.rate and status.seconds_left is not None:
        told.append(f"{status.rate * 60:.1f} frames/min, {duration(status.seconds_left)} left")
    for host in status.hosts:
        slow = ", SLOW" if host.is_slow else ""
        speed = f"{host.seconds_a_frame:.1f} s a frame" if host.frames else "no frame yet"
        running = f", {counted(host.running, 'unit')} running" if host.running else ""
        told.append(f"{host.name}: {counted(host.frames, 'frame')}, {speed}{running}{slow}")
    told += [f"warning: {why}" for why in status.mixed]
    told += [f"{delay.host}: {counted(delay.units, 'unit')} for later: {delay.why}" for delay in status.delays]
    return told + _told(out, status.failures)


def _told(out: Path, failures: Iterable[Failure]) -> list[str]:
    """A line for each reason, however many units have it, and not for more reasons than a person reads."""
    whys: dict[tuple[str, str], list[Failure]] = {}
    for failure in failures:
        whys.setdefault((failure.why, failure.only_on), []).append(failure)
    told = []
    for (why, host), same in list(whys.items())[:_REASONS]:
        numbers = listed(frames_text(failure.unit for failure in same).split(","), most=10)
        which = f"unit{'s' * (len(same) > 1)} {numbers}"
        frames = sum(len(failure.frames) for failure in same)
        told.append(f"{which} failed, {counted(frames, 'frame')}{':' * bool(why)} {why}".rstrip())
        if host:
            again = f"labelpass unit {in_shell(out)} --index {same[0].unit} --again"
            told[-1] += f"; only on {host}, while others render the same scene: on one of those, {again}"
    if len(whys) > _REASONS:
        units = sum(len(same) for same in list(whys.values())[_REASONS:])
        told.append(f"{counted(units, 'unit')} more failed, of {len(whys) - _REASONS} other reasons; --json has all")
    return told


def _only_on(tried: Sequence[Attempt], rendered_on: Set[str]) -> str:
    """The machine of a `Failure`; three attempts in a row are of one machine, so that each unit has seen few."""
    failed = {attempt.host for attempt in tried if attempt.code in (FAILED, PERMANENT)}
    return next(iter(failed)) if len(failed) == 1 and rendered_on - failed else ""


def _shared(tried: Sequence[Attempt], there: int) -> list[Attempt]:
    """Attempts that have no more frames than `there` are, all together: of two at a time each counts those of both, and
    what was damaged since was rendered twice."""
    claimed = sum(attempt.rendered for attempt in tried)
    if claimed <= there:
        return list(tried)
    sums = [0, *(there * total // claimed for total in accumulate(attempt.rendered for attempt in tried))]
    return [replace(attempt, rendered=end - begin) for attempt, begin, end in zip(tried, sums, sums[1:])]


def _ends(wanted: Sequence[int], lacking: Set[int]) -> set[int]:
    """The first and the last that are there: a million records are too many to read for a glance. Those of a pilot come
    first in a unit, and so do those of an attempt that was killed before another went on."""
    first = next((frame for frame in wanted if frame not in lacking), None)
    last = next((frame for frame in reversed(wanted) if frame not in lacking), None)
    return {frame for frame in (first, last) if frame is not None}


def _state(lacking: Sequence[int], tried: Sequence[Attempt]) -> str:
    if not lacking:
        return "done"
    if any(attempt.is_alive for attempt in tried):
        return "running"
    refused = bool(tried) and tried[-1].code == PERMANENT
    return "failed" if refused or is_hopeless(tried) or set(lacking) <= frames_given_up(tried) else "missing"


def _hosts(attempts: Iterable[Attempt], running: Set[int]) -> tuple[Host, ...]:
    by_name: dict[str, list[Attempt]] = {}
    for attempt in attempts:
        by_name.setdefault(attempt.host, []).append(attempt)
    frames = {name: sum(attempt.rendered for attempt in some) for name, some in by_name.items()}
    seconds = {
        name: sum(attempt.seconds for attempt in some if attempt.rendered) / max(1, frames[name])
        for name, some in by_name.items()
    }
    paces = {name: seconds[name] for name in by_name if frames[name]}
    return tuple(
        Host(
            name,
            frames[name],
            seconds[name],
            name in paces and _is_slow(name, paces),
            sum(attempt.is_alive and attempt.unit in running for attempt in by_name[name]),
        )
        for name in sorted(by_name)
    )


def _is_slow(name: str, paces: Mapping[str, float]) -> bool:
    others = [pace for other, pace in paces.items() if other != name]
    return bool(others) and paces[name] > SLOW * median(others)
