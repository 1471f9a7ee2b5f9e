"""What people do: write, tap, share a contact, block the bot."""

from __future__ import annotations

import time
import uuid
from collections.abc import Mapping
from typing import Any

from sandbox.telegram.world import Bot, Chat, Message, Person, Press

_FIRST_GROUP = -1_001_000_000_000


def know(bot: Bot, number: int, **names: Any) -> Person:
    """The person with this id; names that are given are theirs from now on."""
    if not 0 < number < 2**52:
        raise ValueError("a person's id is a number from 1 on")
    person = bot.people.setdefault(number, Person(number))
    for name, value in names.items():
        if name not in ("first_name", "last_name", "username", "language_code", "phone_number"):
            raise ValueError(f"a person has no {name}")
        setattr(person, name, value)
    return person


def make_group(bot: Bot, title: str, topics: Mapping[str, str], number: int | None = None) -> Chat:
    """A supergroup that the bot is a member of."""
    chat_id = number or _FIRST_GROUP - len(bot.chats)
    named = {int(thread): name for thread, name in topics.items()}
    bot.chats[chat_id] = Chat(chat_id, "supergroup", title, named)
    return bot.chats[chat_id]


def write(
    bot: Bot, person: Person, text: str, chat_id: int | None = None, thread_id: int | None = None
) -> Message:
    """The person writes to the bot, or into a group. Writing to the bot unblocks it."""
    return _say(bot, person, _chat(bot, person, chat_id), text=text, thread_id=thread_id)


def share_contact(bot: Bot, person: Person, of: int | None, phone_number: str) -> Message:
    """The person's own contact, or (`of`) that of another."""
    chat = _chat(bot, person, None)
    about = person if of is None else bot.people.get(of) or Person(of)
    contact: dict[str, Any] = {
        "phone_number": phone_number or about.phone_number,
        "first_name": about.first_name,
        "user_id": about.id,
    }
    if not contact["phone_number"]:
        raise ValueError("this person has no phone number: give one")
    if of is None:
        about.phone_number = contact["phone_number"]
    if (chat.keyboard or {}).get("one_time_keyboard"):
        chat.keyboard = None
    return _say(bot, person, chat, contact=contact)


def press(
    bot: Bot, person: Person, chat_id: int, message_id: int, data: str, *, stale: bool = False
) -> Press:
    """The person taps the button with this data. `stale`: as they saw the message before it was
    changed."""
    message = bot.chats[chat_id].messages[message_id]
    rows = (message.markup or {}).get("inline_keyboard", [])
    if not stale and not any(button.get("callback_data") == data for row in rows for button in row):
        raise ValueError("the message has no such button")
    made = Press(uuid.uuid4().hex, person.id, time.time())
    bot.presses[made.id] = made
    bot.note("press", person=person.id, chat_id=chat_id, message_id=message_id, data=data)
    body = {
        "id": made.id,
        "from": person.shown(),
        "message": bot.shown_message(message),
        "chat_instance": str(chat_id),
        "data": data,
    }
    bot.enqueue("callback_query", body)
    return made


def block(bot: Bot, person: Person, *, blocked: bool) -> None:
    _chat(bot, person, None).blocked = blocked
    bot.note("block", person=person.id, blocked=blocked)


def _chat(bot: Bot, person: Person, chat_id: int | None) -> Chat:
    if chat_id is None or chat_id == person.id:
        return bot.chats.setdefault(person.id, Chat(person.id, "private"))
    if chat_id not in bot.chats:
        raise ValueError("no such chat")
    return bot.chats[chat_id]


def _say(bot: Bot, person: Person, chat: Chat, **what: Any) -> Message:
    if chat.kind == "private":
        chat.blocked = False
    said = Message(chat.next_id(), chat.id, person.shown(), int(time.time()), **what)
    chat.messages[said.message_id] = said
    bot.note("written", person=person.id, chat_id=chat.id, message_id=said.message_id)
    bot.enqueue("message", bot.shown_message(said))
    return said
