"""Calls to the exchange that no row tells of by itself, kept for the job's timeline.

They wait for the worker's next transaction, whatever it is for: being told costs no commit of its
own, and nothing between a tap and its order. What a worker that dies has not written is lost.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import func, insert
from sqlalchemy.orm import Session

from core import clock
from core.numbers import plain
from exchange.outcomes import ExchangeError
from models.job_events import Happened, JobEvent
from models.jobs import Attempt, Leg


class Method(StrEnum):
    """What was asked of the exchange; several requests may be one of them."""

    READ_BOOK = "read_book"
    LOOK_UP = "look_up"
    CANCEL_ORDER = "cancel_order"
    SET_LEVERAGE = "set_leverage"
    SET_TRADING_STOP = "set_trading_stop"
    READ_POSITIONS = "read_positions"


@dataclass(frozen=True, slots=True)
class Call:
    """One that came to an end; `ended` by the process's steady clock, in seconds."""

    data: dict[str, Any]
    leg_id: uuid.UUID | None
    attempt_id: uuid.UUID | None
    ended: float


class Calls:
    """Those of one turn, for the one thread that runs it."""

    def __init__(self) -> None:
        self._untold: list[Call] = []

    @contextmanager
    def to(
        self,
        method: Method,
        leg: Leg | None = None,
        attempt: Attempt | None = None,
        *,
        failed_only: bool = False,
        facts: Mapping[str, Decimal | int | None] | None = None,
    ) -> Iterator[None]:
        """Around the call: how long it took, and what it came to (`answered`, or the error's word
        with its code). `failed_only`: something else tells of a success. `facts`: what was asked,
        as far as it is not None."""
        began = clock.monotonic()
        data = {"method": method.value, "outcome": "answered"}
        known = (facts or {}).items()
        data |= {name: plain(Decimal(value)) for name, value in known if value is not None}
        try:
            yield
        except ExchangeError as error:
            failed_only = False
            data |= {"outcome": error.outcome, "message": error.message[:512]}
            if error.code:
                data["code"] = str(error.code)
            raise
        finally:
            ended = clock.monotonic()
            if not failed_only:
                data["ms"] = str(round((ended - began) * 1000))
                leg_id = leg.id if leg else None
                attempt_id = attempt.id if attempt else None
                self._untold.append(Call(data, leg_id, attempt_id, ended))

    def tell(self, session: Session, job_id: uuid.UUID) -> int:
        """Write down what waits, each with its own moment; how many they are."""
        if not self._untold:
            return 0
        now = clock.monotonic()
        rows = [
            {
                "job_id": job_id,
                "leg_id": call.leg_id,
                "attempt_id": call.attempt_id,
                "at": func.clock_timestamp() - timedelta(seconds=now - call.ended),
                "kind": Happened.CALLED.value,
                "data": call.data,
            }
            for call in self._untold
        ]
        session.execute(insert(JobEvent).values(rows))
        return len(rows)

    def forget(self, told: int) -> None:
        """The first so many are committed."""
        del self._untold[:told]
