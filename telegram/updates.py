"""What an update holds that we answer to (core.telegram.org/bots/api, "Update"), typed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

ALLOWED = ("message", "callback_query")
"""The kinds of updates that we ask Telegram for."""


@dataclass(frozen=True, slots=True)
class Person:
    """Who wrote or tapped: verified by Telegram."""

    id: int
    first_name: str = ""
    last_name: str = ""
    username: str | None = None
    language_code: str | None = None


@dataclass(frozen=True, slots=True)
class Contact:
    """A contact that was sent: anyone's. It is the sender's own only if `user_id` is theirs.
    `phone_number` as Telegram gives it, with or without a +."""

    phone_number: str
    user_id: int | None
    first_name: str


@dataclass(frozen=True, slots=True)
class Message:
    """`thread_id`: the topic of a supergroup. `is_private`: a chat with the bot alone, whose id is
    the person's."""

    chat_id: int
    message_id: int
    thread_id: int | None
    from_user: Person
    text: str
    contact: Contact | None
    is_private: bool


@dataclass(frozen=True, slots=True)
class Press:
    """A tapped button, with the message that it stands under."""

    id: str
    from_user: Person
    chat_id: int
    message_id: int
    data: str


def parse(raw: Mapping[str, Any]) -> Message | Press | None:
    """The update's message or press; None for every other kind, and for what bots and channels
    write."""
    try:
        if isinstance(raw.get("message"), Mapping):
            return _message(raw["message"])
        if isinstance(raw.get("callback_query"), Mapping):
            return _press(raw["callback_query"])
    except (KeyError, TypeError, ValueError):
        return None
    return None


def _message(raw: Mapping[str, Any]) -> Message | None:
    if raw["from"].get("is_bot"):
        return None
    contact = raw.get("contact")
    return Message(
        chat_id=int(raw["chat"]["id"]),
        message_id=int(raw["message_id"]),
        thread_id=raw.get("message_thread_id"),
        from_user=_person(raw["from"]),
        text=str(raw.get("text", "")),
        contact=None if contact is None else _contact(contact),
        is_private=raw["chat"]["type"] == "private",
    )


def _press(raw: Mapping[str, Any]) -> Press:
    message = raw["message"]
    return Press(
        id=str(raw["id"]),
        from_user=_person(raw["from"]),
        chat_id=int(message["chat"]["id"]),
        message_id=int(message["message_id"]),
        data=str(raw["data"]),
    )


def _person(raw: Mapping[str, Any]) -> Person:
    return Person(
        id=int(raw["id"]),
        first_name=str(raw.get("first_name", "")),
        last_name=str(raw.get("last_name", "")),
        username=raw.get("username"),
        language_code=raw.get("language_code"),
    )


def _contact(raw: Mapping[str, Any]) -> Contact:
    user_id = raw.get("user_id")
    return Contact(
        phone_number=str(raw["phone_number"]),
        user_id=None if user_id is None else int(user_id),
        first_name=str(raw.get("first_name", "")),
    )
