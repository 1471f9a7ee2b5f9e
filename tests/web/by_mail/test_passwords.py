"""Sign-in by e-mail and password, from the registration to the reset."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from argon2 import PasswordHasher
from flask.testing import FlaskClient
from pydantic import SecretStr
from sqlalchemy import Engine, event, func, select, update
from sqlalchemy.orm import Session
from structlog.testing import CapturingLogger
from werkzeug.test import TestResponse

from core import clock
from identity.passwords import Passwords
from models.audit import AuditFilter, entries
from models.base import db
from models.emails import Email
from models.mail_links import MailLink
from tests.web.by_mail.conftest import OTHER, PASSWORD, House, address
from tests.web.conftest import problem
from tests.web.test_farewell import rows_with
from web import refused_guesses, tries

PASSWORD_PATH = "/api/users/password"


def link_of(session: Session, email: str) -> MailLink:
    session.rollback()
    return session.scalars(select(MailLink).where(MailLink.email == email)).one()


def test_from_the_registration_to_a_reset(house: House, session: Session) -> None:
    email = address()
    answer = house.post("register", email=email.upper(), password=PASSWORD, first_name="Вера")
    assert (answer.status_code, answer.get_json()) == (202, {})
    problem(house.login(email), 401, "bad_credentials")
    house.worker.send_all()
    token = house.mailbox.token(email)

    person = house.signed_in(house.post("verify", token=token))
    me = person.get("/api/auth/me").get_json()
    assert (me["telegram_id"], me["first_name"]) == (None, "Вера")
    assert me["email"] == {"address": email, "verified": True}
    problem(house.post("verify", token=token), 400, "link_invalid")

    other = house.signed_in(house.login(email))
    wrong = {"old_password": OTHER, "new_password": OTHER}
    refused = problem(other.post(PASSWORD_PATH, wrong), 403, "password_wrong")
    assert refused["errors"][0]["field"] == "old_password"
    change = {"old_password": PASSWORD, "new_password": OTHER}
    assert other.post(PASSWORD_PATH, change).status_code == 204
    problem(person.get("/api/auth/me"), 401, "session_ended")
    assert other.get("/api/auth/me").status_code == 200
    problem(house.login(email), 401, "bad_credentials")

    token = house.asked("forgot", email=email)
    weak = problem(
        house.post("reset", token=token, password="12345678910"), 400, "validation_failed"
    )
    assert weak["errors"][0]["code"] == "password_common"
    assert house.post("reset", token=token, password=PASSWORD).status_code == 204
    problem(house.post("reset", token=token, password=PASSWORD), 400, "link_invalid")
    problem(other.get("/api/auth/me"), 401, "session_ended")
    problem(house.login(email, OTHER), 401, "bad_credentials")
    house.signed_in(house.login(email))

    house.worker.send_all()
    assert len(house.mailbox.to(email)) == 4, "to verify, of the change, to reset, of the reset"
    told = entries(session, AuditFilter(user_id=me["id"]), before=None, limit=20)
    assert [one.entry.action for one in reversed(told)] == [
        "user.registered",
        *["user.sign_in"] * 2,
        "password.changed",
        "password.reset",
        "user.sign_in",
    ]
    notices = house.signed_in(house.login(email)).get("/api/notices").get_json()["items"]
    assert [notice["kind"] for notice in notices] == ["password_reset", "password_changed"]


def test_unknown_unverified_and_wrong_are_one_answer_and_one_amount_of_work(house: House) -> None:
    known, unverified = address(), address()
    house.registered(known)
    house.asked("register", email=unverified, password=PASSWORD)
    answers = []
    for email, password in (
        (address(), PASSWORD),
        (unverified, PASSWORD),
        (known, OTHER),
        ("no address\0", PASSWORD),
    ):
        before = house.hasher.verified
        answer = house.login(email, password)
        assert house.hasher.verified - before == 1
        told = problem(answer, 401, "bad_credentials")
        answers.append({**told, "request_id": ""})
    assert all(answer == answers[0] for answer in answers)


@pytest.fixture
def statements(house: House) -> Iterator[list[str]]:
    """The SQL of the house's web process."""
    seen: list[str] = []
    with house.app.app_context():
        engine: Engine = db.engine

    def note(*call: object) -> None:
        seen.append(str(call[2]))

    event.listen(engine, "before_cursor_execute", note)
    yield seen
    event.remove(engine, "before_cursor_execute", note)


