"""Real processes: fifty requests at once, a worker that is killed in the middle of a job, and a
message to the bot."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session, sessionmaker
from websockets.sync.client import connect

from core.roles import Role
from core.settings import Settings
from models.jobs import Job
from models.users import User
from telegram.bot_api import BotApi
from telegram.bots import bot_id
from telegram.updates import ALLOWED
from telegram.webhooks import webhook_path, webhook_secret
from tests import oracle
from tests.bots import BotUnderTest
from tests.stack import Stack, sign_in, wait_for

FUTURES = {"market_type": "futures", "percent": "25"}
LedgerOf = Callable[[int], tuple[int, list[dict[str, Any]]]]


def test_the_same_key_fifty_times_at_once_makes_one_job(
    stack: Stack, live_sessions: sessionmaker[Session], known_secrets: Callable[..., None]
) -> None:
    person = sign_in(stack.url, 5001, known_secrets)
    key = uuid.uuid4().hex
    with ThreadPoolExecutor(50) as pool:
        answers = list(pool.map(lambda _: person.reduce(key, **FUTURES), range(50)))
    assert sorted(answer.status_code for answer in answers) == [200] * 49 + [202]
    assert len({answer.json()["id"] for answer in answers}) == 1
    with live_sessions() as session:
        query = select(func.count()).select_from(Job).where(Job.idempotency_key == key)
        assert session.scalar(query) == 1
    person.ended(answers[0].json()["id"])


def test_a_job_s_legs_come_over_the_socket_as_they_end(
    stack: Stack, known_secrets: Callable[..., None]
) -> None:
    person = sign_in(stack.url, 5005, known_secrets)
    ticket = person.call("POST", "/api/ws-ticket").json()["ticket"]
    address = f"{stack.url.replace('http', 'ws', 1)}/ws?ticket={ticket}"
    with connect(address, compression=None) as socket:
        job = person.reduce("by-socket", **FUTURES).json()["id"]
        seen: list[dict[str, Any]] = []
        workers = 0
        while not (seen and seen[-1]["finished_at"] and workers):
            told = json.loads(socket.recv(timeout=30))
            if told["type"] == "job" and told["data"]["id"] == job:
                seen.append(told["data"])
            if told["type"] == "status":
                workers = told["data"]["workers"]
    assert workers == 1
    versions = [one["version"] for one in seen]
    assert versions == sorted(set(versions))
    assert len(versions) > 3
    assert seen[-1] == person.job(job)


def test_a_worker_killed_in_mid_job_loses_and_doubles_nothing(
    stack: Stack,
    live_sessions: sessionmaker[Session],
    known_secrets: Callable[..., None],
    ledger_of: LedgerOf,
) -> None:
    person = sign_in(stack.url, 5002, known_secrets)

    def executions() -> int:
        return sum(entry["type"] == "execution" for entry in ledger_of(5002)[1])

    # The rate limits make the job last for seconds: it is killed while orders are out.
    for number, path in enumerate(("/api/positions/reduce", "/api/snapshots/restore")):
        before = executions()
        body: dict[str, Any] = {"market_type": "futures"}
        if number == 0:
            body["percent"] = "25"
        answer = person.call("POST", path, body, **{"Idempotency-Key": f"killed-{number}"})
        job = answer.json()["id"]
        wait_for(lambda before=before: executions() > before)  # type: ignore[misc]
        stack.kill("worker")
        assert person.job(job)["state"] == "executing"
        stack.start("worker")
        assert person.ended(job)["state"] == "completed"

    with live_sessions() as session:
        account = session.get_one(Job, uuid.UUID(job)).account_id
        oracle.check(session, account, ledger_of(5002)[1])
    book = person.call("GET", "/api/positions?market_type=futures").json()["items"]
    seeded = {
        (entry["category"], entry["symbol"]): Decimal(entry["qty"])
        for entry in ledger_of(5002)[1]
        if entry["type"] == "seed" and entry["category"] != "wallet"
    }
    sizes = {(row["category"], row["symbol"]): Decimal(row["size"]) for row in book}
    assert sizes == seeded


def test_a_worker_told_to_stop_in_mid_job_hands_it_over(
    stack: Stack,
    live_sessions: sessionmaker[Session],
    known_secrets: Callable[..., None],
    ledger_of: LedgerOf,
) -> None:
    person = sign_in(stack.url, 5004, known_secrets)
    job = person.reduce("handed", **FUTURES).json()["id"]
    wait_for(lambda: any(e["type"] == "execution" for e in ledger_of(5004)[1]))
    # As a platform does it: every process of the group hears it.
    assert stack.stop("worker", group=True) == 0
    assert person.job(job)["state"] == "executing"
    with live_sessions() as session:
        # Given back, not left to its lease.
        assert session.get_one(Job, uuid.UUID(job)).lease_until is None
    stack.start("worker")
    assert person.ended(job)["state"] == "completed"


def test_a_ring_that_was_lost_is_made_up_for(
    stack: Stack, known_secrets: Callable[..., None]
) -> None:
    person = sign_in(stack.url, 5003, known_secrets)
    stack.stop("worker")
    job = person.reduce("lost-ring", market_type="spot", percent="10").json()["id"]
    import redis  # noqa: PLC0415 - to lose every message

    client = redis.Redis.from_url(stack.environment["REDIS_URL"])
    client.flushdb()
    client.close()
    stack.start("worker")
    assert person.ended(job)["state"] == "completed"


def test_a_greeting_finds_its_way_through_webhook_worker_and_queue(
    stack: Stack, settings: Settings, telegram: Callable[..., Any], telegram_url: str
) -> None:
    token = settings.bot_tokens[0]
    telegram("POST", "bots", {"token": token})
    api = BotApi(token, telegram_url)
    secret = webhook_secret(settings.jwt_secrets[0], token)
    api.set_webhook(stack.url + webhook_path(bot_id(token)), secret_token=secret, allowed=ALLOWED)
    phone = BotUnderTest(token, api, telegram).person(language_code="ru")
    phone.write("/start")
    wait_for(lambda: bool(phone.messages()))
    api.delete_webhook()
    assert "сокращает" in phone.messages()[0]["text"]


def test_an_operator_s_words_are_pinned_in_the_chat_and_the_socket_says_so(
    stack: Stack,
    settings: Settings,
    live_sessions: sessionmaker[Session],
    telegram: Callable[..., Any],
    known_secrets: Callable[..., None],
) -> None:
    chat = int(stack.environment["EBB_TELEGRAM_CHAT_ID"])
    token = settings.bot_tokens[0]
    telegram("POST", "bots", {"token": token})
    bot = {"bot_id": bot_id(token)}
    telegram("POST", "groups", {**bot, "id": chat, "topics": {"47": "live-bets"}})
    operator = sign_in(stack.url, 5006, known_secrets)
    with live_sessions.begin() as session:
        session.execute(update(User).where(User.telegram_id == 5006).values(role=Role.ADMIN))
    ticket = operator.call("POST", "/api/ws-ticket").json()["ticket"]
    text = "LIVE: Celtics -3.5 1H @ -108 (Pinnacle) | EV +9.2%"
    address = f"{stack.url.replace('http', 'ws', 1)}/ws?ticket={ticket}"
    with connect(address, compression=None) as socket:
        operator.call("PATCH", "/api/users/settings", {"language": "en"})
        socket.send(json.dumps({"action": "broadcast", "text": text, "pin": True}))
        while (told := json.loads(socket.recv(timeout=30)))["type"] not in ("toast", "error"):
            pass
    (message,) = telegram("GET", "messages", **bot, chat_id=chat)
    assert (message["text"], message["thread_id"]) == (text, 47)
    (shown,) = (one for one in telegram("GET", "chats", **bot) if one["id"] == chat)
    assert shown["pinned"] == [message["message_id"]]
    assert told == {"type": "toast", "id": told["id"], "title": "Message sent and pinned!"}
