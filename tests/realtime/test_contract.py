"""Every message of the protocol, both ways, and every refusal."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest
import requests
from sqlalchemy import select, update
from sqlalchemy.orm import Session, sessionmaker
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from bot.sending import send
from core.roles import Role
from core.settings import Settings
from models import events
from models.bot_sends import BotSend, Deed, SendState
from telegram.bot_api import bot_apis
from telegram.bots import bot_id
from tests.realtime.conftest import Person
from tests.stack import wait_for

PATIENT = 9.0
Control = Callable[..., Any]
HANDSHAKE = {
    "Upgrade": "websocket",
    "Connection": "Upgrade",
    "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==",
    "Sec-WebSocket-Version": "13",
}


def refused(url: str, path: str, without: str = "", **headers: str) -> tuple[int, str]:
    """Status and code of a handshake's refusal."""
    sent = {name: value for name, value in {**HANDSHAKE, **headers}.items() if name != without}
    answer = requests.get(f"{url}{path}", headers=sent, timeout=10)
    assert answer.headers["Content-Type"] == "application/problem+json", answer.text
    return answer.status_code, answer.json()["code"]


# -- the handshake --------------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["/ws?username=anna&", "/telegram/ws?"])
def test_the_seed_s_form_opens_a_socket(url: str, person: Person, form: str) -> None:
    query = f"user_id={person.telegram_id}&init_data={quote(person.init_data)}"
    socket = person.open_at(f"{url.replace('http', 'ws', 1)}{form}{query}")
    socket.say({"type": "ping"})
    assert socket.next("pong") == {"type": "pong"}


def test_whoever_names_nobody_is_refused(url: str) -> None:
    assert refused(url, "/ws") == (400, "user_id_missing")
    assert refused(url, "/telegram/ws?user_id=") == (400, "user_id_missing")


def test_bad_init_data_and_a_foreign_id_are_refused(url: str, person: Person) -> None:
    own, data = person.telegram_id, quote(person.init_data)
    assert refused(url, f"/ws?user_id={own}") == (401, "init_data_invalid")
    assert refused(url, f"/ws?user_id={own}&init_data={data}x") == (401, "init_data_invalid")
    assert refused(url, f"/ws?user_id={own + 1}&init_data={data}") == (401, "user_id_foreign")


def test_a_ticket_opens_one_socket(urls: tuple[str, str], person: Person) -> None:
    ticket = person.ticket(urls[0])
    answer = person.call("POST", f"{urls[0]}/api/ws-ticket").json()
    assert answer["expires_in"] == 30
    assert answer["url"].endswith(f"/ws?ticket={answer['ticket']}")
    person.open_at(f"{urls[1].replace('http', 'ws', 1)}/ws?ticket={ticket}")
    for url in urls:
        assert refused(url, f"/ws?ticket={ticket}") == (401, "ticket_invalid")
    for bad in ("", "x", ticket[:-1], "é", ticket + "%00"):
        assert refused(urls[0], f"/ws?ticket={bad}") == (401, "ticket_invalid")


def test_an_ended_sign_in_opens_nothing_and_closes_what_is_open(url: str, person: Person) -> None:
    socket, ticket = person.open(url), person.ticket(url)
    sign_ins = person.call("GET", f"{url}/api/auth/sessions").json()["items"]
    person.call("DELETE", f"{url}/api/auth/sessions/{sign_ins[0]['id']}")
    assert refused(url, f"/ws?ticket={ticket}") == (401, "session_ended")
    assert socket.closed() == 4401


def test_a_page_of_another_site_is_refused(url: str, person: Person) -> None:
    assert refused(url, "/ws?user_id=1", Origin="https://evil.example") == (403, "origin_foreign")
    assert refused(url, "/ws?user_id=1", Origin="null") == (403, "origin_foreign")
    person.open(url, origin="https://ebb.example")
    person.open(url, origin=url)


@pytest.mark.parametrize("without", ["Upgrade", "Sec-WebSocket-Key", "Sec-WebSocket-Version"])
def test_a_bad_handshake_is_refused(url: str, without: str) -> None:
    assert refused(url, "/ws?user_id=1", without) == (400, "upgrade_required")
    bad_key = {"Sec-WebSocket-Key": "short"}
    assert refused(url, "/ws?user_id=1", **bad_key) == (400, "upgrade_required")


def test_a_bad_place_to_resume_from_is_refused(url: str, person: Person) -> None:
    path = f"/ws?ticket={person.ticket(url)}&after=-1"
    assert refused(url, path) == (400, "validation_failed")