@pytest.mark.parametrize(("path", "body"), [("register", {"password": PASSWORD}), ("forgot", {})])
def test_what_is_done_for_an_address_does_not_depend_on_whether_it_is_known(
    house: House, statements: list[str], path: str, body: dict[str, str]
) -> None:
    known = address()
    house.registered(known)
    done = []
    for email in (known, address()):
        statements.clear()
        answer = house.post(path, email=email, **body)
        cookies = [cookie.partition("=")[0] for cookie in answer.headers.getlist("Set-Cookie")]
        done.append((answer.status_code, answer.get_data(), cookies, list(statements)))
    assert done[0] == done[1]
    assert done[0][0] == 202


def test_whoever_is_known_is_told_so_by_mail_and_a_stranger_is_not_written_to(house: House) -> None:
    known, stranger = address(), address()
    person = house.registered(known)
    house.post("register", email=known, password=OTHER)
    house.post("forgot", email=stranger)
    house.worker.send_all()
    assert house.mailbox.subjects(known)[1:] == ["You are registered already"]
    assert "token=" not in house.mailbox.to(known)[0]["text"]
    assert house.mailbox.to(stranger) == []
    problem(house.login(known, OTHER), 401, "bad_credentials")
    assert person.get("/api/auth/me").status_code == 200


def test_who_waits_for_another_to_open_the_link_gets_no_account_that_both_enter(
    house: House,
) -> None:
    """A stranger registers with somebody's address; its reader opens the mail's link."""
    email, reader_s = address(), replace(house, client=house.app.test_client())
    strange = house.asked("register", email=email, password=OTHER)
    reader_s.client.set_cookie("ebb_registration", "guessed", path="/api/auth/verify")
    problem(reader_s.post("verify", token=strange), 401, "password_required")
    wrong = reader_s.post("verify", token=strange, password=PASSWORD)
    problem(wrong, 401, "bad_credentials")

    reader_s.registered(email)
    problem(house.login(email, OTHER), 401, "bad_credentials")
    problem(house.post("verify", token=strange, password=OTHER), 400, "link_invalid")


def test_the_browser_that_registered_needs_no_password_and_every_other_one_does(
    house: House, session: Session
) -> None:
    email = address()
    answer = house.post("register", email=email, password=PASSWORD)
    given = answer.headers["Set-Cookie"]
    assert given.startswith("ebb_registration=")
    assert {"HttpOnly", "SameSite=Strict", "Path=/api/auth/verify"} <= set(given.split("; "))
    assert given.partition("=")[2].partition(";")[0] not in str(vars(link_of(session, email)))
    house.worker.send_all()
    elsewhere = replace(house, client=house.app.test_client())
    link = {"token": house.mailbox.token(email)}
    problem(elsewhere.post("verify", **link), 401, "password_required")
    for _ in range(tries.FROM_ONE_NETWORK):
        problem(elsewhere.post("verify", **link, password=OTHER), 401, "bad_credentials")
    problem(elsewhere.post("verify", **link, password=PASSWORD), 429, "rate_limited")
    house.signed_in(house.post("verify", **link))


def test_no_page_of_another_site_registers_in_a_visitor_s_browser(house: House) -> None:
    """By a form it could send JSON, but not call it so."""
    body = json.dumps({"email": address(), "password": PASSWORD})
    answer = house.client.post("/api/auth/register", data=body, content_type="text/plain")
    problem(answer, 415, "unsupported_media_type")
    assert "Set-Cookie" not in answer.headers


def test_a_link_is_good_for_one_thing_until_it_expires(house: House, session: Session) -> None:
    email, later = address(), address()
    to_verify = house.asked("register", email=email, password=PASSWORD)
    problem(house.post("reset", token=to_verify, password=OTHER), 400, "link_invalid")
    for mangled in (to_verify[:-1], to_verify[1:], "A" * 64, "é", "=", to_verify[:-4] + "AAAA"):
        problem(house.post("verify", token=mangled), 400, "link_invalid")
    assert house.post("verify", token=to_verify).status_code == 200
    to_reset = house.asked("forgot", email=email)
    problem(house.post("verify", token=to_reset), 400, "link_invalid")

    expired = house.asked("register", email=later, password=PASSWORD)
    assert link_of(session, later).expires_at > clock.utcnow() + timedelta(hours=23)
    session.execute(
        update(MailLink).where(MailLink.email == later).values(expires_at=clock.utcnow())
    )
    session.commit()
    problem(house.post("verify", token=expired), 400, "link_invalid")


def test_no_table_holds_what_a_link_is_made_of(house: House, session: Session) -> None:
    email = address()
    token = house.asked("register", email=email, password=PASSWORD)
    row = link_of(session, email)
    stored = json.dumps({name: str(value) for name, value in vars(row).items()})
    assert token not in stored
    assert PASSWORD not in stored


def test_of_many_who_register_one_address_at_once_one_gets_it(
    house: House, session: Session
) -> None:
    email, chosen = address(), (PASSWORD, OTHER)
    tokens = [house.asked("register", email=email, password=password) for password in chosen]

    def verify(token: str, password: str) -> TestResponse:
        body = {"token": token, "password": password}
        return house.app.test_client().post("/api/auth/verify", json=body)

    with ThreadPoolExecutor(2) as at_once:
        answers = list(at_once.map(verify, tokens, chosen))
    assert sorted(answer.status_code for answer in answers) == [200, 400]
    session.rollback()
    assert session.scalar(select(func.count()).where(Email.email == email)) == 1
    for password, answer in zip(chosen, answers, strict=True):
        assert (house.login(email, password).status_code == 200) == (answer.status_code == 200)


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("email", "vera@ebb-test.example\0", "email_invalid"),
        ("email", "vera@ebb-test.example\r\nBcc: all@ebb-test.example", "email_invalid"),
        ("email", "vera", "email_invalid"),
        ("email", "vera@[127.0.0.1]", "email_invalid"),
        ("email", "вера@ebb-test.example", "email_invalid"),
        ("email", f"{'v' * 300}@e.example", "email_invalid"),
        ("password", "short", "password_short"),
        ("password", "x" * 129, "password_long"),
        ("password", "\ud800" * 12, "invalid"),
    ],
)
def test_what_is_no_address_or_no_password_is_refused_by_its_field(
    house: House, field: str, value: str, code: str
) -> None:
    body = {"email": address(), "password": PASSWORD, field: value}
    answer = house.client.post(
        "/api/auth/register", data=json.dumps(body), content_type="application/json"
    )
    refused = problem(answer, 400, "validation_failed")
    assert [(fault["field"], fault["code"]) for fault in refused["errors"]] == [(field, code)]


def test_an_address_is_one_in_whatever_case_or_script_its_domain_is_written(house: House) -> None:
    local = address().partition("@")[0]
    house.registered(f"{local}@xn--80ak6aa92e.example")
    assert house.login(f"{local.upper()}@аррӏе.EXAMPLE").status_code == 200


# -- limits -----------------------------------------------------------------------------------


def guess(client: FlaskClient, email: str, password: str = OTHER, **where: str) -> TestResponse:
    return client.post(
        "/api/auth/login", json={"email": email, "password": password}, environ_overrides=where
    )


