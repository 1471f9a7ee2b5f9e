"""Anybody's jobs for operators, and all that happened to one."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session, sessionmaker

from core.texts import text as sentence_of
from models.jobs import Attempt, Job, Leg
from tests.web.conftest import Person, problem
from trading.desk import Desk
from trading.lease import claim

JOBS = "/api/admin/jobs"
REDUCE = {"market_type": "futures", "percent": "25"}


@pytest.fixture
def job(trader: Person) -> str:
    return str(trader.order("/api/positions/reduce", REDUCE).get_json()["id"])


def kinds(story: dict[str, Any]) -> list[str]:
    return [entry["kind"] for entry in story["timeline"]]


def test_the_timeline_holds_every_step_from_the_tap_to_the_end(
    operator: Person, work: Callable[[str], None], job: str
) -> None:
    work(job)
    story = operator.get(f"{JOBS}/{job}").get_json()
    moments = [entry["at"] for entry in story["timeline"]]
    assert moments == sorted(moments)
    order = ["accepted", "audited", "claimed", "planned", "leg_planned", "sent"]
    told = kinds(story)
    assert [kind for kind in told if kind in order] == order
    assert {"answered", "looked_up", "filled", "settled", "leg_ended"} <= set(told)
    assert told[-1] == "ended"
    sent = next(entry for entry in story["timeline"] if entry["kind"] == "sent")
    assert (sent["leg"], sent["symbol"], sent["attempt"]) == (1, "BTCUSDT", 1)
    assert sent["order_link_id"].startswith("ebb-")
    fill = next(entry for entry in story["timeline"] if entry["kind"] == "filled")
    assert fill["facts"]["qty"] == story["legs"][0]["qty_filled"]


def test_a_lease_that_ran_out_and_was_taken_over_is_told_with_both_workers(
    operator: Person,
    work: Callable[[str], None],
    job: str,
    sessions: sessionmaker[Session],
    desk: Desk,
) -> None:
    assert claim(sessions, uuid.UUID(job), "gone:1:2", desk.settings.lease_seconds) is not None
    with sessions.begin() as session:
        session.execute(text("update jobs set lease_until = now() where id = :id"), {"id": job})
    work(job)
    found = operator.get(f"{JOBS}/{job}").get_json()["timeline"]
    taken = next(entry for entry in found if entry["kind"] == "taken_over")
    assert taken["facts"] == {"epoch": "2", "from": "gone:1:2", "owner": "test"}


def test_a_refusal_stands_with_the_exchange_s_own_words(
    operator: Person,
    person: Person,
    make_account: Callable[..., dict[str, Any]],
    work: Callable[[str], None],
    control: Callable[..., Any],
) -> None:
    book = [{"category": "linear", "symbol": "BTCUSDT", "side": "Buy", "size": "0.4"}]
    keys = make_account(balances={"USDT": "100000"}, positions=book)
    person.connect(keys)
    match = {"api_key": keys["api_key"]}
    control("POST", "faults", {"kind": "reject", "code": 110007, "match": match, "count": 1})
    job = person.order("/api/positions/reduce", REDUCE).get_json()["id"]
    work(job)
    found = operator.get(f"{JOBS}/{job}").get_json()["timeline"]
    answered = next(entry for entry in found if entry["kind"] == "answered")
    assert (answered["facts"]["code"], answered["facts"]["state"]) == ("110007", "rejected")
    assert answered["facts"]["message"]
    assert answered["facts"]["reason"] == "insufficient_margin"
    assert answered["text"] == sentence_of("reason.insufficient_margin", "en")
    ended = operator.get(f"{JOBS}/{job}", headers={"Accept-Language": "ru"}).get_json()
    sentence = sentence_of("job.all_legs_failed", "ru")
    assert (ended["job"]["error_text"], ended["timeline"][-1]["text"]) == (sentence, sentence)


def test_a_job_from_before_events_were_told_has_its_attempts(
    operator: Person, work: Callable[[str], None], job: str, session: Session
) -> None:
    work(job)
    session.execute(text("delete from job_events where job_id = :id"), {"id": job})
    session.commit()
    told = kinds(operator.get(f"{JOBS}/{job}").get_json())
    assert {"accepted", "leg_planned", "sent", "answered", "filled", "settled"} <= set(told)


def test_a_job_is_found_by_whatever_names_it(
    operator: Person, work: Callable[[str], None], job: str, session: Session
) -> None:
    work(job)
    row = session.get_one(Job, uuid.UUID(job))
    order = session.query(Attempt.order_link_id).join(Leg, Leg.id == Attempt.leg_id)
    link_id = order.filter(Leg.job_id == row.id).scalar()
    for words in (job, row.user_id, row.account_id, link_id):
        items = operator.get(JOBS, query_string={"q": str(words)}).get_json()["items"]
        assert [item["id"] for item in items] == [job], words
    newest = operator.get(f"{JOBS}?q=btcusdt&state=completed&kind=reduce&limit=1").get_json()
    assert newest["items"][0]["id"] == job
    assert operator.get(f"{JOBS}?q=NOTACOIN").get_json()["items"] == []
    assert operator.get(f"{JOBS}?user_id={uuid.uuid4()}").get_json()["items"] == []
    for time, count in {"since": 1, "until": 0}.items():
        found = operator.get(f"{JOBS}?q={job}&{time}=0001-01-01T00:00:00Z").get_json()["items"]
        assert len(found) == count
        found = operator.get(f"{JOBS}?q={job}&{time}=9999-12-31T23:59:59Z").get_json()["items"]
        assert len(found) == 1 - count
    before = operator.get(f"{JOBS}?limit=1&cursor={newest['next_cursor']}").get_json()["items"]
    assert all(item["id"] < job for item in before)


def test_who_they_are_is_not_told(operator: Person, trader: Person, job: str) -> None:
    me = trader.get("/api/auth/me").get_json()
    answer = operator.get(f"{JOBS}/{job}")
    assert answer.get_json()["job"]["person"] == {"id": me["id"], "role": "user", "name": "Ан…"}
    shown = answer.get_data(as_text=True)
    assert me["accounts"][0]["label"] not in shown
    assert str(me["telegram_id"]) not in shown


def test_a_job_that_there_is_not(operator: Person) -> None:
    problem(operator.get(f"{JOBS}/{uuid.uuid4()}"), 404, "not_found")
