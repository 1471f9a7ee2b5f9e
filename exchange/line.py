"""One account's line to its exchange: every call is paced, stamped, and sorted if it fails."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from core import clock, metrics, tracing
from core.logs import get_logger
from exchange import parse
from exchange.classify import CLOCK
from exchange.credentials import Credentials
from exchange.outcomes import Busy, ExchangeError, Unreachable
from exchange.pacing import Pacer, account_key
from exchange.session import Answer, GatewayOptions, ThreadSessions, call
from exchange.types import ExchangeEnvironment
from exchange.windows import Taken

log = get_logger(__name__)

_SYNC_EVERY = 30.0


@dataclass(slots=True)
class ExchangeClock:
    """How far each exchange's clock is ahead of ours, in milliseconds: 0 until it complains."""

    _offsets: dict[ExchangeEnvironment, int] = field(default_factory=dict)
    _synced_at: dict[ExchangeEnvironment, float] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def stamp(self, environment: ExchangeEnvironment) -> int:
        """The time to sign a request with."""
        return clock.now_ms() + self._offsets.get(environment, 0)

    def may_sync(self, environment: ExchangeEnvironment) -> bool:
        """Whether it is time to ask again; true for one caller only."""
        with self._lock:
            now = clock.monotonic()
            due = now - self._synced_at.get(environment, -_SYNC_EVERY) >= _SYNC_EVERY
            if due:
                self._synced_at[environment] = now
            return due

    def set(self, environment: ExchangeEnvironment, offset_ms: int) -> None:
        self._offsets[environment] = offset_ms
        log.warning("exchange.clock_offset", environment=environment.value, milliseconds=offset_ms)


class Line:
    """Safe to share between threads: each uses a connection of its own."""

    def __init__(
        self,
        credentials: Credentials | None,
        environment: ExchangeEnvironment,
        options: GatewayOptions,
        sessions: ThreadSessions,
        pacer: Pacer,
        exchange_clock: ExchangeClock,
    ) -> None:
        self._key = credentials.signing_key() if credentials else None
        self.environment = environment
        self.options = options
        self.pacer = pacer
        self.account = account_key(credentials.api_key if credentials else None)
        self._sessions = sessions
        self._clock = exchange_clock

    def stamp(self) -> int:
        """Now, by the exchange's clock, in milliseconds: taken *before* a lease is checked, it
        makes a call that leaves too late one that the exchange refuses."""
        return self._clock.stamp(self.environment)

    def read(self, name: str, **query: Any) -> Answer:
        """A call that changes nothing, by the name of pybit's method: what is None is left out,
        a dropped connection is tried once more. Raises ExchangeError."""
        wanted = {key: value for key, value in query.items() if value is not None}
        try:
            return self._read_once(name, wanted)
        except Unreachable as error:
            if error.code:
                raise
            return self._read_once(name, wanted)

    def _read_once(self, name: str, query: dict[str, Any]) -> Answer:
        category = str(query.get("category", ""))
        taken = self.pacer.admit(self.account, name, category, is_write=False)
        answer = self._call(name, taken, self.stamp(), query)
        self.pacer.learn(taken, answer.headers)
        return answer

    def write(self, name: str, stamp: int, **parameters: Any) -> Answer:
        """A call that changes something but places no order. Raises ExchangeError."""
        category = str(parameters.get("category", ""))
        taken = self.pacer.admit(self.account, name, category, is_write=True)
        return self._call(name, taken, stamp, parameters)

    def order(self, name: str, taken: Taken, stamp: int, **parameters: Any) -> Answer:
        """A call that places orders, with tokens taken before. Raises ExchangeError."""
        headers = None
        try:
            answer = self._call(name, taken, stamp, parameters)
            headers = answer.headers
        finally:
            self.pacer.heard(taken, headers)
        return answer

    def _call(self, name: str, taken: Taken, stamp: int, parameters: dict[str, Any]) -> Answer:
        client = self._sessions.get(self.environment, self.options)
        try:
            with (
                tracing.step(f"exchange {name}", _told(name, parameters), kind="client"),
                metrics.ExchangeCall(name, self.environment.value),
                client.signing(self._key, stamp) as signing,
            ):
                return call(getattr(signing, name), **parameters)
        except Busy as error:
            self.pacer.refused(taken, error)
            if error.code == CLOCK and self._clock.may_sync(self.environment):
                self._sync()
            raise

    def _sync(self) -> None:
        before = clock.now_ms()
        try:
            answer = self.read("get_server_time")
            theirs = int(parse.number(answer.result, "timeNano") // 1_000_000)
        except ExchangeError as error:
            log.warning("exchange.clock_unknown", error=type(error).__name__)
            return
        self._clock.set(self.environment, theirs - (before + clock.now_ms()) // 2)


def _told(name: str, parameters: Mapping[str, Any]) -> tracing.Attributes:
    """Of a call to whoever traces: never what it asks for."""
    return {"ebb.method": name, "ebb.category": str(parameters.get("category", ""))}
