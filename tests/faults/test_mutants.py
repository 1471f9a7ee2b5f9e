"""The proof proved: the product is sabotaged line by line, and each time a check must fail.

A proof that lets a sabotage pass proves nothing about the line that was sabotaged. Every sabotage
is done to a copy; the checks run there, on this run's servers, with databases of their own.
"""

from __future__ import annotations

import json
import os
import queue
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

import pytest

from devstack.paths import ROOT
from devstack.test_servers import Servers
from tests.faults.mutants.listed import MUTANTS
from tests.faults.mutants.sabotage import Mutant, apply, copy_of_the_checkout, sabotaged

pytestmark = [pytest.mark.xdist_group("faults"), pytest.mark.timeout(300)]

AT_ONCE = 3
_FIRST_NUMBER = 20
"""Test processes have numbers below; each number names a database and a Redis database."""
_FIRST_LANE = 30


class Copies:
    """Runs checks in copies of the checkout, a few at a time."""

    def __init__(self, servers: Servers, folder: Path) -> None:
        self._servers = json.dumps(asdict(servers))
        self._folder = folder
        self._places: queue.SimpleQueue[int] = queue.SimpleQueue()
        for place in range(AT_ONCE):
            self._places.put(place)

    def run(self, checks: list[str], mutant: Mutant | None = None) -> tuple[int, str]:
        """The exit code and the output of pytest in a fresh copy, with the sabotage done."""
        with self._place() as (place, folder):
            copy = copy_of_the_checkout(folder)
            if mutant is not None:
                apply(mutant, copy)
            done = subprocess.run(
                [sys.executable, "-m", "tests.faults.mutants.inner", *checks],
                cwd=copy,
                env=_environment(place),
                input=self._servers,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                check=False,
                timeout=120,
            )
        return done.returncode, done.stdout

    @contextmanager
    def _place(self) -> Iterator[tuple[int, Path]]:
        place = self._places.get()
        folder = self._folder / str(place)
        folder.mkdir()
        try:
            yield place, folder
        finally:
            shutil.rmtree(folder)
            self._places.put(place)


def _environment(place: int) -> dict[str, str]:
    """What the outer run was told is not meant for the inner one."""
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")},
        "PYTEST_XDIST_WORKER": f"gw{_FIRST_NUMBER + place}",
        "EBB_TEST_LANE": str(_FIRST_LANE + place),
        "COLUMNS": "200",
    }


@pytest.fixture(scope="module")
def copies(servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> Copies:
    return Copies(servers, tmp_path_factory.mktemp("copies"))


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_every_sabotage_still_has_its_line(mutant: Mutant) -> None:
    assert sabotaged((ROOT / mutant.path).read_text(), mutant)


def test_every_sabotage_is_caught(copies: Copies, capsys: pytest.CaptureFixture[str]) -> None:
    began = time.monotonic()
    checks = sorted({check for mutant in MUTANTS for check in mutant.checks})
    with ThreadPoolExecutor(AT_ONCE) as pool:
        untouched = pool.submit(copies.run, checks)
        runs = pool.map(lambda mutant: copies.run(list(mutant.checks), mutant), MUTANTS)
        told = {mutant.name: _told(*run) for mutant, run in zip(MUTANTS, runs, strict=True)}
        code, said = untouched.result()
    with capsys.disabled():
        caught = sum(how is not None for how in told.values())
        print(f"\nmutants: {len(told)} applied, {caught} caught")  # noqa: T201 - the proof
        for name, how in told.items():
            print(f"  {name}: {how or 'SURVIVED'}")  # noqa: T201
        print(f"  in {time.monotonic() - began:.0f} s")  # noqa: T201
    assert code == 0, f"the checks fail on the untouched copy too:\n{said}"
    assert [name for name, how in told.items() if how is None] == []


def _told(code: int, said: str) -> str | None:
    """Which check failed, and how; None if none did. Anything else than a failed check (a copy
    that can't be imported, say, or one that takes too long) is no catch."""
    failed = re.search(r"^FAILED .*?::(.+)$", said, re.MULTILINE)
    if code != pytest.ExitCode.TESTS_FAILED or not failed or "Timeout" in failed[1]:
        return None
    return failed[1]
