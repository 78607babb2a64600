"""A real Slurm on this machine for a while: a controller and two nodes, with a folder, ports and a key of its own.

What `kill -9` does to each of its parts is done here too, and when it is over no process of it is left. It needs
slurmctld, slurmd, munged and root: `why_no_slurm` says what is not there.
"""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

NODES = ("n1", "n2")
PARTITION = "render"
_PATIENCE = 180.0  # seconds: other things may run on this machine

_CONF = """
ClusterName=labelpass
SlurmctldHost={host}(127.0.0.1)
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket={folder}/munge/socket,cred_expire=5
SlurmctldPort={controller_port}
SlurmdPort={node_port}
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool/%n
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.%n.pid
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
MpiDefault=none
SwitchType=switch/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SchedulerType=sched/backfill
SchedulerParameters=batch_sched_delay=0,sched_interval=2,bf_interval=2,sched_min_interval=0
SlurmdParameters=config_overrides
ReturnToService=2
JobRequeue=1
MaxArraySize=20001
MaxJobCount=50000
SlurmctldTimeout=30
SlurmdTimeout=10
InactiveLimit=0
KillWait=5
MinJobAge=300
"""


def why_no_slurm() -> str:
    """Why there can be no Slurm of our own here, in words; "" where there can."""
    if sys.platform != "linux" or os.geteuid() != 0:
        return "a Slurm of one's own needs Linux and root"
    lacking = [name for name in ("slurmctld", "slurmd", "munged", "sbatch") if not shutil.which(name)]
    return f"{lacking[0]} is not here (Debian: apt-get install slurm-wlm munge)" if lacking else ""


def wait_for(what: str, is_so: Callable[[], object], patience: float = _PATIENCE) -> None:
    """Raises TimeoutError with `what` where it is not so after so many seconds."""
    until = time.monotonic() + patience
    while not is_so():
        if time.monotonic() > until:
            raise TimeoutError(f"waited {patience:g} s, and not: {what}")
        time.sleep(0.1)


