"""What an operator has sent anew tells what holds now, or is refused."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update
from werkzeug.test import TestResponse

from core import clock
from models import bot_sends
from models.bot_sends import BotSend, SendState
from models.signals import Signal
from tests.community.conftest import Community, Operator
from tests.web.conftest import problem

DRAFT = {
    "type": "halftime-ghost",
    "name": "LAL vs GSW",
    "market_id": "NBA29381",
    "confidence": "0.94",
    "ev": "8.7",
    "sport": "basketball",
    "expires_at": (clock.utcnow() + timedelta(minutes=40)).replace(microsecond=0).isoformat(),
}
Replay = Callable[[BotSend], TestResponse]
Refuse = Callable[[str], None]


@pytest.fixture
def refuse(community: Community) -> Refuse:
    """Telegram will not do this once."""

    def run(method: str) -> None:
        community.work.bot.fault("refuse", method=method, description="not enough rights")

    return run


@pytest.fixture
def replay(operator: Operator) -> Replay:
    return lambda send: operator.person.post(f"/api/admin/dead-letters/send/{send.id}/replay")


@pytest.fixture
def created(operator: Operator) -> Callable[[], str]:
    return lambda: str(operator.person.post("/api/signals", DRAFT).get_json()["id"])


def of_kind(community: Community, kind: str) -> list[BotSend]:
    return [row for row in community.work.owed() if row.kind == kind]


def shown(operator: Operator, signal: str) -> dict[str, Any]:
    found: dict[str, Any] = operator.person.get(f"/api/signals/{signal}").get_json()
    return found


def test_a_signal_that_is_over_is_not_posted_anew(
    community: Community,
    operator: Operator,
    refuse: Refuse,
    replay: Replay,
    created: Callable[[], str],
) -> None:
    refuse("sendMessage")
    signal = created()
    community.send_all()
    (message,), (pin,) = of_kind(community, "signal"), of_kind(community, "signal_pin")
    problem(replay(pin), 409, "send_without_message")
    # Its end is due, and not made yet.
    community.pass_time(Signal, signal, expires_at=timedelta(hours=1))
    problem(replay(message), 409, "signal_not_live")
    operator.person.post(f"/api/signals/{signal}/close")
    problem(replay(message), 409, "signal_not_live")
    assert community.work.row(message.id).state is SendState.REFUSED
    assert shown(operator, signal)["post_state"] == "failed"
    assert community.messages() == []


def test_one_that_is_live_tells_what_holds_now_is_pinned_and_taken_down_in_time(
    community: Community,
    operator: Operator,
    refuse: Refuse,
    replay: Replay,
    created: Callable[[], str],
) -> None:
    refuse("sendMessage")
    signal = created()
    community.send_all()
    operator.person.call("PATCH", f"/api/signals/{signal}", json={"name": "BOS vs MIA"})
    (message,), (pin,) = of_kind(community, "signal"), of_kind(community, "signal_pin")
    assert replay(message).status_code == 204
    assert replay(pin).status_code == 204
    found = shown(operator, signal)
    assert (found["post_state"], found["pin_state"]) == ("sending", "owed")
    community.send_all()
    (posted,) = community.messages()
    assert "BOS vs MIA" in posted["text"]
    assert community.pinned() == [posted["message_id"]]
    assert shown(operator, signal)["pin_state"] == "pinned"
    operator.person.post(f"/api/signals/{signal}/close")
    community.send_all()
    assert community.pinned() == []
    assert shown(operator, signal)["pin_state"] == "unpinned"


def test_it_is_not_sent_after_its_end(
    community: Community, refuse: Refuse, replay: Replay, created: Callable[[], str]
) -> None:
    refuse("sendMessage")
    created()
    community.send_all()
    (message,) = of_kind(community, "signal")
    assert replay(message).status_code == 204
    assert community.work.row(message.id).not_after.isoformat() == DRAFT["expires_at"]


def test_an_unpinning_that_is_made_after_all_leaves_no_error(
    community: Community,
    operator: Operator,
    refuse: Refuse,
    replay: Replay,
    created: Callable[[], str],
) -> None:
    signal = created()
    community.send_all()
    refuse("unpinChatMessage")
    operator.person.post(f"/api/signals/{signal}/close")
    community.send_all()
    assert shown(operator, signal)["pin_state"] == "pinned"
    (unpin,) = of_kind(community, "signal_unpin")
    assert replay(unpin).status_code == 204
    community.send_all()
    found = shown(operator, signal)
    assert (found["pin_state"], found["error"]) == ("unpinned", None)


def test_an_edit_that_a_newer_one_has_overtaken_stays_undone(
    community: Community,
    operator: Operator,
    refuse: Refuse,
    replay: Replay,
    created: Callable[[], str],
) -> None:
    signal = created()
    community.send_all()
    for name in ("BOS vs MIA", "DEN vs PHX"):
        refuse("editMessageText")
        operator.person.call("PATCH", f"/api/signals/{signal}", json={"name": name})
        community.send_all()
    older, newer = of_kind(community, "signal_edit")
    problem(replay(older), 409, "send_superseded")
    assert replay(newer).status_code == 204
    community.send_all()
    problem(replay(older), 409, "send_superseded")
    assert "DEN vs PHX" in community.messages()[0]["text"]


def test_an_edit_that_its_message_tells_already_stays_undone(
    community: Community,
    operator: Operator,
    refuse: Refuse,
    replay: Replay,
    created: Callable[[], str],
) -> None:
    refuse("sendMessage")
    signal = created()
    operator.person.call("PATCH", f"/api/signals/{signal}", json={"name": "BOS vs MIA"})
    community.send_all()
    # No edit is owed for this one: there is no message.
    operator.person.call("PATCH", f"/api/signals/{signal}", json={"name": "DEN vs PHX"})
    (message,), (edit,) = of_kind(community, "signal"), of_kind(community, "signal_edit")
    assert replay(message).status_code == 204
    problem(replay(edit), 409, "send_superseded")
    community.send_all()
    assert "DEN vs PHX" in community.messages()[0]["text"]


def test_a_broadcast_s_pin_that_is_made_after_all_is_told(
    community: Community, operator: Operator, refuse: Refuse, replay: Replay
) -> None:
    answer = operator.person.order("/api/broadcasts", {"text": "Tip-off!", "pin": True})
    path = f"/api/broadcasts/{answer.get_json()['id']}"
    refuse("pinChatMessage")
    community.send_all()
    assert operator.person.get(path).get_json()["pin_state"] == "failed"
    (pin,) = of_kind(community, "broadcast_pin")
    assert replay(pin).status_code == 204
    community.send_all()
    found = operator.person.get(path).get_json()
    assert (found["pin_state"], found["error"]) == ("pinned", None)
    assert len(community.pinned()) == 1


def test_what_was_taken_back_is_not_sent(
    community: Community, operator: Operator, replay: Replay, created: Callable[[], str]
) -> None:
    signal = created()
    operator.person.post(f"/api/signals/{signal}/close")
    (message,) = of_kind(community, "signal")
    problem(replay(message), 409, "send_withdrawn")
    community.send_all()
    assert community.messages() == []


def test_nobody_is_asked_about_a_sign_in_that_is_over(community: Community, replay: Replay) -> None:
    with community.work.sessions.begin() as session:
        chat = {"bot_id": community.work.bot.id, "chat_id": 7}
        key = f"approval:{uuid.uuid4()}"
        asked = bot_sends.owe(session, text="Is it you?", kind="approval", key=key, **chat)
        over = {"state": SendState.REFUSED, "not_after": clock.utcnow()}
        session.execute(update(BotSend).where(BotSend.id == asked).values(**over))
    problem(replay(community.work.row(asked)), 409, "send_too_late")
