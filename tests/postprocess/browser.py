"""A real Chromium for tests of pages: opens a file, runs a script in it, and says what went wrong.

Over its debugging pipe: commands and answers are JSON ended by a zero byte, on file descriptors 3 and 4.
https://chromedevtools.github.io/devtools-protocol
"""

from __future__ import annotations

import json
import os
import queue
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

PROGRAM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome", "chrome"))), None)
SECONDS = 60  # for an answer
_WRONG = {"Runtime.exceptionThrown", "Log.entryAdded"}


class Tab:
    """One page at a time. `wrong`: errors of its scripts, and what its policy forbade."""

    def __init__(self, commands: int, messages: queue.Queue[dict[str, Any]]) -> None:
        self._commands, self._messages, self._number, self._session = commands, messages, 0, ""
        self.wrong: list[str] = []
        target = self._call("Target.createTarget", url="about:blank")["targetId"]
        self._session = self._call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log"):
            self._call(f"{domain}.enable")

    def open(self, path: Path, width: int = 1280) -> None:
        self._call("Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=False)
        self._call("Page.navigate", url=path.as_uri())
        while self._message().get("method") != "Page.loadEventFired":
            pass

    def run(self, script: str) -> Any:
        """What an async function's body returns, as JSON."""
        answer = self._call(
            "Runtime.evaluate", expression=f"(async () => {{ {script} }})()", awaitPromise=True, returnByValue=True
        )
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    def press(self, key: str) -> None:
        for kind in ("keyDown", "keyUp"):
            letter = {"text": "\r"} if key == "Enter" and kind == "keyDown" else {}  # what a button is clicked by
            self._call(
                "Input.dispatchKeyEvent", type=kind, key=key, code=key, windowsVirtualKeyCode=_CODES[key], **letter
            )

    def _call(self, method: str, **parameters: Any) -> dict[str, Any]:
        self._number += 1
        command = {"id": self._number, "method": method, "params": parameters}
        command |= {"sessionId": self._session} if self._session else {}
        os.write(self._commands, json.dumps(command).encode() + b"\0")
        while (message := self._message()).get("id") != self._number:
            pass
        assert "error" not in message, message["error"]
        return message["result"]

    def _message(self) -> dict[str, Any]:
        message = self._messages.get(timeout=SECONDS)
        if message.get("method") in _WRONG:
            self.wrong.append(json.dumps(message["params"]))
        return message


_ON_3_AND_4 = """
import fcntl, os, sys
for number, to in [(fcntl.fcntl(int(word), fcntl.F_DUPFD, 10), 3 + at) for at, word in enumerate(sys.argv[1:3])]:
    os.dup2(number, to)
os.execv(sys.argv[3], sys.argv[3:])
"""
_CODES = {"Tab": 9, "Enter": 13, "Escape": 27, "ArrowLeft": 37, "ArrowRight": 39}


@contextmanager
def browser(profile: Path) -> Iterator[Tab]:
    """A Chromium of its own, gone when this is left."""
    (read_commands, commands), (answers, write_answers) = os.pipe(), os.pipe()
    words = [str(PROGRAM), "--headless", "--no-sandbox", "--disable-gpu", "--remote-debugging-pipe",
             f"--user-data-dir={profile}"]  # fmt: skip
    program = subprocess.Popen(
        [sys.executable, "-c", _ON_3_AND_4, str(read_commands), str(write_answers), *words],
        pass_fds=(read_commands, write_answers),
        stderr=subprocess.DEVNULL,
    )
    os.close(read_commands)
    os.close(write_answers)
    messages: queue.Queue[dict[str, Any]] = queue.Queue()
    reader = threading.Thread(target=_read, args=(answers, messages), daemon=True)
    reader.start()
    try:
        yield Tab(commands, messages)
    finally:
        program.kill()
        program.wait()
        reader.join(SECONDS)
        os.close(commands)
        os.close(answers)


def _read(answers: int, messages: queue.Queue[dict[str, Any]]) -> None:
    left = b""
    while data := os.read(answers, 1 << 16):
        *whole, left = (left + data).split(b"\0")
        for message in whole:
            messages.put(json.loads(message))
