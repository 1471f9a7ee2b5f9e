"""Every boundary: the worker dies, or freezes, at each of its deeds; another one finishes.

The first test of each kind of job counts the deeds of an undisturbed run; then each of them is
tried. All of them, not a sample. Nothing happens to the world between two deeds, so dying after one
is dying before the next; but the exchange is called from several threads at once, so there both are
tried. `EBB_BOTH_SIDES=1` tries both sides of every deed.
"""

from __future__ import annotations

import os
import queue
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.faults.boundaries.lane import Lane, Trial

pytestmark = pytest.mark.timeout(600)
BOTH_SIDES = bool(os.environ.get("EBB_BOTH_SIDES"))


@pytest.mark.parametrize("kind", ["kill", "freeze"])
@pytest.mark.parametrize("restore", [False, True], ids=["reduce", "restore"])
def test_a_worker_struck_at_any_boundary_loses_and_doubles_nothing(
    lanes: list[Lane], kind: str, restore: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    deeds = lanes[0].deeds(restore=restore)
    trials: queue.SimpleQueue[Trial] = queue.SimpleQueue()
    for at, deed in enumerate(deeds, start=1):
        trials.put(Trial(kind, at, "before", restore))
        # A frozen worker wakes up in the middle of its deed or before it: never just after.
        if kind == "kill" and (BOTH_SIDES or deed.startswith("exchange") or at == len(deeds)):
            trials.put(Trial(kind, at, "after", restore))
    planned = trials.qsize()

    struck: Counter[bool] = Counter()
    orders = 0
    broken: list[str] = []

    def drive(lane: Lane) -> int:
        placed = 0
        while not broken:
            try:
                trial = trials.get_nowait()
            except queue.Empty:
                break
            try:
                result = lane.run(trial)
            except AssertionError as error:
                broken.append(f"{trial} ({deeds[trial.at - 1]}): {error}")
                break
            struck[result.struck] += 1
            placed += result.orders
        return placed

    with ThreadPoolExecutor(len(lanes)) as pool:
        orders = sum(pool.map(drive, lanes))
    assert not broken, "\n".join(broken)
    with capsys.disabled():
        print(  # noqa: T201 - the counts are the proof
            f"\n{kind} {'restore' if restore else 'reduce'}: {len(deeds)} boundaries, "
            f"{planned} trials, {struck[True]} struck, {orders} orders, "
            "duplicates = 0, lost = 0",
            file=sys.stderr,
        )
    # Waits differ from run to run, those of the counted one too where the machine is busy: the very
    # last deeds may not come up; nearly all must.
    assert struck[True] >= 0.8 * planned
