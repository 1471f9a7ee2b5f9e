"""A client that nobody here wrote talks to the sandbox as it does to Telegram."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
import telebot
from telebot import apihelper, types
from telebot.apihelper import ApiTelegramException

from tests.bots import BotUnderTest


@pytest.fixture
def bot(make_bot: Callable[..., BotUnderTest]) -> BotUnderTest:
    return make_bot(username="foreign_bot")


@pytest.fixture
def foreign(bot: BotUnderTest, telegram_url: str) -> Iterator[telebot.TeleBot]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(apihelper, "API_URL", telegram_url + "/bot{0}/{1}")
        yield telebot.TeleBot(bot.token, threaded=False)
    session = apihelper._get_req_session(reset=True)
    session.close()


def test_it_sends_edits_and_pins(foreign: telebot.TeleBot, bot: BotUnderTest) -> None:
    assert foreign.get_me().username == "foreign_bot"
    anna = bot.person()
    anna.write("/start")
    keys = types.InlineKeyboardMarkup()
    keys.row(types.InlineKeyboardButton("7", callback_data="ap:1:7"))
    sent = foreign.send_message(anna.id, "Войти?", reply_markup=keys)
    assert (sent.chat.id, sent.text) == (anna.id, "Войти?")
    assert sent.reply_markup.keyboard[0][0].callback_data == "ap:1:7"
    edited = foreign.edit_message_text("Да", anna.id, sent.message_id)
    assert edited.edit_date is not None
    assert foreign.pin_chat_message(anna.id, sent.message_id)
    assert foreign.unpin_chat_message(anna.id)
    with pytest.raises(ApiTelegramException, match="not modified"):
        foreign.edit_message_text("Да", anna.id, sent.message_id)


def test_it_hears_messages_presses_and_contacts(
    foreign: telebot.TeleBot, bot: BotUnderTest
) -> None:
    anna = bot.person(first_name="Анна")
    anna.write("/start link")
    keys = types.ReplyKeyboardMarkup()
    keys.row(types.KeyboardButton("Номер", request_contact=True))
    foreign.send_message(anna.id, "?", reply_markup=keys)
    anna.share_contact("79990000000")
    inline = types.InlineKeyboardMarkup([[types.InlineKeyboardButton("1", callback_data="x:1")]])
    sent = foreign.send_message(anna.id, "?", reply_markup=inline)
    press = anna.press(sent.message_id, "x:1")
    start, contact, pressed = foreign.get_updates()
    assert start.message.text == "/start link"
    assert contact.message.contact.user_id == contact.message.from_user.id == anna.id
    assert pressed.callback_query.message.message_id == sent.message_id
    assert foreign.answer_callback_query(pressed.callback_query.id, "ok")
    assert anna.answer(press) == "ok"
    anna.write("later")
    (later,) = foreign.get_updates(offset=pressed.update_id + 1)
    assert later.message.text == "later"


def test_it_understands_refusals(foreign: telebot.TeleBot, bot: BotUnderTest) -> None:
    stranger = bot.person()
    with pytest.raises(ApiTelegramException) as refused:
        foreign.send_message(stranger.id, "hello")
    assert refused.value.error_code == 403
    bot.fault("too_many", retry_after=3)
    with pytest.raises(ApiTelegramException) as refused:
        foreign.send_message(stranger.id, "hello")
    assert refused.value.result_json["parameters"]["retry_after"] == 3


def test_it_sets_webhook_commands_and_menu(foreign: telebot.TeleBot, bot: BotUnderTest) -> None:
    with pytest.raises(ApiTelegramException, match="HTTPS"):
        foreign.set_webhook("http://ebb.example/hook")
    assert foreign.set_webhook("https://ebb.example/hook", secret_token="s")
    assert foreign.get_webhook_info().url == "https://ebb.example/hook"
    with pytest.raises(ApiTelegramException, match="Conflict"):
        foreign.get_updates()
    assert foreign.delete_webhook()
    assert foreign.set_my_commands([types.BotCommand("start", "Open")])
    assert foreign.get_my_commands()[0].command == "start"
    button = types.MenuButtonWebApp("Ebb", types.WebAppInfo("https://ebb.example"))
    assert foreign.set_chat_menu_button(menu_button=button)
    assert foreign.get_chat_menu_button().web_app == {"url": "https://ebb.example"}
