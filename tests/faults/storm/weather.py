"""Strikes one part of the house every second, and brings it back right after."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

from tests.faults.storm.cable import Cut
from tests.faults.storm.house import House
from tests.faults.storm.plan import Part, Strike, strikes

_BETWEEN = 1.0
_LAST_RECOVERY = 60


class Weather:
    """A thread that strikes; each recovery runs beside it, so the rhythm is kept."""

    def __init__(self, house: House, seed: int) -> None:
        self.kills: Counter[str] = Counter()
        self._house = house
        self._strikes = strikes(seed)
        self._over = threading.Event()
        self._recovering: dict[str, Future[None]] = {}
        self._pool = ThreadPoolExecutor(8, "recovery")
        self._thread = threading.Thread(target=self._run, name="weather", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def end(self) -> None:
        """No more strikes; returns when all parts stand again. Raises what a recovery raised."""
        self._over.set()
        self._thread.join(_LAST_RECOVERY)
        for recovery in self._recovering.values():
            recovery.result(_LAST_RECOVERY)
        self._pool.shutdown()

    def _run(self) -> None:
        while not self._over.wait(_BETWEEN):
            for program in self._house.programs:
                program.look_after()
            # A part that is not back yet can't die once more: the next one is taken.
            while not self._strike(next(self._strikes)):
                pass

    def _strike(self, strike: Strike) -> bool:
        house = self._house
        if strike.part in (Part.WEB, Part.WORKER):
            programs = house.webs if strike.part is Part.WEB else house.workers
            program = programs[int(strike.which * len(programs))]
            return self._begin(program.name, strike.part, program.kill_and_start)
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
        known = self._recovering.get(target)
        if known is not None:
            if not known.done():
                return False
            # What went wrong in a recovery is a defect of the storm, and ends it.
            known.result()
        self.kills[name] += 1
        self._recovering[target] = self._pool.submit(strike)
        return True

    def _cut(self, how: Cut, seconds: float) -> None:
        self._house.cable.cut(how)
        self._over.wait(seconds)
        self._house.cable.heal()
