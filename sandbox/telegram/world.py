"""Bots, people, and the chats between them. Each bot has a world of its own, so callers that use
different bots don't meet."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

_KEPT = 100_000
_LONG_AGO = 1_500_000_000


@dataclass(slots=True)
class Person:
    """Someone with Telegram on their phone."""

    id: int
    first_name: str = "Test"
    last_name: str = ""
    username: str | None = None
    language_code: str | None = None
    phone_number: str = ""

    def shown(self) -> dict[str, Any]:
        found: dict[str, Any] = {"id": self.id, "is_bot": False, "first_name": self.first_name}
        for name in ("last_name", "username", "language_code"):
            if getattr(self, name):
                found[name] = getattr(self, name)
        return found


@dataclass(slots=True)
class Message:
    """One message as it stands now. `markup` is its reply_markup, `at` in seconds since 1970."""

    message_id: int
    chat_id: int
    sender: dict[str, Any]
    at: int
    text: str = ""
    markup: dict[str, Any] | None = None
    thread_id: int | None = None
    contact: dict[str, Any] | None = None
    edited_at: int | None = None


@dataclass(slots=True)
class Chat:
    """A private chat (its id is the person's) or a supergroup, whose topics are by thread id."""

    id: int
    kind: str
    title: str = ""
    topics: dict[int, str] = field(default_factory=dict)
    messages: dict[int, Message] = field(default_factory=dict)
    pinned: list[int] = field(default_factory=list)
    blocked: bool = False
    # What stands in place of the person's keyboard.
    keyboard: dict[str, Any] | None = None
    migrated_to: int | None = None
    last_id: int = 0

    def next_id(self) -> int:
        self.last_id += 1
        return self.last_id


@dataclass(slots=True)
class Webhook:
    url: str
    secret: str = ""
    last_error_at: int | None = None
    last_error: str = ""


@dataclass(slots=True)
class Press:
    """A tapped button; `answer` is what the bot said to it, None while it says nothing."""

    id: str
    person: int
    at: float
    answer: str | None = None


@dataclass(slots=True)
class Bot:
    """A bot with all that its token opens."""

    id: int
    token: str
    username: str
    first_name: str
    people: dict[int, Person] = field(default_factory=dict)
    chats: dict[int, Chat] = field(default_factory=dict)
    updates: deque[dict[str, Any]] = field(default_factory=deque)
    # Ahead of those that a bot of this token ever had in an earlier life of the sandbox.
    last_update: int = field(default_factory=lambda: int(time.time()) - _LONG_AGO)
    allowed: list[str] | None = None
    webhook: Webhook | None = None
    presses: dict[str, Press] = field(default_factory=dict)
    commands: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    menu_button: dict[str, Any] = field(default_factory=lambda: {"type": "commands"})
    ledger: list[dict[str, Any]] = field(default_factory=list)
    # Of messages: when and to which chat; counted only where the bot has limits.
    limits: bool = False
    sent: deque[tuple[float, int]] = field(default_factory=deque)
    # Raised by whoever asks for updates: of two the newer wins.
    asking: int = 0

    def shown(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "is_bot": True,
            "first_name": self.first_name,
            "username": self.username,
        }

    def note(self, kind: str, **what: Any) -> None:
        """Into the ledger: what really happened."""
        entry = {"seq": len(self.ledger) + 1, "time": time.time(), "type": kind, **what}
        self.ledger.append(entry)
        if len(self.ledger) > _KEPT:
            raise RuntimeError("the ledger is full: start the sandbox anew")

    def enqueue(self, kind: str, body: Mapping[str, Any]) -> dict[str, Any] | None:
        """An update for the bot, unless it did not ask for this kind."""
        if self.allowed and kind not in self.allowed:
            return None
        self.last_update += 1
        update = {"update_id": self.last_update, kind: dict(body)}
        self.updates.append(update)
        return update

    def shown_message(self, message: Message) -> dict[str, Any]:
        """As the Bot API gives it."""
        chat = self.chats[message.chat_id]
        found: dict[str, Any] = {
            "message_id": message.message_id,
            "from": message.sender,
            "chat": self.shown_chat(chat),
            "date": message.at,
        }
        if message.text:
            found["text"] = message.text
            if message.text.startswith("/"):
                length = len(message.text.split()[0])
                found["entities"] = [{"type": "bot_command", "offset": 0, "length": length}]
        if message.contact is not None:
            found["contact"] = message.contact
        if message.thread_id is not None:
            found |= {"message_thread_id": message.thread_id, "is_topic_message": True}
        if message.markup and "inline_keyboard" in message.markup:
            found["reply_markup"] = message.markup
        if message.edited_at is not None:
            found["edit_date"] = message.edited_at
        return found

    def shown_chat(self, chat: Chat) -> dict[str, Any]:
        if chat.kind == "private":
            person = self.people[chat.id].shown()
            names = {key: person[key] for key in person if key not in ("is_bot", "language_code")}
            return {**names, "type": "private"}
        return {
            "id": chat.id,
            "type": chat.kind,
            "title": chat.title,
            **({"is_forum": True} if chat.topics else {}),
        }


@dataclass(slots=True)
class World:
    """All bots by their tokens."""

    bots: dict[str, Bot] = field(default_factory=dict)

    def add_bot(self, token: str, username: str = "", *, limits: bool = False) -> Bot:
        """The token's bot; it is made at the first time."""
        number, colon, secret = token.partition(":")
        if not (number.isascii() and number.isdecimal() and colon and secret):
            raise ValueError("a token looks like 123456:letters")
        if token not in self.bots:
            name = username or f"ebb_{number}_bot"
            self.bots[token] = Bot(int(number), token, name, "Ebb")
        self.bots[token].limits = limits
        return self.bots[token]

    def bot(self, number: int) -> Bot:
        for bot in self.bots.values():
            if bot.id == number:
                return bot
        raise ValueError(f"no bot {number}: add it first")
