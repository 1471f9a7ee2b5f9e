"""What a page is told before anybody is signed in: the ways in that there are here."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from pydantic import SecretStr

from core.settings import UpdatesBy
from tests.bots import BotUnderTest
from tests.web.by_mail.conftest import House
from web.bot_name import BotName

WAYS = "/api/auth/ways"
_LONG = 10.0


def ways(client: FlaskClient) -> Any:
    answer = client.get(WAYS)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return answer.get_json()


def test_what_is_set_up_is_told_and_what_is_not_is_not(
    client: FlaskClient,
    houses: Callable[..., House],
    make_bot: Callable[..., BotUnderTest],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("web.ways._PATIENCE", _LONG)
    bot = make_bot()
    house = houses(telegram_bot_token=SecretStr(bot.token), telegram_updates=UpdatesBy.POLLING)
    assert ways(house.client) == {
        "environment": "sandbox",
        "bot_name": bot.api.get_me().username,
        "approval": True,
        "email": True,
    }
    deaf = houses(telegram_updates=UpdatesBy.OFF, telegram_api_url="http://127.0.0.1:1")
    assert (ways(deaf.client)["approval"], ways(deaf.client)["bot_name"]) == (False, None)
    assert ways(client)["email"] is False


def test_the_bot_is_asked_for_its_name_once(make_bot: Callable[..., BotUnderTest]) -> None:
    bot = make_bot()
    name = BotName(bot.api)
    known = name.within(_LONG)
    assert known == bot.api.get_me().username
    bot.fault("http_status", method="getMe", code=500)
    assert (name.within(_LONG), name.now()) == (known, known)


def test_a_telegram_that_was_away_is_asked_again_a_minute_later(
    make_bot: Callable[..., BotUnderTest], monkeypatch: pytest.MonkeyPatch
) -> None:
    bot = make_bot()
    bot.fault("http_status", method="getMe", code=500)
    name = BotName(bot.api)
    assert name.within(_LONG) is None
    assert name.within(_LONG) is None
    later = time.monotonic() + 61
    monkeypatch.setattr("core.clock.monotonic", lambda: later)
    assert name.within(_LONG) == bot.api.get_me().username


def test_a_page_does_not_wait_for_a_telegram_that_is_slow(
    make_bot: Callable[..., BotUnderTest],
) -> None:
    bot = make_bot()
    bot.fault("delay", method="getMe", ms=300)
    name = BotName(bot.api)
    assert name.within(0.01) is None
    assert name.within(_LONG) == bot.api.get_me().username
