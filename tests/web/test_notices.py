"""What a person should be told stands in their list until they have read it."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from core import clock
from core.settings import Settings
from core.texts import text
from models import notices
from models.bot_sends import BotSend
from models.users import user_by_telegram_id
from telegram.init_data import TelegramUser, sign
from tests.web.conftest import Person, problem
from tests.web.test_farewell import rows_with

NOTICES = "/api/notices"
Make = Callable[..., dict[str, Any]]


@pytest.fixture
def endangered(
    person: Person, make_account: Make, control: Callable[..., Any]
) -> tuple[Person, str, Callable[..., None]]:
    """Someone whose key gained the right to withdraw; the account's id; changes the key again."""
    keys = make_account(balances={"USDT": "1000"})
    account = person.connect(keys).get_json()["id"]

    def change(**now: Any) -> None:
        control("PATCH", f"accounts/{keys['uid']}", now)

    change(permissions={"Wallet": ["Withdraw"]})
    return person, account, change


def check(person: Person, account: str) -> dict[str, Any]:
    answer = person.post(f"/api/users/api-keys/{account}/check")
    assert answer.status_code == 200, answer.get_data(as_text=True)
    found: dict[str, Any] = answer.get_json()
    return found


def test_a_key_that_became_dangerous_takes_no_job_until_its_owner_mended_it(
    endangered: tuple[Person, str, Callable[..., None]],
) -> None:
    person, account, change = endangered
    body = {"market_type": "futures", "percent": "25"}
    assert check(person, account)["state"] == "dangerous"
    assert person.get("/api/auth/me").get_json()["accounts"][0]["state"] == "dangerous"
    for language, word in (("ru", "вывод"), ("en", "withdraw")):
        refused = person.order("/api/positions/reduce", body)
        assert problem(refused, 409, "key_dangerous")
        shown = person.call("GET", NOTICES, headers={"Accept-Language": language}).get_json()
        assert word in shown["items"][0]["message"]
    change(permissions={"Wallet": []})
    assert check(person, account)["state"] == "ok"
    assert person.order("/api/positions/reduce", body).status_code == 202


def test_a_notice_is_read_once(endangered: tuple[Person, str, Callable[..., None]]) -> None:
    person, account, _ = endangered
    check(person, account)
    before = person.get(NOTICES).get_json()
    (notice,) = before["items"]
    assert (before["unread"], notice["kind"], notice["read_at"]) == (
        1,
        "key_withdrawal_gained",
        None,
    )
    assert notice["subject"] == f"account:{account}"
    read = person.post(f"{NOTICES}/{notice['id']}/read").get_json()
    assert read["read_at"] is not None
    assert person.post(f"{NOTICES}/{notice['id']}/read").get_json() == read
    assert person.get(NOTICES).get_json() == {"items": [read], "next_cursor": None, "unread": 0}


def test_notices_come_in_pages_newest_first(
    endangered: tuple[Person, str, Callable[..., None]],
) -> None:
    person, account, change = endangered
    check(person, account)
    change(ips=["127.0.0.1"])
    check(person, account)
    first = person.get(f"{NOTICES}?limit=1").get_json()
    second = person.get(f"{NOTICES}?limit=1&cursor={first['next_cursor']}").get_json()
    kinds = [page["items"][0]["kind"] for page in (first, second)]
    assert kinds == ["key_ips_changed", "key_withdrawal_gained"]
    assert (first["unread"], second["next_cursor"]) == (2, None)


def test_nobody_sees_or_reads_another_s_notices_or_checks_their_key(
    endangered: tuple[Person, str, Callable[..., None]], make_person: Callable[..., Person]
) -> None:
    person, account, _ = endangered
    check(person, account)
    notice = person.get(NOTICES).get_json()["items"][0]["id"]
    other = make_person()
    assert other.get(NOTICES).get_json()["items"] == []
    problem(other.post(f"{NOTICES}/{notice}/read"), 404, "not_found")
    problem(other.post(f"/api/users/api-keys/{account}/check"), 404, "not_found")
    assert person.get(NOTICES).get_json()["unread"] == 1


def test_a_person_who_goes_takes_their_notices_along(
    endangered: tuple[Person, str, Callable[..., None]], session: Session
) -> None:
    person, account, change = endangered
    change(ips=["127.0.0.1", "203.0.113.77"])
    check(person, account)
    gone = person.call("DELETE", "/api/users/me", json={"confirm": "DELETE"})
    assert gone.status_code == 204
    assert rows_with(session, account) == {"audit_log"}
    assert rows_with(session, "203.0.113.77") == set()


@pytest.mark.parametrize("allowed", [True, False])
def test_a_notice_goes_to_the_chat_where_telegram_lets_the_bot_write(
    client: FlaskClient, settings: Settings, session: Session, *, allowed: bool
) -> None:
    user = TelegramUser(id=uuid.uuid4().int % 2**40, language_code="ru-RU", may_be_written=allowed)
    data = sign(user, settings.bot_tokens[0], now=clock.utcnow())
    assert client.post("/api/auth/telegram", json={"init_data": data}).status_code == 200
    known = user_by_telegram_id(session, user.id)
    assert known is not None
    for _ in range(2):
        notices.add(session, known.id, "pin_locked", "second_factor:pin", {})
    told = list(session.scalars(select(BotSend.text).where(BotSend.chat_id == user.id)))
    assert told == ([text("notice.pin_locked", "ru")] if allowed else [])
    session.rollback()
