"""The bot's first words, and what it says to what it does not understand."""

from __future__ import annotations

from bot.context import Context
from core.texts import text
from telegram.updates import Message, Press


def greet(context: Context, message: Message, rest: str) -> None:  # noqa: ARG001 - a handler
    """Say what Ebb is for, with a button that opens it where the deployment has an address."""
    language = context.language(message.from_user)
    button = context.open_app(language)
    context.say(
        message.chat_id,
        text("bot.greeting" if button else "bot.greeting_without_app", language),
        button,
        kind="greeting",
        key=f"greeting:{context.update}",
    )


def stale(context: Context, press: Press, rest: str) -> None:  # noqa: ARG001 - a handler
    """A button from before."""
    context.answer(press, text("bot.stale_button", context.language(press.from_user)))
