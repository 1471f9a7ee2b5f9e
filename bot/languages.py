"""`/language`: which one the bot and the app speak to a person."""

from __future__ import annotations

from bot.context import Context, language_for
from bot.looking import Refusal
from bot.refusing import refuse
from core.texts import LANGUAGES, text
from models.users import User, merge_settings
from telegram.buttons import Button, Buttons
from telegram.updates import Message, Person, Press

PICK = "lg"
"""Prefix of a button's data, before the language."""
_AUTO = "auto"
_NAMES = {"en": "English", "ru": "Русский"}
"""Each in itself, for whoever reads no other."""


def ask(context: Context, message: Message, rest: str) -> None:
    """Offer them; `/language ru` chooses at once."""
    user = context.user(message.from_user)
    if user is None:
        refuse(context, message, Refusal("nobody"))
        return
    chosen = rest.lower()
    if chosen in (*LANGUAGES, _AUTO):
        language = _choose(context, user, message.from_user, chosen)
        sentence = text("bot.language_chosen", language)
    else:
        language = context.language(message.from_user)
        sentence = text("bot.language_ask", language)
    key = f"language:{context.update}"
    context.say(message.chat_id, sentence, _buttons(language), kind="language", key=key)


def pick(context: Context, press: Press, chosen: str) -> None:
    user = context.user(press.from_user)
    if user is None or chosen not in (*LANGUAGES, _AUTO):
        context.answer(press, text("bot.stale_button", context.language(press.from_user)))
        return
    language = _choose(context, user, press.from_user, chosen)
    sentence = text("bot.language_chosen", language)
    context.edit(press.chat_id, press.message_id, sentence, _buttons(language))
    context.answer(press)


def _choose(context: Context, user: User, person: Person, chosen: str) -> str:
    """The language from now on."""
    wanted = None if chosen == _AUTO else chosen
    merge_settings(context.session, user.id, {"language": wanted})
    context.session.refresh(user)
    return language_for(user, person)


def _buttons(language: str) -> Buttons:
    titles = {**_NAMES, _AUTO: text("bot.language_auto.title", language)}
    return [[Button(title, data=f"{PICK}:{name}")] for name, title in titles.items()]