def test_guesses_are_counted_across_processes_and_shut_nobody_out_elsewhere(
    houses: Callable[..., House],
) -> None:
    one, other = houses(), houses()
    known, stranger = address(), address()
    one.registered(known)
    for email in (known, stranger):
        clients = [one.client, other.client] * (tries.FROM_ONE_NETWORK // 2)
        assert {guess(client, email).status_code for client in clients} == {401}
        for client in (one.client, other.client):
            refused = guess(client, email, PASSWORD)
            problem(refused, 429, "rate_limited")
            assert 0 < int(refused.headers["Retry-After"]) <= tries.WINDOW_SECONDS
    one.signed_in(guess(other.client, known, PASSWORD, REMOTE_ADDR="203.0.113.9"))


def test_a_right_password_begins_the_count_anew(house: House) -> None:
    email = address()
    house.registered(email)
    for _ in range(2):
        for _ in range(tries.FROM_ONE_NETWORK - 1):
            guess(house.client, email)
        house.signed_in(house.login(email))


def test_guesses_from_everywhere_shut_out_all_but_networks_that_the_person_came_from(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tries, "FROM_EVERYWHERE", 4)
    email, home = address(), "2001:db8:1:2::7"
    house.registered(email)
    house.signed_in(guess(house.client, email, PASSWORD, REMOTE_ADDR=home))
    for number in range(5):
        guess(house.client, email, REMOTE_ADDR=f"198.51.100.{number}")
    abroad = guess(house.client, email, PASSWORD, REMOTE_ADDR="203.0.113.9")
    problem(abroad, 429, "rate_limited")
    # Another address of the same site.
    house.signed_in(guess(house.client, email, PASSWORD, REMOTE_ADDR="2001:db8:1:2::8"))


def test_a_refused_password_is_logged_and_its_owner_told_after_ten_in_a_day(
    house: House, statements: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    log = CapturingLogger()
    monkeypatch.setattr("web.refused_guesses.log", log)
    known, stranger = address(), address()
    person = house.registered(known)
    done = []
    for email in (known, stranger):
        statements.clear()
        for number in range(refused_guesses.TOLD_AFTER):
            where = {"REMOTE_ADDR": f"198.51.100.{number}"}
            problem(guess(house.client, email, **where), 401, "bad_credentials")
        done.append(list(statements))
    assert done[0] == done[1], "the same is done for a stranger"
    guess(house.client, known, REMOTE_ADDR="198.51.100.99")
    lines = [call.kwargs for call in log.calls]
    assert [line["today"] for line in lines] == [*range(1, 11), *range(1, 11), 11]
    assert len({line["of"] for line in lines}) == 2
    assert "@" not in str(log.calls)
    house.worker.send_all()
    assert house.mailbox.subjects(known)[1:] == ["Somebody tries passwords for your account"]
    assert house.mailbox.to(stranger) == []
    (notice,) = person.get("/api/notices").get_json()["items"]
    assert notice["kind"] == "password_guessed"


def test_a_process_without_redis_counts_by_itself(houses: Callable[..., House]) -> None:
    lonely, email = houses(redis_url=SecretStr("redis://127.0.0.1:1/0")), address()
    codes = [guess(lonely.client, email).status_code for _ in range(tries.FROM_ONE_NETWORK + 1)]
    assert codes == [401] * tries.FROM_ONE_NETWORK + [429]


def test_nobody_s_mailbox_is_flooded(house: House) -> None:
    known, stranger = address(), address()
    house.registered(known)
    for email, already in ((known, 1), (stranger, 0)):
        codes = [
            house.post("forgot", email=email).status_code for _ in range(tries.MAILS + 1 - already)
        ]
        assert codes == [202] * (tries.MAILS - already) + [429]


def test_a_thief_of_a_session_does_not_guess_the_password_for_long(house: House) -> None:
    person = house.registered(address())
    body = {"old_password": OTHER, "new_password": OTHER}
    codes = [person.post(PASSWORD_PATH, body).status_code for _ in range(tries.FROM_ONE_NETWORK)]
    assert set(codes) == {403}
    right = {"old_password": PASSWORD, "new_password": OTHER}
    problem(person.post(PASSWORD_PATH, right), 429, "rate_limited")


# -- around it --------------------------------------------------------------------------------


def test_a_password_is_hashed_anew_when_the_parameters_have_changed(
    houses: Callable[..., House], session: Session
) -> None:
    house, email = houses(), address()
    house.registered(email)
    newer = PasswordHasher(time_cost=1, memory_cost=16, parallelism=1)
    house.app.extensions["passwords"] = Passwords(newer)
    problem(house.login(email, OTHER), 401, "bad_credentials")
    house.signed_in(house.login(email))
    stored = session.scalars(select(Email.password_hash).where(Email.email == email)).one()
    assert "m=16," in stored
    house.signed_in(house.login(email))


def test_a_browser_gets_its_tokens_as_cookies(house: House) -> None:
    email = address()
    house.registered(email)
    answer = house.client.post(
        "/api/auth/login",
        json={"email": email, "password": PASSWORD},
        headers={"X-Session-Mode": "cookie"},
    )
    assert (answer.status_code, answer.get_data()) == (204, b"")
    assert house.client.get("/api/auth/me").get_json()["email"]["address"] == email


def test_without_a_mail_server_there_is_nothing_to_ask_for(client: FlaskClient) -> None:
    for path, body in (("register", {"password": PASSWORD}), ("forgot", {})):
        answer = client.post(f"/api/auth/{path}", json={"email": address(), **body})
        problem(answer, 503, "mail_not_set_up")


def test_a_person_who_goes_leaves_no_address(house: House, session: Session) -> None:
    email = address()
    person = house.registered(email)
    for _ in range(2):
        house.post("forgot", email=email)
    me = person.get("/api/auth/me").get_json()["id"]
    assert {"emails", "mails", "sign_ins"} <= rows_with(session, email, me)
    assert person.call("DELETE", "/api/users/me", json={"confirm": "DELETE"}).status_code == 204
    assert rows_with(session, email, me) == set()
    house.worker.send_all()
    assert len(house.mailbox.to(email)) == 1
    problem(house.login(email), 401, "bad_credentials")
