"""A plan of units carried out by the workers of a Dask cluster: workstations without Slurm, or Kubernetes.

Who calls this stays until the end, and is told what became of each unit; the run folder is the truth. The unit of a
worker that dies is begun again on another one. Where the scheduler or the caller dies, the same command goes on.
"""

from __future__ import annotations

import asyncio
import os
import platform
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from render_scripts.orphans import told_of_parent

from .dask_address import await_answer, checked_address
from .unit import AGAIN, DONE, PERMANENT, TRIES, WORDS
from .units import FarmError

NO_DASK = "no Dask in this Python: pip install 'labelpass[dask]'"
_PATIENCE = 30.0  # seconds for the scheduler to answer, which may be starting


def render_on_dask(
    out: Path,
    units: Sequence[int],
    scheduler: str,
    unit_options: Sequence[str],
    gpus: int | None,
    say: Callable[[str], None],
) -> int:
    """Have the workers of this scheduler (`tcp://head:8786`) carry out units; `gpus` is what each takes of a worker's
    resource GPU. The exit code: 0 all is there, 65 something was given up, 75 the rest is for later.

    Raises FarmError where there is no Dask, no scheduler, or it goes away.
    """
    try:
        from distributed import Client, as_completed
    except ImportError:
        raise FarmError(NO_DASK) from None
    host, port = checked_address(scheduler)
    spoken = _spoken(scheduler)
    await_answer(scheduler, host, port, _PATIENCE)
    _greet(scheduler, spoken)
    client = Client(scheduler, timeout=_PATIENCE, set_as_default=False)
    resources: Mapping[str, int] = {"GPU": gpus} if gpus else {}
    codes = {DONE}
    with client:
        futures = {
            client.submit(
                carry_out_there, str(out), index, tuple(unit_options), pure=False, retries=TRIES, resources=resources
            ): index
            for index in units
        }
        left = len(futures)
        for future in as_completed(futures, loop=client.loop):
            left -= 1
            if future.status == "cancelled":
                raise FarmError(f"{scheduler} is gone, {left + 1} units are not done; the same command goes on")
            if future.status == "finished":
                code, host = future.result()
                outcome = f"{WORDS[code]} on {host}"
            else:
                code, outcome = AGAIN, f"{WORDS[AGAIN]} ({future.exception()})"
            codes.add(code)
            say(f"unit {futures[future]}: {outcome}; {left} left")
    return next((code for code in (AGAIN, PERMANENT) if code in codes), DONE)


def _spoken(scheduler: str) -> Mapping[str, Any]:
    """How a scheduler is spoken to, as Dask's configuration says. Raises FarmError where that lacks certificates."""
    from distributed.security import Security

    spoken: Mapping[str, Any] = Security().get_connection_args("client")
    if scheduler.startswith(("tls:", "wss:")) and spoken["ssl_context"] is None:
        raise FarmError(
            f"--scheduler {scheduler}: this is encrypted, and Dask's configuration here names no certificates: set "
            "distributed.comm.tls, or use tcp://"
        )
    return spoken


def _greet(scheduler: str, spoken: Mapping[str, Any]) -> None:
    """Raises FarmError where what listens there is no scheduler: a client that finds that out waits for itself, and
    ends in a traceback."""
    from distributed.comm import connect

    async def greeted() -> None:
        comm = await asyncio.wait_for(connect(scheduler, timeout=_PATIENCE, **spoken), _PATIENCE)
        await comm.close()

    try:
        asyncio.run(greeted())
    except (OSError, ValueError, RuntimeError) as error:
        why = str(error) or f"no word in {_PATIENCE:g} s"
        raise FarmError(f"--scheduler {scheduler}: what listens there is no scheduler of Dask ({why})") from None


class NotNow(RuntimeError):
    """A unit that is for later: Dask begins it again."""


def carry_out_there(out: str, index: int, options: Sequence[str]) -> tuple[int, str]:
    """In a worker: (exit code of the unit, name of the machine). Raises NotNow for Dask to try again."""
    door = Path(__file__).resolve().parents[1] / "labelpass.py"
    command = [sys.executable, str(door), "unit", out, f"--index={index}", *options]
    code = subprocess.run(command, env=told_of_parent(os.environ), check=False).returncode
    if code not in (DONE, PERMANENT):
        raise NotNow(f"unit {index} ended with exit code {code}")
    return code, platform.node()
