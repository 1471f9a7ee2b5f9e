"""A person at the chat with a connected sandbox account."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from core.texts import text
from models.jobs import Job
from models.users import User
from tests.bot.conftest import BotAtWork
from tests.bots import Phone
from tests.trading.conftest import Trader


@dataclass
class Chat:
    """Their phone and account, and the worker that hears, does and tells everything at once."""

    work: BotAtWork
    trader: Trader
    phone: Phone

    def go(self) -> None:
        """Handle what was written and tapped, and send what is owed."""
        for row in self.work.hear():
            self.work.handle(row)
        self.work.send_all()

    def write(self, words: str) -> dict[str, Any]:
        """Write it; the bot's latest message."""
        self.phone.write(words)
        self.go()
        return self.shown()

    def tap(self, title: str) -> str | None:
        """Tap under the latest message; the bot's note."""
        message = self.shown()
        press = self.phone.press(message["message_id"], buttons(message)[title])
        self.go()
        return self.phone.answer(press)

    def shown(self) -> dict[str, Any]:
        return self.phone.messages()[-1]

    def says(self, key: str, **values: str) -> bool:
        """Whether the latest message holds this sentence of the catalogue."""
        return text(key, "en", values) in self.shown()["text"]

    def jobs(self) -> list[Job]:
        with self.work.sessions() as session:
            mine = select(Job).where(Job.user_id == self.trader.account.user_id).order_by(Job.id)
            return list(session.scalars(mine))

    def finish(self) -> None:
        """Do the newest job, and tell it."""
        self.trader.run(self.jobs()[-1].id)
        self.work.send_all()

    def size(self, symbol: str) -> Decimal:
        return self.trader.sizes()["linear", symbol, 0]

    def change(self, **columns: Any) -> None:
        """Of the person's row."""
        with self.work.sessions.begin() as session:
            user = session.get_one(User, self.trader.account.user_id)
            for name, value in columns.items():
                setattr(user, name, value)


def buttons(message: dict[str, Any]) -> dict[str, str]:
    """The data of a message's buttons by what they say."""
    return {
        button["text"]: button["callback_data"]
        for row in message["buttons"]
        for button in row
        if "callback_data" in button
    }


def opens_app(message: dict[str, Any]) -> bool:
    return any("web_app" in button for row in message["buttons"] for button in row)
