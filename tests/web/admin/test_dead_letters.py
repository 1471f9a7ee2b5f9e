"""What will not go on by itself is listed, tried anew, or let go; each deed is in the audit log."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from dramatiq import Message
from flask_openapi3 import OpenAPI
from redis.exceptions import ConnectionError as RedisConnectionError
from sqlalchemy import delete, text
from sqlalchemy.orm import Session

from core import clock
from core.ids import new_id
from models import bot_sends, mails
from models.bot_sends import BotSend, SendState
from models.jobs import Job
from models.mail_links import MailLink, Purpose
from models.mails import Mail, MailKind
from tests.web.conftest import Person, problem

LETTERS = "/api/admin/dead-letters"
QUEUE = "ebb:jobs"
REDUCE = {"market_type": "futures", "percent": "25"}


@pytest.fixture
def make_send(session: Session) -> Iterator[Callable[[SendState], str]]:
    """Owed, and not sent for good."""
    made: list[uuid.UUID] = []

    def make(state: SendState) -> str:
        key = uuid.uuid4().hex
        owed = bot_sends.owe(session, bot_id=1, chat_id=1, text="x", kind="test", key=key)
        row = session.get_one(BotSend, owed)
        row.state, row.description = state, "blocked by the user"
        session.commit()
        made.append(owed)
        return str(owed)

    yield make
    session.execute(delete(BotSend).where(BotSend.id.in_(made)))
    session.commit()


@pytest.fixture
def listed(operator: Person) -> Callable[[str], dict[str, Any] | None]:
    """The letter of this id, as operators see it."""

    def find(letter: str) -> dict[str, Any] | None:
        items = operator.get(LETTERS).get_json()["items"]
        return next((one for one in items if one["id"] == letter), None)

    return find


def last_deed(operator: Person) -> tuple[str, str]:
    me = operator.get("/api/auth/me").get_json()["id"]
    entry = operator.get(f"/api/admin/audit?user_id={me}&limit=1").get_json()["items"][0]
    return entry["action"], entry["subject"]


def test_a_refused_send_is_owed_anew(
    operator: Person,
    make_send: Callable[[SendState], str],
    listed: Callable[[str], dict[str, Any] | None],
    session: Session,
) -> None:
    send = make_send(SendState.REFUSED)
    letter = listed(send)
    assert letter is not None
    assert (letter["kind"], letter["why"], letter["doubtful"]) == (
        "send",
        "blocked by the user",
        False,
    )
    assert operator.post(f"{LETTERS}/send/{send}/replay").status_code == 204
    assert listed(send) is None
    row = session.get_one(BotSend, uuid.UUID(send), populate_existing=True)
    assert (row.state, row.description) == (SendState.OWED, None)
    assert row.not_after > clock.utcnow()
    assert last_deed(operator) == ("dead_letter.replayed", f"send:{send}")
    problem(operator.post(f"{LETTERS}/send/{send}/replay"), 404, "not_found")


def test_what_may_have_arrived_is_told_and_can_be_let_go(
    operator: Person,
    make_send: Callable[[SendState], str],
    listed: Callable[[str], dict[str, Any] | None],
) -> None:
    send = make_send(SendState.UNKNOWN)
    letter = listed(send)
    assert letter is not None
    assert letter["doubtful"] is True
    assert operator.post(f"{LETTERS}/send/{send}/discard").status_code == 204
    assert listed(send) is None
    assert last_deed(operator) == ("dead_letter.discarded", f"send:{send}")
    problem(operator.post(f"{LETTERS}/send/{send}/discard"), 404, "not_found")


@pytest.fixture
def make_mail(session: Session) -> Iterator[Callable[..., Mail]]:
    """A mail that is owed, or that no server takes."""
    made: list[uuid.UUID] = []

    def make(*, dead: bool = True, link_for: timedelta | None = None) -> Mail:
        address = f"{uuid.uuid4().hex}@example.org"
        link = None
        if link_for is not None:
            until = clock.utcnow() + link_for
            about = {"purpose": Purpose.VERIFY, "email": address, "language": "en"}
            link = MailLink(id=new_id(), expires_at=until, **about)
            session.add(link)
            session.flush()
        mails.owe(session, MailKind.REGISTER, address, "en", link_id=link and link.id)
        row = session.query(Mail).filter_by(email=address).one()
        row.tries = 9
        if dead:
            mails.bury(session, row.id, "answer 550")
        session.commit()
        made.append(row.id)
        return row

    yield make
    session.rollback()
    session.execute(delete(Mail).where(Mail.id.in_(made)))
    session.commit()


def test_a_mail_that_no_server_takes_is_due_again_or_goes(
    operator: Person,
    make_mail: Callable[..., Mail],
    listed: Callable[[str], dict[str, Any] | None],
    session: Session,
) -> None:
    row, other = make_mail(link_for=timedelta(hours=1)), make_mail()
    letter = listed(str(row.id))
    assert letter is not None
    assert (letter["what"], letter["why"], letter["tries"]) == ("register", "answer 550", 9)
    assert row.email not in operator.get(LETTERS).get_data(as_text=True)
    assert operator.post(f"{LETTERS}/mail/{row.id}/replay").status_code == 204
    session.refresh(row)
    assert (row.tries, row.dead_at, row.due_at <= clock.utcnow()) == (0, None, True)
    assert listed(str(row.id)) is None
    assert operator.post(f"{LETTERS}/mail/{other.id}/discard").status_code == 204
    session.expunge(other)
    assert session.get(Mail, other.id) is None


def test_a_mail_that_goes_on_by_itself_is_no_dead_letter(
    operator: Person,
    make_mail: Callable[..., Mail],
    listed: Callable[[str], dict[str, Any] | None],
) -> None:
    owed = make_mail(dead=False)
    assert listed(str(owed.id)) is None
    for verb in ("replay", "discard"):
        problem(operator.post(f"{LETTERS}/mail/{owed.id}/{verb}"), 404, "not_found")


def test_a_mail_whose_link_is_over_is_not_sent(
    operator: Person, make_mail: Callable[..., Mail], session: Session
) -> None:
    row = make_mail(link_for=-timedelta(minutes=1))
    problem(operator.post(f"{LETTERS}/mail/{row.id}/replay"), 409, "mail_link_over")
    session.refresh(row)
    assert row.dead_at is not None


def test_a_job_that_gets_nowhere_is_rung_for_and_can_be_cancelled(
    operator: Person,
    trader: Person,
    listed: Callable[[str], dict[str, Any] | None],
    session: Session,
) -> None:
    job = trader.order("/api/positions/reduce", REDUCE).get_json()["id"]
    assert listed(job) is None
    session.execute(
        text("update jobs set created_at = now() - interval '1 hour' where id = :id"), {"id": job}
    )
    session.commit()
    letter = listed(job)
    assert letter is not None
    assert (letter["kind"], letter["what"]) == ("job", "reduce")
    assert operator.post(f"{LETTERS}/job/{job}/replay").status_code == 204
    rung = session.scalar(
        text("select ring_at <= now() from outbox where job_id = :id"), {"id": job}
    )
    assert rung is True
    assert operator.post(f"{LETTERS}/job/{job}/discard").status_code == 204
    session.expire_all()
    assert session.get_one(Job, uuid.UUID(job)).state == "cancelled"
    assert listed(job) is None
    problem(operator.post(f"{LETTERS}/job/{job}/discard"), 409, "job_already_ended")


@pytest.fixture
def stuck(trader: Person, session: Session) -> str:
    """A job that a worker began an hour ago, and whose ring was lost."""
    job: str = trader.order("/api/positions/reduce", REDUCE).get_json()["id"]
    long_ago = "created_at = now() - interval '1 hour', started_at = now(), state = 'executing'"
    session.execute(text(f"update jobs set {long_ago} where id = :id"), {"id": job})
    session.execute(text("delete from outbox where job_id = :id"), {"id": job})
    session.commit()
    return job


def test_a_stuck_job_is_rung_for_though_no_ring_was_owed(
    operator: Person, stuck: str, session: Session
) -> None:
    assert operator.post(f"{LETTERS}/job/{stuck}/replay").status_code == 204
    due = text("select ring_at <= now() from outbox where job_id = :id")
    assert session.scalar(due, {"id": stuck}) is True


def test_a_job_whose_cancel_nobody_has_heard_yet_says_so(
    operator: Person, stuck: str, listed: Callable[[str], dict[str, Any] | None]
) -> None:
    before = listed(stuck)
    assert operator.post(f"{LETTERS}/job/{stuck}/discard").status_code == 204
    after = listed(stuck)
    assert before is not None
    assert after is not None
    assert (before["cancelling"], after["cancelling"]) == (False, True)


def test_it_is_told_how_many_there_are_where_not_all_are_listed(
    operator: Person, make_send: Callable[[SendState], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = operator.get(LETTERS).get_json()["totals"]
    assert set(before) == {"message", "send", "mail", "job"}
    monkeypatch.setattr("trading.operations.dead_letters.MOST", 1)
    newest = [make_send(SendState.REFUSED) for _ in range(2)][-1]
    told = operator.get(LETTERS).get_json()
    assert [one["id"] for one in told["items"] if one["kind"] == "send"] == [newest]
    assert told["totals"]["send"] == before["send"] + 2


@pytest.fixture
def make_dead_message(app: OpenAPI) -> Callable[[], str]:
    """A message that Dramatiq gave up, in Redis."""
    client = app.extensions["doorbell"].client

    def make() -> str:
        name = str(uuid.uuid4())
        trace = "Traceback\n  a file\nValueError: with words that may tell anything"
        options = {"redis_message_id": name, "retries": 20, "traceback": trace}
        message: Message[None] = Message("jobs", "run_job", (str(uuid.uuid4()),), {}, options)
        client.zadd(f"{QUEUE}.XQ", {name: clock.now_ms()})
        client.hset(f"{QUEUE}.XQ.msgs", name, message.encode())
        return name

    return make


def test_a_message_that_died_in_redis_goes_back_to_its_queue_or_away(
    app: OpenAPI,
    operator: Person,
    make_dead_message: Callable[[], str],
    listed: Callable[[str], dict[str, Any] | None],
) -> None:
    client = app.extensions["doorbell"].client
    dead = [make_dead_message(), make_dead_message()]
    letter = listed(dead[0])
    assert letter is not None
    assert (letter["what"], letter["why"], letter["tries"]) == ("run_job", "ValueError", 20)
    ready = client.llen(QUEUE)
    assert operator.post(f"{LETTERS}/message/{dead[0]}/replay").status_code == 204
    assert client.llen(QUEUE) == ready + 1
    assert operator.post(f"{LETTERS}/message/{dead[1]}/discard").status_code == 204
    assert client.llen(QUEUE) == ready + 1
    assert (listed(dead[0]), listed(dead[1])) == (None, None)
    problem(operator.post(f"{LETTERS}/message/{dead[1]}/replay"), 404, "not_found")
    assert last_deed(operator) == ("dead_letter.discarded", f"message:{dead[1]}")


def test_a_message_is_not_lost_where_its_queue_is_away_and_the_deed_was_noted_before(
    app: OpenAPI,
    operator: Person,
    make_dead_message: Callable[[], str],
    listed: Callable[[str], dict[str, Any] | None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    dead, noted = make_dead_message(), []

    def away(_: object) -> None:
        noted.append(last_deed(operator))
        raise RedisConnectionError

    with monkeypatch.context() as patch:
        patch.setattr(app.extensions["doorbell"], "enqueue", away)
        answer = operator.post(f"{LETTERS}/message/{dead}/replay")
        problem(answer, 503, "service_unavailable")
    assert noted == [("dead_letter.replayed", f"message:{dead}")]
    assert listed(dead) is not None
    assert operator.post(f"{LETTERS}/message/{dead}/replay").status_code == 204
