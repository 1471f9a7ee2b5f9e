"""Linking a Telegram account to a person who signs in by e-mail (`identity.linking`)."""

from __future__ import annotations

from bot.context import Context
from core.texts import text
from identity.linking import ask as ask_about
from identity.linking import link_telegram
from telegram.buttons import Button
from telegram.updates import Message, Press

YES, NO = "lk", "ln"
"""Prefixes of the two buttons' data."""
_KIND = "link_telegram"


def ask(context: Context, message: Message, code: str) -> None:
    """`/start link_<code>`: name the account and ask."""
    language = context.language(message.from_user)
    asked = ask_about(context.session, code, message.from_user)
    if asked is None:
        sentence, buttons = text("bot.link_expired", language), None
    else:
        sentence = text("bot.link_ask", language, {"email": asked.account})
        yes = Button(text("bot.link_yes.title", language), data=f"{YES}:{asked.reference}")
        no = Button(text("bot.link_no.title", language), data=f"{NO}:")
        buttons = [[yes, no]]
    key = f"link:{context.update}"
    context.say(message.chat_id, sentence, buttons, kind=_KIND, key=key)


def agree(context: Context, press: Press, reference: str) -> None:
    """Link, and say what became of it in place of the question."""
    language = context.language(press.from_user)
    linked = link_telegram(context.session, reference, press.from_user)
    sentence = text(f"bot.link_{linked.value}", language)
    context.edit(press.chat_id, press.message_id, sentence)
    context.answer(press)


def decline(context: Context, press: Press, _: str) -> None:
    """The code stays good for its person: it was not theirs to void."""
    sentence = text("bot.link_declined", context.language(press.from_user))
    context.edit(press.chat_id, press.message_id, sentence)
    context.answer(press)
