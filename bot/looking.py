"""What a handler learns before its transaction: who asks, and what the exchange says. The exchange
may take its time, and no row may be held meanwhile."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session, sessionmaker

from bot.context import language_for
from core.problems import Problem
from core.roles import Permission, may
from core.tallies import Tallies
from models import row_security
from models.states import MarketType
from models.users import Account, User, live_account, user_by_telegram_id
from telegram.updates import Person
from trading.desk import Desk

# Questions of one person, to all processes together.
_MOST, _WITHIN_SECONDS = 10, 60


class Refusal(Exception):
    """Something that the bot says instead of doing it: `bot.<key>` of the catalogue."""

    def __init__(self, key: str, **values: str) -> None:
        super().__init__(key)
        self.key = key
        self.values = values


@dataclass(frozen=True, slots=True)
class Trader:
    """A person with the account that the bot acts on: their default one."""

    user: User
    account: Account
    language: str

    @property
    def market(self) -> MarketType:
        """The one that they see first in the app."""
        return MarketType(self.user.settings.get("default_market", MarketType.FUTURES))


@dataclass(frozen=True, slots=True)
class Outlook:
    """For one update. Each question to the database is a transaction of its own."""

    sessions: sessionmaker[Session]
    desk: Desk
    tallies: Tallies

    def admit(self, person: Person) -> None:
        """Count one more question: each may cost calls to the exchange that jobs need too. Raises
        Refusal `too_often` beyond the most."""
        # Redis learns no Telegram id.
        name = f"bot:{self.desk.vault.fingerprint(str(person.id))}"
        number, left = self.tallies.count(name, _WITHIN_SECONDS)
        if number > _MOST:
            raise Refusal("too_often", seconds=str(left))

    def language(self, person: Person) -> str:
        with self.sessions() as session:
            return language_for(user_by_telegram_id(session, person.id), person)

    def trader(self, person: Person) -> Trader:
        """Raises Refusal `nobody` for one whom Ebb does not know, Problem `forbidden`, and
        `no_api_key` where nothing is connected."""
        with self.sessions() as session:
            user = user_by_telegram_id(session, person.id)
            if user is None:
                raise Refusal("nobody")
            if not may(user.role, Permission.TRADE):
                raise Problem("forbidden", 403)
            account = live_account(session, user.id, None)
            if account is None:
                raise Problem("no_api_key", 409)
            return Trader(user, account, language_for(user, person))

    def acting(self, user: User) -> Session:
        """A session that sees the person's rows alone."""
        return row_security.of(self.sessions, user.id)()
