"""Shared by all rooms' tests: an empty scene in real Blender, and a way out of it."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# No test is a timed test: a busy machine is no failure. `make test-slow` tries more examples.
_untimed = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("everyday", _untimed, max_examples=30)
settings.register_profile("thorough", _untimed, max_examples=150)
settings.load_profile("everyday")

# Whoever starts the suite in the background has it ignore Ctrl-C, and so all that it starts; tests send it.
signal.signal(signal.SIGINT, signal.default_int_handler)

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parent / "render"))  # `scenery`, the tiny scenes that several tests render


_SCHEDULER: pytest.StashKey = pytest.StashKey()


@pytest.fixture
def empty_scene():
    """The scene of an empty file in factory settings, set to Cycles."""
    from scenery import new_scene

    return new_scene()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log):
    """Where several processes share the tests: a Blender that crashes holds up none of them."""
    from crash_safe_files import CrashSafeFiles

    config.stash[_SCHEDULER] = CrashSafeFiles(config, log)
    return config.stash[_SCHEDULER]


def pytest_terminal_summary(terminalreporter, config: pytest.Config) -> None:
    if _SCHEDULER in config.stash and (crashed := config.stash[_SCHEDULER].crashed):
        terminalreporter.section("crashed, and run once more")
        for test in crashed:
            terminalreporter.write_line(test)


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config: pytest.Config) -> None:
    """Leave without Blender's tear-down: a static destructor of 4.5 may wait for ever after hundreds of files."""
    session = config.pluginmanager.get_plugin("session")
    status = getattr(session, "exitstatus", None)
    if "bpy" in sys.modules and status is not None:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(int(status))
