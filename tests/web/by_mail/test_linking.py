"""A person who signs in by e-mail links their Telegram, over the sandbox Telegram."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from pydantic import SecretStr
from sqlalchemy.orm import Session, sessionmaker

from identity.linking import Linked, link_telegram
from models.audit import AuditFilter, entries
from telegram.updates import Person as Sender
from tests.bot.conftest import BotAtWork
from tests.bots import BotUnderTest, Phone
from tests.web.by_mail.conftest import House, address
from tests.web.conftest import Person, problem
from trading.desk import Desk

LINK = "/api/users/link-telegram"


@dataclass
class Town:
    """A house whose bot answers."""

    house: House
    work: BotAtWork

    def code(self, person: Person) -> str:
        """Of the link that the app shows."""
        answer = person.post(LINK)
        assert answer.status_code == 200, answer.get_data(as_text=True)
        start, _, code = answer.get_json()["url"].partition("?start=link_")
        assert start == f"https://t.me/{self.work.bot.api.get_me().username}"
        person.known_secrets(code)
        return str(code)

    def open(self, phone: Phone, code: str) -> list[str]:
        """Open the link; the data of the buttons that come with the answer."""
        phone.write(f"/start link_{code}")
        self._answer()
        return [button["callback_data"] for row in self._last(phone)["buttons"] for button in row]

    def tap(self, phone: Phone, data: str) -> str:
        """The message afterwards."""
        phone.press(int(self._last(phone)["message_id"]), data)
        self._answer()
        return self.said(phone)

    def said(self, phone: Phone) -> str:
        return str(self._last(phone)["text"])

    def _last(self, phone: Phone) -> dict[str, object]:
        return phone.messages()[-1]

    def _answer(self) -> None:
        for row in self.work.hear():
            self.work.handle(row)
        for owed in self.work.owed():
            self.work.rest()
            self.work.send(owed.id)


@pytest.fixture
def town(
    houses: Callable[..., House],
    make_bot: Callable[..., BotUnderTest],
    sessions: sessionmaker[Session],
    desk: Desk,
) -> Town:
    bot = make_bot()
    house = houses(telegram_bot_token=SecretStr(bot.token))
    return Town(house, BotAtWork(bot, sessions, desk))


def test_a_person_links_their_telegram_and_signs_in_by_it(
    town: Town, by_telegram: Callable[..., Person], session: Session
) -> None:
    house, email, phone = town.house, address(), town.work.bot.person()
    person = house.registered(email)
    code = town.code(person)
    yes, no = town.open(phone, code)
    assert "v•••@ebb-test.example" in town.said(phone)
    assert code not in f"{yes}{no}"
    assert town.tap(phone, yes).startswith("Linked")

    me = by_telegram(house, phone.id).get("/api/auth/me").get_json()
    assert (me["telegram_id"], me["email"]["address"]) == (phone.id, email)
    assert me["id"] == person.get("/api/auth/me").get_json()["id"]
    problem(person.post(LINK), 409, "telegram_linked")
    house.worker.send_all()
    assert house.mailbox.subjects(email)[-1] == "Telegram was linked"
    told = entries(session, AuditFilter(user_id=uuid.UUID(me["id"])), before=None, limit=9)
    assert "telegram.linked" in [one.entry.action for one in told]
    assert town.open(town.work.bot.person(), code) == []


def test_a_telegram_account_with_an_account_of_its_own_is_not_merged(
    town: Town, by_telegram: Callable[..., Person]
) -> None:
    person, phone = town.house.registered(address()), town.work.bot.person()
    theirs = by_telegram(town.house, phone.id).get("/api/auth/me").get_json()["id"]
    yes, _ = town.open(phone, town.code(person))
    assert "two can't become one" in town.tap(phone, yes)
    assert by_telegram(town.house, phone.id).get("/api/auth/me").get_json()["id"] == theirs
    assert person.get("/api/auth/me").get_json()["telegram_id"] is None


def test_only_the_one_who_was_asked_agrees_and_to_the_newest_link_only(town: Town) -> None:
    person = town.house.registered(address())
    asked, another = town.work.bot.person(), town.work.bot.person()
    old = town.code(person)
    yes, _ = town.open(asked, old)
    reference = yes.partition(":")[2]
    with town.work.sessions.begin() as session:
        assert link_telegram(session, reference, Sender(another.id)) is Linked.EXPIRED
    newest = town.code(person)
    assert "no longer good" in town.tap(asked, yes)
    assert town.open(asked, old) == []
    _, no = town.open(asked, newest)
    assert "Nothing" in town.tap(asked, no)
    assert person.get("/api/auth/me").get_json()["telegram_id"] is None


def test_a_telegram_that_is_away_is_said_to_be(houses: Callable[..., House]) -> None:
    house = houses(telegram_api_url="http://127.0.0.1:1")
    problem(house.registered(address()).post(LINK), 502, "telegram_unreachable")
