"""A bot at the sandbox Telegram, and the people who talk to it."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from telegram.bot_api import BotApi

_people = itertools.count(time.time_ns() // 1_000_000 % 2**40)


@dataclass(frozen=True)
class BotUnderTest:
    """A token with its client, and the control API behind it."""

    token: str
    api: BotApi
    control: Callable[..., Any]

    @property
    def id(self) -> int:
        return self.api.bot_id

    def person(self, number: int | None = None, **names: Any) -> Phone:
        """Someone with the bot's chat open."""
        made = Phone(self, number or next(_people))
        self.control("POST", "people", {"bot_id": self.id, "person": made.id, **names})
        return made

    def fault(self, kind: str, **options: Any) -> None:
        """Goes wrong once, for this bot alone; `method=`, `chat_id=` narrow it further."""
        match = {"bot_id": str(self.id)}
        match |= {name: str(options.pop(name)) for name in ("method", "chat_id") if name in options}
        self.control("POST", "faults", {"kind": kind, "match": match, **options})

    def ledger(self, kind: str) -> list[dict[str, Any]]:
        entries = self.control("GET", "ledger", bot_id=self.id)
        return [entry for entry in entries if entry["type"] == kind]


@dataclass(frozen=True)
class Phone:
    """A person's Telegram, at their chat with the bot."""

    bot: BotUnderTest
    id: int

    def _do(self, what: str, **more: Any) -> Any:
        return self.bot.control("POST", what, {"bot_id": self.bot.id, "person": self.id, **more})

    def write(self, text: str, **more: Any) -> Any:
        return self._do("write", text=text, **more)

    def press(self, message_id: int, data: str, **more: Any) -> str:
        """Tap the button with this data; the press's id."""
        return str(self._do("press", message_id=message_id, data=data, **more)["id"])

    def answer(self, press_id: str) -> str | None:
        """What the bot said to the press; None while it said nothing."""
        found = self.bot.control("GET", "press", bot_id=self.bot.id, id=press_id)
        return found["answer"]  # type: ignore[no-any-return]

    def share_contact(self, phone_number: str, of: int | None = None) -> Any:
        return self._do("contact", phone_number=phone_number, of=of)

    def block(self) -> None:
        self._do("block")

    def messages(self) -> list[dict[str, Any]]:
        """What the bot wrote here, as it stands now."""
        query = {"bot_id": self.bot.id, "chat_id": self.id}
        return [one for one in self.bot.control("GET", "messages", **query) if one["from_bot"]]


@dataclass(frozen=True)
class Group:
    """A group that the bot writes into."""

    bot: BotUnderTest
    id: int

    def texts(self) -> list[str]:
        """What stands there, the oldest first."""
        return [one["text"] for one in self._messages()]

    def pinned(self) -> list[str]:
        """The texts of the pinned messages."""
        chats = self.bot.control("GET", "chats", bot_id=self.bot.id)
        ids = next(one["pinned"] for one in chats if one["id"] == self.id)
        return [one["text"] for one in self._messages() if one["message_id"] in ids]

    def _messages(self) -> list[dict[str, Any]]:
        query = {"bot_id": self.bot.id, "chat_id": self.id}
        return list(self.bot.control("GET", "messages", **query))
