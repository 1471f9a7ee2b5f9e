"""Strikes one part of the house every second, and brings it back right after."""

from __future__ import annotations

import itertools
import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Self

from tests.faults.storm.cable import Cut
from tests.faults.storm.house import House
from tests.faults.storm.plan import Part, Strike, strikes
from tests.faults.storm.programs import Program

_BETWEEN = 1.0
_LAST_RECOVERY = 60
_ONE_DECK = len(Part) + 1


class Weather:
    """Strikes from entering to leaving; each recovery runs beside it, so the rhythm is kept.
    Leaving returns when all parts stand again, and raises what a recovery raised."""

    def __init__(self, house: House, seed: int) -> None:
        self.kills: Counter[str] = Counter()
        self._house = house
        self._strikes = strikes(seed)
        self._over = threading.Event()
        self._recovering: dict[str, Future[None]] = {}
        self._pool = ThreadPoolExecutor(len(house.programs) + 3, "recovery")
        self._thread = threading.Thread(target=self._run, name="weather", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join(_LAST_RECOVERY)
        self._pool.shutdown()
        for recovery in self._recovering.values():
            recovery.result()

    def _run(self) -> None:
        while not self._over.wait(_BETWEEN):
            for program in self._house.programs:
                program.look_after()
            # What is not back yet is spared, or slow machines would see nothing but loading; if
            # nothing of the wanted kind stands, the next kind is taken.
            for strike in itertools.islice(self._strikes, _ONE_DECK):
                if self._strike(strike):
                    break

    def _strike(self, strike: Strike) -> bool:
        house = self._house
        if strike.part in (Part.WEB, Part.WORKER):
            programs = house.webs if strike.part is Part.WEB else house.workers
            up = [program for program in programs if self._stands(program.name)]
            if not up:
                return False
            program = up[int(strike.which * len(up))]
            return self._begin(program.name, strike.part, lambda: _kill(program))
        match strike.part:
            case Part.POSTGRES:
                return self._begin("postgres", "postgres", house.kill_postgres)
            case Part.REDIS if strike.how < 0.3:
                return self._begin("redis", "redis flushed", house.flush_redis)
            case Part.REDIS:
                emptied = strike.how < 0.7
                name = "redis emptied" if emptied else "redis"
                return self._begin("redis", name, lambda: house.kill_redis(emptied=emptied))
            case _:
                how = Cut.RESET if strike.how < 0.5 else Cut.SILENT
                return self._begin(
                    "network", f"network {how}", lambda: self._cut(how, strike.seconds)
                )

    def _begin(self, target: str, name: str, strike: Callable[[], None]) -> bool:
        if not self._stands(target):
            return False
        self.kills[name] += 1
        self._recovering[target] = self._pool.submit(strike)
        return True

    def _stands(self, target: str) -> bool:
        """Raises what its recovery raised: then nothing can be concluded any more."""
        known = self._recovering.get(target)
        if known is None or not known.done():
            return known is None
        known.result()
        return True

    def _cut(self, how: Cut, seconds: float) -> None:
        self._house.cable.cut(how)
        self._over.wait(seconds)
        self._house.cable.heal()


def _kill(program: Program) -> None:
    program.kill_and_start()
    program.wait_until_up()
