"""Handle one stored update: what its handler writes and owes is committed with the fact that it was
handled, or not at all."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable, Mapping

from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session, sessionmaker

from bot import dispatch
from bot.context import Context
from bot.looking import Outlook
from core import tracing
from core.logs import get_logger
from core.tallies import Tallies
from models import bot_updates
from telegram.bot_api import BotApi
from telegram.updates import parse
from trading.desk import Desk

log = get_logger(__name__)

MOST_TRIES = 5
_LOOKS = threading.BoundedSemaphore(2)
"""Questions to the exchange at the same time: while it is slow, jobs need the other threads of a
worker."""
_BUSY_SECONDS = 0.5
_LOOK_SECONDS = 20.0
"""A look takes less; only if its worker died is another told of the update."""


def handle(
    sessions: sessionmaker[Session],
    desk: Desk,
    apis: Mapping[int, BotApi],
    tallies: Tallies,
    row_id: uuid.UUID,
    *,
    ring: Callable[[uuid.UUID], object] = lambda _: None,
) -> None:
    """Let the update be answered, once. A handler that fails is tried again later, and after five
    times no more. `ring` is called for a job that it accepted; where it is not, the relay rings.
    Raises OperationalError or TimeoutError while Postgres is away: that is no try."""
    with tracing.entry("bot.update", {}, kind="consumer") as entry:
        try:
            context = _handled(sessions, desk, apis, tallies, row_id)
        except (OperationalError, PoolTimeout):
            raise
        except Exception as error:  # noqa: BLE001 - whatever a handler raises, the others go on
            entry.came_to("failed")
            _failed(sessions, row_id, error)
            return
        if context is None:
            return
        if context.accepted is not None:
            with tracing.step("job.ring", {"ebb.by": "bot"}, kind="producer"):
                ring(context.accepted)
        context.give_answers()


def _handled(
    sessions: sessionmaker[Session],
    desk: Desk,
    apis: Mapping[int, BotApi],
    tallies: Tallies,
    row_id: uuid.UUID,
) -> Context | None:
    with sessions() as session:
        row = bot_updates.peek(session, row_id)
    if row is None:
        return None
    api, update = apis.get(row.bot_id), parse(row.payload or {})
    found = None
    if api is not None and update is not None:
        outlook = Outlook(sessions, desk, tallies)
        if not dispatch.needs_look(update):
            found = dispatch.look(outlook, update)
        elif _LOOKS.acquire(blocking=False):
            try:
                _put_off(sessions, row_id, _LOOK_SECONDS)
                found = dispatch.look(outlook, update)
            finally:
                _LOOKS.release()
        else:
            _put_off(sessions, row_id, _BUSY_SECONDS)
            return None
    with sessions() as session:
        if bot_updates.hold(session, row_id) is None:
            return None
        context = None
        if api is not None and update is not None:
            context = Context(session, desk, row.bot_id, api, update=row_id.hex, found=found)
            dispatch.handle(context, update)
        # Last: a handler that accepts a job commits it, and may be called again after that.
        bot_updates.mark_handled(session, row_id)
        session.commit()
    return context


def _put_off(sessions: sessionmaker[Session], row_id: uuid.UUID, seconds: float) -> None:
    with sessions.begin() as session:
        bot_updates.put_off(session, row_id, seconds)


def _failed(sessions: sessionmaker[Session], row_id: uuid.UUID, error: Exception) -> None:
    with sessions.begin() as session:
        tries, aside = bot_updates.note_failure(session, row_id, MOST_TRIES)
    event = "bot.update_set_aside" if aside else "bot.update_failed"
    log.error(event, update=str(row_id), tries=tries, exc_info=error)
