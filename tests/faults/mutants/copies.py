"""Runs checks in copies of the checkout, a few at a time, on the servers of this test run."""

from __future__ import annotations

import json
import os
import queue
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import pytest

from devstack.test_servers import Servers
from tests.faults.mutants import inner
from tests.faults.mutants.sabotage import Mutant, apply, copy_of_the_checkout

AT_ONCE = 3
_FIRST_NUMBER = 20
"""Test processes have numbers below; each number names a database and a Redis database."""
_FIRST_LANE = 30


@dataclass(frozen=True)
class Ended:
    """pytest's exit code and output."""

    code: int
    said: str

    @property
    def caught_by(self) -> str | None:
        """The check that failed; None if none did. Anything else than a failed check (a copy that
        can't be imported, say, or one that takes too long) is no catch."""
        failed = re.search(r"^FAILED .*?::(\S.*?) - (.*)$", self.said, re.MULTILINE)
        if self.code != pytest.ExitCode.TESTS_FAILED or not failed or "Timeout" in failed[2]:
            return None
        return failed[1]


class Copies:
    """Safe to share between threads."""

    def __init__(self, servers: Servers, folder: Path) -> None:
        self._places: queue.SimpleQueue[_Place] = queue.SimpleQueue()
        self._all = [_Place(number, servers, folder / str(number)) for number in range(AT_ONCE)]
        for place in self._all:
            self._places.put(place)

    def run(self, checks: Sequence[str], mutant: Mutant | None = None) -> Ended:
        """Run the checks in a fresh copy, with the sabotage done to it."""
        place = self._places.get()
        try:
            return place.run(checks, mutant)
        finally:
            self._places.put(place)

    def close(self) -> None:
        for place in self._all:
            place.close()


class _Place:
    """One run at a time: a process that forks, and numbers of databases of its own."""

    def __init__(self, number: int, servers: Servers, folder: Path) -> None:
        self._folder = folder
        self._process = subprocess.Popen(
            [sys.executable, inner.__file__],
            env=_environment(number),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        # Not as an argument: the addresses hold passwords.
        self._tell(asdict(servers))

    def run(self, checks: Sequence[str], mutant: Mutant | None) -> Ended:
        with self._copy() as copy:
            if mutant is not None:
                apply(mutant, copy)
            self._tell({"copy": str(copy), "checks": checks})
            assert self._process.stdout is not None
            return Ended(**json.loads(self._process.stdout.readline()))

    def close(self) -> None:
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()

    def _tell(self, command: dict[str, object]) -> None:
        assert self._process.stdin is not None
        print(json.dumps(command), file=self._process.stdin, flush=True)

    @contextmanager
    def _copy(self) -> Iterator[Path]:
        self._folder.mkdir()
        try:
            yield copy_of_the_checkout(self._folder)
        finally:
            shutil.rmtree(self._folder)


def _environment(number: int) -> dict[str, str]:
    """What the outer run was told is not meant for the inner ones."""
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")},
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        "PYTEST_XDIST_WORKER": f"gw{_FIRST_NUMBER + number}",
        "EBB_TEST_LANE": str(_FIRST_LANE + number),
        "COLUMNS": "200",
    }