# -- what is said ---------------------------------------------------------------------------------


def test_the_status_is_the_seed_s_and_true(url: str, person: Person) -> None:
    status = person.open(url).next("status")["data"]
    assert set(status) == {
        *("running", "uptime", "activeUsers", "messagesProcessed", "alertsSent"),
        *("sessionPnL", "sessionTrades", "lastTrade", "queueDepth", "workers"),
    }
    assert status["activeUsers"] >= 1
    assert status["uptime"] >= 0
    assert (status["sessionPnL"], status["sessionTrades"], status["lastTrade"]) == (0, 0, None)


def test_a_toast_and_a_live_signal_are_the_seed_s(
    url: str, person: Person, telling: sessionmaker[Session]
) -> None:
    socket = person.open(url)
    signal: dict[str, Any] = {
        "id": "1",
        "type": "halftime-ghost",
        "name": "LAL vs GSW - Under 112.5 2H",
        "marketId": "NBA29381",
        "confidence": 0.94,
        "ev": 8.7,
        "sport": "basketball",
        "expiresAt": 1704372000000,
    }
    with telling.begin() as session:
        toast = events.tell(session, person.id, "toast", {"title": "Message sent and pinned!"})
        live = events.tell(session, None, "live_out", signal)
    told = socket.next("toast")
    assert told == {"title": "Message sent and pinned!", "type": "toast", "id": toast}
    assert socket.next("live_out") == {"type": "live_out", "id": live, "data": signal}


@pytest.mark.parametrize(("language", "words"), [("en", "Permission denied"), ("ru", "Нет прав")])
def test_whoever_may_not_broadcast_is_told_so(
    url: str, make_person: Callable[..., Person], language: str, words: str
) -> None:
    socket = make_person(Role.MODERATOR, language).open(url)
    for wish in (
        {"action": "broadcast", "text": "LIVE: Celtics -3.5 1H", "thread_id": 47},
        {"action": "pin", "data": {"messageId": 12345}, "thread_id": 47},
    ):
        socket.say(wish)
        assert socket.next("error") == {"type": "error", "message": words, "code": "forbidden"}


@pytest.fixture
def send_what_is_owed(
    telling: sessionmaker[Session], telegram_url: str, settings: Settings, telegram: Control
) -> Callable[..., list[Any]]:
    """Does what workers do for one send of each of these deeds; what Telegram has
    of it then, in whose stand-in the group is made."""
    token = settings.bot_tokens[0]
    telegram("POST", "bots", {"token": token})
    bot = {"bot_id": bot_id(token)}
    group = {**bot, "id": settings.telegram_chat_id, "topics": {"47": "live-bets"}}
    telegram("POST", "groups", group)
    apis = bot_apis([token], telegram_url)

    def send_all(*deeds: Deed) -> list[Any]:
        begun = len(telegram("GET", "ledger", **bot))
        for deed in deeds:
            wait_for(lambda deed=deed: owed(deed) is not None, PATIENT)  # type: ignore[misc]
            send(telling, apis, owed(deed) or uuid.UUID(int=0))
            rest()
        since = telegram("GET", "ledger", **bot, after=begun)
        return [one for one in since if one["chat_id"] == settings.telegram_chat_id]

    def owed(deed: Deed) -> uuid.UUID | None:
        wanted = BotSend.state == SendState.OWED, BotSend.deed == deed
        with telling() as session:
            return session.scalar(
                select(BotSend.id).where(*wanted).order_by(BotSend.id.desc()).limit(1)
            )

    def rest() -> None:
        with telling.begin() as session:
            session.execute(update(BotSend).values(began_at=BotSend.began_at - timedelta(hours=1)))

    return send_all


@pytest.mark.parametrize("role", [Role.ADMIN, Role.OWNER])
def test_whoever_may_broadcast_and_pin_is_told_what_became_of_it(
    url: str,
    make_person: Callable[..., Person],
    send_what_is_owed: Callable[..., list[Any]],
    role: Role,
) -> None:
    socket = make_person(role).open(url)
    text = f"LIVE {uuid.uuid4()}"

    socket.say({"action": "broadcast", "text": text, "thread_id": 47})
    (sent,) = send_what_is_owed(Deed.MESSAGE)
    assert (sent["type"], sent["text"]) == ("sent", text)
    assert socket.next("toast", "error")["title"] == "Message sent!"

    number = sent["message_id"]
    socket.say({"action": "pin", "data": {"messageId": number}, "thread_id": 47})
    (pinned,) = send_what_is_owed(Deed.PIN)
    assert (pinned["type"], pinned["message_id"]) == ("pinned", number)
    assert socket.next("toast", "error")["title"] == "Message pinned!"

    socket.say({"action": "broadcast", "text": text, "pin": True})
    assert [one["type"] for one in send_what_is_owed(Deed.MESSAGE, Deed.PIN)] == ["sent", "pinned"]
    assert socket.next("toast", "error")["title"] == "Message sent and pinned!"


