"""A filled database is dumped and restored into an empty one: no job, key or entry is lost."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session, sessionmaker

from core import clock
from models import migrate
from models.events import EventStream
from models.jobs import Job
from models.states import JobState
from models.users import Account
from telegram.init_data import TelegramUser, sign
from tests import oracle
from tests.deploy.deployment import Deployment, rows
from tests.web.conftest import Person
from trading.desk import Desk
from trading.execute import execute
from trading.pause import is_paused
from trading.sealing import seal

# What a restore itself writes.
CHANGED = {"audit_log", "counters", "event_stream", "job_events", "jobs", "outbox", "switches"}

pytestmark = pytest.mark.usefixtures("programs")


def trade(
    at: Deployment, make_account: Callable[..., Any], known_secrets: Callable[..., None]
) -> dict[str, Any]:
    """A person reduces and restores a part, and a last reduce waits; the exchange's account."""
    user = TelegramUser(id=7007, first_name="Анна")
    data = sign(user, at.settings.bot_tokens[0], now=clock.utcnow())
    client = at.app.test_client()
    tokens = client.post("/api/auth/telegram", json={"init_data": data}).get_json()
    known_secrets(tokens["access_token"], tokens["refresh_token"])
    person = Person(client, tokens["access_token"], tokens["refresh_token"], known_secrets)
    keys = make_account(
        balances={"USDT": "100000", "ETH": "2"},
        positions=[{"category": "linear", "symbol": "BTCUSDT", "side": "Buy", "size": "0.4"}],
    )
    assert person.connect(keys).status_code == 201
    for path, body in (
        ("/api/positions/reduce", {"market_type": "futures", "percent": "50"}),
        ("/api/positions/reduce", {"market_type": "spot", "percent": "25"}),
        ("/api/snapshots/restore", {"market_type": "spot", "percent": "40"}),
    ):
        work(at, uuid.UUID(person.order(path, body).get_json()["id"]))
    person.order("/api/positions/reduce", {"market_type": "futures", "percent": "10"})
    seal(at.sessions)
    return dict(keys)


def work(at: Deployment, job: uuid.UUID) -> None:
    """As a worker does a job."""
    desk = Desk.from_settings(at.settings)
    while execute(desk, at.sessions, job, owner="test").again_in is not None:
        pass


def guards(sessions: sessionmaker[Session]) -> list[str]:
    """Everything by which the database itself refuses: by kind, table and name."""
    with sessions() as session:
        return list(session.scalars(text(_GUARDS)))


_GUARDS = """
select concat_ws(' ', 'trigger', tgrelid::regclass, tgname, tgenabled) from pg_trigger
  where not tgisinternal
union all select concat_ws(' ', 'policy', polrelid::regclass, polname) from pg_policy
union all select concat_ws(' ', 'index', indexrelid::regclass) from pg_index
  where indrelid::regclass::text not like 'pg_%'
union all select concat_ws(' ', 'constraint', conrelid::regclass, conname, convalidated)
  from pg_constraint where connamespace = 'public'::regnamespace
union all select concat_ws(' ', 'table', relname, relrowsecurity, relforcerowsecurity)
  from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r'
order by 1
"""


def test_what_was_dumped_is_restored_whole_and_waits_for_an_operator(
    deployments: Callable[[str], Deployment],
    make_account: Callable[..., Any],
    known_secrets: Callable[..., None],
    control: Callable[..., Any],
    tmp_path: Path,
) -> None:
    old, new, file = deployments("backup_old"), deployments("backup_new"), tmp_path / "ebb.dump"
    migrate.upgrade(old.settings.session_database)
    keys = trade(old, make_account, known_secrets)
    before = rows(old.sessions)

    told = old.flask("backup", "dump", str(file))
    assert told.exit_code == 0, told.output
    held = f"users 1, accounts 1, jobs 4, fills {len(before['fills'])}, snapshots "
    assert held in told.output
    assert file.stat().st_mode & 0o077 == 0
    assert keys["api_secret"] not in str(before)
    told = new.flask("backup", "restore", str(file))
    assert told.exit_code == 0, told.output

    after = rows(new.sessions)
    assert "go on then: 0; cancelled: 1." in told.output
    assert held in told.output
    assert len(before["jobs"]) == 4
    same = set(before) - CHANGED
    assert {name: after[name] for name in same} == {name: before[name] for name in same}
    assert set(before["audit_log"]) < set(after["audit_log"])
    assert len(set(before["jobs"]) - set(after["jobs"])) == 1
    assert guards(new.sessions) == guards(old.sessions)
    with new.sessions() as session, old.sessions() as former:
        assert is_paused(session)
        # Clients that saw events which the dump does not hold begin anew.
        assert session.scalar(select(EventStream.epoch)) != former.scalar(select(EventStream.epoch))
        account = session.scalars(select(Account)).one()
        vault = Desk.from_settings(new.settings).vault
        assert vault.decrypt(account.user_id, account.api_secret_enc or "") == keys["api_secret"]
        # It may have been done since: planned anew, it would be done twice.
        last = session.scalars(select(Job).order_by(Job.queue_no.desc()).limit(1)).one()
        assert last.state is JobState.CANCELLED
        oracle.check(session, account.id, control("GET", "ledger", uid=keys["uid"])["items"])
    told = new.flask("backup", "check")
    assert told.exit_code == 0, told.output
    assert held in told.output
    again = new.flask("backup", "restore", str(file))
    assert again.exit_code == 1
    assert "not empty" in again.output


def test_a_check_names_what_is_broken(
    deployments: Callable[[str], Deployment],
    make_account: Callable[..., Any],
    known_secrets: Callable[..., None],
    tmp_path: Path,
) -> None:
    broken = deployments("backup_broken")
    assert "no tables of ours" in broken.flask("backup", "check").output
    migrate.upgrade(broken.settings.session_database)
    trade(broken, make_account, known_secrets)
    with broken.sessions.begin() as session:
        session.execute(
            text("delete from fills where id = (select id from fills order by id limit 1)")
        )
        session.execute(text("update accounts set api_secret_enc = 'x'"))
        session.execute(
            text("update jobs set state = 'executing', finished_at = null where queue_no = 1")
        )
        session.execute(text("alter table phones no force row level security"))
    said = broken.flask("backup", "check")
    assert said.exit_code == 1
    for what in ("I2: leg", "I3: snapshot", "outbox: job", "keys: no master secret", "phones"):
        assert what in said.output, said.output


def test_what_a_release_made_of_an_empty_database_makes_room(
    deployments: Callable[[str], Deployment],
    environment: dict[str, str],
    make_account: Callable[..., Any],
    known_secrets: Callable[..., None],
    tmp_path: Path,
) -> None:
    """As on platforms where the migrations run by themselves; and by standard input and output, as
    where no file can be written."""
    old, new, file = deployments("backup_full"), deployments("backup_fresh"), tmp_path / "ebb.dump"
    migrate.upgrade(old.settings.session_database)
    trade(old, make_account, known_secrets)
    before = rows(old.sessions)
    told = old.shell(environment, f"backup dump - > {file}")
    assert told.returncode == 0, told.stderr
    assert b"users 1, " in told.stderr

    migrate.upgrade(new.settings.session_database)
    told = new.shell(environment, f"backup restore /dev/stdin < {file}")
    assert told.returncode == 0, told.stderr
    after = rows(new.sessions)
    same = set(before) - CHANGED
    assert {name: after[name] for name in same} == {name: before[name] for name in same}
    assert guards(new.sessions) == guards(old.sessions)
