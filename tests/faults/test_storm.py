"""A short storm in every test run; `make storm` makes a long one."""

from __future__ import annotations

import pytest

from devstack.paths import TEST
from tests.faults.storm.plan import Part, Storm
from tests.faults.storm.run import run, seed_to_use

# Beside the other tests with processes of their own, not at the same time: two cores are few.
pytestmark = pytest.mark.timeout(300)


def test_nothing_is_lost_or_doubled_while_everything_dies(
    capsys: pytest.CaptureFixture[str],
) -> None:
    storm = Storm(seed=seed_to_use(), seconds=12, jobs=24, accounts=6)
    report = run(storm, TEST / "storm")
    with capsys.disabled():
        # The counts are the proof, and the seed is for whoever sees it fail.
        print(f"\n{report.text()}")  # noqa: T201
    assert not report.broken, report.text()
    assert report.accepted == storm.jobs
    assert {name.split()[0] for name in report.kills} == set(Part), report.text()
    assert report.faults.total(), report.text()
    assert report.verdict.orders, report.text()
