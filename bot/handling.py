"""Handle one stored update: what its handler writes and owes is committed with the fact that it was
handled, or not at all."""

from __future__ import annotations

import uuid
from collections.abc import Mapping

from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session, sessionmaker

from bot import dispatch
from bot.context import Context
from core.logs import get_logger
from core.settings import Settings
from models import bot_updates
from telegram.bot_api import BotApi
from telegram.updates import parse

log = get_logger(__name__)

MOST_TRIES = 5


def handle(
    sessions: sessionmaker[Session],
    settings: Settings,
    apis: Mapping[int, BotApi],
    row_id: uuid.UUID,
) -> None:
    """Let the update be answered, once. A handler that fails is tried again later, and after five
    times no more. Raises OperationalError or TimeoutError while Postgres is away: that is no try.
    """
    try:
        context = _handled(sessions, settings, apis, row_id)
    except (OperationalError, PoolTimeout):
        raise
    except Exception as error:  # noqa: BLE001 - whatever a handler raises, the others go on
        _failed(sessions, row_id, error)
        return
    if context is not None:
        context.give_answers()


def _handled(
    sessions: sessionmaker[Session],
    settings: Settings,
    apis: Mapping[int, BotApi],
    row_id: uuid.UUID,
) -> Context | None:
    with sessions.begin() as session:
        row = bot_updates.hold(session, row_id)
        if row is None:
            return None
        bot_updates.mark_handled(session, row_id)
        api = apis.get(row.bot_id)
        update = parse(row.payload or {})
        if api is None or update is None:
            return None
        context = Context(session, settings, row.bot_id, api, update=row_id.hex)
        dispatch.handle(context, update)
    return context


def _failed(sessions: sessionmaker[Session], row_id: uuid.UUID, error: Exception) -> None:
    with sessions.begin() as session:
        tries, aside = bot_updates.note_failure(session, row_id, MOST_TRIES)
    event = "bot.update_set_aside" if aside else "bot.update_failed"
    log.error(event, update=str(row_id), tries=tries, exc_info=error)
