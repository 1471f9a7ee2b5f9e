"""Hear Postgres's notifications on one channel, in a thread of its own."""

from __future__ import annotations

import select
import threading
from collections.abc import Callable

import psycopg2
from psycopg2.extensions import ISOLATION_LEVEL_AUTOCOMMIT, connection
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from core.logs import get_logger

log = get_logger(__name__)


class Listener:
    """Calls `heard` when something was notified; behind it must stand a slow poll, since what is
    notified while the connection is down is not heard."""

    def __init__(
        self, engine: Engine, channel: str, heard: Callable[[], object], *, retry_seconds: float
    ) -> None:
        self._engine = engine
        self._channel = channel
        self._heard = heard
        self._retry = retry_seconds

    def run(self, stop: threading.Event) -> None:
        """Until `stop`, whatever happens to Postgres."""
        while not stop.is_set():
            try:
                opened = self._open()
                # What was notified until now nobody heard.
                self._heard()
                self._hear(opened, stop)
            except (psycopg2.Error, SQLAlchemyError, OSError, ValueError) as error:
                log.warning("relay.deaf", channel=self._channel, error=type(error).__name__)
                stop.wait(self._retry)

    def _open(self) -> connection:
        opened = connect_aside(self._engine)
        with opened.cursor() as cursor:
            cursor.execute(f"listen {self._channel}")
        return opened

    def _hear(self, opened: connection, stop: threading.Event) -> None:
        try:
            while not stop.is_set():
                readable, _, _ = select.select([opened], [], [], 1.0)
                if not readable:
                    continue
                opened.poll()
                if opened.notifies:
                    opened.notifies.clear()
                    self._heard()
        finally:
            opened.close()


def connect_aside(engine: Engine) -> connection:
    """A connection beside the pool, for what is held for long: each statement is for itself."""
    arguments, named = engine.dialect.create_connect_args(engine.url)
    opened: connection = psycopg2.connect(*arguments, **named, connect_timeout=5, keepalives_idle=5)
    opened.set_isolation_level(ISOLATION_LEVEL_AUTOCOMMIT)
    return opened
