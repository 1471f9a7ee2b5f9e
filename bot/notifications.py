"""What the bot tells by itself: `/notify` switches each kind, `/stop` all off, `/start` on."""

from __future__ import annotations

from collections.abc import Mapping

from bot import greeting
from bot.context import Context
from bot.looking import Refusal
from bot.refusing import refuse
from core.texts import text
from models.bot_news import News, switches
from models.users import User, merge_settings
from telegram.buttons import Button, Buttons
from telegram.updates import Message, Press

SWITCH = "nt"
"""Prefix of a button's data, before the kind and what it is switched to (0 or 1)."""
_KIND = "notify"


def ask(context: Context, message: Message, rest: str) -> None:  # noqa: ARG001 - a handler
    """Show the switches."""
    user = _known(context, message)
    if user is not None:
        language = context.language(message.from_user)
        _show(context, message, "bot.notify_ask", switches(user.settings), language)


def stop(context: Context, message: Message, rest: str) -> None:  # noqa: ARG001 - a handler
    """Switch all off."""
    user = _known(context, message)
    if user is not None:
        language = context.language(message.from_user)
        _show(
            context, message, "bot.notify_stopped", _switch(context, user, all_to=False), language
        )


def start(context: Context, message: Message, rest: str) -> None:
    """Greet; whoever had stopped everything is told everything again."""
    user = context.user(message.from_user)
    if user is not None and not any(switches(user.settings).values()):
        _switch(context, user, all_to=True)
    greeting.greet(context, message, rest)


def switch(context: Context, press: Press, rest: str) -> None:
    """`<kind>:<0 or 1>`."""
    language = context.language(press.from_user)
    name, _, wanted = rest.partition(":")
    user = context.user(press.from_user)
    if user is None or name not in list(News) or wanted not in ("0", "1"):
        context.answer(press, text("bot.stale_button", language))
        return
    now = _switch(context, user, **{name: wanted == "1"})
    sentence = text("bot.notify_ask", language)
    context.edit(press.chat_id, press.message_id, sentence, _buttons(now, language))
    context.answer(press)


def _known(context: Context, message: Message) -> User | None:
    user = context.user(message.from_user)
    if user is None:
        refuse(context, message, Refusal("nobody"))
    return user


def _switch(
    context: Context, user: User, *, all_to: bool | None = None, **kinds: bool
) -> dict[News, bool]:
    """Switch these kinds, or all; how they stand then."""
    wanted = kinds if all_to is None else {kind.value: all_to for kind in News}
    merged = merge_settings(context.session, user.id, {"notify": wanted})
    return switches(merged or {})


def _show(
    context: Context, message: Message, key: str, on: Mapping[News, bool], language: str
) -> None:
    context.say(
        message.chat_id,
        text(key, language),
        _buttons(on, language),
        kind=_KIND,
        key=f"{_KIND}:{context.update}",
    )


def _buttons(on: Mapping[News, bool], language: str) -> Buttons:
    """A button for each kind, with a mark where it is on; a tap switches it."""
    return [
        [
            Button(
                f"{'✅' if is_on else '⬜'} {text(f'bot.notify_{kind}.title', language)}",
                data=f"{SWITCH}:{kind}:{0 if is_on else 1}",
            )
        ]
        for kind, is_on in on.items()
    ]
