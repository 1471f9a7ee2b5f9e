"""What is owed is sent in its order, at Telegram's pace, and nothing is sent twice."""

from __future__ import annotations

from datetime import timedelta
from typing import Literal

import pytest
from sqlalchemy import func, update

from core import clock
from devstack.ports import any_free
from models.bot_delivery import (
    AT_ONCE,
    BOT_SECOND,
    CALL_SECONDS,
    GROUP_MINUTE,
    KEPT_FOR_PEOPLE,
    LOST_SECONDS,
    Turn,
    begin,
)
from models.bot_sends import BotSend, Deed, Priority, SendState, owe_pin, withdraw
from telegram.bot_api import BotApi
from tests.bot.conftest import BotAtWork
from tests.bots import BotUnderTest, Phone


@pytest.fixture
def phone(work: BotAtWork) -> Phone:
    made = work.bot.person()
    made.write("/start")
    return made


def test_a_message_is_sent_once_however_often_it_is_rung_for(work: BotAtWork, phone: Phone) -> None:
    owed = work.owe(phone.id)
    assert work.due() == {owed}
    for _ in range(3):
        work.send(owed)
        work.rest()
    sent = work.row(owed)
    assert (sent.state, sent.message_id) == (SendState.SENT, phone.messages()[0]["message_id"])
    assert len(phone.messages()) == 1
    assert work.due() == set()


def test_owed_again_under_its_key_it_is_the_first(work: BotAtWork, phone: Phone) -> None:
    assert len({work.owe(phone.id, key="the same") for _ in range(2)}) == 1


