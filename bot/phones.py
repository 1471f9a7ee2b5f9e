"""Linking a telephone number: the person sends their own contact, and nobody else's counts."""

from __future__ import annotations

from bot.context import Context
from core.texts import text
from core.vault import Vault
from identity import phones
from models import users
from telegram.buttons import Buttons, ask_contact, no_keyboard
from telegram.updates import Message


def ask(context: Context, message: Message, rest: str) -> None:  # noqa: ARG001 - a handler
    """Ask for the number, with the button that sends it."""
    _say(context, message, "bot.phone_ask", _keyboard(context, message))


def take(context: Context, message: Message, rest: str) -> None:  # noqa: ARG001 - a handler
    """Link the number of a contact that Telegram knows to be the sender's own. One that is passed
    on may be of a time when it was."""
    contact, person = message.contact, message.from_user
    if contact is None or contact.user_id != person.id or message.is_forwarded:
        _say(context, message, "bot.phone_not_own", _keyboard(context, message))
        return
    # Telegram writes it without the plus in some clients.
    number = phones.normalised("+" + contact.phone_number.removeprefix("+"))
    if number is None:
        _say(context, message, "bot.phone_unreadable", no_keyboard)
        return
    user_id, _ = users.remember(
        context.session,
        person.id,
        first_name=person.first_name,
        last_name=person.last_name,
        username=person.username,
        language_code=person.language_code,
    )
    vault = Vault(context.settings.masters)
    masked = phones.link(context.session, vault, user_id, number, bot_id=context.bot_id)
    _say(context, message, "bot.phone_linked", no_keyboard, number=masked)


def _keyboard(context: Context, message: Message) -> Buttons:
    return ask_contact(text("bot.phone_share.title", context.language(message.from_user)))


def _say(context: Context, message: Message, key: str, buttons: Buttons, **values: str) -> None:
    context.say(
        message.chat_id,
        text(key, context.language(message.from_user), values),
        buttons,
        kind="phone",
        key=f"phone:{context.update}",
    )
