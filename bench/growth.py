"""Poll, list and accept with a million finished jobs against a thousand.

Both lie in one database, in two schemas, and the same web process looks at one and then at the
other by turns: `search_path` changes, its connections are cut, it opens new ones.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from psycopg2.extensions import connection

from bench.people import Person
from bench.rows import Row, median
from bench.stack import Stack, stack_of
from devstack.test_servers import Servers
from models.migrate import upgrade

_FEW, _MANY = 1_000, 1_000_000
_TURNS = 4
_CALLS, _WARM = 40, 10
_SCHEMAS = ("public", "million")
_SHARED = ("users", "accounts", "sign_ins")


def measure(servers: Servers) -> list[Row]:
    """Milliseconds at the median."""
    with stack_of(servers, "web") as stack, stack.sql(superuser=True) as database:
        person = Person(stack)
        filled = _fill(stack, database)
        took = _measured(stack, database, person)
    names = {"poll": "one finished job", "list": "the newest twenty", "accept": "a reduce"}
    return [
        Row(
            f"growth: {kind}, 10⁶ jobs",
            "the same with 10³",
            median(took["public", kind]) * 1000,
            median(took["million", kind]) * 1000,
            "ms",
            aim=1.1,
            why=f"{what}; a tenth of all are this person's; filled in {filled:.0f} s",
        )
        for kind, what in names.items()
    ]


def _fill(stack: Stack, database: connection) -> float:
    began = time.monotonic()
    with stack.sql() as owner, owner.cursor() as cursor:
        cursor.execute("create schema million")
    upgrade(f"{stack.database}?options=-csearch_path%3Dmillion")
    with database.cursor() as cursor:
        cursor.execute(_OTHERS)
        # The rows fit each other; a million look-ups of foreign keys would only take time.
        cursor.execute("set session_replication_role = replica")
        for table in _SHARED:
            cursor.execute(f"insert into million.{table} select * from public.{table}")
        for schema, count in zip(_SCHEMAS, (_FEW, _MANY), strict=True):
            cursor.execute(f"set search_path = {schema}")
            cursor.execute(_JOBS, {"count": count})
            for statement in (_LEGS, _ATTEMPTS, _FILLS):
                cursor.execute(statement)
            cursor.execute("vacuum analyze jobs, legs, attempts, fills, outbox, accounts, users")
    return time.monotonic() - began


def _measured(
    stack: Stack, database: connection, person: Person
) -> dict[tuple[str, str], list[float]]:
    took: dict[tuple[str, str], list[float]] = {}
    for turn in range(_TURNS * len(_SCHEMAS)):
        schema = _SCHEMAS[turn % len(_SCHEMAS)]
        _look_at(stack, database, schema)
        newest = person.call("GET", "/api/jobs?state=completed").json()["items"][0]["id"]
        calls: dict[str, Callable[[], object]] = {
            "poll": lambda newest=newest: person.call("GET", f"/api/jobs/{newest}"),  # type: ignore[misc]
            "list": lambda: person.call("GET", "/api/jobs"),
            "accept": person.reduce,
        }
        for number in range(_WARM + _CALLS):
            for kind, call in calls.items():
                began = time.perf_counter()
                call()
                if number >= _WARM:
                    took.setdefault((schema, kind), []).append(time.perf_counter() - began)
    return took


def _look_at(stack: Stack, database: connection, schema: str) -> None:
    with database.cursor() as cursor:
        cursor.execute(f"alter database ebb_bench set search_path = {schema}")
        cursor.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity"
            " where datname = current_database() and pid <> pg_backend_pid()"
        )
    stack.ready()


# Nine others beside the person who was signed in, each with an account of the same kind.
_OTHERS = """
with others as (
  insert into users (id, telegram_id, first_name, last_name)
  select gen_random_uuid(), 1000 + i, 'other', '' from generate_series(1, 9) i returning id
)
insert into accounts (id, user_id, label, environment, api_key_enc, api_secret_enc, api_key_tail,
  key_fingerprint, permissions, can_trade_spot, can_trade_futures, has_ip_list, checked_at,
  is_default)
select gen_random_uuid(), others.id, label, environment, api_key_enc, api_secret_enc, api_key_tail,
  key_fingerprint, permissions, can_trade_spot, can_trade_futures, has_ip_list, checked_at,
  is_default
from others, accounts
"""

# Identifiers that grow with time, as ours do.
_ID = """
(lpad(to_hex((extract(epoch from {at}) * 1000)::bigint), 12, '0') || '7'
  || substr(md5({n}::text), 1, 3) || '8' || substr(md5(random()::text), 1, 15))::uuid
"""
_AT = "now() - make_interval(secs => (%(count)s - n) * 0.1 + 60)"

_JOBS = f"""
insert into jobs (id, user_id, account_id, kind, market_type, state, percent, request,
  idempotency_key, fingerprint, version, cancel_requested, lease_epoch, effective_percent, receipt,
  created_at, started_at, planned_at, finished_at, trim_after)
select {_ID.format(at=_AT, n="n")}, owner.user_id, owner.id, 'reduce', 'futures', 'completed', 25,
  '{{"percent": "25", "market_type": "futures", "scope": {{}}}}', 'bench-' || n, repeat('0', 64), 9,
  false, 1, 25, '{{"legs_filled": 1, "legs_partially_filled": 0, "legs_rejected": 0,
  "legs_skipped": 0, "legs_cancelled": 0, "notional_filled": "1000.00", "fees": {{"USDT": "0.55"}},
  "effective_percent": "25", "duration_ms": 300, "unprotected": [], "round_trip": null}}',
  {_AT}, {_AT}, {_AT}, {_AT}, {_AT} + interval '30 days'
from generate_series(1, %(count)s) n
join (
  select id, user_id, row_number() over (order by (label = 'Sandbox') desc, id) - 1 as turn
  from accounts
) owner on owner.turn = n %% 10
"""

# A leg, an attempt and a fill for each job of the person's.
_LEGS = """
insert into legs (id, job_id, seq, category, symbol, position_side, side, position_idx, reduce_only,
  size_before, qty_planned, owed_qty, max_order_qty, base_coin, settle_coin, price, notional,
  effective_percent, state, qty_filled, avg_price, finished_at)
select id, id, 1, 'linear', 'BTCUSDT', 'Buy', 'Sell', 0, true, 1, 0.25, 0, 100, 'BTC', 'USDT',
  64000, 16000, 25, 'filled', 0.25, 64000, finished_at
from jobs where user_id = (select id from users where telegram_id = 1)
"""
_ATTEMPTS = """
insert into attempts (id, leg_id, n, order_link_id, qty, state, qty_filled, sends, sent_at)
select id, id, 1, id::text, 0.25, 'filled', 0.25, 1, finished_at from legs
"""
_FILLS = """
insert into fills (id, account_id, job_id, leg_id, attempt_id, exec_id, price, qty, value, fee,
  fee_currency, executed_at)
select jobs.id, account_id, jobs.id, jobs.id, jobs.id, jobs.id::text, 64000, 0.25, 16000, 8.8,
  'USDT', jobs.finished_at
from jobs join legs on legs.id = jobs.id
"""