class Slurm:
    """Its daemons by name: munged, slurmctld, n1, n2."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.conf = folder / "slurm.conf"
        self.daemons: dict[str, subprocess.Popen[bytes]] = {}
        self.environment = {**os.environ, "SLURM_CONF": str(self.conf)}

    def begin(self) -> None:
        for name in ("munge", "state", *(f"spool/{node}" for node in NODES)):
            (self.folder / name).mkdir(parents=True)
        self.folder.chmod(0o755)
        key = self.folder / "munge" / "key"
        key.write_bytes(secrets.token_bytes(128))
        key.chmod(0o600)
        controller, node, *ports = _free_ports(2 + len(NODES))
        host = socket.gethostname()
        nodes = [
            f"NodeName={name} NodeHostname={host} NodeAddr=127.0.0.1 Port={port} CPUs=1 RealMemory=1000 State=UNKNOWN\n"
            for name, port in zip(NODES, ports)
        ]
        partition = f"PartitionName={PARTITION} Nodes=n[1-2] Default=YES MaxTime=INFINITE State=UP\n"
        conf = _CONF.format(host=host, folder=self.folder, controller_port=controller, node_port=node)
        self.conf.write_text(conf.lstrip() + "".join(nodes) + partition)
        self.start("munged")
        wait_for("munged listens", (self.folder / "munge" / "socket").exists)
        self.start("slurmctld")
        for name in NODES:
            self.start(name)
        self.wait_until_idle()

    def start(self, name: str) -> None:
        """Begin a daemon, or begin it again."""
        munge = self.folder / "munge"
        if name == "munged":
            files = {"key-file": "key", "socket": "socket", "pid-file": "pid", "seed-file": "seed", "log-file": "log"}
            command = ["munged", "-F", "--force", *(f"--{key}={munge / file}" for key, file in files.items())]
        elif name == "slurmctld":
            command = ["slurmctld", "-D", "-f", str(self.conf)]
        else:
            command = ["slurmd", "-D", "-f", str(self.conf), "-N", name]
        if shutil.which("setpriv"):  # with whoever is killed in the middle of a test
            command = ["setpriv", "--pdeathsig", "KILL", *command]
        with open(self.folder / f"{name}.log", "ab") as log:
            self.daemons[name] = subprocess.Popen(
                command, env=self.environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
            )

    def kill(self, name: str) -> None:
        """`kill -9` of a daemon; of a node with all that runs on it, as where its machine loses power."""
        daemon = self.daemons.pop(name)
        daemon.kill()
        daemon.wait()
        while name in NODES and (there := self._keepers(name) or self.processes(name)):
            _kill(there)

    def processes(self, node: str | None = None) -> dict[int, str]:
        """Those of this Slurm but for its daemons, by number, with their command lines; or those of one node."""
        mine, own = f"SLURM_CONF={self.conf}", {daemon.pid for daemon in self.daemons.values()}
        found = {}
        for entry in Path("/proc").iterdir():
            if not entry.name.isdigit() or int(entry.name) in own:
                continue
            with suppress(OSError):
                variables = set(_words(entry / "environ"))
                at = f"SLURMD_NODENAME={node}" in variables if node else True
                if mine in variables and at and _is_alive(entry):
                    found[int(entry.name)] = " ".join(_words(entry / "cmdline"))
        return found

    def _keepers(self, node: str) -> dict[int, str]:
        """The processes that keep a node's tasks. They die first, or they would tell how their tasks ended."""
        jobs = {path.name.split("_")[1].split(".")[0] for path in (self.folder / "spool" / node).glob(f"{node}_*")}
        titles = tuple(f"slurmstepd: [{job}." for job in jobs)
        return {pid: title for pid, title in self.processes().items() if titles and title.startswith(titles)}

    def ask(self, *command: str) -> str:
        done = subprocess.run(command, env=self.environment, capture_output=True, text=True, check=False, timeout=120)
        return done.stdout.strip() or done.stderr.strip()

    def states(self) -> list[str]:
        """Of all tasks that the controller still knows and that have not ended."""
        return self.ask("squeue", "--noheader", "--array", "--format=%T").split()

    def wait_until_idle(self) -> None:
        wait_for("all nodes are idle", lambda: self.ask("sinfo", "-h", "-N", "-o", "%T").split() == ["idle"] * 2)

    def wait_until_over(self, patience: float = _PATIENCE) -> None:
        """Until no task waits or runs."""
        wait_for("no task is left", lambda: not self.ask("squeue", "--noheader"), patience)

    def cancel_all(self) -> None:
        """What a test left behind: the next one has a cluster of its own to itself."""
        for name in ("slurmctld", *NODES):
            if name not in self.daemons:
                self.start(name)
        wait_for("the controller answers", lambda: "UP" in self.ask("scontrol", "ping"))
        self.ask("scancel", f"--partition={PARTITION}")
        self.wait_until_over()
        for node in NODES:
            self.ask("scontrol", "update", f"NodeName={node}", "State=RESUME")
        self.wait_until_idle()

    def end(self) -> None:
        """All of it, whatever state it is in."""
        for daemon in self.daemons.values():
            daemon.kill()
            daemon.wait()
        self.daemons.clear()
        while there := self.processes():
            _kill(there)


@contextmanager
def slurm_here() -> Iterator[Slurm]:
    """Such a Slurm while the block lasts. Its folder is gone afterwards, and what its daemons said is in the error."""
    folder = Path(tempfile.mkdtemp(prefix="slurm-"))  # short: a socket's path has 107 characters
    slurm = Slurm(folder)
    try:
        slurm.begin()
        yield slurm
    except TimeoutError as error:
        for log in sorted(folder.glob("*.log")):
            error.add_note(f"{log.name}:\n{log.read_text(errors='replace')[-2000:]}")
        raise
    finally:
        slurm.end()
        shutil.rmtree(folder, ignore_errors=True)


def _free_ports(many: int) -> list[int]:
    sockets = [socket.socket() for _ in range(many)]
    try:
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]
    finally:
        for each in sockets:
            each.close()


def _words(path: Path) -> list[str]:
    return path.read_bytes().decode(errors="replace").split("\0")


def _is_alive(entry: Path) -> bool:
    return (entry / "stat").read_text().rpartition(")")[2].split()[0] not in "ZX"


def _kill(processes: dict[int, str]) -> None:
    for pid in processes:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
