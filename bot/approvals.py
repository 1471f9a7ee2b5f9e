"""The buttons under "a browser asks to be signed in as you"."""

from __future__ import annotations

import uuid

from bot.context import Context
from core.texts import text
from identity.approvals import Choice, Outcome, Tap, answer
from telegram.updates import Press

_CHANGES_NOTHING = (Outcome.OVER, Outcome.NOT_YOURS)


def pick(context: Context, press: Press, rest: str) -> None:
    """A number: `<id>:<number>`."""
    session_id, _, number = rest.partition(":")
    _decide(context, press, session_id, int(number) if number.isdecimal() else None)


def refuse(context: Context, press: Press, rest: str) -> None:
    """Not me: `<id>`."""
    _decide(context, press, rest, Choice.NOT_ME)


def block(context: Context, press: Press, rest: str) -> None:
    """Ask me no more: `<id>`."""
    _decide(context, press, rest, Choice.BLOCK)


def _decide(context: Context, press: Press, session_id: str, choice: int | Choice | None) -> None:
    outcome = Outcome.NOT_YOURS
    known = _known(session_id)
    if known is not None and choice is not None:
        tap = Tap(press.from_user.id, press.chat_id, press.message_id, choice)
        outcome = answer(context.session, known, tap)
    said = text(f"bot.approval_{outcome}", context.language(press.from_user))
    context.answer(press, said)
    if outcome not in _CHANGES_NOTHING:
        context.edit(press.chat_id, press.message_id, said)


def _known(session_id: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(hex=session_id)
    except ValueError:
        return None
