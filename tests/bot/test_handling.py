"""Each update is handled once, in one transaction with what it brings about."""

from __future__ import annotations

import uuid
from dataclasses import replace

import pytest
from sqlalchemy.exc import OperationalError

from bot import dispatch
from bot.context import Context
from models.users import User
from telegram.updates import Message, Press
from tests.bot.conftest import BotAtWork


def test_whoever_starts_is_greeted_in_their_language_with_the_app_s_button(
    work: BotAtWork,
) -> None:
    for language, word in (("ru", "сокращает"), ("en", "reduces")):
        phone = work.bot.person(language_code=language)
        phone.write("/start")
        (row,) = work.hear()
        work.handle(row)
        greeting = work.owed()[-1]
        work.send(greeting.id)
        (shown,) = phone.messages()
        assert word in shown["text"]
        assert shown["buttons"][0][0]["web_app"]["url"] == "https://ebb.example"


def test_the_language_chosen_in_the_app_counts(work: BotAtWork) -> None:
    phone = work.bot.person(language_code="en")
    with work.sessions.begin() as session:
        session.add(User(telegram_id=phone.id, settings={"language": "ru"}))
    phone.write("/start")
    (row,) = work.hear()
    work.handle(row)
    assert "сокращает" in work.owed()[0].text


def test_without_an_address_there_is_no_button(work: BotAtWork) -> None:
    without = work.desk.settings.model_copy(update={"public_url": None})
    work.desk = replace(work.desk, settings=without)
    work.bot.person().write("/start")
    (row,) = work.hear()
    work.handle(row)
    assert work.owed()[0].buttons is None


def test_an_update_is_handled_once_and_forgotten(work: BotAtWork) -> None:
    work.bot.fault("deliver_twice")
    work.bot.person().write("/start")
    (row,) = work.hear()
    assert work.hear() == [row], "it came again and was known"
    for _ in range(2):
        work.handle(row)
    assert len(work.owed()) == 1
    stored = work.update(row)
    assert (stored.payload, stored.handled_at is None) == (None, False)


def test_a_worker_that_dies_in_a_handler_leaves_the_update_as_it_was(
    work: BotAtWork, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Died(BaseException):
        pass

    def dies(context: Context, message: Message, rest: str) -> None:
        context.say(message.chat_id, "said", kind="test", key=uuid.uuid4().hex)
        raise Died

    work.bot.person().write("/dies")
    (row,) = work.hear()
    with monkeypatch.context() as patch:
        patch.setitem(dispatch.COMMANDS, "/dies", dies)
        with pytest.raises(Died):
            work.handle(row)
    assert work.owed() == []
    work.handle(row)
    assert len(work.owed()) == 1, "handled again, it is owed once"


def test_an_update_whose_handler_always_fails_is_set_aside_and_holds_up_nobody(
    work: BotAtWork, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(context: Context, message: Message, rest: str) -> None:
        context.say(message.chat_id, "never said", kind="test", key=uuid.uuid4().hex)
        raise KeyError(rest)

    monkeypatch.setitem(dispatch.COMMANDS, "/fails", fails)
    phone = work.bot.person()
    phone.write("/fails")
    phone.write("/start")
    bad, good = work.hear()
    work.handle(bad)
    work.handle(good)
    assert [send.kind for send in work.owed()] == ["greeting"]
    assert bad not in work.updates_due(), "it waits a little"
    for _ in range(4):
        work.pass_time_for_updates(1)
        assert bad in work.updates_due()
        work.handle(bad)
    stored = work.update(bad)
    assert (stored.tries, stored.payload) == (5, None)
    assert stored.set_aside_at is not None
    work.pass_time_for_updates(1)
    assert bad not in work.updates_due()


def test_while_postgres_is_away_nothing_is_counted_as_a_try(
    work: BotAtWork, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(context: Context, message: Message, rest: str) -> None:
        raise OperationalError("select 1", {}, Exception("gone"))

    monkeypatch.setitem(dispatch.COMMANDS, "/away", away)
    work.bot.person().write("/away")
    (row,) = work.hear()
    with pytest.raises(OperationalError):
        work.handle(row)
    assert work.update(row).tries == 0


def test_a_press_goes_to_its_prefix_and_is_answered_after_the_commit(
    work: BotAtWork, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []

    def pressed(context: Context, press: Press, rest: str) -> None:
        told.append(rest)
        context.answer(press, "принято")
        context.edit(press.chat_id, press.message_id, "готово")

    monkeypatch.setitem(dispatch.PRESSES, "ap", pressed)
    phone = work.bot.person()
    phone.write("hi")
    buttons = {"inline_keyboard": [[{"text": "7", "callback_data": "ap:x:7"}]]}
    asked = work.owe(phone.id, "?", buttons=buttons)
    work.send(asked)
    message = work.row(asked).message_id
    assert message is not None
    press = phone.press(message, "ap:x:7")
    _, row = work.hear()
    work.handle(row)
    assert told == ["x:7"]
    assert phone.answer(press) == "принято"
    work.rest()
    work.send(work.owed()[-1].id)
    assert phone.messages()[0]["text"] == "готово"
    assert phone.messages()[0]["buttons"] == []


def test_a_button_from_before_is_called_out_of_date(work: BotAtWork) -> None:
    phone = work.bot.person(language_code="ru")
    phone.write("hi")
    sent = work.bot.api.send_message(phone.id, "?")
    press = phone.press(sent.message_id, "old:1", stale=True)
    for row in work.hear():
        work.handle(row)
    assert phone.answer(press) == "Эта кнопка устарела."


def test_a_link_s_word_goes_to_its_handler(
    work: BotAtWork, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []

    def linked(context: Context, message: Message, rest: str) -> None:
        told.append(rest)

    monkeypatch.setitem(dispatch.STARTS, "link", linked)
    monkeypatch.setitem(dispatch.COMMANDS, "/link", linked)
    phone = work.bot.person()
    for said in ("/start link", "/start@ebb_bot link_code_7", "/start other"):
        phone.write(said)
    for row in work.hear():
        work.handle(row)
    assert told == ["", "code_7"]
    assert len(work.owed()) == 1, "another word is greeted"


def test_groups_and_kinds_that_are_not_ours_are_passed_over(work: BotAtWork) -> None:
    group = work.bot.control("POST", "groups", {"bot_id": work.bot.id})
    work.bot.person().write("/start", chat_id=group["id"])
    for row in work.hear():
        work.handle(row)
        assert work.update(row).handled_at is not None
    assert work.owed() == []
