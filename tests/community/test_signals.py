"""A signal is told to everybody, pinned while it is live, and says how it ended."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask_openapi3 import OpenAPI
from werkzeug.test import TestResponse

from core import clock
from core.roles import Role
from models.signals import Signal
from tests.community.conftest import TOPIC, Community, Operator
from tests.web.conftest import Person, problem

PATH = "/api/signals"
EXPIRES = (clock.utcnow() + timedelta(hours=2)).replace(microsecond=0)
DRAFT = {
    "type": "halftime-ghost",
    "name": "LAL vs GSW - Under 112.5 2H",
    "market_id": "NBA29381",
    "confidence": "0.94",
    "ev": "8.7",
    "sport": "basketball",
    "expires_at": EXPIRES.isoformat(),
}


def create(operator: Operator, **body: Any) -> TestResponse:
    return operator.person.post(PATH, {**DRAFT, **body})


@pytest.fixture
def live(community: Community, operator: Operator) -> str:
    """A signal that stands pinned in the chat."""
    answer = create(operator)
    assert answer.status_code == 201, answer.get_data(as_text=True)
    community.send_all()
    return str(answer.get_json()["id"])


def shown(operator: Operator, signal_id: str) -> dict[str, Any]:
    found: dict[str, Any] = operator.person.get(f"{PATH}/{signal_id}").get_json()
    return found


def told_live_out(community: Community) -> list[dict[str, Any]]:
    return [data for to, kind, data in community.told if (to, kind) == (None, "live_out")]


def test_a_live_one_is_told_to_everybody_to_the_letter_and_pinned_in_its_topic(
    community: Community, operator: Operator, live: str
) -> None:
    told = {
        "id": live,
        "type": "halftime-ghost",
        "name": "LAL vs GSW - Under 112.5 2H",
        "marketId": "NBA29381",
        "confidence": 0.94,
        "ev": 8.7,
        "sport": "basketball",
        "expiresAt": int(EXPIRES.timestamp() * 1000),
    }
    assert community.told == [
        (None, "live_out", told),
        (operator.id, "toast", {"title": "Message sent and pinned!"}),
    ]
    (message,) = community.messages()
    assert message["thread_id"] == TOPIC
    assert message["text"].startswith("🔴 LIVE: LAL vs GSW - Under 112.5 2H\nbasketball | ")
    assert "EV +8.7% | confidence 94%" in message["text"]
    assert community.pinned() == [message["message_id"]]
    found = shown(operator, live)
    assert (found["state"], found["post_state"], found["pin_state"]) == ("live", "sent", "pinned")
    assert (found["confidence"], found["ev"]) == ("0.94", "8.7")


def test_the_same_key_finds_it_again(community: Community, operator: Operator) -> None:
    first, again = (operator.person.order(PATH, DRAFT, "one") for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.get_json()["id"] == again.get_json()["id"]
    assert again.headers["Idempotent-Replayed"] == "true"
    other = operator.person.order(PATH, {**DRAFT, "ev": "1"}, "one")
    problem(other, 422, "idempotency_key_reused")
    community.send_all()
    assert len(community.messages()) == len(told_live_out(community)) == 1


def test_two_at_once_with_one_key_make_one(
    community: Community, operator: Operator, both_at_once: Callable[[str], None]
) -> None:
    both_at_once("models.signals.by_key")
    first, again = (operator.person.order(PATH, DRAFT, "one") for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.get_json()["id"] == again.get_json()["id"]
    assert len(community.work.owed()) == 2, "a message and its pin"


def test_a_closed_one_is_unpinned_and_says_so(
    community: Community, operator: Operator, live: str
) -> None:
    answer = operator.person.post(f"{PATH}/{live}/close")
    assert answer.get_json()["state"] == "closed"
    community.send_all()
    assert community.pinned() == []
    assert community.messages()[0]["text"].startswith("⏹ Closed: ")
    assert shown(operator, live)["pin_state"] == "unpinned"
    assert told_live_out(community)[-1]["state"] == "closed"
    problem(operator.person.post(f"{PATH}/{live}/close"), 409, "signal_not_live")
    problem(
        operator.person.call("PATCH", f"{PATH}/{live}", json={"ev": "1"}), 409, "signal_not_live"
    )
    assert community.audited(f"signal:{live}") == [
        "signal.created",
        "signal.sent",
        "signal.pin_pinned",
        "signal.closed",
        "signal.unpinned",
    ]


def test_the_clock_ends_one_once(community: Community, operator: Operator, live: str) -> None:
    sleep = community.look()
    assert sleep is not None
    assert 0 < sleep <= 7200, "not later than this one's end"
    community.pass_time(Signal, live, expires_at=timedelta(hours=2, seconds=5))
    for _ in range(2):
        community.look()
        community.send_all()
    assert community.pinned() == []
    assert community.messages()[0]["text"].startswith("⌛ Over: ")
    assert [one.get("state") for one in told_live_out(community)] == [None, "expired"]
    assert community.audited(f"signal:{live}").count("signal.expired") == 1
    ended = operator.person.get(f"{PATH}?state=expired").get_json()["items"]
    assert [one["id"] for one in ended] == [live]
    assert operator.person.get(f"{PATH}?state=live").get_json()["items"] == []


def test_a_worker_that_dies_while_it_ends_one_has_ended_nothing(
    community: Community, operator: Operator, live: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Died(BaseException):
        pass

    def dies(*_: object, **__: object) -> None:
        raise Died

    community.pass_time(Signal, live, expires_at=timedelta(hours=2, seconds=5))
    with monkeypatch.context() as patch:
        patch.setattr("community.posting.edit", dies)
        with pytest.raises(Died):
            community.look()
    assert shown(operator, live)["state"] == "live"
    community.look()
    community.send_all()
    assert shown(operator, live)["state"] == "expired"
    assert len(community.work.bot.ledger("unpinned")) == 1


def test_a_settled_one_tells_its_result_once(
    community: Community, operator: Operator, live: str
) -> None:
    body = {"result": "won", "pnl": "120.5"}
    settled = operator.person.post(f"{PATH}/{live}/settle", body).get_json()
    assert (settled["state"], settled["result"], settled["pnl"]) == ("settled", "won", "120.5")
    community.send_all()
    assert community.messages()[0]["text"].startswith("✅ Won (+120.5): ")
    assert community.pinned() == []
    last = told_live_out(community)[-1]
    assert (last["state"], last["result"], last["pnl"]) == ("settled", "won", "120.5")
    problem(operator.person.post(f"{PATH}/{live}/settle", body), 409, "signal_settled")


def test_one_that_is_over_is_settled_too(
    community: Community, operator: Operator, live: str
) -> None:
    operator.person.post(f"{PATH}/{live}/close")
    operator.person.post(f"{PATH}/{live}/settle", {"result": "lost"})
    community.send_all()
    assert community.messages()[0]["text"].startswith("❌ Lost: ")
    assert len(community.work.bot.ledger("unpinned")) == 1


def test_a_changed_one_changes_its_message_and_is_told_again(
    community: Community, operator: Operator, live: str
) -> None:
    for ev in ("9.2", "9.2"):
        answer = operator.person.call("PATCH", f"{PATH}/{live}", json={"ev": ev})
        assert answer.get_json()["ev"] == "9.2"
    community.send_all()
    assert "EV +9.2%" in community.messages()[0]["text"]
    assert [one["ev"] for one in told_live_out(community)] == [8.7, 9.2]
    assert len(community.pinned()) == 1
    problem(
        operator.person.call("PATCH", f"{PATH}/{live}", json={"sport": None}),
        400,
        "validation_failed",
    )


def test_one_that_ends_before_it_was_sent_is_never_sent(
    community: Community, operator: Operator
) -> None:
    signal = create(operator).get_json()["id"]
    answer = operator.person.post(f"{PATH}/{signal}/close").get_json()
    assert (answer["post_state"], answer["pin_state"]) == ("withdrawn", "unpinned")
    community.send_all()
    assert community.messages() == []


def test_one_whose_message_is_under_way_is_unpinned_and_edited_after_it(
    community: Community, operator: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    signal = create(operator).get_json()["id"]
    message = community.work.owed()[0]
    really = community.work.bot.api.send_message

    def closes_meanwhile(*told: Any, **more: Any) -> Any:
        operator.person.post(f"{PATH}/{signal}/close")
        return really(*told, **more)

    with monkeypatch.context() as patch:
        patch.setattr(community.work.bot.api, "send_message", closes_meanwhile)
        community.work.send(message.id)
    community.work.rest()
    community.send_all()
    assert community.messages()[0]["text"].startswith("⏹ Closed: ")
    assert community.pinned() == []


WRONG: tuple[tuple[dict[str, Any], str], ...] = (
    ({"confidence": "1.01"}, "confidence"),
    ({"confidence": "NaN"}, "confidence"),
    ({"ev": "1e9"}, "ev"),
    ({"expires_at": "2020-01-01T00:00:00Z"}, "expires_at"),
    ({"expires_at": "2099-01-01T00:00:00Z"}, "expires_at"),
    ({"name": "two\nlines"}, "name"),
    ({"sport": None}, "sport"),
    ({"chat_id": -100123}, "chat_id"),
)


def test_what_is_no_signal_is_refused_with_its_field(
    community: Community, operator: Operator
) -> None:
    for body, field in WRONG:
        (fault,) = problem(create(operator, **body), 400, "validation_failed")["errors"]
        assert fault["field"] == field
    assert community.work.owed() == []
    assert community.told == []


def test_everybody_sees_them_and_few_make_them(
    community: Community,
    operator: Operator,
    live: str,
    make_person: Callable[..., Person],
    promote: Callable[[Person, Role], uuid.UUID],
) -> None:
    person = make_person()
    for role in (Role.MANAGER, Role.MODERATOR, Role.VIP, Role.USER):
        promote(person, role)
        assert [one["id"] for one in person.get(PATH).get_json()["items"]] == [live]
        for answer in (
            person.post(PATH, DRAFT),
            person.call("PATCH", f"{PATH}/{live}", json={"ev": "1"}),
            person.post(f"{PATH}/{live}/close"),
            person.post(f"{PATH}/{live}/settle", {"result": "won"}),
        ):
            problem(answer, 403, "forbidden")
    assert shown(operator, live)["state"] == "live"


def test_without_a_chat_it_is_told_what_to_set(
    community: Community, operator: Operator, app: OpenAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.extensions, "channel", None)
    assert "EBB_TELEGRAM_CHAT_ID" in problem(create(operator), 409, "channel_not_set_up")["detail"]