def test_a_worker_that_dies_after_the_call_leaves_it_unknown_and_nobody_repeats_it(
    work: BotAtWork, phone: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Died(BaseException):
        pass

    def dies(*_: object) -> None:
        raise Died

    owed = work.owe(phone.id)
    with monkeypatch.context() as patch:
        patch.setattr("models.bot_delivery.mark_sent", dies)
        with pytest.raises(Died):
            work.send(owed)
    assert work.row(owed).state is SendState.SENDING, "committed before the call"
    wait = work.send(owed)
    assert wait is not None
    assert wait > LOST_SECONDS - 5, "somebody may still be at it"
    work.rest(LOST_SECONDS)
    assert work.due() == {owed}
    work.send(owed)
    work.send(owed)
    assert work.row(owed).state is SendState.UNKNOWN
    assert len(phone.messages()) == 1


def test_a_worker_that_dies_before_the_call_costs_the_message_not_the_next(
    work: BotAtWork, phone: Phone
) -> None:
    lost, following = work.owe(phone.id, "lost"), work.owe(phone.id, "next")
    with work.sessions.begin() as session:
        assert isinstance(begin(session, lost), Turn)
    assert work.due() == set(), "the chat's next waits for it"
    work.rest(LOST_SECONDS)
    work.send(lost)
    work.send(following)
    assert [one["text"] for one in phone.messages()] == ["next"]


def test_an_edit_whose_worker_died_is_made_again(work: BotAtWork, phone: Phone) -> None:
    asked = work.owe(phone.id, "?")
    edit = work.owe_edit(phone.id, "done", of=asked)
    work.send(asked)
    work.rest()
    with work.sessions.begin() as session:
        assert isinstance(begin(session, edit), Turn)
    work.rest(LOST_SECONDS)
    work.send(edit)
    work.send(edit)
    assert phone.messages()[0]["text"] == "done"
    assert work.row(edit).state is SendState.SENT


@pytest.mark.parametrize("kind", ["drop_before", "accept_then_drop", "accept_then_5xx"])
def test_what_may_have_been_sent_is_unknown(work: BotAtWork, phone: Phone, kind: str) -> None:
    work.bot.fault(kind, method="sendMessage")
    owed = work.owe(phone.id)
    for _ in range(2):
        work.send(owed)
        work.rest()
    assert work.row(owed).state is SendState.UNKNOWN
    assert len(phone.messages()) == (0 if kind == "drop_before" else 1)


def test_an_edit_without_an_answer_is_made_again(work: BotAtWork, phone: Phone) -> None:
    message = work.bot.api.send_message(phone.id, "?").message_id
    work.bot.fault("accept_then_drop", method="editMessageText")
    edit = work.owe_edit(phone.id, "done", message_id=message)
    work.send(edit)
    assert work.row(edit).state is SendState.OWED
    work.rest(2)
    work.send(edit)
    assert work.row(edit).state is SendState.SENT


def test_where_nothing_was_sent_it_is_owed_again_later(work: BotAtWork, phone: Phone) -> None:
    owed = work.owe(phone.id)
    good = work.bot
    away = BotApi(good.token, f"http://127.0.0.1:{any_free()}")
    work.bot = BotUnderTest(good.token, away, good.control)
    for wait in (1, 2, 4):
        work.send(owed)
        row = work.row(owed)
        assert row.state is SendState.OWED
        assert row.not_before > clock.utcnow() + timedelta(seconds=wait - 0.9)
        work.rest(wait)
    work.bot = good
    work.send(owed)
    assert work.row(owed).state is SendState.SENT


def test_telegram_s_own_wait_is_kept(work: BotAtWork, phone: Phone) -> None:
    work.bot.fault("too_many", method="sendMessage", retry_after=20)
    owed, following = work.owe(phone.id, "first"), work.owe(phone.id, "second")
    work.send(owed)
    work.rest(10)
    assert work.due() == set()
    wait = work.send(owed)
    assert wait is not None
    assert 5 < wait < 11
    work.send(following)
    assert phone.messages() == []
    work.rest(10)
    work.send(owed)
    work.rest()
    work.send(following)
    assert [one["text"] for one in phone.messages()] == ["first", "second"]


def test_a_refusal_ends_it_with_telegram_s_words(work: BotAtWork, phone: Phone) -> None:
    phone.block()
    owed = work.owe(phone.id)
    work.send(owed)
    row = work.row(owed)
    assert row.state is SendState.REFUSED
    assert row.description == "403: Forbidden: bot was blocked by the user"


def test_what_is_too_late_is_not_sent(work: BotAtWork, phone: Phone) -> None:
    owed = work.owe(phone.id, not_after=clock.utcnow() - timedelta(seconds=1))
    work.send(owed)
    assert work.row(owed).state is SendState.REFUSED
    assert phone.messages() == []


def test_an_edit_of_what_was_never_sent_ends_with_it(work: BotAtWork, phone: Phone) -> None:
    phone.block()
    asked = work.owe(phone.id)
    edit = work.owe_edit(phone.id, "done", of=asked)
    work.send(asked)
    work.rest()
    work.send(edit)
    assert work.row(edit).state is SendState.REFUSED


def test_a_group_that_became_a_supergroup_is_followed(work: BotAtWork) -> None:
    old, new = (work.bot.control("POST", "groups", {"bot_id": work.bot.id}) for _ in range(2))
    moved = {"bot_id": work.bot.id, "chat_id": old["id"], "to": new["id"]}
    work.bot.control("POST", "migrate", moved)
    first, second = work.owe(old["id"], "first"), work.owe(old["id"], "second")
    for owed in (first, first, second):
        work.send(owed)
        work.rest()
    shown = work.bot.control("GET", "messages", bot_id=work.bot.id, chat_id=new["id"])
    assert [one["text"] for one in shown] == ["first", "second"]


def test_one_chat_gets_a_message_a_second_in_their_order(work: BotAtWork, phone: Phone) -> None:
    first, second = work.owe(phone.id, "first"), work.owe(phone.id, "second")
    assert work.due() == {first}
    assert work.send(second) == 1
    work.send(first)
    wait = work.send(second)
    assert wait is not None
    assert 0 < wait <= 1
    work.rest()
    work.send(second)
    assert [one["text"] for one in phone.messages()] == ["first", "second"]


def begun(work: BotAtWork, chats: list[int], seconds_ago: float) -> None:
    """So many messages were sent then."""
    made = [work.owe(chat) for chat in chats]
    with work.sessions.begin() as session:
        session.execute(
            update(BotSend)
            .where(BotSend.id.in_(made))
            .values(
                state=SendState.SENT,
                began_at=func.clock_timestamp() - timedelta(seconds=seconds_ago),
            )
        )


def test_a_bot_sends_thirty_a_second_and_a_group_gets_twenty_a_minute(
    work: BotAtWork, phone: Phone
) -> None:
    group = work.bot.control("POST", "groups", {"bot_id": work.bot.id})["id"]
    begun(work, [group] * GROUP_MINUTE, seconds_ago=40)
    owed = work.owe(group)
    wait = work.send(owed)
    assert wait is not None
    assert 15 < wait <= 20
    begun(work, list(range(1, BOT_SECOND + 1)), seconds_ago=0)
    owed = work.owe(phone.id)
    assert work.send(owed) == pytest.approx(0.2)
    work.rest()
    work.send(owed)
    assert len(phone.messages()) == 1


def test_a_slow_telegram_holds_few_threads_and_those_of_the_dead_not_for_long(
    work: BotAtWork, phone: Phone
) -> None:
    under_way = [work.owe(chat) for chat in range(1, AT_ONCE + 1)]
    one_more = work.owe(phone.id)
    for owed in under_way:
        with work.sessions.begin() as session:
            assert isinstance(begin(session, owed), Turn)
    assert work.send(one_more) == pytest.approx(0.1)
    work.rest(CALL_SECONDS)
    work.send(one_more)
    assert work.row(one_more).state is SendState.SENT
    assert {work.row(owed).state for owed in under_way} == {SendState.SENDING}


def test_people_come_before_the_community_in_a_chat_and_among_chats(
    work: BotAtWork, phone: Phone
) -> None:
    said = work.owe(phone.id, "to all", priority=Priority.COMMUNITY)
    about = work.owe_edit(phone.id, "to all, edited", of=said)
    asked = work.owe(phone.id, "is it you?")
    assert work.due() == {asked}
    assert work.row(about).priority == Priority.COMMUNITY, "it does not overtake its message"
    for owed in (asked, said, about):
        work.send(owed)
        work.rest()
    assert [one["text"] for one in phone.messages()] == ["is it you?", "to all, edited"]


def test_a_slow_telegram_leaves_a_call_for_people(work: BotAtWork) -> None:
    said = [work.owe(chat, priority=Priority.COMMUNITY) for chat in range(-AT_ONCE, 0)]
    asked = work.owe(99)
    began = []
    with work.sessions.begin() as session:
        for owed in (*said, asked):
            began.append(isinstance(begin(session, owed), Turn))
    assert began == [*[True] * (AT_ONCE - KEPT_FOR_PEOPLE), False, True]


def test_who_is_asked_is_not_kept_waiting_by_what_telegram_told_of_a_broadcast_elsewhere(
    work: BotAtWork, phone: Phone
) -> None:
    group = work.bot.control("POST", "groups", {"bot_id": work.bot.id})["id"]
    work.bot.fault("too_many", method="sendMessage", retry_after=60, chat_id=group)
    work.send(work.owe(group, priority=Priority.COMMUNITY))
    asked, in_the_group = work.owe(phone.id), work.owe(group, "urgent")
    work.send(asked)
    assert len(phone.messages()) == 1
    wait = work.send(in_the_group)
    assert wait is not None
    assert wait > 50, "the wait is the chat's"


@pytest.mark.parametrize("kind", ["accept_then_drop", "accept_then_5xx", "drop_before"])
@pytest.mark.parametrize("deed", [Deed.PIN, Deed.UNPIN])
def test_a_pin_without_an_answer_is_made_again(
    work: BotAtWork, phone: Phone, deed: Literal[Deed.PIN, Deed.UNPIN], kind: str
) -> None:
    message = work.bot.api.send_message(phone.id, "pin me").message_id
    if deed is Deed.UNPIN:
        work.bot.api.pin_chat_message(phone.id, message)
    work.bot.fault(kind, method="pinChatMessage" if deed is Deed.PIN else "unpinChatMessage")
    with work.sessions.begin() as session:
        pin = owe_pin(
            session,
            deed,
            bot_id=work.bot.id,
            chat_id=phone.id,
            kind="test",
            key="pin",
            message_id=message,
        )
    work.send(pin)
    assert work.row(pin).state is SendState.OWED
    work.rest(2)
    work.send(pin)
    assert work.row(pin).state is SendState.SENT


def test_what_was_not_begun_is_taken_back(work: BotAtWork, phone: Phone) -> None:
    begun, owed = work.owe(phone.id, "begun"), work.owe(phone.id, "owed")
    with work.sessions.begin() as session:
        assert isinstance(begin(session, begun), Turn)
    with work.sessions.begin() as session:
        assert not withdraw(session, begun)
        assert withdraw(session, owed)
    work.rest()
    assert work.send(owed) is None
    assert phone.messages() == []
