"""Say why something is not done."""

from __future__ import annotations

from bot.context import Context
from bot.looking import Refusal
from core.problems import Problem
from core.texts import text
from telegram.buttons import Buttons
from telegram.updates import Message, Press

_MOST_LETTERS = 200
"""Of a note to a press (core.telegram.org/bots/api, answerCallbackQuery)."""
_IN_THE_APP = frozenset({"no_api_key", "key_dangerous", "confirmation_required", "exchange_auth"})


def refuse(context: Context, update: Message | Press, refused: Problem | Refusal) -> None:
    """Answer a message; of a press only its note is used: the question stands as it was."""
    language = context.language(update.from_user)
    sentence = refusal_text(refused, language)
    if isinstance(update, Press):
        context.answer(update, sentence[:_MOST_LETTERS])
        return
    context.say(
        update.chat_id,
        sentence,
        way_out(context, refused, language),
        kind="refusal",
        key=f"refusal:{context.update}",
    )


def refusal_text(refused: Problem | Refusal, language: str) -> str:
    if isinstance(refused, Refusal):
        return text(f"bot.{refused.key}", language, refused.values)
    title, detail = (
        text(f"problem.{refused.code}.{part}", language, refused.values)
        for part in ("title", "detail")
    )
    return f"{title}. {detail}"


def way_out(context: Context, refused: Problem | Refusal, language: str) -> Buttons | None:
    """The app's button, where the app is where it goes on."""
    goes_on = isinstance(refused, Refusal) or refused.code in _IN_THE_APP
    return context.open_app(language) if goes_on else None
