"""Through PgBouncer, as docs/deploy.md says: what works in which mode, and what is refused."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg2
import pytest
from psycopg2 import sql

from models.jobs import Job
from models.sessions import CONNECT_ARGS, make_engine, make_sessions
from tests import oracle
from tests.databases import Databases
from tests.deploy.pgbouncer import PROGRAM, pgbouncer
from tests.stack import Stack, sign_in

pytestmark = pytest.mark.skipif(PROGRAM is None, reason="this machine has no pgbouncer")
PERSON = 6401


@pytest.fixture
def direct(databases: Databases) -> str:
    """The database's own address."""
    return databases.migrated("ebb_deploy_pgbouncer")


@pytest.fixture
def stack(environment: dict[str, str], redis_url: str, direct: str) -> Iterator[Stack]:
    """Web and worker through a pooler that gives each transaction any session."""
    number = int(redis_url.rpartition("/")[2]) + 48
    with pgbouncer(direct, "transaction") as pooled:
        made = Stack(
            {
                **environment,
                "DATABASE_URL": pooled,
                "EBB_DATABASE_DIRECT_URL": direct,
                "REDIS_URL": f"{redis_url.rpartition('/')[0]}/{number}",
                "WEB_CONCURRENCY": "1",
                # Whoever waits for what is notified would wait for too long without LISTEN.
                "EBB_RELAY_SECONDS": "60",
            }
        )
        with ThreadPoolExecutor(2) as both:
            list(both.map(made.start, ("web", "worker")))
            yield made
            list(both.map(made.stop, ("web", "worker")))


def test_a_book_is_reduced_and_restored_through_shared_sessions(
    stack: Stack,
    direct: str,
    control: Callable[..., Any],
    known_secrets: Callable[..., None],
) -> None:
    person = sign_in(stack.url, PERSON, known_secrets)
    job = person.reduce("pooled", market_type="futures", percent="25").json()["id"]
    assert person.ended(job)["state"] == "completed"
    back = person.call(
        "POST",
        "/api/snapshots/restore",
        {"market_type": "futures"},
        **{"Idempotency-Key": "pooled-back"},
    ).json()["id"]
    assert person.ended(back)["state"] == "completed"

    keys = control("POST", "demo-book", {"telegram_id": PERSON})
    known_secrets(keys["api_key"], keys["api_secret"])
    engine = make_engine(direct)
    with make_sessions(engine)() as session:
        account = session.get_one(Job, uuid.UUID(back)).account_id
        oracle.check(session, account, control("GET", "ledger", uid=keys["uid"])["items"])
    engine.dispose()


@pytest.mark.parametrize("mode", ["session", "transaction"])
def test_what_a_session_is_set_to_is_refused_in_either_mode_and_the_role_s_holds(
    direct: str, mode: str
) -> None:
    with pgbouncer(direct, mode) as pooled:
        with pytest.raises(psycopg2.OperationalError, match="unsupported startup parameter"):
            psycopg2.connect(pooled, **CONNECT_ARGS)
        name = sql.Identifier(direct.rpartition("/")[2])
        with psycopg2.connect(direct) as owner:
            setting = "alter role current_user in database {} set statement_timeout = '15s'"
            owner.cursor().execute(sql.SQL(setting).format(name))
        owner.close()
        # Sessions that the pooler opened before keep what they had.
        with pgbouncer(direct, mode) as afterwards:
            connection = psycopg2.connect(afterwards)
            cursor = connection.cursor()
            cursor.execute("show statement_timeout")
            assert cursor.fetchone() == ("15s",)
            connection.close()
