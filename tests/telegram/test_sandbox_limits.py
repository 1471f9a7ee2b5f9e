"""The sandbox refuses what is above Telegram's limits, where a bot has them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from telegram.bot_api import BotApiRefused
from tests.bots import BotUnderTest


def test_a_chat_takes_a_message_a_second_and_a_bot_thirty(
    make_bot: Callable[..., BotUnderTest],
) -> None:
    bot = make_bot(limits=True)
    people = [bot.person() for _ in range(32)]
    for person in people:
        person.write("/start")
    bot.api.send_message(people[0].id, "1")
    with pytest.raises(BotApiRefused, match="retry after 1"):
        bot.api.send_message(people[0].id, "2")
    for person in people[1:30]:
        bot.api.send_message(person.id, "1")
    with pytest.raises(BotApiRefused, match="retry after 1"):
        bot.api.send_message(people[30].id, "1")
