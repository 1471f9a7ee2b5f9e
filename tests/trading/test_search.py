"""The operators' search touches little more than it shows, on tables as large as they may get."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, event, text
from sqlalchemy.orm import Session

from core.ids import order_link_id
from models import migrate, row_security
from models.sessions import make_engine, make_sessions
from models.states import JobKind, JobState
from tests.databases import Databases
from trading.operations.all_jobs import Search, find_jobs
from trading.views import JobFilter

JOBS = 20_000
SHOWN = 26
NEWEST = datetime.fromisoformat("2026-11-21T10:00:00Z")

# A job a minute: most are done, a hundred failed, none was cancelled; two persons, the second with
# a hundred jobs of two accounts; one symbol is in all of them but a few.
_FILL = """
insert into users (id, first_name, last_name)
  select ('00000000-0000-7000-8000-00000000000' || n)::uuid, '', '' from generate_series(1, 2) n;
insert into accounts (id, user_id, label, environment, api_key_enc, api_secret_enc, api_key_tail,
    key_fingerprint, can_trade_spot, can_trade_futures, has_ip_list, checked_at, is_default,
    permissions)
  select ('00000000-0000-7000-9000-00000000000' || n)::uuid,
    ('00000000-0000-7000-8000-00000000000' || least(n, 2))::uuid,
    'a', 'sandbox', 'x', 'x', 'tail', 'f' || n, true, true, false, now(), n < 3, '{}'
  from generate_series(1, 3) n;
create temporary table made as
  select n, at, :newest - n * interval '1 minute' as created_at,
    (lpad(to_hex((extract(epoch from at) * 1000)::bigint), 12, '0')
      || '70008000' || lpad(to_hex(n), 12, '0'))::uuid as id
  from generate_series(0, :jobs - 1) n, lateral (select :newest - n * interval '1 minute' as at) t;
insert into jobs (id, user_id, account_id, kind, market_type, state, percent, request,
    idempotency_key, fingerprint, version, cancel_requested, lease_epoch, created_at, finished_at)
  select id,
    ('00000000-0000-7000-8000-00000000000' || case when n % 200 = 7 then 2 else 1 end)::uuid,
    ('00000000-0000-7000-9000-00000000000'
      || case when n % 400 = 7 then 3 when n % 200 = 7 then 2 else 1 end)::uuid,
    'reduce', 'futures', case when n % 200 = 3 then 'failed' else 'completed' end, 25, '{}',
    'k' || n, 'x', 1, false, 1, created_at, created_at
  from made;
insert into legs (id, job_id, seq, category, symbol, position_side, side, position_idx, reduce_only,
    size_before, qty_planned, owed_qty, max_order_qty, base_coin, settle_coin, price, notional,
    effective_percent, state, qty_filled)
  select gen_random_uuid(), id, 1, 'linear',
    case when n % 5000 = 4999 then 'RAREUSDT' else 'BTCUSDT' end,
    'Buy', 'Sell', 0, true, 2, 1, 1, 1, 'BTC', 'USDT', 100, 100, 50, 'filled', 1
  from made;
"""


@pytest.fixture(scope="module")
def engine(databases: Databases) -> Iterator[Engine]:
    address = databases.empty("ebb_search")
    migrate.upgrade(address)
    made = make_engine(address)
    with made.connect() as connection:
        connection.execute(text("set ebb.scope = 'system'"))
        for statement in _FILL.split(";\n"):
            if statement.strip():
                known = {"newest": NEWEST, "jobs": JOBS}
                used = {name: known[name] for name in known if f":{name}" in statement}
                connection.execute(text(statement), used)
        connection.commit()
        connection.execute(text("analyze"))
        connection.commit()
    yield made
    made.dispose()


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    with row_security.of(make_sessions(engine), row_security.SYSTEM)() as opened:
        yield opened


def visited(plan: dict[str, Any]) -> int:
    """Rows of jobs and legs that the plan looked at."""
    here = 0
    if plan.get("Relation Name") in ("jobs", "legs"):
        assert plan["Node Type"] != "Seq Scan", plan
        removed = plan.get("Rows Removed by Filter", 0) + plan.get(
            "Rows Removed by Index Recheck", 0
        )
        here = int((plan["Actual Rows"] + removed) * plan["Actual Loops"])
    return here + sum(visited(inner) for inner in plan.get("Plans", ()))


def searched(session: Session, search: Search) -> tuple[int, int]:
    """How many jobs it finds, and how many rows its statements look at for them."""
    said: list[tuple[str, Any]] = []
    engine = session.get_bind()

    def hear(_: Any, __: Any, statement: str, parameters: Any, *___: Any) -> None:
        # Without the scope in front of a transaction's first one.
        said.append((statement.rpartition("; ")[2], parameters))

    event.listen(engine, "before_cursor_execute", hear)
    found = find_jobs(session, search, before=None, limit=SHOWN)
    event.remove(engine, "before_cursor_execute", hear)
    seen = 0
    for statement, parameters in said:
        asked = "explain (analyze, format json) " + statement
        rows = session.connection().exec_driver_sql(asked, parameters)
        seen += visited(rows.scalar_one()[0]["Plan"])
    return len(found), seen


def job_of(minutes: int) -> uuid.UUID:
    made = int((NEWEST - timedelta(minutes=minutes)).timestamp() * 1000)
    return uuid.UUID(f"{made:012x}70008000{minutes:012x}")


SECOND = uuid.UUID("00000000-0000-7000-8000-000000000002")
THIRD_ACCOUNT = uuid.UUID("00000000-0000-7000-9000-000000000003")
LONG_AGO = NEWEST - timedelta(minutes=JOBS - 10)


SEARCHES = {
    "everything": (Search(), SHOWN),
    "a job's id": (Search(words=str(job_of(15_000))), 1),
    "a person's id": (Search(words=str(SECOND)), SHOWN),
    "an account's id": (Search(words=str(THIRD_ACCOUNT)), SHOWN),
    "nobody's id": (Search(words=str(uuid.uuid4())), 0),
    "an order's id": (Search(words=order_link_id(uuid.uuid4(), 1)), 0),
    "a symbol of all": (Search(words="btcusdt"), SHOWN),
    "a symbol of few": (Search(words="rareusdt"), 4),
    "a symbol of none": (Search(words="NOTACOIN"), 0),
    "a symbol of few that failed": (
        Search(JobFilter(states=[JobState.FAILED]), words="rareusdt"),
        0,
    ),
    "failed": (Search(JobFilter(states=[JobState.FAILED])), SHOWN),
    "cancelled": (Search(JobFilter(states=[JobState.CANCELLED])), 0),
    "open": (Search(JobFilter(states=[JobState.QUEUED, JobState.EXECUTING])), 0),
    "of an account": (Search(JobFilter(account_id=THIRD_ACCOUNT)), SHOWN),
    "until long ago": (Search(JobFilter(until=NEWEST - timedelta(minutes=JOBS - 10))), 9),
    "lately": (
        Search(JobFilter(since=NEWEST - timedelta(minutes=9), kind=JobKind.RESTORE)),
        0,
    ),
}


@pytest.mark.parametrize("name", SEARCHES)
def test_a_search_looks_at_few_jobs(session: Session, name: str) -> None:
    search, count = SEARCHES[name]
    found, seen = searched(session, search)
    assert found == count
    assert seen < 500
