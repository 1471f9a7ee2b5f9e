"""A code counts once, wrong ones are counted wherever they come in, and no factor is added, changed
or taken away without one that is there."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from urllib.parse import parse_qs, urlsplit

import pytest
from flask_openapi3 import OpenAPI
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from core.problems import Problem
from core.settings import Settings
from identity import second_factor
from models.audit import AuditEntry
from models.base import db
from models.notices import Notice
from models.second_factors import RecoveryCode, SecondFactor
from models.users import User
from tests.web.conftest import Person, problem
from tests.web.factors import (
    CODES,
    CONFIRM,
    PIN,
    PIN_PATH,
    POLICY,
    TOTP,
    Authenticator,
    Clock,
    delete,
    me,
    put,
    with_totp,
)
from trading.desk import Desk
from web.app import create_app


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


@pytest.fixture
def phone(person: Person, time: Clock) -> Authenticator:
    return with_totp(person, time)


@pytest.fixture
def demand(person: Person, desk: Desk, sessions: sessionmaker[Session]) -> Callable[[str], str]:
    """What a sign-in asks, in a process of its own: "ok" or the problem."""
    who = uuid.UUID(me(person)["id"])

    def ask(code: str | None) -> str:
        with sessions() as session:
            try:
                second_factor.demand(session, desk.vault, who, code)
            except Problem as refused:
                return f"{refused.status} {refused.code}"
            session.commit()
            return "ok"

    return ask


@pytest.fixture
def elsewhere(
    settings: Settings, person: Person, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Person]:
    """The same person at another web process, which shares the database alone."""
    monkeypatch.setattr("web.app.configure_logs", lambda *_, **__: None)
    app = create_app(settings)
    yield Person(app.test_client(), person.token, person.refresh, person.known_secrets)
    with app.app_context():
        db.engine.dispose()


def deeds(session: Session, person: Person) -> list[str]:
    query = (
        select(AuditEntry.action)
        .join(User, User.pseudonym == AuditEntry.actor)
        .where(User.id == me(person)["id"])
        .order_by(AuditEntry.id)
    )
    return [deed for deed in session.scalars(query) if deed != "user.sign_in"]


def notices(session: Session, person: Person) -> set[str]:
    return set(session.scalars(select(Notice.kind).where(Notice.user_id == me(person)["id"])))


def test_an_authenticator_counts_once_it_showed_a_code(person: Person, time: Clock) -> None:
    begun = person.post(TOTP).get_json()
    url = urlsplit(begun["otpauth_url"])
    assert (url.scheme, url.netloc) == ("otpauth", "totp")
    assert (parse_qs(url.query)["secret"], parse_qs(url.query)["issuer"]) == (
        [begun["secret"]],
        ["Ebb"],
    )
    assert me(person)["second_factors"] == {"totp": False, "pin": False, "recovery_codes_left": 0}
    phone = Authenticator(begun["secret"], time)
    problem(person.post(CONFIRM, {"code": phone.wrong()}), 403, "totp_wrong")
    codes = person.post(CONFIRM, {"code": phone.code()}).get_json()["recovery_codes"]
    assert len(set(codes)) == 10
    assert me(person)["second_factors"] == {"totp": True, "pin": False, "recovery_codes_left": 10}
    problem(person.post(CONFIRM, {"code": phone.fresh()}), 409, "totp_not_begun")
    problem(person.post(TOTP), 409, "totp_on")


def test_nothing_readable_of_it_is_stored(
    phone: Authenticator, person: Person, session: Session
) -> None:
    put(person, PIN_PATH, pin=PIN, code=phone.code())
    who = me(person)["id"]
    row = session.get_one(SecondFactor, uuid.UUID(who))
    hashes = session.scalars(select(RecoveryCode.code_hash).where(RecoveryCode.user_id == who))
    stored = " ".join([str(row.totp_enc), str(row.pin_enc), *hashes])
    plain = [code.replace("-", "") for code in phone.recovery_codes]
    assert not [secret for secret in (phone.secret, "argon2", *plain) if secret in stored]


def test_a_sign_in_asks_only_whom_it_should(
    person: Person, time: Clock, demand: Callable[[str | None], str]
) -> None:
    assert demand(None) == demand("123456") == "ok"
    phone = with_totp(person, time)
    assert demand(None) == "401 totp_required"
    for typed in (phone.wrong(), "", "１２３４５６", "\ud800", "x" * 1000):
        assert demand(typed) == "401 totp_wrong"
        phone.clock.move(minutes=15)
    assert demand(f" {phone.code()[:3]} {phone.code()[3:]}") == "ok"


@pytest.mark.parametrize(("steps", "answer"), [(-2, "no"), (-1, "ok"), (1, "ok"), (2, "no")])
def test_a_clock_may_be_one_step_off(
    phone: Authenticator, demand: Callable[[str], str], steps: int, answer: str
) -> None:
    phone.clock.move(minutes=10)
    assert demand(phone.code(steps)) == (answer if answer == "ok" else "401 totp_wrong")


def test_a_code_and_every_older_one_counts_once(
    phone: Authenticator, demand: Callable[[str], str]
) -> None:
    phone.clock.move(minutes=10)
    assert [demand(phone.code(steps)) for steps in (0, 0, -1, 1, 1)] == [
        "ok",
        "401 totp_wrong",
        "401 totp_wrong",
        "ok",
        "401 totp_wrong",
    ]


@pytest.mark.parametrize("kind", ["totp", "recovery"])
def test_of_two_who_send_the_same_code_at_once_one_passes(
    phone: Authenticator, demand: Callable[[str], str], kind: str
) -> None:
    code = phone.code() if kind == "totp" else phone.recovery_codes[0]
    start = Barrier(4)

    def send() -> str:
        start.wait()
        return demand(code)

    with ThreadPoolExecutor(4) as pool:
        answers = [sent.result() for sent in [pool.submit(send) for _ in range(4)]]
    assert sorted(answers) == ["401 totp_wrong"] * 3 + ["ok"]


def test_a_recovery_code_counts_once_however_it_is_typed(
    phone: Authenticator, person: Person, demand: Callable[[str], str]
) -> None:
    code = phone.recovery_codes[3]
    assert demand(code.lower().replace("-", " ")) == "ok"
    assert demand(code) == "401 totp_wrong"
    assert me(person)["second_factors"]["recovery_codes_left"] == 9


def test_new_recovery_codes_take_the_place_of_the_old(
    phone: Authenticator, person: Person, demand: Callable[[str], str]
) -> None:
    problem(person.post(CODES, {"code": phone.wrong()}), 403, "totp_wrong")
    new = person.post(CODES, {"code": phone.code()}).get_json()["recovery_codes"]
    assert not set(new) & set(phone.recovery_codes)
    assert (demand(phone.recovery_codes[0]), demand(new[0])) == ("401 totp_wrong", "ok")


def test_after_five_wrong_codes_the_right_one_waits_in_every_process(
    phone: Authenticator,
    person: Person,
    elsewhere: Person,
    session: Session,
    demand: Callable[[str], str],
) -> None:
    for at in (person, elsewhere, person, elsewhere):
        problem(delete(at, TOTP, code=phone.wrong()), 403, "totp_wrong")
    assert demand("AAAA-BBBB-CCCC-DDDD") == "401 totp_wrong"
    for at in (person, elsewhere):
        refused = delete(at, TOTP, code=phone.code())
        problem(refused, 429, "too_many_codes")
        assert refused.headers["Retry-After"] == "900"
    assert demand(phone.recovery_codes[0]) == "429 too_many_codes"
    assert deeds(session, person)[-1] == "totp.locked"
    assert notices(session, person) == {"codes_locked"}
    phone.clock.move(minutes=15)
    assert demand(phone.code()) == "ok"


def test_tries_at_once_are_all_counted(phone: Authenticator, demand: Callable[[str], str]) -> None:
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(demand, [phone.wrong()] * 9))
    assert sorted(answers) == ["401 totp_wrong"] * 5 + ["429 too_many_codes"] * 4


def test_a_right_code_makes_wrong_ones_forgotten(
    phone: Authenticator, demand: Callable[[str], str]
) -> None:
    for _ in range(2):
        assert {demand(phone.wrong()) for _ in range(4)} == {"401 totp_wrong"}
        assert demand(phone.fresh()) == "ok"


def test_turning_it_off_needs_a_code_and_is_told(
    phone: Authenticator, person: Person, session: Session
) -> None:
    problem(delete(person, TOTP, code=phone.wrong()), 403, "totp_wrong")
    assert delete(person, TOTP, code=phone.code()).status_code == 204
    assert me(person)["second_factors"] == {"totp": False, "pin": False, "recovery_codes_left": 0}
    problem(delete(person, TOTP, code=phone.fresh()), 409, "totp_off")
    assert deeds(session, person) == ["totp.on", "totp.off"]
    assert notices(session, person) == {"totp_off"}
    items = person.get("/api/notices").get_json()["items"]
    assert "authenticator" in items[0]["message"]


@pytest.mark.parametrize("pin", ["0000", "1234", "9876", "7890", "1212", "11111111", "45454545"])
def test_a_pin_that_anybody_would_try_is_refused(person: Person, pin: str) -> None:
    refused = problem(put(person, PIN_PATH, pin=pin), 400, "pin_weak")
    assert (refused["errors"][0]["field"], refused["errors"][0]["code"]) == ("pin", "pin_weak")


@pytest.mark.parametrize("pin", ["830", "830283028", "83o2", "８３０２", 8302, None, "8302\n"])
def test_a_pin_is_four_to_eight_digits(person: Person, pin: object) -> None:
    refused = problem(put(person, PIN_PATH, pin=pin), 400, "validation_failed")
    assert refused["errors"][0]["field"] == "pin"


def test_a_pin_is_changed_by_itself_or_by_a_code(
    person: Person, time: Clock, session: Session
) -> None:
    assert put(person, PIN_PATH, pin=PIN).status_code == 204
    refused = problem(put(person, PIN_PATH, pin="9513"), 403, "confirmation_required")
    assert refused["methods"] == ["pin"]
    problem(put(person, PIN_PATH, pin="9513", old_pin="7777"), 403, "pin_wrong")
    assert put(person, PIN_PATH, pin="9513", old_pin=PIN).status_code == 204
    phone = with_totp(person, time, pin="9513")
    assert put(person, PIN_PATH, pin="46028", code=phone.code()).status_code == 204
    assert delete(person, PIN_PATH, pin="46028").status_code == 204
    problem(delete(person, PIN_PATH, pin="46028"), 409, "no_pin")
    assert deeds(session, person) == [
        *("pin.set", "pin.changed", "totp.on"),
        *("pin.changed", "pin.removed"),
    ]
    assert notices(session, person) == {"pin_reset"}


def test_who_has_only_the_sign_in_adds_no_factor_of_their_own(person: Person, time: Clock) -> None:
    shown_before = person.post(TOTP).get_json()["secret"]
    put(person, PIN_PATH, pin=PIN)
    early = Authenticator(shown_before, time).code()
    problem(person.post(CONFIRM, {"code": early}), 409, "totp_not_begun")
    assert problem(person.post(TOTP), 403, "confirmation_required")["methods"] == ["pin"]
    problem(person.post(TOTP, {"pin": "7777"}), 403, "pin_wrong")
    phone = with_totp(person, time, pin=PIN)
    delete(person, PIN_PATH, pin=PIN)
    refused = problem(put(person, PIN_PATH, pin="9513"), 403, "confirmation_required")
    assert refused["methods"] == ["totp"]
    assert put(person, PIN_PATH, pin="9513", code=phone.code()).status_code == 204


def test_after_five_wrong_pins_the_right_one_waits_in_every_process(
    person: Person, elsewhere: Person, time: Clock, session: Session
) -> None:
    put(person, PIN_PATH, pin=PIN)
    for at in (person, elsewhere, person, elsewhere, person):
        problem(delete(at, PIN_PATH, pin="7777"), 403, "pin_wrong")
    for at in (person, elsewhere):
        refused = delete(at, PIN_PATH, pin=PIN)
        problem(refused, 429, "pin_locked")
        assert refused.headers["Retry-After"] == "900"
    assert notices(session, person) == {"pin_locked"}
    time.move(minutes=15)
    # Four digits are few: without a right one in between, each further wrong one locks again.
    problem(delete(person, PIN_PATH, pin="7777"), 403, "pin_wrong")
    problem(delete(person, PIN_PATH, pin=PIN), 429, "pin_locked")
    time.move(minutes=15)
    assert delete(person, PIN_PATH, pin=PIN).status_code == 204


def test_a_policy_needs_something_to_confirm_with(person: Person) -> None:
    problem(put(person, POLICY, over="100"), 409, "no_second_factor")
    for over in ("-1", "much", 1.5e40):
        problem(put(person, POLICY, over=over), 400, "validation_failed")
    both = {"over": "1", "pin": PIN, "code": "123456"}
    refused = problem(put(person, POLICY, **both), 400, "validation_failed")
    assert refused["errors"][0]["code"] == "pin_or_code"


def test_to_be_asked_about_fewer_jobs_needs_a_proof(
    person: Person, time: Clock, session: Session
) -> None:
    put(person, PIN_PATH, pin=PIN)
    phone = with_totp(person, time, pin=PIN)
    assert put(person, POLICY, over="1000").get_json() == {"over": "1000"}
    assert put(person, POLICY, over="500.5").get_json() == {"over": "500.5"}
    assert me(person)["confirm_over"] == "500.5"
    for over in ("501", None):
        refused = problem(put(person, POLICY, over=over), 403, "confirmation_required")
        assert refused["methods"] == ["pin", "totp"]
        problem(put(person, POLICY, over=over, pin="7777"), 403, "pin_wrong")
        problem(put(person, POLICY, over=over, code=phone.wrong()), 403, "totp_wrong")
    assert me(person)["confirm_over"] == "500.5"
    assert put(person, POLICY, over="2000", pin=PIN).get_json() == {"over": "2000"}
    assert put(person, POLICY, over=None, code=phone.code()).get_json() == {"over": None}
    assert deeds(session, person)[-4:] == ["confirmation.changed"] * 4


def test_the_last_factor_stays_while_jobs_are_confirmed_by_it(person: Person, time: Clock) -> None:
    put(person, PIN_PATH, pin=PIN)
    phone = with_totp(person, time, pin=PIN)
    put(person, POLICY, over="0")
    assert delete(person, PIN_PATH, pin=PIN).status_code == 204
    problem(delete(person, TOTP, code=phone.code()), 409, "confirmation_needs_factor")
    put(person, PIN_PATH, pin=PIN, code=phone.code())
    assert delete(person, TOTP, code=phone.fresh()).status_code == 204
    problem(delete(person, PIN_PATH, pin=PIN), 409, "confirmation_needs_factor")
    put(person, POLICY, over=None, pin=PIN)
    assert delete(person, PIN_PATH, pin=PIN).status_code == 204


def test_a_person_who_goes_takes_their_factors_along(
    phone: Authenticator, person: Person, session: Session
) -> None:
    who = me(person)["id"]
    assert delete(person, "/api/users/me", confirm="DELETE").status_code == 204
    for table in (SecondFactor, RecoveryCode):
        assert session.scalars(select(table).where(table.user_id == who)).all() == []


def test_an_operator_takes_what_was_lost_from_a_person(
    app: OpenAPI, person: Person, phone: Authenticator, session: Session
) -> None:
    put(person, PIN_PATH, pin=PIN, code=phone.code())
    put(person, POLICY, over="0")
    command = ["people", "forget-factors", str(me(person)["telegram_id"])]
    assert app.test_cli_runner().invoke(args=command).exit_code == 0
    told = me(person)
    assert told["second_factors"] == {"totp": False, "pin": False, "recovery_codes_left": 0}
    assert told["confirm_over"] is None
    assert notices(session, person) == {"totp_off", "pin_off"}
    subject = session.scalars(select(User.pseudonym).where(User.id == told["id"])).one()
    last = session.scalars(
        select(AuditEntry.action)
        .where(AuditEntry.subject == f"person:{subject}")
        .order_by(AuditEntry.id)
    ).all()[-1]
    assert last == "person.factors_forgotten"
    assert app.test_cli_runner().invoke(args=command).exit_code == 1


def test_none_of_it_needs_more_than_a_sign_in_and_nobody_reaches_another_s(
    app: OpenAPI, phone: Authenticator, make_person: Callable[..., Person]
) -> None:
    other = make_person()
    problem(delete(other, TOTP, code=phone.code()), 409, "totp_off")
    assert not me(other)["second_factors"]["totp"]
    problem(app.test_client().post(TOTP), 401, "unauthenticated")


@pytest.mark.parametrize("body", [{"pin": "83"}, {"pin": 8302}, {"code": "123456"}])
def test_what_begins_an_authenticator_is_checked(person: Person, body: object) -> None:
    refused = problem(person.post(TOTP, body), 400, "validation_failed")
    assert len(refused["errors"]) == 1
