"""Processes that are killed and started again, as a platform would start them again."""

from __future__ import annotations

import subprocess
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from devstack.paths import ROOT
from devstack.procfile import with_our_python
from tests.killing import DEATH_SECONDS, kill_family

_UP_SECONDS = 60
_LOOK = 0.05


@dataclass
class Program:
    """One command with its environment; all its output goes to a file in `logs`. `is_up` says
    whether what was started last can work by now."""

    name: str
    command: str
    environment: dict[str, str]
    logs: Path
    is_up: Callable[[Program], bool]
    begin: int = 0
    """Where in the log the output of what was started last begins, in bytes."""
    ended_by_itself: list[int] = field(default_factory=list)
    _process: subprocess.Popen[bytes] | None = field(default=None, repr=False)
    # A strike and the look after programs that ended by themselves come from two threads.
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    @property
    def log(self) -> Path:
        return self.logs / f"{self.name}.log"

    def start(self) -> None:
        with self._lock:
            self._start()

    def wait_until_up(self) -> None:
        """Until it can work. Raises AssertionError if that takes a minute."""
        until = time.monotonic() + _UP_SECONDS
        while not self.is_up(self):
            assert time.monotonic() < until, f"{self.name} is not up; see {self.log}"
            time.sleep(_LOOK)

    def said(self) -> bytes:
        """The output of what was started last."""
        with self.log.open("rb") as log:
            log.seek(self.begin)
            return log.read()

    def kill_and_start(self) -> None:
        """kill -9 of the process and all its children, as a power cut would; then the next one."""
        with self._lock:
            if self._process is not None:
                kill_family(self._process.pid)
                self._process.wait(DEATH_SECONDS)
            self._start()

    def look_after(self) -> None:
        """Note it if the process ended though nobody killed it, and start it again."""
        if not self._lock.acquire(blocking=False):
            return
        try:
            code = None if self._process is None else self._process.poll()
            if code is not None:
                self.ended_by_itself.append(code)
                self._start()
        finally:
            self._lock.release()

    def stop(self) -> None:
        with self._lock:
            if self._process is not None:
                kill_family(self._process.pid)
                self._process.wait(DEATH_SECONDS)
                self._process = None

    def _start(self) -> None:
        with self.log.open("ab") as log:
            self.begin = log.tell()
            self._process = subprocess.Popen(
                f"exec {self.command}",
                shell=True,
                cwd=ROOT,
                env=with_our_python(self.environment),
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )
