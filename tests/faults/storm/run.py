"""One storm from start to verdict."""

from __future__ import annotations

import os
import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from tests.faults.storm import exchange_faults
from tests.faults.storm.house import House, house
from tests.faults.storm.people import move_in, start_living
from tests.faults.storm.plan import Storm, wishes
from tests.faults.storm.report import Report
from tests.faults.storm.verdict import judge
from tests.faults.storm.weather import Weather

# Once nothing is struck any more.
_ACCEPTED_AFTER = 60.0
_ENDED_AFTER = 120.0


def seed_to_use() -> int:
    """STORM_SEED, or one of chance."""
    given = os.environ.get("STORM_SEED")
    return int(given) if given else random.randrange(1_000_000)


@dataclass
class Onlooker:
    """Somebody who looks on from another thread. The two meet four times: when all is up (then
    `house` is there), before the first strike, after the verdict, before all is stopped."""

    house: House | None = None
    # Longer than the longest that either lets the other wait.
    barrier: threading.Barrier = field(default_factory=lambda: threading.Barrier(2, timeout=240))

    def meet(self) -> None:
        """Raises BrokenBarrierError where the other has failed."""
        self.barrier.wait()


class Stopwatch:
    """Seconds of each phase, in their order."""

    def __init__(self) -> None:
        self.phases: dict[str, float] = {}
        self._since = time.monotonic()

    def note(self, phase: str) -> None:
        """The phase that ends now."""
        now = time.monotonic()
        self.phases[phase] = now - self._since
        self._since = now


def run(storm: Storm, folder: Path, onlooker: Onlooker | None = None) -> Report:
    """Raises what keeps the storm itself from happening; broken promises are in the report."""
    if onlooker is None:
        return _run(storm, folder, lambda _: None)

    def meet(place: House) -> None:
        onlooker.house = place
        onlooker.meet()

    try:
        return _run(storm, folder, meet)
    finally:
        # Whoever still waits need not: after a failure nobody comes any more.
        onlooker.barrier.abort()


def _run(storm: Storm, folder: Path, meet: Callable[[House], None]) -> Report:
    spent = Stopwatch()
    with house(storm, folder) as place:
        people = move_in(place.web_urls, storm.accounts)
        place.wait_until_up()
        meet(place)
        meet(place)
        spent.note("starting")
        exchange_faults.begin(place, storm.seed, storm.fault_chance)
        until = time.monotonic() + storm.seconds
        living = start_living(people, wishes(storm), until + _ACCEPTED_AFTER)
        with Weather(place, storm.seed) as weather:
            # It lasts until all is accepted, but not for ever.
            for thread in living:
                thread.join(max(0.0, until + storm.seconds / 3 - time.monotonic()))
            time.sleep(max(0.0, until - time.monotonic()))
        spent.note("weather")
        faults = exchange_faults.end(place)
        calls = place.control("GET", "stats")["requests"]
        for thread in living:
            thread.join()
        verdict = judge(place, people, _ENDED_AFTER)
        place.wait_until_up()
        spent.note("ending and judging")
        meet(place)
        meet(place)
        ended = {
            program.name: program.ended_by_itself
            for program in place.programs
            if program.ended_by_itself
        }
    spent.note("stopping")
    return Report(
        storm=storm,
        spent=spent.phases,
        accepted=sum(len(person.accepted) for person in people),
        kills=weather.kills,
        ended_by_themselves=ended,
        faults=faults,
        calls=calls,
        answers=sum((person.answers for person in people), Counter[str]()),
        verdict=verdict,
        logs=folder / "logs",
    )