def test_what_telegram_refuses_is_told_in_its_words(
    url: str, make_person: Callable[..., Person], send_what_is_owed: Callable[..., list[Any]]
) -> None:
    socket = make_person(Role.ADMIN).open(url)
    socket.say({"action": "broadcast", "text": "LIVE", "thread_id": 48})
    assert send_what_is_owed(Deed.MESSAGE) == []
    said = "The message was not sent: 400: Bad Request: message thread not found"
    assert socket.next("toast")["title"] == said


def test_a_bad_message_is_answered_and_the_socket_stays(url: str, person: Person) -> None:
    socket = person.open(url)
    for raw, code in (
        ("nothing", "message_not_json"),
        ("[" * 5000, "message_not_json"),
        ("[1]", "message_not_json"),
        ("{}", "message_unknown"),
        ('{"type":"dance"}', "message_unknown"),
        ('{"action":"broadcast"}', "message_invalid"),
        ('{"action":"broadcast","text":"\\ud800"}', "message_invalid"),
        ('{"action":"pin","data":{"messageId":"1"}}', "message_invalid"),
        ('{"type":"ack","id":true}', "message_invalid"),
        ('{"type":"resume","after":1e400}', "message_invalid"),
    ):
        socket.say(raw)
        assert socket.next("error")["code"] == code, raw
    socket.say({"type": "ping"})
    socket.next("pong")


def test_a_client_that_talks_too_much_or_too_long_is_closed(url: str, person: Person) -> None:
    chatty, wordy = person.open(url), person.open(url)
    for _ in range(21):
        chatty.say({"type": "ping"})
    assert chatty.closed() == 1008
    wordy.say("x" * (16 * 1024 + 1))
    assert wordy.closed() == 1009


def test_the_sixth_socket_of_a_person_closes_the_oldest(url: str, person: Person) -> None:
    sockets = [person.open(url) for _ in range(6)]
    assert sockets[0].closed() == 4429
    sockets[1].say({"type": "ping"})
    sockets[1].next("pong")


# -- what is kept ---------------------------------------------------------------------------------


def test_operators_see_who_is_there_and_what_arrived(
    url: str, person: Person, make_person: Callable[..., Person], telling: sessionmaker[Session]
) -> None:
    admin = make_person(Role.ADMIN)
    socket = person.open(url)
    with telling.begin() as session:
        event_id = events.tell(session, person.id, "toast", {"title": "Hi"})
    assert socket.next("toast")["id"] == event_id
    socket.say({"type": "ack", "id": event_id})
    delivery = f"{url}/api/events/{event_id}/delivery"

    def both() -> bool:
        here = admin.call("GET", f"{url}/api/presence").json()
        known = str(person.id) in [one["user_id"] for one in here["people"]]
        return known and admin.call("GET", delivery).json()["acked"] == 1

    wait_for(both, PATIENT)
    for path in (delivery, f"{url}/api/presence"):
        assert person.call("GET", path).status_code == 403
    history = person.call("GET", f"{url}/api/events", params={"after": event_id - 1}).json()
    assert [one["id"] for one in history["items"]] == [event_id]
    assert history["epoch"] == socket.hello["epoch"]


def test_the_test_client_s_server_gives_no_connection_away(
    settings: Any, person: Person, known_secrets: Callable[..., None]
) -> None:
    from web.app import create_app  # noqa: PLC0415

    client = create_app(settings).test_client()
    ticket = {"user_id": str(uuid.uuid4().int % 2**40)}
    assert client.get("/ws", query_string=ticket).status_code == 400
    query = {"user_id": person.telegram_id, "init_data": person.init_data}
    answer = client.get("/ws", query_string=query, headers=HANDSHAKE)
    assert (answer.status_code, answer.get_json()["code"]) == (501, "upgrade_unavailable")


def test_a_refused_handshake_is_an_ordinary_answer(url: str) -> None:
    address = f"{url.replace('http', 'ws', 1)}/ws"
    with pytest.raises(InvalidStatus) as refusal, connect(address):
        pass
    assert refusal.value.response.status_code == 400
