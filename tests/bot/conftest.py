"""A bot at the sandbox Telegram whose updates and sends are worked off at a test's word."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property
from typing import Any

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session, sessionmaker

from bot.handling import handle
from bot.sending import send
from core.redis_patience import quick_redis
from core.tallies import Tallies
from models import bot_delivery, bot_sends, bot_updates
from models.bot_sends import BotSend, SendState
from models.bot_updates import BotUpdate
from telegram.bot_api import BotApi
from tests.bots import BotUnderTest
from trading.desk import Desk
from worker.bot_polling import poll_once


@dataclass
class BotAtWork:
    """What a worker does, step by step."""

    bot: BotUnderTest
    sessions: sessionmaker[Session]
    desk: Desk
    offset: int | None = None
    rung: list[uuid.UUID] = field(default_factory=list)

    @cached_property
    def tallies(self) -> Tallies:
        return Tallies(quick_redis(self.desk.settings.redis_address))

    @property
    def apis(self) -> dict[int, BotApi]:
        return {self.bot.id: self.bot.api}

    def hear(self) -> list[uuid.UUID]:
        """Store what people wrote and tapped; the rows that are open."""
        self.offset = poll_once(self.sessions, self.bot.api, self.offset, wait_seconds=0)
        with self.sessions() as session:
            return list(
                session.scalars(
                    select(BotUpdate.id)
                    .where(BotUpdate.bot_id == self.bot.id, BotUpdate.handled_at.is_(None))
                    .order_by(BotUpdate.id)
                )
            )

    def handle(self, row_id: uuid.UUID) -> None:
        handle(self.sessions, self.desk, self.apis, self.tallies, row_id, ring=self.rung.append)

    def owe(self, chat_id: int, text: str = "hello", **more: Any) -> uuid.UUID:
        made = {"bot_id": self.bot.id, "kind": "test", "key": uuid.uuid4().hex, **more}
        with self.sessions.begin() as session:
            return bot_sends.owe(session, chat_id=chat_id, text=text, **made)

    def owe_edit(self, chat_id: int, text: str, **more: Any) -> uuid.UUID:
        made = {"bot_id": self.bot.id, "kind": "test", "key": uuid.uuid4().hex, **more}
        with self.sessions.begin() as session:
            return bot_sends.owe_edit(session, chat_id=chat_id, text=text, **made)

    def send(self, send_id: uuid.UUID) -> float | None:
        return send(self.sessions, self.apis, send_id)

    def send_all(self) -> None:
        """All that is owed, as if the pace let each out."""
        for row in self.owed():
            if row.state is SendState.OWED:
                self.rest(5)
                self.send(row.id)

    def rest(self, seconds: float = 1) -> None:
        """As if so much time had passed for the pace, for waits, and for calls under way."""
        past = timedelta(seconds=seconds)
        with self.sessions.begin() as session:
            session.execute(
                update(BotSend)
                .where(BotSend.bot_id == self.bot.id)
                .values(
                    began_at=BotSend.began_at - past,
                    not_before=BotSend.not_before - past,
                    ring_at=BotSend.ring_at - past,
                )
            )

    def row(self, send_id: uuid.UUID) -> BotSend:
        with self.sessions() as session:
            return session.scalars(select(BotSend).where(BotSend.id == send_id)).one()

    def update(self, row_id: uuid.UUID) -> BotUpdate:
        with self.sessions() as session:
            return session.scalars(select(BotUpdate).where(BotUpdate.id == row_id)).one()

    def owed(self) -> list[BotSend]:
        with self.sessions() as session:
            query = select(BotSend).where(BotSend.bot_id == self.bot.id).order_by(BotSend.id)
            return list(session.scalars(query))

    def due(self) -> set[uuid.UUID]:
        """The sends that the bell would ring for, with nothing noted."""
        with self.sessions() as session:
            mine = {row.id for row in self.owed()}
            return set(bot_delivery.due(session, 2)) & mine

    def updates_due(self) -> set[uuid.UUID]:
        with self.sessions() as session:
            return set(bot_updates.due(session, 2))

    def pass_time_for_updates(self, seconds: float) -> None:
        with self.sessions.begin() as session:
            session.execute(
                update(BotUpdate)
                .where(BotUpdate.bot_id == self.bot.id)
                .values(ring_at=func.now() - timedelta(seconds=seconds))
            )


@pytest.fixture
def work(
    make_bot: Callable[..., BotUnderTest],
    sessions: sessionmaker[Session],
    desk: Desk,
    clean_database: None,
) -> Iterator[BotAtWork]:
    made = BotAtWork(make_bot(), sessions, desk)
    yield made
    made.bot.control("DELETE", "faults", bot_id=made.bot.id)
