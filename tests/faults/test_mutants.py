"""The proof proved: the product is sabotaged line by line, and each time a check must fail.

A proof that lets a sabotage pass proves nothing about the line that was sabotaged. Every sabotage
is done to a copy; the checks run there, on this run's servers, with databases of their own.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from devstack.paths import ROOT
from devstack.test_servers import Servers
from tests.faults.mutants.copies import AT_ONCE, Copies
from tests.faults.mutants.listed import MUTANTS
from tests.faults.mutants.sabotage import Mutant, sabotaged

pytestmark = pytest.mark.timeout(300)


@pytest.fixture
def copies(servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Copies]:
    made = Copies(servers, tmp_path_factory.mktemp("copies"))
    yield made
    made.close()


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_every_sabotage_still_has_its_line(mutant: Mutant) -> None:
    assert sabotaged((ROOT / mutant.path).read_text(), mutant)


def test_every_sabotage_is_caught(copies: Copies, capsys: pytest.CaptureFixture[str]) -> None:
    began = time.monotonic()
    checks = sorted({check for mutant in MUTANTS for check in mutant.checks})
    with ThreadPoolExecutor(AT_ONCE) as pool:
        control = pool.submit(copies.run, checks)
        runs = list(pool.map(lambda mutant: copies.run(mutant.checks, mutant), MUTANTS))
    # Some sabotages show in a race alone, which a busy machine may not run: those once more, alone.
    runs = [
        run if run.caught_by else copies.run(mutant.checks, mutant)
        for mutant, run in zip(MUTANTS, runs, strict=True)
    ]
    untouched = control.result()
    assert untouched.code == 0, f"the checks fail on the untouched copy too:\n{untouched.said}"
    caught = sum(run.caught_by is not None for run in runs)
    report = [
        f"\nmutants: {len(runs)} applied, {caught} caught, in {time.monotonic() - began:.0f} s",
        *(f"  {m.name}: {r.caught_by or 'SURVIVED'}" for m, r in zip(MUTANTS, runs, strict=True)),
    ]
    with capsys.disabled():
        print("\n".join(report), file=sys.stderr)  # noqa: T201 - who caught what is the proof
    survived = [
        f"{mutant.name} (breaks {mutant.breaks}):\n{run.said}"
        for mutant, run in zip(MUTANTS, runs, strict=True)
        if run.caught_by is None
    ]
    assert not survived, "\n".join(survived)
