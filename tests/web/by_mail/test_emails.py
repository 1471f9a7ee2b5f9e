"""An address beside Telegram, and a second factor beside a password."""

from __future__ import annotations

import itertools
import time
import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pyotp
import pytest
from flask_jwt_extended import create_access_token
from flask_openapi3 import OpenAPI
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from models.second_factors import hold_or_begin
from tests.web.by_mail.conftest import OTHER, PASSWORD, House, address
from tests.web.conftest import Person, problem
from trading.desk import Desk
from web import tries

EMAIL, VERIFY = "/api/users/email", "/api/auth/verify"
_people = itertools.count(time.time_ns() // 1000 % 2**50)


def email_of(person: Person) -> Any:
    return person.get("/api/auth/me").get_json()["email"]


def want(person: Person, email: str, password: str = PASSWORD, **more: Any) -> TestResponse:
    return person.call("PUT", EMAIL, json={"email": email, "password": password, **more})


# -- an address beside Telegram ---------------------------------------------------------------


def test_a_person_adds_an_address_changes_it_and_removes_it(
    house: House, by_telegram: Callable[..., Person]
) -> None:
    person, first, second = by_telegram(house), address(), address()
    assert email_of(person) is None
    assert want(person, first).status_code == 202
    assert email_of(person) == {"address": first, "verified": False}
    problem(house.login(first), 401, "bad_credentials")
    house.worker.send_all()
    verified = {"token": house.mailbox.token(first), "password": PASSWORD}
    house.signed_in(house.post("verify", **verified))
    assert email_of(person) == {"address": first, "verified": True}
    me = person.get("/api/auth/me").get_json()["id"]
    same = house.signed_in(house.login(first))
    assert same.get("/api/auth/me").get_json()["id"] == me

    problem(want(person, second, OTHER), 403, "password_wrong")
    assert want(person, second).status_code == 202
    assert email_of(person)["address"] == first
    house.worker.send_all()
    # Where they are signed in, the link is enough.
    house.signed_in(person.post(VERIFY, {"token": house.mailbox.token(second)}))
    assert email_of(person)["address"] == second
    problem(house.login(first), 401, "bad_credentials")
    house.signed_in(house.login(second))

    problem(person.call("DELETE", EMAIL, json={"password": OTHER}), 403, "password_wrong")
    assert person.call("DELETE", EMAIL, json={"password": PASSWORD}).status_code == 204
    assert email_of(person) is None
    problem(house.login(second), 401, "bad_credentials")
    problem(person.call("DELETE", EMAIL, json={"password": PASSWORD}), 409, "no_email")
    house.worker.send_all()
    assert house.mailbox.subjects(first) == ["Подтвердите свой адрес", "Ваш адрес изменён"]
    assert house.mailbox.subjects(second) == ["Подтвердите свой адрес", "Ваш адрес удалён"]


def test_an_address_that_is_the_only_way_in_stays(house: House) -> None:
    person = house.registered(address())
    problem(person.call("DELETE", EMAIL, json={"password": PASSWORD}), 409, "last_way_in")
    house.signed_in(house.login(email_of(person)["address"]))


def test_another_s_address_is_not_to_be_had_and_its_owner_is_told(
    house: House, by_telegram: Callable[..., Person]
) -> None:
    taken = address()
    house.registered(taken)
    person = by_telegram(house)
    assert want(person, taken, OTHER).status_code == 202
    house.worker.send_all()
    assert "token=" not in house.mailbox.to(taken)[0]["text"]
    assert len(house.mailbox.to(taken)) == 2
    assert email_of(person) is None
    problem(house.login(taken, OTHER), 401, "bad_credentials")


def test_whoever_reads_the_mail_of_an_address_does_not_get_into_its_asker_s_account(
    house: House, by_telegram: Callable[..., Person]
) -> None:
    """Neither a stranger whose address was mistyped, nor one who was to end up in a trap."""
    person, stranger, email = by_telegram(house), by_telegram(house), address()
    want(person, email)
    house.worker.send_all()
    link = {"token": house.mailbox.token(email)}
    problem(house.post("verify", **link), 401, "password_required")
    problem(stranger.post(VERIFY, link), 401, "password_required")
    wrong = problem(stranger.post(VERIFY, {**link, "password": OTHER}), 401, "bad_credentials")
    assert [fault["field"] for fault in wrong["errors"]] == ["password"]
    assert email_of(person)["verified"] is False
    person.post("/api/auth/logout")
    problem(person.post(VERIFY, link), 401, "password_required")
    house.signed_in(house.post("verify", **link, password=PASSWORD))


def test_an_outlived_sign_in_is_told_so_that_it_is_renewed(
    house: House, by_telegram: Callable[..., Person]
) -> None:
    person, email = by_telegram(house), address()
    want(person, email)
    house.worker.send_all()
    with house.app.app_context():
        me = person.get("/api/auth/me").get_json()["id"]
        outlived = create_access_token(
            me, expires_delta=timedelta(seconds=-1), additional_claims={"sid": str(uuid.uuid4())}
        )
    house.known_secrets(outlived)
    answer = replace(person, token=outlived).post(VERIFY, {"token": house.mailbox.token(email)})
    problem(answer, 401, "token_expired")


def test_guesses_by_a_link_are_guesses_of_the_asker_s_password(house: House) -> None:
    mine, wanted = address(), address()
    want(house.registered(mine), wanted)
    house.worker.send_all()
    link = {"token": house.mailbox.token(wanted)}
    for _ in range(tries.FROM_ONE_NETWORK // 2):
        problem(house.login(mine, OTHER), 401, "bad_credentials")
        problem(house.post("verify", **link, password=OTHER), 401, "bad_credentials")
    problem(house.post("verify", **link, password=PASSWORD), 429, "rate_limited")
    problem(house.login(mine), 429, "rate_limited")


def test_what_was_wanted_before_a_password_changed_is_wanted_no_more(house: House) -> None:
    mine, thief_s = address(), address()
    person = house.registered(mine)
    want(person, thief_s)
    house.worker.send_all()
    token = house.mailbox.token(thief_s)
    change = {"old_password": PASSWORD, "new_password": OTHER}
    assert person.post("/api/users/password", change).status_code == 204
    problem(house.post("verify", token=token), 400, "link_invalid")


def test_a_new_password_has_to_be_good_for_whoever_adds_an_address(
    house: House,
    by_telegram: Callable[..., Person],
) -> None:
    refused = problem(want(by_telegram(house), address(), "password1"), 400, "validation_failed")
    assert refused["errors"][0]["field"] == "password"


# -- a second factor beside the password ------------------------------------------------------


@pytest.fixture
def with_totp(session: Session, desk: Desk) -> Callable[[Person], pyotp.TOTP]:
    """Sets an authenticator up."""

    def make(person: Person) -> pyotp.TOTP:
        user_id = uuid.UUID(person.get("/api/auth/me").get_json()["id"])
        secret = pyotp.random_base32()
        row = hold_or_begin(session, user_id)
        assert row is not None
        row.totp_enc = desk.vault.encrypt(user_id, secret)
        session.commit()
        return pyotp.TOTP(secret)

    return make


def test_a_code_is_asked_for_after_a_right_password_only(
    house: House, with_totp: Callable[[Person], pyotp.TOTP]
) -> None:
    email = address()
    totp = with_totp(house.registered(email))
    problem(house.login(email, OTHER, code=totp.now()), 401, "bad_credentials")
    problem(house.login(email), 401, "totp_required")
    problem(house.login(email, code="000"), 401, "totp_wrong")
    code = totp.now()
    house.signed_in(house.login(email, code=code))
    problem(house.login(email, code=code), 401, "totp_wrong")


def test_a_thief_of_a_session_adds_no_address_past_the_second_factor(
    house: House,
    by_telegram: Callable[..., Person],
    with_totp: Callable[[Person], pyotp.TOTP],
) -> None:
    person, email = by_telegram(house), address()
    totp = with_totp(person)
    problem(want(person, email), 403, "totp_required")
    now = int(time.time())
    assert want(person, email, code=totp.at(now)).status_code == 202
    house.worker.send_all()
    token = house.mailbox.token(email)
    theirs = {"token": token, "password": PASSWORD}
    problem(house.post("verify", **theirs), 401, "totp_required")
    house.signed_in(house.post("verify", **theirs, code=totp.at(now + 30)))


def test_an_operator_gives_a_role_by_address(app: OpenAPI, house: House) -> None:
    email = address()
    person = house.registered(email)
    runner = app.test_cli_runner()
    assert runner.invoke(args=["people", "role", email.upper(), "admin"]).exit_code == 0
    assert person.get("/api/auth/me").get_json()["role"] == "admin"
    nobody = runner.invoke(args=["people", "role", address(), "admin"])
    assert (nobody.exit_code, "Nobody" in nobody.output) == (1, True)
