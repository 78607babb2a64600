"""Deals files of tests to processes as xdist's `--dist loadfile` does, and comes to an end when one of them crashes.

xdist 3.8 queues what a crashed worker had done already once more, and then waits for it for ever; it runs the test that
crashed again and again; a worker that took its place waits for a second test before it runs its first; and work that
is sent to a worker of whose death nothing has been heard yet ends the whole run
(pytest-dev/pytest-xdist, issues 1327 and 1378, pull request 1371).
"""

from __future__ import annotations

from contextlib import suppress

from xdist.scheduler import LoadFileScheduling
from xdist.workermanage import WorkerController


class CrashSafeFiles(LoadFileScheduling):
    """A test at which a worker crashed is run once more, since Blender crashes now and then; then it has failed."""

    def __init__(self, *about: object) -> None:
        super().__init__(*about)
        self.crashed: list[str] = []
        """Tests at which a worker crashed, in their order."""

    def remove_node(self, node: WorkerController) -> str | None:
        """The test that has failed as the worker ended, if any."""
        files = self.assigned_work[node]
        failed = None
        begun = next(((tests, test) for tests in files.values() for test, is_done in tests.items() if not is_done), ())
        if begun:
            tests, test = begun
            if test in self.crashed:
                failed, tests[test] = test, True
            self.crashed.append(test)
        for file in [file for file, tests in files.items() if all(tests.values())]:
            del files[file]
        super().remove_node(node)
        return failed

    def _reschedule(self, node: WorkerController) -> None:
        super()._reschedule(node)
        if not node.shutting_down and self._pending_of(self.assigned_work[node]) == 1:
            super()._reschedule(node)  # a worker begins a test when it knows of the next one, or of the end

    def _assign_work_unit(self, node: WorkerController) -> None:
        with suppress(OSError):  # it is dead; as this is heard, `remove_node` puts what it was given back in the queue
            super()._assign_work_unit(node)
