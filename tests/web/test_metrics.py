"""`/metrics` tells what happened, to whom it may, and names nobody."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from flask_openapi3 import OpenAPI
from prometheus_client.parser import text_string_to_metric_families
from pydantic import SecretStr
from sqlalchemy import func, update
from sqlalchemy.orm import Session, sessionmaker

from core.settings import Settings
from models import counters
from models.base import db
from models.bot_sends import BotSend, SendState
from models.jobs import Job
from tests.web.conftest import Person, problem
from trading.lease import claim
from web.app import create_app

REDUCE = {"market_type": "futures", "percent": "25"}


class Scrape:
    """The samples of one scrape."""

    def __init__(self, told: str) -> None:
        self.text = told
        self._samples = [
            sample for family in text_string_to_metric_families(told) for sample in family.samples
        ]

    def __call__(self, name: str, **labels: str) -> float:
        """The sum of what has these labels."""
        return sum(
            sample.value
            for sample in self._samples
            if sample.name == name and labels.items() <= sample.labels.items()
        )


@pytest.fixture
def scrape(app: OpenAPI) -> Callable[[], Scrape]:
    """Scrapes now, whatever was read a moment ago."""

    def now() -> Scrape:
        app.extensions["gauges"]._read_at = float("-inf")
        answer = app.test_client().get("/metrics")
        assert answer.status_code == 200
        assert answer.content_type.startswith("text/plain; version=")
        return Scrape(answer.get_data(as_text=True))

    return now


@pytest.fixture
def with_token(app: OpenAPI, settings: Settings) -> Iterator[tuple[FlaskClient, str]]:
    token = secrets.token_urlsafe(48)
    made = create_app(settings.model_copy(update={"metrics_token": SecretStr(token)}))
    yield made.test_client(), token
    with made.app_context():
        db.engine.dispose()


def test_a_job_is_told_of_from_its_acceptance_to_its_end(
    scrape: Callable[[], Scrape], trader: Person, work: Callable[[str], None]
) -> None:
    before = scrape()
    job = trader.order("/api/positions/reduce", REDUCE).get_json()["id"]
    queued = scrape()
    assert queued("ebb_jobs", state="queued") == before("ebb_jobs", state="queued") + 1
    work(job)
    after = scrape()

    def grown(name: str, **labels: str) -> float:
        return after(name, **labels) - before(name, **labels)

    assert after("ebb_jobs", state="queued") == before("ebb_jobs", state="queued")
    assert grown("ebb_jobs_ended_total", state="completed", kind="reduce") == 1
    assert grown("ebb_jobs_ended_total") == 1
    assert grown("ebb_legs_ended_total", outcome="filled") == 1
    assert grown("ebb_tap_to_order_seconds_count") == 1
    assert grown("ebb_tap_to_order_seconds_bucket", le="+Inf") == 1
    assert 0 < grown("ebb_tap_to_order_seconds_sum") < 5
    placed = {"method": "place_order", "environment": "sandbox", "outcome": "ok"}
    assert grown("ebb_exchange_request_seconds_count", **placed) == 1
    accepted = {"method": "POST", "route": "/api/positions/reduce", "status": "202"}
    assert grown("ebb_http_requests_seconds_count", **accepted) == 1
    assert 0 < after("ebb_exchange_limit_headroom_ratio") <= 1
    assert after("ebb_source_up") == 2


def test_seconds_to_take_it_back_are_no_delay_of_ours(
    scrape: Callable[[], Scrape],
    trader: Person,
    work: Callable[[str], None],
    session: Session,
) -> None:
    before = scrape()
    job = trader.order("/api/positions/reduce", REDUCE | {"delay_ms": 5000}).get_json()["id"]
    # As if they were over.
    over = timedelta(seconds=5)
    passed = {
        "created_at": Job.created_at - over,
        "undo_until": Job.undo_until - over,
        "not_before": func.now(),
    }
    session.execute(update(Job).where(Job.id == job).values(passed))
    session.commit()
    work(job)
    assert scrape()("ebb_tap_to_order_seconds_sum") - before("ebb_tap_to_order_seconds_sum") < 4


def test_a_lease_that_ran_out_and_was_taken_again_is_a_takeover(
    scrape: Callable[[], Scrape],
    trader: Person,
    work: Callable[[str], None],
    sessions: sessionmaker[Session],
) -> None:
    before = scrape()("ebb_lease_takeovers_total")
    job = trader.order("/api/positions/reduce", REDUCE).get_json()["id"]
    assert claim(sessions, job, "one that dies", 30)
    assert scrape()("ebb_lease_takeovers_total") == before, "a first lease is none"
    with sessions.begin() as session:
        session.execute(update(Job).where(Job.id == job).values(lease_until=func.now()))
    work(job)
    assert scrape()("ebb_lease_takeovers_total") == before + 1


def test_a_message_counts_once_when_it_ends(
    scrape: Callable[[], Scrape], sessions: sessionmaker[Session]
) -> None:
    before = scrape()
    ends = (("sent", 1), ("refused", 1), ("refused", 0), ("unknown", 1), ("owed", 1))
    with sessions.begin() as session:
        for state, tries in ends:
            unique = secrets.token_hex(8)
            made = BotSend(bot_id=1, chat_id=1, text="x", kind="test", key=unique)
            session.add(made)
            session.flush()
            made.state, made.tries = SendState(state), tries
            session.flush()
            session.delete(made)
    after = scrape()
    for outcome in ("sent", "refused", "dropped", "unknown"):
        one = {"outcome": outcome}
        name = "ebb_telegram_sends_total"
        assert after(name, **one) == before(name, **one) + 1, outcome


def test_sign_ins_are_told_by_way_and_outcome(
    scrape: Callable[[], Scrape], make_person: Callable[..., Person], client: FlaskClient
) -> None:
    before = scrape()
    make_person()
    client.post("/api/auth/telegram", json={"init_data": "x"})
    after = scrape()
    for outcome in ("entered", "refused"):
        of = {"way": "telegram", "outcome": outcome}
        assert after("ebb_sign_ins_total", **of) == before("ebb_sign_ins_total", **of) + 1


def test_folding_changes_no_count(
    scrape: Callable[[], Scrape], sessions: sessionmaker[Session]
) -> None:
    with sessions.begin() as session:
        session.add_all(
            counters.Count(name="legs_ended", labels=["filled"], amount=1) for _ in range(3)
        )
    with sessions() as session:
        before = counters.read(session)
    with sessions.begin() as session:
        assert counters.fold(session) >= 3
    with sessions() as session:
        assert counters.read(session) == before
        kinds = sum(len(by_labels) for by_labels in before.values())
        assert session.query(counters.Count).count() == kinds


def test_what_only_a_later_release_counts_is_passed_over(
    sessions: sessionmaker[Session],
) -> None:
    with sessions() as session:
        before = counters.read(session)
        session.add(counters.Count(name="dreams_ended", labels=["well"], amount=1))
        session.flush()
        assert counters.read(session) == before


def test_nobody_is_named(scrape: Callable[[], Scrape], trader: Person) -> None:
    me = trader.get("/api/auth/me").get_json()
    trader.get(f"/api/jobs/{me['id']}")
    trader.get("/no/such/page").close()
    told = scrape().text
    assert me["id"] not in told
    assert me["accounts"][0]["id"] not in told
    assert "no/such" not in told


def test_without_a_token_only_this_machine_may_read(client: FlaskClient) -> None:
    assert client.get("/metrics").status_code == 200
    elsewhere = {"REMOTE_ADDR": "203.0.113.9"}
    problem(client.get("/metrics", environ_overrides=elsewhere), 404, "not_found")
    for header in ("X-Forwarded-For", "Forwarded", "X-Real-IP"):
        passed_on = client.get("/metrics", headers={header: "127.0.0.1"})
        problem(passed_on, 404, "not_found")


def test_with_a_token_whoever_has_it_may(with_token: tuple[FlaskClient, str]) -> None:
    client, token = with_token
    for given in ({}, {"Authorization": "Bearer other"}, {"Authorization": token}):
        problem(client.get("/metrics", headers=given), 404, "not_found")
    answer = client.get(
        "/metrics",
        headers={"Authorization": f"Bearer {token}", "X-Forwarded-For": "203.0.113.9"},
    )
    assert answer.status_code == 200


def test_what_is_away_is_told_as_such(app: OpenAPI, settings: Settings) -> None:
    nowhere = SecretStr("redis://127.0.0.1:1/0")
    made = create_app(settings.model_copy(update={"redis_url": nowhere}))
    scraped = Scrape(made.test_client().get("/metrics").get_data(as_text=True))
    with made.app_context():
        db.engine.dispose()
    assert scraped("ebb_source_up", source="redis") == 0
    assert scraped("ebb_source_up", source="postgres") == 1
    assert "ebb_queue_depth{" not in scraped.text
    assert 'ebb_jobs{state="queued"}' in scraped.text
