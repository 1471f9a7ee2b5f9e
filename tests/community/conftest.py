"""A community's group at the sandbox Telegram, an operator, and a worker at a test's word."""

from __future__ import annotations

import importlib
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from flask_openapi3 import OpenAPI
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from community.channel import Channel
from community.schedule import pass_once
from core.roles import Role
from models.audit import AuditEntry
from models.bot_sends import BotSend, SendState
from models.broadcasts import Broadcast
from models.signals import Signal
from models.users import User
from tests.bot import conftest as bot
from tests.bot.conftest import BotAtWork
from tests.web import conftest as web
from tests.web.conftest import Person

app, client, make_person, person = web.app, web.client, web.make_person, web.person
work = bot.work
TOPIC = 47


@dataclass
class Community:
    """The group with its topic; what open apps were told: whom (None: everybody), what, with
    what."""

    work: BotAtWork
    channel: Channel
    told: list[tuple[uuid.UUID | None, str, dict[str, Any]]] = field(default_factory=list)

    def send_all(self) -> None:
        """What workers do, until nothing is owed that may be sent now."""
        for _ in range(20):
            due = self.work.due()
            for send_id in due:
                self.work.send(send_id)
            if not due:
                return
            self.work.rest()

    def pass_time(self, table: type[Any], row_id: str, **moments: timedelta) -> None:
        """As if the row's moment had been so much earlier."""
        with self.work.sessions.begin() as session:
            values = {name: getattr(table, name) - gone for name, gone in moments.items()}
            session.execute(update(table).where(table.id == uuid.UUID(row_id)).values(values))

    def look(self) -> float | None:
        """What the bell does by the clock."""
        return pass_once(self.work.sessions, self.channel)

    def messages(self) -> list[dict[str, Any]]:
        bot = self.work.bot
        shown = bot.control("GET", "messages", bot_id=bot.id, chat_id=self.channel.chat_id)
        return list(shown)

    def pinned(self) -> list[int]:
        bot = self.work.bot
        chats = bot.control("GET", "chats", bot_id=bot.id)
        return list(next(one["pinned"] for one in chats if one["id"] == self.channel.chat_id))

    def open_sends(self) -> list[BotSend]:
        ended = (SendState.SENT, SendState.REFUSED, SendState.UNKNOWN)
        return [row for row in self.work.owed() if row.state not in ended]

    def audited(self, subject: str) -> list[str]:
        with self.work.sessions() as session:
            query = select(AuditEntry.action).where(AuditEntry.subject == subject)
            return list(session.scalars(query.order_by(AuditEntry.id)))


@pytest.fixture
def community(work: BotAtWork, app: OpenAPI, monkeypatch: pytest.MonkeyPatch) -> Community:
    group = {"bot_id": work.bot.id, "topics": {str(TOPIC): "live-bets", "5": "news"}}
    chat_id = work.bot.control("POST", "groups", group)["id"]
    made = Community(work, Channel(work.bot.id, chat_id, TOPIC))
    with work.sessions.begin() as session:
        # Of whoever else spoke to the same database: the clock would end theirs too.
        session.execute(delete(Signal))
        session.execute(delete(Broadcast))
    monkeypatch.setitem(app.extensions, "channel", made.channel)

    def tell(_: Session, user_id: uuid.UUID | None, kind: str, data: dict[str, Any]) -> None:
        made.told.append((user_id, kind, data))

    monkeypatch.setattr("community.telling.tell", tell)
    return made


@pytest.fixture
def both_at_once(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """From then on the next two requests look for their key (by this function) before either has
    committed."""

    def begin(look_up: str) -> None:
        module, _, name = look_up.rpartition(".")
        really = getattr(importlib.import_module(module), name)
        blind = iter((True, True))
        monkeypatch.setattr(look_up, lambda *told: None if next(blind, False) else really(*told))

    return begin


@pytest.fixture
def promote(work: BotAtWork) -> Callable[[Person, Role], uuid.UUID]:
    """Gives a person a role; their id."""

    def run(person: Person, role: Role) -> uuid.UUID:
        found = uuid.UUID(person.get("/api/auth/me").get_json()["id"])
        with work.sessions.begin() as session:
            session.execute(update(User).where(User.id == found).values(role=role))
        return found

    return run


@dataclass
class Operator:
    """An admin, and their id."""

    person: Person
    id: uuid.UUID


@pytest.fixture
def operator(
    make_person: Callable[..., Person], promote: Callable[[Person, Role], uuid.UUID]
) -> Operator:
    person = make_person()
    return Operator(person, promote(person, Role.ADMIN))
