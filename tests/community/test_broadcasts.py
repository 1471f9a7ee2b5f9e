"""What an operator writes stands in the chat once, and is told of as Telegram told it."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask_openapi3 import OpenAPI
from werkzeug.test import TestResponse

from community import broadcasts
from core import clock
from core.problems import Problem
from core.roles import Role
from models import row_security
from models.bot_delivery import LOST_SECONDS
from models.bot_sends import SendState
from models.broadcasts import Broadcast
from tests.community.conftest import TOPIC, Community, Operator
from tests.web.conftest import Person, problem

PATH = "/api/broadcasts"
AGREED = {"confirm": "DELETE"}
TEXT = "LIVE: Celtics -3.5 1H @ -108 (Pinnacle) | EV +9.2%"


class Died(BaseException):
    """A worker, here."""


def dies(*_: object, **__: object) -> None:
    raise Died


def write(operator: Operator, key: str | None = None, **body: Any) -> TestResponse:
    return operator.person.order(PATH, {"text": TEXT, **body}, key)


def made(operator: Operator, **body: Any) -> str:
    answer = write(operator, **body)
    assert answer.status_code == 202, answer.get_data(as_text=True)
    return str(answer.get_json()["id"])


def shown(operator: Operator, broadcast_id: str) -> dict[str, Any]:
    found: dict[str, Any] = operator.person.get(f"{PATH}/{broadcast_id}").get_json()
    return found


def how_it_is(operator: Operator, broadcast_id: str) -> tuple[str, str | None]:
    found = shown(operator, broadcast_id)
    return found["state"], found["pin_state"]


def in_an_hour() -> str:
    return (clock.utcnow() + timedelta(hours=1)).isoformat()


# -- sent and pinned --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "title"),
    [("en", "Message sent and pinned!"), ("ru", "Сообщение отправлено и закреплено")],
)
def test_it_is_sent_into_the_live_topic_and_pinned_and_its_author_is_told(
    community: Community, operator: Operator, language: str, title: str
) -> None:
    operator.person.call("PATCH", "/api/users/settings", json={"language": language})
    broadcast = made(operator, pin=True)
    assert how_it_is(operator, broadcast) == ("sending", "owed")
    assert community.told == []
    community.send_all()
    (message,) = community.messages()
    assert (message["text"], message["thread_id"]) == (TEXT, TOPIC)
    assert community.pinned() == [message["message_id"]]
    found = shown(operator, broadcast)
    assert (found["state"], found["pin_state"]) == ("sent", "pinned")
    assert (found["message_id"], found["error"]) == (message["message_id"], None)
    assert community.told == [(operator.id, "toast", {"title": title})]
    assert community.audited(f"broadcast:{broadcast}") == [
        "broadcast.created",
        "broadcast.sent",
        "broadcast.pin_pinned",
    ]


def test_another_topic_is_named_and_nothing_is_pinned_unasked(
    community: Community, operator: Operator
) -> None:
    broadcast = made(operator, thread_id=5)
    community.send_all()
    assert [one["thread_id"] for one in community.messages()] == [5]
    assert community.pinned() == []
    assert how_it_is(operator, broadcast) == ("sent", None)
    assert community.told == [(operator.id, "toast", {"title": "Message sent!"})]


def test_the_same_key_finds_it_again(community: Community, operator: Operator) -> None:
    first, again = (write(operator, "one", pin=True) for _ in range(2))
    assert (first.status_code, again.status_code) == (202, 200)
    assert again.headers["Idempotent-Replayed"] == "true"
    assert first.get_json()["id"] == again.get_json()["id"]
    problem(write(operator, "one"), 422, "idempotency_key_reused")
    problem(operator.person.post(PATH, {"text": TEXT}), 400, "idempotency_key_missing")
    community.send_all()
    assert len(community.messages()) == 1
    listed = operator.person.get(PATH).get_json()["items"]
    assert [one["id"] for one in listed] == [first.get_json()["id"]]


def test_two_at_once_with_one_key_make_one(
    community: Community, operator: Operator, both_at_once: Callable[[str], None]
) -> None:
    both_at_once("models.broadcasts.by_key")
    first, again = (write(operator, "one") for _ in range(2))
    assert (first.status_code, again.status_code) == (202, 200)
    assert first.get_json()["id"] == again.get_json()["id"]
    assert len(community.work.owed()) == 1


def test_a_socket_sends_and_pins_without_a_key(community: Community, operator: Operator) -> None:
    mine = row_security.of(community.work.sessions, operator.id)
    with mine() as session:
        row = broadcasts.send_now(
            session, operator.id, TEXT, None, False, channel=community.channel
        )
    community.send_all()
    message = shown(operator, str(row.id))["message_id"]
    with mine() as session:
        broadcasts.pin(session, operator.id, message, TOPIC, channel=community.channel)
        broadcasts.pin(session, operator.id, 999, None, channel=community.channel)
    community.send_all()
    assert community.pinned() == [message]
    assert [told["title"] for _, _, told in community.told] == [
        "Message sent!",
        "Message pinned!",
        "The message could not be pinned: 400: Bad Request: message to pin not found",
    ]
    assert community.audited(f"message:{message}")[-1:] == ["message.pin"]


# -- later ------------------------------------------------------------------------------------


def test_a_scheduled_one_waits_for_its_time_and_is_begun_once(
    community: Community, operator: Operator
) -> None:
    broadcast = made(operator, at=in_an_hour(), pin=True)
    wait = community.look()
    assert wait == pytest.approx(3600, abs=30)
    assert how_it_is(operator, broadcast) == ("scheduled", "owed")
    community.pass_time(Broadcast, broadcast, at=timedelta(hours=1))
    for _ in range(2):
        community.look()
        community.send_all()
    assert len(community.messages()) == len(community.pinned()) == 1
    assert how_it_is(operator, broadcast) == ("sent", "pinned")
    assert "broadcast.begun" in community.audited(f"broadcast:{broadcast}")


def test_two_processes_begin_it_once(community: Community, operator: Operator) -> None:
    broadcast = made(operator, at=in_an_hour())
    community.pass_time(Broadcast, broadcast, at=timedelta(hours=1))
    with community.work.sessions.begin() as session:
        assert broadcasts.begin_due(session, community.channel) == 1
        assert community.look() == 0, "it is in other hands"
    assert community.look() is None
    community.send_all()
    assert len(community.messages()) == 1


def test_a_scheduled_one_is_cancelled_until_it_begins(
    community: Community, operator: Operator
) -> None:
    cancelled, sent = made(operator, at=in_an_hour()), made(operator)
    for _ in range(2):
        answer = operator.person.call("DELETE", f"{PATH}/{cancelled}")
        assert answer.get_json()["state"] == "cancelled"
    community.pass_time(Broadcast, cancelled, at=timedelta(hours=1))
    assert community.look() is None
    community.send_all()
    assert len(community.messages()) == 1
    problem(operator.person.call("DELETE", f"{PATH}/{sent}"), 409, "broadcast_not_scheduled")
    problem(operator.person.call("DELETE", f"{PATH}/{uuid.uuid4()}"), 404, "not_found")


def test_what_is_an_hour_late_is_not_sent_any_more(
    community: Community, operator: Operator
) -> None:
    broadcast = made(operator, at=in_an_hour())
    community.pass_time(Broadcast, broadcast, at=timedelta(hours=2, minutes=1))
    community.look()
    community.send_all()
    assert community.messages() == []
    found = shown(operator, broadcast)
    assert (found["state"], found["error"]) == ("failed", "it could not be sent in time")


# -- what goes wrong --------------------------------------------------------------------------


def test_a_worker_that_dies_at_its_time_has_begun_nothing(
    community: Community, operator: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    broadcast = made(operator, at=in_an_hour(), pin=True)
    community.pass_time(Broadcast, broadcast, at=timedelta(hours=1))
    for place in ("community.posting.pin", "models.audit.record"):
        with monkeypatch.context() as patch:
            patch.setattr(place, dies)
            with pytest.raises(Died):
                community.look()
        assert community.work.owed() == []
    community.look()
    community.send_all()
    assert len(community.messages()) == 1
    assert how_it_is(operator, broadcast) == ("sent", "pinned")


@pytest.mark.parametrize("place", ["models.bot_delivery.mark_sent", "community.outcomes.note"])
def test_a_worker_that_dies_after_the_call_posts_nothing_twice_and_it_is_said_to_be_unknown(
    community: Community, operator: Operator, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    broadcast = made(operator, pin=True)
    with monkeypatch.context() as patch:
        patch.setattr(place, dies)
        with pytest.raises(Died):
            community.send_all()
    assert how_it_is(operator, broadcast) == ("sending", "owed")
    community.work.rest(LOST_SECONDS)
    community.send_all()
    assert len(community.messages()) == 1
    assert community.pinned() == []
    assert how_it_is(operator, broadcast) == ("unknown", "failed")
    (told,) = community.told
    assert "look in the chat" in told[2]["title"]


def test_a_pin_whose_worker_died_is_made_again(
    community: Community, operator: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    broadcast = made(operator, pin=True)
    (message, pin) = (row.id for row in community.work.owed())
    assert community.work.due() == {message}, "a pin waits for its message"
    community.work.send(message)
    community.work.rest()
    with monkeypatch.context() as patch:
        patch.setattr("models.bot_delivery.mark_sent", dies)
        with pytest.raises(Died):
            community.work.send(pin)
    community.work.rest(LOST_SECONDS)
    community.work.send(pin)
    community.send_all()
    assert how_it_is(operator, broadcast) == ("sent", "pinned")
    assert len(community.pinned()) == len(community.messages()) == 1
    assert [told["title"] for _, _, told in community.told] == ["Message sent and pinned!"]


@pytest.mark.parametrize("method", ["sendMessage", "pinChatMessage"])
def test_telegram_s_own_wait_is_kept_by_messages_and_pins(
    community: Community, operator: Operator, method: str
) -> None:
    broadcast = made(operator, pin=True)
    community.work.bot.fault("too_many", method=method, retry_after=30)
    waits = {"sendMessage": 0, "pinChatMessage": 1}[method]
    for row in community.work.owed()[: waits + 1]:
        community.work.send(row.id)
        community.work.rest()
    waiting = community.open_sends()[0]
    assert waiting.not_before > clock.utcnow() + timedelta(seconds=25)
    assert community.work.due() == set()
    assert how_it_is(operator, broadcast)[1] == "owed"
    community.work.rest(30)
    community.send_all()
    assert how_it_is(operator, broadcast) == ("sent", "pinned")
    assert len(community.messages()) == 1


def test_what_telegram_refuses_has_failed_in_its_words_and_nothing_is_pinned(
    community: Community, operator: Operator
) -> None:
    broadcast = made(operator, thread_id=4711, pin=True)
    community.send_all()
    words = "400: Bad Request: message thread not found"
    found = shown(operator, broadcast)
    assert (found["state"], found["pin_state"], found["error"]) == ("failed", "failed", words)
    assert community.told == [
        (operator.id, "toast", {"title": f"The message was not sent: {words}"})
    ]


def test_a_pin_that_is_refused_is_told_and_the_message_stays_sent(
    community: Community, operator: Operator
) -> None:
    community.work.bot.fault("refuse", method="pinChatMessage", description="not enough rights")
    broadcast = made(operator, pin=True)
    community.send_all()
    found = shown(operator, broadcast)
    assert (found["state"], found["pin_state"]) == ("sent", "failed")
    assert found["error"] == "400: not enough rights"


def test_its_author_may_be_gone_by_then(community: Community, operator: Operator) -> None:
    broadcast = made(operator, pin=True)
    assert operator.person.call("DELETE", "/api/users/me", json=AGREED).status_code == 204
    community.send_all()
    assert len(community.messages()) == len(community.pinned()) == 1
    assert community.told == []
    assert "broadcast.sent" in community.audited(f"broadcast:{broadcast}")


# -- what may be written, and who may ---------------------------------------------------------


UNSHOWN = (
    ("x" * 10_000, "text_too_long"),
    ("💩" * 2049, "text_too_long"),
    ("", "text_empty"),
    (" \n\t ", "text_empty"),
    ("\u200b\u2060", "text_empty"),
    ("a\0b", "control_characters"),
    ("a\x1b[31mb", "control_characters"),
    ("a\x85b", "control_characters"),
)


def test_a_text_that_telegram_would_not_show_is_refused_with_its_field(
    community: Community, operator: Operator
) -> None:
    for text, code in UNSHOWN:
        preview = operator.person.post(f"{PATH}/preview", {"text": text})
        for answer in (write(operator, text=text), preview):
            (fault,) = problem(answer, 400, "validation_failed")["errors"]
            assert (fault["field"], fault["code"]) == ("text", code)
    assert community.work.owed() == []


def test_a_preview_shows_what_will_stand_there_and_sends_nothing(
    community: Community, operator: Operator
) -> None:
    body = {"text": "  one\r\ntwo 💩 ", "pin": True}
    answer = operator.person.post(f"{PATH}/preview", body)
    assert answer.get_json() == {
        "text": "one\ntwo 💩",
        "length": 10,
        "chat_id": community.channel.chat_id,
        "thread_id": TOPIC,
        "pin": True,
        "at": None,
    }
    longest = "💩" * 2048
    answer = operator.person.post(f"{PATH}/preview", {"text": longest})
    assert answer.get_json()["length"] == 4096
    assert community.work.owed() == []


IMPOSSIBLE: tuple[dict[str, Any], ...] = (
    {"chat_id": -1001234567890},
    {"chat": "@others"},
    {"thread_id": -1001234567890},
    {"thread_id": 0},
    {"thread_id": "47' or 1=1"},
    {"at": "2020-01-01T00:00:00Z"},
    {"at": "2099-01-01T00:00:00Z"},
    {"text": None},
    {"text": 7},
    {"text": "half of an emoji: \ud83d"},
)


def test_no_request_names_another_chat_or_an_impossible_time(
    community: Community, operator: Operator
) -> None:
    for body in IMPOSSIBLE:
        answer = problem(write(operator, **body), 400, "validation_failed")
        assert [fault["field"] for fault in answer["errors"]] == [next(iter(body))]
    assert community.work.owed() == []


def test_only_those_who_may_everything_broadcast(
    community: Community, person: Person, promote: Callable[[Person, Role], uuid.UUID]
) -> None:
    for role in Role:
        author = Operator(person, promote(person, role))
        answers = [
            write(author),
            person.post(f"{PATH}/preview", {"text": TEXT}),
            person.get(PATH),
            person.get(f"{PATH}/{uuid.uuid4()}"),
            person.call("DELETE", f"{PATH}/{uuid.uuid4()}"),
        ]
        if role in (Role.OWNER, Role.ADMIN):
            assert [one.status_code for one in answers] == [202, 200, 200, 404, 404]
        else:
            for answer in answers:
                problem(answer, 403, "forbidden")
            refused_at_the_socket(community, author)
    assert len(community.work.owed()) == 2


def refused_at_the_socket(community: Community, author: Operator) -> None:
    with row_security.of(community.work.sessions, author.id)() as session:
        with pytest.raises(Problem, match="forbidden"):
            broadcasts.send_now(session, author.id, TEXT, None, True, channel=community.channel)
        with pytest.raises(Problem, match="forbidden"):
            broadcasts.pin(session, author.id, 1, None, channel=community.channel)


def test_without_a_chat_it_is_told_what_to_set(
    community: Community, operator: Operator, app: OpenAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    scheduled = made(operator, at=in_an_hour())
    monkeypatch.setitem(app.extensions, "channel", None)
    for answer in (write(operator), operator.person.post(f"{PATH}/preview", {"text": TEXT})):
        assert "EBB_TELEGRAM_CHAT_ID" in problem(answer, 409, "channel_not_set_up")["detail"]
    community.pass_time(Broadcast, scheduled, at=timedelta(hours=1))
    monkeypatch.setattr(community, "channel", None)
    community.look()
    assert how_it_is(operator, scheduled) == ("failed", None)
    assert [row.state for row in community.work.owed() if row.state is SendState.OWED] == []
