"""The address of a Dask scheduler, looked at before Dask is: its own client minds a bad one for a minute, and in
tracebacks."""

from __future__ import annotations

import re
import socket
import time

from .units import FarmError

_ADDRESS = re.compile(r"(?:(?P<protocol>[a-z]+)://)?(?P<host>\[[0-9a-fA-F:.]+\]|[^\s:/\[\]]+):(?P<port>\d{1,5})")
_PROTOCOLS = ("tcp", "tls", "ws", "wss")
_PAUSE = 0.5  # seconds between knocks at a scheduler that may be starting


def checked_address(text: str) -> tuple[str, int]:
    """(host, port) of `tcp://head:8786`, or of `head:8786`. Raises FarmError, which says what is wrong."""
    found = _ADDRESS.fullmatch(text)
    if not found:
        raise FarmError(f"--scheduler {text}: write it as tcp://HOST:PORT, such as tcp://head:8786")
    protocol, port = found["protocol"] or "tcp", int(found["port"])
    if protocol not in _PROTOCOLS:
        raise FarmError(f"--scheduler {text}: a scheduler has no address of {protocol}://; use tcp:// or tls://")
    if not 0 < port < 65536:
        raise FarmError(f"--scheduler {text}: ports are numbers from 1 to 65535; a scheduler's is 8786 by default")
    return found["host"].strip("[]"), port


def await_answer(text: str, host: str, port: int, seconds: float) -> None:
    """Until something listens there, which may still be starting. Raises FarmError where nothing does in these
    seconds, and at once where there is no such machine."""
    until = time.monotonic() + seconds
    while True:
        try:
            with socket.create_connection((host, port), timeout=max(0.1, until - time.monotonic())):
                return
        except (socket.gaierror, UnicodeError):
            raise FarmError(f"--scheduler {text}: no machine is called {host}") from None
        except OSError as error:
            if time.monotonic() + _PAUSE > until:
                why = error.strerror or str(error)
                raise FarmError(f"--scheduler {text}: nothing answers there ({why}); does the scheduler run?") from None
        time.sleep(_PAUSE)
