"""Ask Telegram for updates where no webhook brings them: one process of all asks for each bot."""

from __future__ import annotations

import threading
from collections.abc import Mapping

import psycopg2
from dramatiq import Broker, Worker
from dramatiq.middleware import Middleware
from psycopg2.extensions import connection
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, sessionmaker

from core.logs import get_logger
from models import bot_updates
from telegram.bot_api import BotApi, BotApiError
from telegram.updates import ALLOWED
from worker.listening import connect_aside

log = get_logger(__name__)

_WAIT_SECONDS = 20
_LOOK_SECONDS = 2.0
_AFTER_FAILURE = 5.0
_LOCK = "select pg_try_advisory_lock(7261003, hashint8(%s))"


class BotPolling(Middleware):
    """A thread for each bot; whoever holds the bot's lock in Postgres asks, the others wait for
    it. The lock ends with its holder's connection."""

    def __init__(
        self, engine: Engine, sessions: sessionmaker[Session], apis: Mapping[int, BotApi]
    ) -> None:
        self._engine = engine
        self._sessions = sessions
        self._apis = apis
        self._stop = threading.Event()

    def after_worker_boot(self, broker: Broker, worker: Worker) -> None:  # noqa: ARG002
        for api in self._apis.values():
            # A question under way ends with the process.
            threading.Thread(target=self._run, args=(api,), name="bot-polling", daemon=True).start()

    def before_worker_shutdown(self, broker: Broker, worker: Worker) -> None:  # noqa: ARG002
        self._stop.set()

    def _run(self, api: BotApi) -> None:
        while not self._stop.is_set():
            try:
                held = connect_aside(self._engine)
                try:
                    self._ask_while_holding(api, held)
                finally:
                    held.close()
            except (psycopg2.Error, SQLAlchemyError, OSError, BotApiError) as error:
                what = str(error) if isinstance(error, BotApiError) else type(error).__name__
                log.warning("bot.polling_failed", bot_id=api.bot_id, error=what)
                self._stop.wait(_AFTER_FAILURE)
            except Exception:
                log.exception("bot.polling_failed", bot_id=api.bot_id)
                self._stop.wait(_AFTER_FAILURE)

    def _ask_while_holding(self, api: BotApi, held: connection) -> None:
        while not self._lock(api, held):
            if self._stop.wait(_LOOK_SECONDS):
                return
        log.info("bot.polling", bot_id=api.bot_id)
        # Telegram gives updates to a webhook or to whoever asks, never to both.
        api.delete_webhook()
        offset: int | None = None
        while not self._stop.is_set():
            offset = poll_once(self._sessions, api, offset, wait_seconds=_WAIT_SECONDS)
            # Raises if the connection, and with it the lock, is gone.
            with held.cursor() as cursor:
                cursor.execute("select 1")

    def _lock(self, api: BotApi, held: connection) -> bool:
        with held.cursor() as cursor:
            cursor.execute(_LOCK, (api.bot_id,))
            row = cursor.fetchone()
        return bool(row and row[0])


def poll_once(
    sessions: sessionmaker[Session], api: BotApi, offset: int | None, *, wait_seconds: int
) -> int | None:
    """Store what is there; the offset that confirms it with the next question."""
    updates = api.get_updates(offset, wait_seconds=wait_seconds, allowed=ALLOWED)
    if not updates:
        return offset
    with sessions.begin() as session:
        for update in updates:
            bot_updates.store(session, api.bot_id, update)
    return max(int(update["update_id"]) for update in updates) + 1
