"""How the exchange answered orders within the last hour, from the attempts that are stored."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import text
from sqlalchemy.orm import Session

from core.ids import first_id_at

MINUTES = 60


@dataclass(frozen=True, slots=True)
class Refusals:
    """Orders that the exchange answered with this code; 0 for a silence."""

    code: int
    message: str
    count: int


@dataclass(frozen=True, slots=True)
class Minute:
    """Orders that left within it, and their median time to the acknowledgement, in milliseconds;
    None where none was acknowledged."""

    sent: int
    troubled: int
    p50_ms: float | None


@dataclass(frozen=True, slots=True)
class ExchangeHour:
    """Times in milliseconds, from the beginning of an order's call to its acknowledgement; None
    without any. `troubled` were refused, never reached the exchange, or nobody knows for some
    seconds: while its call is under way, that is so of every order."""

    since: datetime
    sent: int
    acknowledged: int
    troubled: int
    p50_ms: float | None
    p95_ms: float | None
    p99_ms: float | None
    minutes: Sequence[Minute]
    refusals: Sequence[Refusals]


def exchange_hour(session: Session, now: datetime) -> ExchangeHour:
    """The hour until now."""
    since = now.replace(second=0, microsecond=0) - timedelta(minutes=MINUTES - 1)
    # Found by their ids' times. Of jobs that waited for longer it tells nothing.
    about = {"first": first_id_at(since - timedelta(hours=2)), "since": since}
    rows = session.execute(_BY_MINUTE, about).mappings().all()
    total = next(row for row in rows if row["minute"] is None)
    by_minute = {
        row["minute"]: Minute(row["sent"], row["troubled"], _ms(row["p50"]))
        for row in rows
        if row["minute"] is not None
    }
    moments = [since + timedelta(minutes=n) for n in range(MINUTES)]
    return ExchangeHour(
        since=since,
        sent=total["sent"],
        acknowledged=total["acknowledged"],
        troubled=total["troubled"],
        p50_ms=_ms(total["p50"]),
        p95_ms=_ms(total["p95"]),
        p99_ms=_ms(total["p99"]),
        minutes=[by_minute.get(moment, Minute(0, 0, None)) for moment in moments],
        refusals=[Refusals(**row) for row in session.execute(_BY_CODE, about).mappings()],
    )


def _ms(seconds: float | None) -> float | None:
    return None if seconds is None else round(float(seconds) * 1000, 1)


_SENT = """
  select
    sent_at, code, message,
    greatest(0, extract(epoch from acknowledged_at - sent_at)) as took,
    -- What was found by a look-up after a silence (it has a code), or sent again, was not measured.
    acknowledged_at is not null and sends = 1 and code is null as timed,
    acknowledged_at is not null as acknowledged,
    state in ('rejected', 'never_reached')
      or state = 'unknown' and sent_at < now() - interval '10 seconds' as troubled
  from attempts
  where id >= :first and sent_at >= :since
"""

_BY_MINUTE = text(
    f"""
    with sent as ({_SENT})
    select
      date_trunc('minute', sent_at) as minute,
      count(*) as sent,
      count(*) filter (where acknowledged) as acknowledged,
      count(*) filter (where troubled) as troubled,
      percentile_cont(0.5) within group (order by took) filter (where timed) as p50,
      percentile_cont(0.95) within group (order by took) filter (where timed) as p95,
      percentile_cont(0.99) within group (order by took) filter (where timed) as p99
    from sent
    group by grouping sets ((), (date_trunc('minute', sent_at)))
    """  # noqa: S608 - ours
)

_BY_CODE = text(
    f"""
    with sent as ({_SENT})
    select code, min(coalesce(message, '')) as message, count(*) as count
    from sent where code is not null
    group by code order by count(*) desc, code limit 12
    """  # noqa: S608 - ours
)
