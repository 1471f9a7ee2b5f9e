"""Our client of the Bot API against the sandbox: what came of a call is told apart by type."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from typing import Any

import pytest

from devstack.ports import any_free
from telegram.bot_api import (
    BotApi,
    BotApiNotReached,
    BotApiRefused,
    BotApiUnreachable,
    Sent,
)
from telegram.buttons import Button, ask_contact
from telegram.updates import ALLOWED, Contact, Message, Press, parse
from tests.bots import BotUnderTest, Phone

MakeBot = Callable[..., BotUnderTest]


@pytest.fixture
def bot(make_bot: MakeBot) -> BotUnderTest:
    return make_bot()


@pytest.fixture
def anna(bot: BotUnderTest) -> Phone:
    phone = bot.person(first_name="Анна", language_code="ru")
    phone.write("/start")
    return phone


def updates(bot: BotUnderTest) -> list[Message | Press | None]:
    return [parse(raw) for raw in bot.api.get_updates(None, wait_seconds=0, allowed=ALLOWED)]


def test_a_message_is_sent_changed_and_pinned(bot: BotUnderTest, anna: Phone) -> None:
    rows = [[Button("Да", data="ap:1:7"), Button("App", web_app="https://ebb.example")]]
    sent = bot.api.send_message(anna.id, "<b>не разметка</b>", buttons=rows)
    assert sent == Sent(anna.id, sent.message_id)
    (shown,) = anna.messages()
    assert shown["text"] == "<b>не разметка</b>"
    assert [button["text"] for button in shown["buttons"][0]] == ["Да", "App"]
    for _ in range(2):
        bot.api.edit_message_text(anna.id, sent.message_id, "готово")
    assert anna.messages()[0]["text"] == "готово"
    assert anna.messages()[0]["buttons"] == []
    bot.api.pin_chat_message(anna.id, sent.message_id)
    bot.api.unpin_chat_message(anna.id)
    assert len(bot.ledger("pinned")) == len(bot.ledger("unpinned")) == 1


def test_a_topic_of_a_group_is_written_to(bot: BotUnderTest) -> None:
    group = bot.control("POST", "groups", {"bot_id": bot.id, "topics": {"47": "live"}})
    bot.api.send_message(group["id"], "LIVE", thread_id=47)
    (shown,) = bot.control("GET", "messages", bot_id=bot.id, chat_id=group["id"])
    assert shown["thread_id"] == 47
    with pytest.raises(BotApiRefused, match="thread not found"):
        bot.api.send_message(group["id"], "LIVE", thread_id=48)


def test_what_people_do_is_read(bot: BotUnderTest, anna: Phone) -> None:
    sent = bot.api.send_message(anna.id, "?", buttons=[[Button("1", data="ap:x:1")]])
    press_id = anna.press(sent.message_id, "ap:x:1")
    bot.api.send_message(anna.id, "номер?", buttons=ask_contact("Поделиться"))
    anna.share_contact("79991234567")
    anna.share_contact("+1555", of=12)
    start, press, own, another = updates(bot)
    assert isinstance(start, Message)
    assert (start.text, start.is_private, start.chat_id) == ("/start", True, anna.id)
    assert (start.from_user.first_name, start.from_user.language_code) == ("Анна", "ru")
    assert isinstance(press, Press)
    assert (press.data, press.message_id, press.id) == ("ap:x:1", sent.message_id, press_id)
    assert isinstance(own, Message)
    assert own.contact == Contact("79991234567", anna.id, "Анна")
    assert isinstance(another, Message)
    assert another.contact is not None
    assert another.contact.user_id == 12
    bot.api.answer_callback_query(press_id, "принято")
    assert anna.answer(press_id) == "принято"


@pytest.mark.parametrize(
    "raw",
    [
        {},
        {"update_id": 1, "message": "text"},
        {"message": {"chat": {"id": 1}}},
        {"message": {"message_id": 1, "chat": {"id": 1, "type": "private"}, "from": {"id": "x"}}},
        {"callback_query": {"id": "1", "from": {"id": 1}, "data": "game without a message"}},
        {"channel_post": {"message_id": 1}},
    ],
)
def test_what_is_no_message_and_no_press_is_nothing(raw: dict[str, Any]) -> None:
    assert parse(raw) is None


def test_refusals_say_why_and_for_how_long(bot: BotUnderTest, anna: Phone) -> None:
    stranger = bot.person()
    for chat, code in ((stranger.id, 403), (1, 400)):
        with pytest.raises(BotApiRefused) as refused:
            bot.api.send_message(chat, "hello")
        assert refused.value.code == code
    anna.block()
    with pytest.raises(BotApiRefused, match="blocked by the user"):
        bot.api.send_message(anna.id, "hello")
    anna.write("back")
    bot.fault("too_many", retry_after=7)
    with pytest.raises(BotApiRefused) as refused:
        bot.api.send_message(anna.id, "hello")
    assert (refused.value.code, refused.value.retry_after) == (429, 7)


@pytest.mark.parametrize("kind", ["drop_before", "accept_then_drop", "http_status"])
def test_without_an_answer_nobody_knows(bot: BotUnderTest, anna: Phone, kind: str) -> None:
    bot.fault(kind, method="sendMessage")
    with pytest.raises(BotApiUnreachable) as error:
        bot.api.send_message(anna.id, "hello")
    assert not isinstance(error.value, BotApiNotReached)


def test_where_nobody_listens_nothing_was_sent(bot: BotUnderTest) -> None:
    for address in (f"http://127.0.0.1:{any_free()}", "http://no-such-host.invalid"):
        with pytest.raises(BotApiNotReached):
            BotApi(bot.token, address).get_me()


def test_no_error_tells_the_token(bot: BotUnderTest, anna: Phone) -> None:
    away = BotApi(bot.token, f"http://127.0.0.1:{any_free()}")
    bot.fault("accept_then_drop", method="sendMessage")
    for api, call in ((away, "get_me"), (bot.api, "send_message")):
        arguments = (anna.id, "hello") if call == "send_message" else ()
        with pytest.raises(BotApiUnreachable) as error:
            getattr(api, call)(*arguments)
        chain: BaseException | None = error.value
        while chain is not None:
            said = "".join(traceback.format_exception(chain)) + repr(vars(chain))
            assert bot.token.partition(":")[2] not in said
            chain = chain.__context__


def test_buttons_hold_what_telegram_takes() -> None:
    Button("x", data="я" * 32)
    for wrong in ({}, {"data": "я" * 33}, {"data": "x", "url": "https://x"}):
        with pytest.raises(ValueError, match="button"):
            Button("x", **wrong)
